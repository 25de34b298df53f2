"""Runs, summary, recipe and toasts."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import QApplication, QWidget
from pytestqt.qtbot import QtBot

from designer.ui.docks.recipe_form import RecipeChip
from designer.ui.docks.runs import Runs
from designer.ui.docks.summary import Summary
from designer.ui.docks.views import FieldSection, FieldView, RunView
from designer.ui.toasts import Toasts

OLD = RunView("/runs/10", "Run 10", "LeNet", "mini · SGD", "10 of 10", 0.41, 0.851, "finished", 1_700_000_000.0)
NEW = RunView("/runs/12", "Run 12", "ResNet", "mini · SGD", "3 of 10", None, None, "failed", 1_700_000_900.0)


def test_runs_newest_first_and_opened(qtbot: QtBot, show) -> None:
    runs = Runs()
    show(runs, 1000, 220)
    assert not runs.table.isVisible()
    runs.show_runs([OLD, NEW])
    model = runs.table.model()
    assert [model.index(row, 0).data() for row in range(2)] == ["Run 12", "Run 10"]
    assert [model.index(1, column).data() for column in (4, 5)] == ["0.4100", "85.1 %"]
    assert model.index(0, 4).data() == "–"
    at = runs.table.visualRect(model.index(1, 1)).center()
    qtbot.mouseClick(runs.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    with qtbot.waitSignal(runs.open_requested) as told:
        qtbot.mouseDClick(runs.table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["/runs/10"]
    with qtbot.waitSignal(runs.open_requested):
        qtbot.keyClick(runs.table, Qt.Key.Key_Return)


def test_runs_update_in_place(show) -> None:
    runs = Runs()
    show(runs, 1000, 220)
    runs.show_runs([OLD, NEW])
    runs.table.selectRow(1)
    runs.show_runs([replace(OLD, accuracy=0.9), NEW])
    assert runs.selected() == ["/runs/10"]
    assert runs.table.model().index(1, 5).data() == "90.0 %"


def test_runs_sort_by_figures(show) -> None:
    runs = Runs()
    show(runs, 1000, 220)
    runs.show_runs([OLD, NEW, replace(OLD, run_dir="/runs/9", name="Run 9", accuracy=0.0999)])
    runs.table.sortByColumn(5, Qt.SortOrder.DescendingOrder)
    assert [runs.table.model().index(row, 0).data() for row in range(3)] == ["Run 10", "Run 9", "Run 12"]


def test_summary_is_asked_for_and_shown(qtbot: QtBot, show) -> None:
    summary = Summary()
    show(summary, 700, 260)
    qtbot.mouseClick(summary.modules_tab, Qt.MouseButton.LeftButton)
    with qtbot.waitSignal(summary.refresh_requested):
        qtbot.mouseClick(summary.button, Qt.MouseButton.LeftButton)
    summary.show_busy()
    assert summary.busy.isVisible()
    assert not summary.button.isEnabled()
    summary.show_table("Layer  Params", "61.7 k parameters")
    assert summary.text.isVisible()
    assert summary.button.text() == "Refresh"
    summary.show_stale()
    assert "changed" in summary.note.text()
    summary.show_error("The network could not be built.", "Mend the problems first.")
    assert summary.note.property("role") == "error"
    assert summary.text.toPlainText() == "Layer  Params"
    assert not summary.busy.isVisible()


def test_the_recipe_opens_under_its_chip_and_is_edited(qtbot: QtBot, show) -> None:
    host = QWidget()
    chip = RecipeChip()
    chip.setParent(host)
    fields = [
        FieldView("data", "fashion-mnist-mini", "choice", ("fashion-mnist-mini", "mnist")),
        FieldView("learning_rate", "0.1", "float", default_text="0.1", label="learning rate", minimum=0),
        FieldView("nesterov", "False", "bool", default_text="False"),
    ]
    chip.show_line("fashion-mnist-mini · SGD")
    sections = [FieldSection("", tuple(fields), True)]
    chip.form_wanted.connect(lambda: chip.form.show_sections(sections, "About 3 min."))
    show(host, 900, 700)
    chip.setGeometry(500, 10, 260, 28)
    qtbot.mouseClick(chip, Qt.MouseButton.LeftButton)
    form = chip.form
    assert chip.popup.isVisible()
    rate = form.editor("learning_rate")
    rate.setFocus()
    rate.selectAll()
    edits: list[tuple[str, str]] = []
    chip.form.edited.connect(lambda name, text: edits.append((name, text)))
    qtbot.keyClicks(rate, "-1")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert form.complaint("learning_rate") == "learning rate must be 0 or more."
    rate.selectAll()
    qtbot.keyClicks(rate, "0.05")
    qtbot.keyClick(rate, Qt.Key.Key_Return)
    assert edits[-1] == ("learning_rate", "0.05")
    qtbot.keyClick(chip.popup, Qt.Key.Key_Escape)
    assert not chip.popup.isVisible()


@pytest.fixture
def host(show) -> QWidget:
    made = QWidget()
    show(made, 900, 600)
    return made


def test_toasts_stand_in_the_lower_middle_and_follow_the_window(host: QWidget) -> None:
    toasts = Toasts(host)
    toast = toasts.show("Saved resnet.blockyard", "success")
    assert abs(toast.geometry().center().x() - 450) <= 1
    assert 600 - toast.geometry().bottom() < 40
    host.resize(700, 500)
    assert abs(toast.geometry().center().x() - 350) <= 1
    assert host.focusWidget() is not toast


def test_a_toast_offers_an_action_and_goes(qtbot: QtBot, host: QWidget) -> None:
    toasts, undone = Toasts(host), []
    toast = toasts.show("Deleted conv2", action="Undo", run=lambda: undone.append(True))
    with qtbot.waitSignal(toast.gone):
        qtbot.mouseClick(toast.action_button, Qt.MouseButton.LeftButton)
    assert undone == [True]
    assert toasts.shown == []


def test_toasts_stack_three_high_and_the_same_one_once(host: QWidget) -> None:
    toasts = Toasts(host)
    for number in range(5):
        toasts.show(f"News {number}")
    assert [toast.text for toast in toasts.shown] == ["News 2", "News 3", "News 4"]
    tops = [toast.y() for toast in toasts.shown]
    assert tops == sorted(tops)
    assert len(set(tops)) == 3


def test_a_toast_waits_while_the_mouse_is_over_it(host: QWidget) -> None:
    toast = Toasts(host).show("The disk is full.", "error")
    point = QPointF(QPoint(5, 5))
    QApplication.sendEvent(toast, QEnterEvent(point, point, point))
    assert not toast._stay.isActive()
    QApplication.sendEvent(toast, QEvent(QEvent.Type.Leave))
    assert toast._stay.isActive()
