"""An exported project trains with a copy of the engine and torch alone: no Blockyard, no NumPy, no Pillow."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
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


@pytest.mark.parametrize(
    ("arguments", "status", "words"),
    [
        (("--epochs", "0"), 2, "epochs is 0"),
        (("--data", "nowhere"), 1, "no data set or folder 'nowhere'"),
    ],
)
def test_mistakes_are_told_in_words(project, arguments, status, words):
    done = train(project, *arguments)
    assert done.returncode == status
    assert words in done.stderr
    assert "Traceback" not in done.stderr
