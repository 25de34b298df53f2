"""Whatever is asked, the answer is words and an exit status, never a traceback."""

import json
from pathlib import Path

import pytest

BAD_USAGE = {
    "no design": ["check"],
    "unknown preset": ["check", "lenet_sigmoit"],
    "no such file": ["summary", "nothing/net.blockyard"],
    "a folder": ["summary", "."],
    "unknown option": ["check", "lenet_sigmoid", "--loud"],
    "abbreviated option": ["check", "lenet_sigmoid", "--js"],
    "unknown variable": ["summary", "vgg11_fashion", "--set", "rato=4"],
    "no value": ["summary", "vgg11_fashion", "--set", "ratio"],
    "a word for a number": ["summary", "vgg11_fashion", "--set", "ratio=big"],
    "a broken value": ["summary", "vgg11_fashion", "--set", "ratio=(("],
    "batch 0": ["summary", "vgg11_fashion", "--batch", "0"],
    "batch many": ["summary", "vgg11_fashion", "--batch", "9" * 30],
    "depth word": ["summary", "vgg11_fashion", "--depth", "deep"],
    "no output": ["export", "lenet_sigmoid"],
    "unknown format": ["export", "lenet_sigmoid", "-o", "x", "--format", "onnx"],
    "a place that is not there": ["export", "lenet_sigmoid", "-o", "missing/x.py"],
    "unknown recipe": ["train", "lenet_sigmoid", "--recipe", "lenet_curse"],
    "epochs 0": ["train", "lenet_sigmoid", "--epochs", "0"],
    "a word for a rate": ["train", "lenet_sigmoid", "--lr", "fast"],
    "momentum 2": ["train", "lenet_sigmoid", "--optimizer", "SGD", "--momentum", "2"],
    "momentum with Adam": ["train", "lenet_sigmoid", "--optimizer", "Adam", "--momentum", "0.9"],
    "unknown optimizer": ["train", "lenet_sigmoid", "--optimizer", "Magic"],
    "a plateau of nothing": ["train", "lenet_sigmoid", "--schedule", "plateau"],
    "one beta": ["train", "lenet_sigmoid", "--optimizer", "Adam", "--betas", "0.9"],
    "odd device": ["train", "lenet_sigmoid", "--device", "abacus"],
    "two designs": ["lenet_sigmoid", "vgg11_small"],
    "an option for the window": ["--fast"],
    "a mistyped command": ["sumary"],
    "a window on nothing": ["nothing.blockyard"],
    "help on nothing": ["help", "wibble"],
    "an odd byte": ["check", "a\udcffb"],
    "a long name": ["check", "x" * 5000],
}


@pytest.mark.parametrize("case", BAD_USAGE)
def test_bad_usage_is_2_and_in_words(blockyard, case: str):
    done = blockyard(*BAD_USAGE[case])
    assert done.status == 2
    assert done.out == ""
    assert done.err.startswith("error: ")
    assert "expected: " in done.err or "fix: " in done.err


def test_near_names_are_offered(blockyard):
    assert "lenet_sigmoid" in blockyard("check", "lenet_sigmoit").err.split("fix:")[1]
    assert "did you mean summary?" in blockyard("sumary").err


@pytest.mark.parametrize("command", ["check", "summary", "export", "train"])
@pytest.mark.parametrize("content", [b"", b"{", b"\xff\x00", b'{"blockyard": 7}', b"[" * 10**6])
def test_unreadable_files_are_2(blockyard, tmp_path: Path, command: str, content: bytes):
    path = tmp_path / "net.blockyard"
    path.write_bytes(content)
    extra = ["-o", str(tmp_path / "net.py")] if command == "export" else []
    done = blockyard(command, path, *extra)
    assert done.status == 2
    assert done.err.startswith("error: net.blockyard")
    assert path.read_bytes() == content
    if b"7" in content:
        assert "newer Blockyard (format 7" in done.err


def faulty(**fields) -> dict:
    return {"id": "a", "kind": "Conv2d", **fields}


FAULTY = {
    "unknown kind": [faulty(kind="Blur3000")],
    "out of range": [faulty(params={"kernel_size": -3})],
    "huge number": [faulty(params={"out_channels": 2**62})],
    "text for a number": [faulty(params={"out_channels": "many"})],
    "null": [faulty(params={"kernel_size": None})],
    "nested tuple": [faulty(params={"kernel_size": [[1], [2]]})],
    "huge repeat": [faulty(repeat=10**12)],
    "negative repeat": [faulty(repeat=-1)],
    "repeat of text": [faulty(repeat="often")],
    "endless expression": [faulty(repeat="=9**9**9**9")],
    "broken expression": [faulty(params={"out_channels": "=1 +"})],
    "unknown name": [faulty(when="=nobody > 3")],
    "unknown parameter": [faulty(params={"colour": 1})],
    "hostile name": [faulty(name="x = __import__('os')")],
    "itself": [faulty(kind="Net")],
    "missing port": [faulty(), {"id": "b", "kind": "ReLU"}],
}


@pytest.mark.parametrize("case", FAULTY)
def test_faulty_designs_are_1(blockyard, tmp_path: Path, case: str):
    nodes = [{"id": "input", "kind": "Input"}, *FAULTY[case], {"id": "output", "kind": "Output"}]
    edges = [["input", "a"], ["a", "output"]]
    edges += [["a.left", "b.right"]] if case == "missing port" else []
    tree = {"blockyard": 1, "main": "Net", "blocks": [{"name": "Net", "nodes": nodes, "edges": edges}]}
    path = tmp_path / "net.blockyard"
    path.write_text(json.dumps(tree))
    done = blockyard("check", path, "--json")
    assert done.status == 1
    assert not done.json["ok"]
    assert any(entry["severity"] == "error" and entry["message"] for entry in done.json["diagnostics"])


def test_a_data_folder_without_files(blockyard, tmp_path: Path):
    (tmp_path / "empty").mkdir()
    for data in ("empty", "no-such-data"):
        done = blockyard("train", "lenet_sigmoid", "--epochs", "1", "--device", "cpu", "--data", data)
        assert done.status == 1
        assert done.err.startswith("error: ")
        assert "fix: " in done.err


def test_without_a_display_the_window_says_so(blockyard):
    for arguments in ([], ["lenet_sigmoid"]):
        done = blockyard(*arguments)
        assert done.status == 2
        assert "no display" in done.err


def test_narrow_encodings_do_no_harm(blockyard):
    done = blockyard("summary", "lenet_sigmoid", PYTHONIOENCODING="ascii", PYTHONUTF8="0", LC_ALL="C")
    assert done.status == 0


def test_blocks_that_double_are_counted_but_not_listed(blockyard, tmp_path: Path):
    blocks = []
    for level in range(19):
        inner = f"B{level + 1}" if level < 18 else "ReLU"
        kinds = {"input": "Input", "a": inner, "b": inner, "output": "Output"}
        edges = [["input", "a"], ["a", "b"], ["b", "output"]]
        nodes = [{"id": key, "kind": kind} for key, kind in kinds.items()]
        blocks.append({"name": f"B{level}", "nodes": nodes, "edges": edges})
    path = tmp_path / "net.blockyard"
    path.write_text(json.dumps({"blockyard": 1, "main": "B0", "blocks": blocks}))
    assert blockyard("check", path).status == 0
    (first, second) = blockyard("summary", path, "--json").json["nodes"]
    assert first["activation_bytes"] == second["activation_bytes"] == 2**18 * 28 * 28 * 4
    done = blockyard("summary", path, "--depth", "64")
    assert (done.status, "smaller --depth" in done.err) == (2, True)
