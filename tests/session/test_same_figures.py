"""What the window trains is what an exported project trains: the same figures, number by number."""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from designer.engine.protocol import Epoch, Message, read_line
from designer.session.session import Session


def figures(messages: list[Message]) -> list[tuple[float, ...]]:
    epochs = [message for message in messages if isinstance(message, Epoch)]
    return [(e.epoch, e.train_loss, e.train_accuracy, e.test_loss, e.test_accuracy) for e in epochs]


def test_an_exported_project_trains_as_the_window_does(tmp_path: Path):
    session = Session.open("lenet_relu")
    recipe = session.recipe
    session.set_recipe(replace(recipe, epochs=2, device="cpu", data=replace(recipe.data, limit=1000)))
    control = session.train(root=tmp_path / "runs")
    told = list(control.reports())
    control.close()
    session.export_project(tmp_path / "project")
    done = subprocess.run(
        [sys.executable, "train.py", "--json"],
        cwd=tmp_path / "project",
        env={**os.environ, "PYTHONDONTWRITEBYTECODE": "1"},
        capture_output=True,
        text=True,
        check=True,
    )
    exported = [read_line(line) for line in done.stdout.splitlines()]
    assert len(figures(told)) == 2
    assert figures(exported) == figures(told)
