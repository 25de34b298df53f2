"""An exported project trains with a copy of the engine and torch alone: no Blockyard, no NumPy, no Pillow."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import pytest

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint, previous_checkpoint
from designer.engine.recipe import read_recipe
from tests.event_files import shown

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "resources" / "fashion-mnist-mini"
TRAIN = '''"""Trains the network of model.py: python train.py --data DIR; --help lists what else can be chosen."""

from pathlib import Path

from engine.run import main

if __name__ == "__main__":
    raise SystemExit(main(Path(__file__).resolve().parent))
'''
ALONE = """
import runpy, sys
for absent in ("designer", "numpy", "PIL", "torchinfo", "msgspec", "PySide6"):
    sys.modules[absent] = None
sys.path.insert(0, "")
sys.argv = ["train.py", *sys.argv[1:]]
runpy.run_path("train.py", run_name="__main__")
"""


@pytest.fixture
def project(run_folder) -> Path:
    folder = run_folder("project", data={"source": "fashion-mnist-mini"})
    (folder / "train.py").write_text(TRAIN, "utf-8")
    shutil.copytree(ROOT / "designer" / "engine", folder / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    return folder


def train(project: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-c", ALONE, *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1"}
    return subprocess.run(command, cwd=project, env=environment, capture_output=True, text=True, check=False)


def test_trains_with_torch_alone(project):
    done = train(project, "--data", str(MINI), "--limit", "500", "--epochs", "2", "--seed", "3", "--tensorboard")
    assert (done.returncode, done.stderr) == (0, "")
    first, *_, epoch, finished, weights = done.stdout.splitlines()
    assert "500 images, 2 epochs of 8 batches" in first
    assert epoch.startswith("epoch 2: train loss")
    (run_dir,) = (project / "runs").iterdir()
    assert finished == f"Finished: {run_dir}"
    assert str(last_checkpoint(run_dir)) in weights
    assert shown(run_dir)[-1].step == 16
    assert load_checkpoint(last_checkpoint(run_dir))["epoch"] == 2
    assert json.loads((run_dir / protocol.RECIPE_FILE).read_text())["seed"] == 3


def test_finds_data_beside_it_and_tells_json(project):
    shutil.copytree(MINI, project / "data" / "fashion-mnist-mini")
    done = train(project, "--json", "--limit", "100", "--run-dir", "here")
    assert (done.returncode, done.stderr) == (0, "")
    told = [protocol.read_line(line) for line in done.stdout.splitlines()]
    assert told[-1] == protocol.Finished(str(project / "here"), stopped=False)
    assert told == list(protocol.read_metrics(project / "here"))


@pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
def test_a_terminated_run_has_saved_and_is_extended_and_never_overwritten(project):
    options = ["--data", str(MINI), "--limit", "256", "--epochs", "10000", "--run-dir", "here", "--json"]
    run_dir = project / "here"
    with subprocess.Popen([sys.executable, "-c", ALONE, *options], cwd=project, stdout=subprocess.PIPE) as run:
        told = map(protocol.read_line, run.stdout)
        assert any(isinstance(message, protocol.Epoch) and message.epoch == 2 for message in told)
        run.send_signal(signal.SIGTERM)
        *_, last = told
        assert run.wait(60) == 143
    assert last == protocol.Finished(str(run_dir), stopped=True)
    saved = load_checkpoint(last_checkpoint(run_dir))
    assert saved["step"] >= 8
    epochs = saved["epoch"] + 1
    for options, words in (
        (("--epochs", "1"), "nothing to train up to epoch 1"),
        (("--lr", "0.1", "--epochs", str(epochs)), "--resume was given with --lr"),
        (("--recipe", "recipe.json"), "--resume was given with --recipe"),
    ):
        done = train(project, "--resume", "here", *options)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    for more in (0, 1):
        done = train(project, "--resume", "here", "--epochs", str(epochs + more))
        assert (done.returncode, done.stderr) == (0, "")
        assert load_checkpoint(last_checkpoint(run_dir))["epoch"] == epochs + more
    log = (run_dir / protocol.METRICS_FILE).read_bytes()
    for options, words in (
        (("--resume", "here"), f"is finished, after epoch {epochs + 1}"),
        (("--run-dir", "here"), "holds a run already, which is never overwritten"),
        (("--resume", "nowhere"), "not the folder of a run"),
    ):
        done = train(project, *options)
        assert (done.returncode, words in done.stderr) == (2, True), done.stderr
    last_checkpoint(run_dir).unlink()
    previous_checkpoint(run_dir).unlink()
    done = train(project, "--resume", "here", "--epochs", "100")
    assert (done.returncode, "checkpoint is gone" in done.stderr) == (2, True), done.stderr
    assert (run_dir / protocol.METRICS_FILE).read_bytes() == log


def test_the_fields_of_the_recipe_are_options(project):
    options = "--optimizer SGD --lr 0.01 --momentum 0.9 --schedule cosine --validation 0.1 --resize 14 --skip-broken"
    done = train(project, "--data", str(MINI), "--limit", "128", *options.split(), "--loss", "mse", "--run-dir", "here")
    assert done.returncode == 1  # the network is for images of 28 × 28
    recipe = read_recipe(project / "here" / protocol.RECIPE_FILE)
    assert (recipe.optimizer.kind, recipe.optimizer.lr, recipe.optimizer.momentum) == ("SGD", 0.01, 0.9)
    assert (recipe.schedule.kind, recipe.data.validation, recipe.data.resize) == ("cosine", 0.1, 14)
    assert (recipe.data.skip_broken, recipe.loss, recipe.data.limit) == (True, "mse", 128)
    helped = train(project, "--help").stdout
    assert "--weight-decay X" in helped
    assert "0 to below 1" in helped


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--momentum", "2"), 2, "optimizer.momentum is 2.0"),
        (("--lr", "fast"), 2, "'fast' is not a number"),
        (("--epochs", "0"), 2, "epochs is 0"),
        (("--data", "nowhere"), 1, "no data set or folder 'nowhere'"),
    ],
)
def test_mistakes_are_told_in_words(project, arguments, status, words):
    done = train(project, *arguments)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr
