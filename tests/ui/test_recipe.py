"""Recipes that cannot mean what they say: told in the form where they stand; Train starts nothing."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from designer.base.paths import runs_dir
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
LEFT = Qt.MouseButton.LeftButton


def type_over(qtbot: QtBot, editor: QWidget, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_a_warm_up_as_long_as_the_run_is_told_in_the_form_and_by_train(
    qtbot: QtBot, open_window: Callable[..., MainWindow]
) -> None:
    window = open_window("lenet_relu")
    window.top.recipe.open_form()
    form = window.top.recipe.form
    qtbot.mouseClick(form.folds["Schedule"].head, LEFT)
    type_over(qtbot, form.editor("schedule.warmup_epochs"), "5")
    assert window.session.recipe.schedule.warmup_epochs == 5
    assert "Warm-up is 5 with epochs=5. Expected less than 5" in form.complaint("schedule.warmup_epochs")
    window.top.recipe.popup.close()
    qtbot.mouseClick(window.top.train, LEFT)
    qtbot.waitUntil(lambda: "schedule.warmup_epochs is 5 with epochs=5" in window.training_dock.message.text())
    assert not window.training.running
    assert not list(runs_dir().glob("*"))
    window.top.recipe.open_form()
    type_over(qtbot, form.editor("epochs"), "6")
    assert form.complaint("schedule.warmup_epochs") == ""


def test_what_has_no_effect_is_told_under_its_field(qtbot: QtBot, open_window: Callable[..., MainWindow]) -> None:
    window = open_window("lenet_relu")
    window.top.recipe.open_form()
    form = window.top.recipe.form
    qtbot.mouseClick(form.folds["Schedule"].head, LEFT)
    form.editor("schedule.kind").put("step")
    assert "the rate is never cut" in form.complaint("schedule.step_epochs")
    type_over(qtbot, form.editor("schedule.step_epochs"), "3")
    assert form.complaint("schedule.step_epochs") == ""


def test_what_is_monitored_can_be_chosen(qtbot: QtBot, open_window: Callable[..., MainWindow]) -> None:
    window = open_window("lenet_relu")
    window.top.recipe.open_form()
    form = window.top.recipe.form
    type_over(qtbot, form.editor("data.validation"), "0.1")
    type_over(qtbot, form.editor("early_stopping"), "2")
    form.editor("early_stopping_monitor").put("loss")
    qtbot.mouseClick(form.folds["Schedule"].head, LEFT)
    form.editor("schedule.kind").put("plateau")
    form.editor("schedule.monitor").put("loss")
    recipe = window.session.recipe
    assert (recipe.early_stopping_monitor, recipe.schedule.monitor) == ("loss", "loss")
    form.editor("schedule.kind").put("one_cycle")
    form.editor("schedule.cycle_momentum").put("False")
    assert not window.session.recipe.schedule.cycle_momentum
