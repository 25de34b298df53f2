"""`blockyard train --resume`: Ctrl-C, and later on from there."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from pathlib import Path

from designer.engine.protocol import RECIPE_FILE, Batch, Epoch, read_metrics, read_status


def test_interrupted_and_resumed(blockyard, tmp_path: Path):
    options = ["--epochs", "500", "--device", "cpu", "--limit", "500", "--json"]
    command = [sys.executable, "-m", "designer", "train", "lenet_relu", *options]
    environment = {**os.environ, "BLOCKYARD_DATA_DIR": str(tmp_path / "data")}
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, env=environment, text=True) as run:
        assert any(json.loads(line).items() >= {"type": "batch", "epoch": 2}.items() for line in run.stdout)
        run.send_signal(signal.SIGINT)
        *_, last = run.stdout
        name = run.stderr.read().strip().rpartition(" ")[2]
        assert run.wait(30) == 0
    assert json.loads(last)["stopped"]
    run_dir = tmp_path / "data" / "runs" / name
    epochs = read_status(run_dir).epoch + 1
    recipe = (run_dir / RECIPE_FILE).read_bytes()
    fewer = blockyard("train", "--resume", name, "--epochs", "1")
    assert (fewer.status, "nothing to train up to epoch 1" in fewer.err) == (1, True)
    assert (run_dir / RECIPE_FILE).read_bytes() == recipe
    resumed = blockyard("train", "--resume", name, "--epochs", str(epochs), "--json")
    assert resumed.status == 0, resumed.err
    started = next(message for message in map(json.loads, resumed.out.splitlines()) if message["type"] == "started")
    assert started["steps_done"] > 0
    log = list(read_metrics(run_dir))
    assert [message.epoch for message in log if isinstance(message, Epoch)] == list(range(1, epochs + 1))
    steps = [message.step for message in log if isinstance(message, Batch)]
    assert steps == sorted(set(steps))
    done = blockyard("train", "--resume", name)
    assert done.status == 1
    assert "is finished" in done.err


def test_what_cannot_be_resumed_is_told(blockyard, tmp_path: Path):
    told = blockyard("train", "--resume", "nothing")
    assert (told.status, "There is no run 'nothing'" in told.err) == (2, True)
    told = blockyard("train", "lenet_relu", "--resume", "nothing")
    assert (told.status, "--resume and a DESIGN" in told.err) == (2, True)
    told = blockyard("train", "--resume", "nothing", "--seed", "1")
    assert (told.status, "--resume and --seed" in told.err) == (2, True)
    told = blockyard("train")
    assert (told.status, "no DESIGN" in told.err) == (2, True)
