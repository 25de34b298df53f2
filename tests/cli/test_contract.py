"""The stable contract of the command line: the names in its JSON and its exit statuses."""

import json
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pytest

from designer import __version__
from designer.document.document import Document
from designer.document.presets import list_presets, open_design
from designer.document.writing import write_document
from designer.graph.block import BlockParameter, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression
from tests.analysis.unwise import UNWISE
from tests.drawing import block
from tests.event_files import shown

PRESETS = [preset.id for preset in list_presets()]


def test_presets(blockyard):
    done = blockyard("presets", "--json")
    assert done.status == 0
    assert [entry["id"] for entry in done.json] == PRESETS
    assert all(set(entry) == {"id", "title", "input_shape", "params"} for entry in done.json)
    lenet = next(entry for entry in done.json if entry["id"] == "lenet_sigmoid")
    assert (lenet["input_shape"], lenet["params"]) == ([1, 1, 28, 28], 44426)
    assert "lenet_sigmoid" in blockyard("presets").out


@pytest.mark.parametrize("preset", PRESETS)
def test_check_finds_nothing_wrong_with_presets(blockyard, preset: str):
    done = blockyard("check", preset, "--json")
    assert (done.status, done.json["ok"]) == (0, True)
    assert set(done.json) == {"ok", "diagnostics"}
    assert {entry["severity"] for entry in done.json["diagnostics"]} <= {"hint"}
    assert "bias" not in blockyard("check", preset).out


def test_check_looks_through_blocks(blockyard, tmp_path: Path):
    design = UNWISE["softmax_before_cross_entropy"][-1]
    write_document(Document(design), tmp_path / "net.blockyard")
    done = blockyard("check", "net.blockyard", "--json")
    (found,) = done.json["diagnostics"]
    assert (found["code"], found["node"]) == ("softmax_before_cross_entropy", "n1.n0.softmax")
    assert found["fixes"] == [{"title": "Remove softmax in Head"}]


def test_check_tells_hints_when_asked(blockyard):
    brief, full = blockyard("check", "vgg11_bn"), blockyard("check", "vgg11_bn", "--hints")
    assert (brief.status, full.status) == (0, 0)
    assert brief.out.startswith("1 hint more; --hints prints it\nok: ")
    assert full.out.startswith("hint: features.block1.convs.conv: ")
    assert "[bias_before_batch_norm]" in full.out


def test_check_tells_what_is_wrong(blockyard, tmp_path: Path):
    tree = {
        "blockyard": 1,
        "main": "Net",
        "blocks": [
            {
                "name": "Net",
                "nodes": [
                    {"id": "input", "kind": "Input"},
                    {"id": "fc", "kind": "Linear"},
                    {"id": "blur", "kind": "Blur\x1b[31m"},
                    {"id": "output", "kind": "Output"},
                ],
                "edges": [["input", "fc"], ["fc", "blur"], ["blur", "output"]],
            }
        ],
    }
    path = tmp_path / "net.blockyard"
    path.write_text(json.dumps(tree))
    done = blockyard("check", path, "--json")
    assert (done.status, done.json["ok"]) == (1, False)
    fields = {"code", "severity", "node", "message", "expected", "received", "fixes"}
    assert all(set(entry) == fields for entry in done.json["diagnostics"])
    assert "blur" in [entry["node"] for entry in done.json["diagnostics"]]
    assert all(fix.keys() == {"title"} for entry in done.json["diagnostics"] for fix in entry["fixes"])
    words = blockyard("check", path)
    assert words.status == 1
    assert "\x1b" not in words.out
    assert blockyard("summary", path).status == 1
    assert blockyard("export", path, "-o", tmp_path / "net.py").status == 1
    assert not (tmp_path / "net.py").exists()


def test_check_says_each_fix_once(blockyard, tmp_path: Path):
    design = open_design("vgg11_small").design
    (entry,) = design.root.inputs
    design = design.with_block(design.root.with_node(replace(entry, repeat=2)))
    write_document(Document(design), tmp_path / "net.blockyard")
    told = blockyard("check", "net.blockyard").out.splitlines()
    assert [line for line in told if "Set repeat to 1" in line] == ["  fix: Set repeat to 1."]


def test_help(blockyard):
    assert blockyard("help").out.startswith("start ")
    page = blockyard("help", "window_too_large")
    assert page.status == 0
    assert page.out.startswith("# A window larger than its input\n")
    assert "class Residual(nn.Module)" in blockyard("help", "code_resnet").out
    assert "sigmoid_chain" in blockyard("help", "sigmoid", "gradient").out
    assert "Conv2d" in blockyard("help", "Conv2s").err.split("fix:")[1]


def test_summary(blockyard):
    done = blockyard("summary", "vgg11_fashion", "--set", "ratio=4", "--set", "num_classes=7", "--batch", "2", "--json")
    assert done.status == 0
    assert set(done.json) == {"input_shape", "nodes", "totals"}
    assert done.json["input_shape"] == [2, 1, 224, 224]
    first, last = done.json["nodes"][0], done.json["nodes"][-1]
    assert set(first) == {
        "path", "kind", "output_shape", "params", "macs", "activation_bytes", "receptive_field"
    }  # fmt: skip
    assert (first["path"], first["kind"], first["output_shape"]) == ("block1", "VGGBlock", [2, 16, 112, 112])
    assert (last["path"], last["output_shape"]) == ("fc3", [2, 7])
    assert set(done.json["totals"]) == {"params", "macs", "activation_bytes"}
    assert done.json["totals"]["params"] == sum(node["params"] for node in done.json["nodes"])


def test_summary_tells_the_memory_of_a_training(blockyard):
    options = ("--batch", "128", "--precision", "bf16", "--memory", "8GiB", "--optimizer", "adam")
    done = blockyard("summary", "resnet", *options, "--json")
    found = done.json["training_memory"]
    weights = 4 * done.json["totals"]["params"]
    assert (found["weights_bytes"], found["gradients_bytes"], found["optimizer_bytes"]) == (
        weights,
        weights,
        2 * weights,
    )
    assert found["activations_bytes"] == done.json["totals"]["activation_bytes"] // 2
    assert found["total_bytes"] == 4 * weights + found["activations_bytes"]
    assert (found["batch"], found["memory_bytes"], found["largest_batch"]) == (128, 8 << 30, 997)
    words = blockyard("summary", "resnet", *options).out
    assert "training memory 1.2 GiB at batch 128 in bf16: weights 42.7 MiB, gradients 42.7 MiB" in words
    assert "largest batch in 8.0 GiB: 997" in words
    assert blockyard("summary", "resnet", "--memory", "much").status == 2


def test_summary_shows_no_batch_that_nobody_can_use(blockyard):
    assert (
        "8.0 GiB: more than 65,536, so memory does not limit it"
        in blockyard("summary", "lenet_relu", "--memory", "8GiB").out
    )
    told = blockyard("summary", "lenet_relu", "--memory", "8GiB", "--json").json["training_memory"]
    assert (told["memory_bytes"], told["largest_batch"]) == (8 << 30, None)
    assert "64.0 KiB: none, not even one example fits" in blockyard("summary", "lenet_relu", "--memory", "64KiB").out


def test_summary_tells_receptive_fields(blockyard):
    nodes = {node["path"]: node for node in blockyard("summary", "resnet", "--json", "--fields").json["nodes"]}
    assert nodes["b2"]["receptive_field"] == [43, 43]
    assert (nodes["b2"]["field_stride"], nodes["b2"]["field_padding"]) == ([4, 4], [16, 16])
    assert nodes["b6"]["field_stride"] is None
    assert all(node["trainable"] for node in nodes.values())
    told = blockyard("check", "lenet_relu", "--object-size", "20", "--json").json["diagnostics"]
    assert [(d["code"], d["severity"]) for d in told] == [("field_below_object", "warning")]
    assert (
        "sees 12×12 pixels, less than an object of 20" in blockyard("summary", "lenet_relu", "--object-size", "20").out
    )


def test_summary_opens_blocks(blockyard):
    paths = [node["path"] for node in blockyard("summary", "lenet_sigmoid", "--depth", "2", "--json").json["nodes"]]
    assert paths[:2] == ["conv.conv1", "conv.act1"] or paths[0].startswith("conv.")
    assert "parameters" in blockyard("summary", "lenet_sigmoid").out


def test_export(blockyard, tmp_path: Path):
    done = blockyard("export", "lenet_sigmoid", "-o", tmp_path / "net.py", "--json")
    assert (done.status, done.json) == (0, {"files": [str(tmp_path / "net.py")]})
    done = blockyard("export", "lenet_sigmoid", "-o", tmp_path / "project", "--format", "project", "--json")
    assert str(tmp_path / "project" / "train.py") in done.json["files"]
    assert all(Path(path).is_file() for path in done.json["files"])
    assert blockyard("export", "lenet_sigmoid", "-o", tmp_path, "--format", "project").status == 2
    assert blockyard("export", "vgg11_small", "-o", tmp_path / "lazy.py", "--lazy").status == 0
    assert "nn.LazyConv2d(\n            out_channels" in (tmp_path / "lazy.py").read_text("utf-8")


def test_export_tells_which_variables_are_fixed(blockyard, tmp_path: Path):
    lift = block("Lift", Node("input", "Input"), Node("u", "Unsqueeze"), Node("output", "Output"))
    image = Node("input", "Input", params={"shape": (3, 8, 8)})
    about = {"parameters": (BlockParameter("k", 0), BlockParameter("spare", 1))}
    main = block("Net", image, Node("lift", "Lift", repeat=Expression("k")), Node("output", "Output"), **about)
    write_document(Document(Design("Net", {"Net": main, "Lift": lift})), tmp_path / "net.blockyard")
    for number, options in enumerate([(), ("--lazy",), ("--json",), ("--format", "project")]):
        done = blockyard("export", "net.blockyard", "-o", tmp_path / f"made{number}", *options)
        assert done.status == 0
        assert done.err.splitlines() == ["note: k=0 is fixed in Net: what follows from it has no general form in code"]
    assert blockyard("export", "lenet_sigmoid", "-o", tmp_path / "lenet.py").err == ""


def test_train_and_runs(blockyard, tmp_path: Path):
    arguments = ("lenet_sigmoid", "--data", "fashion-mnist-mini", "--epochs", "1", "--limit", "256", "--device", "cpu")
    done = blockyard("train", *arguments, "--seed", "3", "--json")
    assert done.status == 0, done.err
    lines = [json.loads(line) for line in done.out.splitlines()]
    assert [line["type"] for line in lines if line["type"] != "batch"] == ["started", "epoch", "kept", "finished"]
    epoch = next(line for line in lines if line["type"] == "epoch")
    assert {"epoch", "train_loss", "train_accuracy", "test_loss", "test_accuracy", "examples_per_second"} <= set(epoch)
    assert lines[0]["run"] == lines[-1]["run"]
    (run,) = blockyard("runs", "--json").json
    assert (run["run"], run["state"], run["recipe"]["seed"]) == (lines[0]["run"], "finished", 3)
    assert run["figures"]["test_accuracy"] == epoch["test_accuracy"]
    mine = tmp_path / "mine"
    done = blockyard("train", *arguments, "--tensorboard", "--run-dir", mine)
    assert (done.status, done.err) == (0, "")
    assert shown(mine)[-1].scalars.keys() >= {"loss/train", "accuracy/test"}
    assert "epoch 1:" in done.out
    assert (mine / "model.py").is_file()
    assert blockyard("train", *arguments, "--run-dir", mine).status == 2
    assert "finished" in blockyard("runs").out
    done = blockyard("runs", "export", Path(run["run"]).name, mine, "--tensorboard", tmp_path / "board", "--json")
    assert [Path(path).parent for path in done.json["files"]] == [
        tmp_path / "board" / Path(run["run"]).name,
        tmp_path / "board" / "mine",
    ]
    (again,) = blockyard("runs", "--json", "export", mine, "--tensorboard", tmp_path / "board").json["files"]
    assert again == done.json["files"][1]
    assert blockyard("runs", "export", mine).status == 2
    assert blockyard("runs", "export", "nothing", "--tensorboard", tmp_path).status == 2


def test_interrupting_stops_at_the_end_of_a_batch(tmp_path: Path):
    command = [
        sys.executable,
        "-m",
        "designer",
        "train",
        "lenet_sigmoid",
        "--epochs",
        "500",
        "--json",
        "--device",
        "cpu",
    ]
    environment = {**os.environ, "BLOCKYARD_DATA_DIR": str(tmp_path)}
    with subprocess.Popen(command, stdout=subprocess.PIPE, env=environment, cwd=tmp_path, text=True) as process:
        assert process.stdout is not None
        assert json.loads(process.stdout.readline())["type"] == "started"
        process.send_signal(signal.SIGINT)
        *_, last = process.stdout
        assert json.loads(last) == {"type": "finished", "run": json.loads(last)["run"], "stopped": True}
        assert process.wait(30) == 0


def test_a_reader_that_leaves_is_no_fault(tmp_path: Path):
    command = f"{sys.executable} -m designer summary googlenet --depth 9 | head -1; echo ${{PIPESTATUS[0]}}"
    done = subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=60, cwd=tmp_path)
    assert done.stderr == ""
    assert done.stdout.splitlines()[-1] == "0"


def test_a_training_whose_reader_leaves_is_stopped(tmp_path: Path):
    environment = {**os.environ, "BLOCKYARD_DATA_DIR": str(tmp_path)}
    train = f"{sys.executable} -m designer train lenet_sigmoid --epochs 500 --json --device cpu | head -1"
    subprocess.run(["bash", "-c", train], capture_output=True, timeout=60, cwd=tmp_path, env=environment)
    (status,) = (tmp_path / "runs").glob("*/status.json")
    deadline = time.monotonic() + 20
    while json.loads(status.read_text())["state"] != "stopped":
        assert time.monotonic() < deadline
        time.sleep(0.1)


def test_help_and_version(blockyard):
    assert blockyard("--version").out == f"blockyard {__version__}\n"
    told = blockyard("--help").out
    for command in ("presets", "check", "summary", "export", "train", "runs"):
        assert command in told
        assert blockyard(command, "--help").status == 0
