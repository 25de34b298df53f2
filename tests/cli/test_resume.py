"""`blockyard train --resume`: Ctrl-C, and later on as if nothing had been."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path


def test_interrupted_and_resumed(blockyard, tmp_path: Path):
    options = ["--epochs", "2", "--device", "cpu", "--limit", "2000", "--json"]
    whole = blockyard("train", "lenet_relu", *options)
    command = [sys.executable, "-m", "designer", "train", "lenet_relu", *options]
    environment = {**os.environ, "BLOCKYARD_DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True) as run:
        assert any(json.loads(line)["type"] == "batch" for line in run.stdout)
        run.send_signal(signal.SIGINT)
        *_, last = run.stdout
        name = run.stderr.read().strip().rpartition(" ")[2]
        assert run.wait(30) == 0
    assert json.loads(last)["stopped"]
    assert (tmp_path / "data" / "runs" / name).is_dir()
    resumed = blockyard("train", "--resume", name, "--json")
    assert resumed.status == 0, resumed.err
    assert figures(resumed.out)[-1] == figures(whole.out)[-1]
    done = blockyard("train", "--resume", name)
    assert done.status == 1
    assert "is finished" in done.err
    assert "3 epochs" in blockyard("train", "--resume", name, "--epochs", "3").out


def figures(out: str) -> list[dict]:
    epochs = [message for message in map(json.loads, out.splitlines()) if message["type"] == "epoch"]
    return [{key: value for key, value in epoch.items() if key != "examples_per_second"} for epoch in epochs]


def test_what_cannot_be_resumed_is_told(blockyard, tmp_path: Path):
    told = blockyard("train", "--resume", "nothing")
    assert (told.status, "There is no run 'nothing'" in told.err) == (2, True)
    told = blockyard("train", "lenet_relu", "--resume", "nothing")
    assert (told.status, "--resume and a DESIGN" in told.err) == (2, True)
    told = blockyard("train", "--resume", "nothing", "--seed", "1")
    assert (told.status, "--resume and --seed" in told.err) == (2, True)
    told = blockyard("train")
    assert (told.status, "no DESIGN" in told.err) == (2, True)
