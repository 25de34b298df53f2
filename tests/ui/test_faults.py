"""Faults of data and weights, met by one window one after another: the dock tells of each, and the next run begins."""

from __future__ import annotations

import pickle
import random
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.editing import variables
from designer.engine.protocol import Finished, read_metrics, read_status
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


class Bomb:
    """A pickle that would do something when it is read."""

    def __reduce__(self) -> tuple:
        return Path.touch, (Path("exploded").absolute(),)


def draw(folder: Path, *classes: str) -> None:
    for name in classes:
        (folder / name).mkdir(parents=True)
        for number in range(12):
            noise = random.Random(f"{name} {number}").randbytes(28 * 28)
            Image.frombytes("L", (28, 28), noise).save(folder / name / f"{number}.png")


def test_a_window_outlives_all_of_them(
    qtbot: QtBot, open_window: Callable[..., MainWindow], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    draw(tmp_path / "one", "cat")
    draw(tmp_path / "two", "cat", "dog")
    damaged = tmp_path / "two" / "dog" / "3.png"
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:100])
    (tmp_path / "weights.pt").write_bytes(pickle.dumps(Bomb()))
    window = open_window("lenet_relu")
    recipe = window.session.recipe
    window.session.set_recipe(replace(recipe, epochs=1, device="cpu", data=replace(recipe.data, source="two")))

    def train() -> str:
        """Train by the button, to the end. Returns what the dock says then."""
        qtbot.mouseClick(window.top.train, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.training.control is not None and not window.training.running)
        assert window.top.train.isEnabled()
        assert window.top.train.text().startswith("Train")
        run_dir = window.training.control.run_dir
        if not isinstance(window.training.control.outcome, Finished):
            assert list(read_metrics(run_dir))[-1] == window.training.control.outcome
            assert read_status(run_dir).state == "failed"
        return window.training_dock.message.text()

    for source, weights, words in (
        ("two", "", "1 image cannot be read: dog/3.png"),
        ("one", "", "holds one class only, 'cat'"),
        ("fashion-mnist-mini", "weights.pt", "holds more than tensors and numbers; nothing of it was run"),
    ):
        path = tmp_path / source
        window.recipes.set_field("data.source", str(path) if path.exists() else source)
        window.recipes.set_field("start.weights", weights and str(tmp_path / weights))
        assert words in train()
    assert not (tmp_path / "exploded").exists()
    damaged.write_bytes(whole)
    window.recipes.set_field("data.source", str(tmp_path / "two"))
    window.recipes.set_field("start.weights", "")
    assert train().startswith("Finished in")


def test_what_a_run_was_warned_of_is_still_there_when_it_has_ended(qtbot: QtBot, open_window, tmp_path: Path) -> None:
    draw(tmp_path, "cat", "dog")
    damaged = tmp_path / "dog" / "3.png"
    damaged.write_bytes(damaged.read_bytes()[:100])
    window = open_window("lenet_relu")
    recipe = window.session.recipe
    data = replace(recipe.data, source=str(tmp_path), skip_broken=True)
    slow = replace(recipe.optimizer, kind="SGD", lr=1e-6)  # learns nothing
    window.session.set_recipe(replace(recipe, epochs=20, batch_size=8, optimizer=slow, device="cpu", data=data))

    def train() -> str:
        qtbot.mouseClick(window.top.train, Qt.MouseButton.LeftButton)
        qtbot.waitUntil(lambda: window.training.control is not None and not window.training.running)
        assert window.training_dock.message.text().startswith("Finished in")
        return window.training_dock.warnings.text()

    broken, wide, stuck = train().splitlines()
    assert wide.startswith("The network gives 10 scores for each image; the data has 2 classes.")
    assert broken.startswith("1 image that cannot be read is left out: dog/3.png")
    assert "the network still guesses" in stuck
    assert "Use a smaller learning rate" in stuck
    damaged.unlink()
    recipe = window.session.recipe
    window.session.set_recipe(replace(recipe, epochs=1))  # too short a run to be judged
    window.session.edit("Set", lambda d: variables.set_variable(d, d.main, "num_classes", default=2))
    assert train() == ""
    assert not window.training_dock.warnings.isVisible()
