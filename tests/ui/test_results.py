"""The results dock after a real run: what it counts, its pictures, and a run without any."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF, QRect
from pytestqt.qtbot import QtBot

from designer.engine.protocol import Evaluation, Mistake, read_evaluation, read_status
from designer.ui.docks.results import Results
from designer.ui.presenters.results import results_view
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]


def test_results_follow_the_run_that_trains(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    recipe = window.session.recipe
    window.session.set_recipe(replace(recipe, epochs=1, device="cpu", data=replace(recipe.data, limit=512)))
    window.train_or_stop()
    window.panels.show("results")
    qtbot.waitUntil(lambda: window.later.reviewing.dock.classes.rowCount() == 10, timeout=60_000)
    qtbot.waitUntil(lambda: not window.training.running, timeout=60_000)
    assert "of 512 images right after epoch 1" in window.later.reviewing.dock.heading.text()
    evaluation = read_evaluation(window.training.control.run_dir)
    recall = evaluation.confusion[1][1] / sum(evaluation.confusion[1])
    assert window.later.reviewing.dock.classes.item(1, 3).text() == f"{100 * recall:.1f} %"
    assert window.later.reviewing.dock._grid.count() == len(evaluation.mistakes)
    matrix = window.later.reviewing.dock.confusion
    left, side = matrix._place()
    assert matrix.cell_at(QPointF(left + 1.5 * side, 0.5 * side)) == (0, 1)
    assert matrix.cell_at(QPointF(0, 0)) is None
    counted = f"{evaluation.confusion[0][1]} of {sum(evaluation.confusion[0])}"
    assert matrix.told(0, 1) == f"Images of {evaluation.classes[0]} taken for {evaluation.classes[1]}: {counted}"


def test_in_the_midst_of_a_run_the_results_are_those_of_the_epoch_that_was_told_last(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    recipe = window.session.recipe
    window.session.set_recipe(replace(recipe, epochs=1000, device="cpu", data=replace(recipe.data, limit=512)))
    window.train_or_stop()
    window.panels.show("results")
    qtbot.waitSignal(window.training.progressed).wait()
    window.training.pause_or_resume()
    qtbot.waitUntil(lambda: window.training.paused)
    told = read_status(window.training.control.run_dir).figures["epoch"]
    qtbot.waitUntil(lambda: f"right after epoch {told}," in f"{window.later.reviewing.dock.heading.text()},")


def test_figures_of_classes_have_room_and_those_of_cells_are_read_on_their_ground(qtbot: QtBot):
    dock = Results()
    qtbot.addWidget(dock)
    dock.resize(900, 260)
    dock.show()
    evaluation = Evaluation(1, ("shirt", "coat"), ((0, 88), (0, 88)), ())
    dock.show_run("Run", results_view(evaluation, "Run"), can_try=False)
    table = dock.classes
    assert table.item(1, 3).text() == "100.0 %"
    for column in range(1, 4):
        needed = max(table.sizeHintForColumn(column), table.horizontalHeader().sectionSizeHint(column))
        assert needed <= table.columnWidth(column)
    left, side = dock.confusion._place()
    wrong = dock.confusion.grab(QRect(int(left + side) + 2, 2, int(side) - 6, int(side) - 6)).toImage()
    pixels = {wrong.pixelColor(x, y).lightness() for x in range(wrong.width()) for y in range(wrong.height())}
    assert min(pixels) < 60  # figures are dark on a ground of pure amber
    assert wrong.pixelColor(2, 2).lightness() > 120


def test_figures_of_classes_and_pictures_that_lie():
    mistake = Mistake(0, 1, 0, 0.9, 3, 1, 2, "AAECAwQF")
    evaluation = Evaluation(1, ("shirt", "coat"), ((2, 0), (1, 0)), (mistake, replace(mistake, width=9)))
    view = results_view(evaluation, "Run")
    assert [(c.name, c.images, c.precision, c.recall) for c in view.classes] == [
        ("shirt", 2, 2 / 3, 1.0),
        ("coat", 1, None, 0.0),
    ]
    (shown,) = view.mistakes
    assert (shown.label, shown.guess, shown.pixels) == ("coat", "shirt", bytes([0, 2, 4, 1, 3, 5]))
