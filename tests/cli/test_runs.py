"""`blockyard runs` on folders of strangers."""

from __future__ import annotations

import json
import platform
import subprocess
import sys
from pathlib import Path

from designer.engine.processes import ProcessIdentity


def run(folder: Path, **files: object) -> Path:
    folder.mkdir(parents=True)
    for name, content in files.items():
        (folder / f"{name}.json").write_text(content if isinstance(content, str) else json.dumps(content))
    return folder


def test_a_damaged_run_is_told_and_the_others_are_listed(blockyard, tmp_path: Path):
    status = {"state": "finished", "pid": 1, "started_at": 0, "heartbeat": 0, "epoch": 0, "epochs": 1, "message": ""}
    run(tmp_path / "data/runs/evil", run={}, recipe={}, status=status | {"figures": {"epoch": "x"}})
    run(tmp_path / "data/runs/torn", run='{"title": ', recipe={}, status=status | {"figures": None})
    run(tmp_path / "data/runs/a\nb\x1b[31mc", run={"title": "a\nb\x1b[2J" * 90}, recipe={}, status=status)
    sound = run(tmp_path / "data/runs/sound", run={"title": "Net"}, recipe={}, status=status | {"figures": None})
    listed = blockyard("runs")
    assert listed.status == 0, listed.err
    rows = {line.split()[0]: line for line in listed.out.splitlines() if ":" not in line}
    assert "damaged" in rows["evil"]
    assert "damaged" in rows["torn"]
    assert "finished" in rows["sound"]
    assert "evil: The run is damaged: status.json says that figures.epoch is 'x'." in listed.out
    assert "torn: The run is damaged: run.json is not sound JSON" in listed.out
    assert "\x1b" not in listed.out
    assert max(map(len, listed.out.splitlines())) < 500
    states = {
        Path(entry["run"]).name: (entry["state"], bool(entry["damage"])) for entry in blockyard("runs", "--json").json
    }
    assert states["evil"] == states["torn"] == ("unreadable", True)
    assert states["sound"] == ("finished", False)
    for name in ("evil", "torn"):
        for command in (("runs", "--csv", name), ("train", "--resume", name), ("predict", name, "x.png")):
            done = blockyard(*command)
            assert (done.status, done.err.startswith("error: ")) == (2, True), done
    assert sorted(path.name for path in sound.iterdir()) == ["recipe.json", "run.json", "status.json"]


def test_a_place_that_is_no_folder(blockyard, tmp_path: Path):
    (tmp_path / "file").touch()
    told = blockyard("runs", "--dir", "file")
    assert (told.status, "cannot be listed" in told.err) == (2, True)
    assert blockyard("runs", "--dir", "none").status == 0


def test_the_engine_of_a_run_is_ended_and_no_other_process(blockyard, tmp_path: Path):
    folder = run(tmp_path / "data/runs/net", run={"design": "Net"}, recipe={})
    (folder / "model.py").write_text("")
    idle = [sys.executable, "-c", "import sys; print('ready', flush=True); sys.stdin.read()"]
    with subprocess.Popen(idle, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as process:
        process.stdout.readline()
        status = {"state": "running", "pid": process.pid, "started_at": 0, "heartbeat": 0, "epoch": 1, "epochs": 2}
        status |= {"figures": None, "message": "", "host": platform.node(), "began": "another moment"}
        (folder / "status.json").write_text(json.dumps(status))
        told = blockyard("runs", "end", "net")
        assert (told.status, "no engine on this machine" in told.err) == (1, True)
        assert process.poll() is None
        status["began"] = ProcessIdentity.of(process.pid).began
        (folder / "status.json").write_text(json.dumps(status))
        assert "has not answered for" in blockyard("runs").out
        assert "is under way in process" in blockyard("train", "--resume", "net", "--trust").err
        ended = blockyard("runs", "end", "net")
        assert (ended.status, "--resume net" in ended.out) == (0, True)
        assert process.wait() != 0
    assert "interrupted" in blockyard("runs").out
