"""A project is exported from the window; weights go along only where the person says so."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QMessageBox
from pytestqt.qtbot import QtBot
from safetensors.torch import load_file, save_file

from designer.engine.recipe_start import StartRecipe
from designer.ui.window import MainWindow

Open = Callable[..., MainWindow]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

BUTTONS = QMessageBox.StandardButton


def export(qtbot: QtBot, window: MainWindow, weights: str, folder: Path, answer: BUTTONS) -> None:
    recipe = window.session.recipe
    window.session.set_recipe(replace(recipe, start=StartRecipe(weights)))
    window.actions_by_id["export_project"].trigger()
    dialog = window.findChild(QFileDialog)
    folder.mkdir()
    dialog.setDirectory(str(folder))
    dialog.accept()
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    question = QApplication.activeModalWidget()
    assert weights in question.informativeText()
    qtbot.mouseClick(question.button(answer), Qt.MouseButton.LeftButton)


@pytest.mark.parametrize("answer", [BUTTONS.Yes, BUTTONS.No])
def test_weights_are_asked_for(qtbot: QtBot, open_window: Open, tmp_path: Path, answer: BUTTONS):
    save_file({"conv1.weight": torch.ones(2)}, tmp_path / "w.safetensors")
    window = open_window("lenet_sigmoid")

    export(qtbot, window, str(tmp_path / "w.safetensors"), tmp_path / "project", answer)
    qtbot.waitUntil(lambda: any(toast.text == "Exported project" for toast in window.toasts.shown))

    assert (tmp_path / "project" / "start.safetensors").exists() == (answer is BUTTONS.Yes)
    if answer is BUTTONS.Yes:
        assert load_file(tmp_path / "project" / "start.safetensors").keys() == {"conv1.weight"}


def test_what_is_no_weights_is_told_and_nothing_is_written(qtbot: QtBot, open_window: Open, tmp_path: Path):
    (tmp_path / "id_rsa").write_text("secret")
    window = open_window("lenet_sigmoid")

    export(qtbot, window, str(tmp_path / "id_rsa"), tmp_path / "project", BUTTONS.Yes)
    qtbot.waitUntil(lambda: any("cannot be read" in toast.text for toast in window.toasts.shown))

    assert not list((tmp_path / "project").iterdir())
