"""Two processes on gloo, started by torchrun from an exported project, train as one does with the joint batch."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import torch

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint

ROOT = Path(__file__).resolve().parents[2]
MINI = ROOT / "resources" / "fashion-mnist-mini"
TRAIN = "import sys\nfrom pathlib import Path\nfrom engine.run import main\nsys.exit(main(Path(__file__).parent))\n"
RECIPE = {  # 330 images: batches of 64 that make steps of two, a last one of 10, and a step of one batch
    "epochs": 2,
    "data": {"limit": 330, "validation": 0.1},
    "accumulate": 2,
    "clip_norm": 1.0,
    "optimizer": {"kind": "SGD", "lr": 0.05, "momentum": 0.9},
    "schedule": {"kind": "plateau", "patience": 1},
}


def torchrun(folder: Path, *arguments: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "torch.distributed.run", "--standalone", "--nproc-per-node", "2", *arguments]
    environment = {**os.environ, "PYTHONDONTWRITEBYTECODE": "1", "OMP_NUM_THREADS": "1"}
    return subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, check=False)


def figures(run_dir: Path) -> list[list[float]]:
    epochs = [m for m in protocol.read_metrics(run_dir) if isinstance(m, protocol.Epoch)]
    return [
        [e.train_loss, e.train_accuracy, e.validation_loss, e.validation_accuracy, e.test_loss, e.test_accuracy]
        for e in epochs
    ]


@pytest.fixture
def one(run_folder, train) -> Path:
    run_dir = run_folder("one", **RECIPE)
    assert train(run_dir) == [0]
    return run_dir


def test_two_processes_train_as_one_and_only_the_first_writes(run_folder, one):
    project = run_folder("project", **RECIPE)
    (project / "train.py").write_text(TRAIN, "utf-8")
    shutil.copytree(ROOT / "designer" / "engine", project / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    done = torchrun(project, "train.py", "--json")
    assert done.returncode == 0, done.stderr
    told = [protocol.read_line(line) for line in done.stdout.splitlines()]
    assert not any(isinstance(message, protocol.Unreadable) for message in told)
    assert [m.devices for m in told if isinstance(m, protocol.Started)] == [2]
    (two,) = (project / "runs").iterdir()
    assert told == list(protocol.read_metrics(two))
    assert isinstance(told[-1], protocol.Finished)
    assert torch.allclose(torch.tensor(figures(one)), torch.tensor(figures(two)), atol=1e-5)
    first, second = (load_checkpoint(last_checkpoint(folder)) for folder in (one, two))
    assert first["step"] == second["step"]
    for name, tensor in first["network"].items():
        assert torch.allclose(tensor, second["network"][name], atol=1e-5), name
    rows = [protocol.read_evaluation(folder) for folder in (one, two)]
    assert rows[0].confusion == rows[1].confusion
    assert [m.index for m in rows[0].mistakes] == [m.index for m in rows[1].mistakes]


def test_a_mistake_is_told_once_by_two_processes(run_folder):
    project = run_folder("project")
    (project / "train.py").write_text(TRAIN, "utf-8")
    shutil.copytree(ROOT / "designer" / "engine", project / "engine", ignore=shutil.ignore_patterns("__pycache__"))
    recipe = json.loads((project / protocol.RECIPE_FILE).read_text())
    (project / protocol.RECIPE_FILE).write_text(json.dumps({**recipe, "epochs": 0}))
    done = torchrun(project, "train.py")
    assert done.returncode != 0
    assert done.stderr.count("epochs is 0") == 1
    assert not (project / "runs").exists()


def test_two_that_go_on_train_as_two_that_never_stopped(run_folder, train):
    recipe = {**RECIPE, "in_forward": "x = torch.dropout(x, 0.2, self.training)"}
    whole, parted = run_folder("whole", **recipe), run_folder("parted", **{**recipe, "epochs": 1})
    assert train(whole, size=2) == [0, 0]
    assert train(parted, size=2) == [0, 0]
    shutil.copy(whole / protocol.RECIPE_FILE, parted)
    assert train(parted, "--resume", size=2) == [0, 0]
    assert figures(parted) == figures(whole)
    first, second = (load_checkpoint(last_checkpoint(folder))["network"] for folder in (whole, parted))
    assert all(torch.equal(first[name], second[name]) for name in first)
