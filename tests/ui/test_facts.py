"""What the window tells of memory, receptive fields and hints, and what a person sets for it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from designer.engine.recipe import StartRecipe
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton


@pytest.fixture(autouse=True)
def _known_device(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("designer.ui.memory_controller.device_memory", lambda _device: 16 << 30)


def type_over(qtbot: QtBot, editor: QWidget, text: str) -> None:
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClick(editor, Qt.Key.Key_Delete)
    qtbot.keyClicks(editor, text)
    qtbot.keyClick(editor, Qt.Key.Key_Return)


def test_the_memory_of_a_training_follows_recipe_device_and_limit(qtbot: QtBot, open_window: Open):
    window = open_window("resnet")
    line = window.status.memory
    assert line.text() == "training memory 1.1 GiB at batch 64"
    qtbot.waitUntil(lambda: line.text() == "training memory 1.1 GiB at batch 64, largest batch 1,013")
    window.recipes.set_field("batch_size", "128")
    assert line.text().startswith("training memory 2.1 GiB at batch 128")
    window.panels.show("summary")
    qtbot.waitUntil(lambda: window.summary.memory.isVisible() and bool(window.summary.memory.text()))
    assert "activations 2.0 GiB · weights" in window.summary.memory.text()
    limit = window.summary.limit
    assert limit.placeholderText() == "16.0 GiB"
    type_over(qtbot, limit, "2 GiB")
    assert line.text().endswith("at batch 128, largest batch 122")
    assert line.property("role") == "warn"
    type_over(qtbot, limit, "lots")
    assert limit.property("state") == "invalid"
    assert line.text().endswith("largest batch 122")
    type_over(qtbot, limit, "")
    assert line.text().endswith("largest batch 1,013")


def test_a_batch_that_nobody_can_use_is_not_shown(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    line = window.status.memory
    qtbot.waitUntil(lambda: line.text().endswith("at batch 64, any batch size fits"))
    window.panels.show("summary")
    qtbot.waitUntil(lambda: window.summary.memory.isVisible())
    type_over(qtbot, window.summary.limit, "1 MiB")
    assert line.text().endswith("at batch 64, not even one example fits")
    assert line.property("role") == "warn"


def test_layers_are_listed_with_their_share_and_lead_to_their_nodes(qtbot: QtBot, open_window: Open):
    window = open_window("resnet")
    window.panels.show("summary")
    table = window.summary.layers
    qtbot.waitUntil(lambda: table.model().rowCount() == 6)
    texts = [table.model().index(1, column).data() for column in range(table.model().columnCount())]
    assert texts[:5] == ["b2", "ResNetStem", "64×54×54", "148,224", "yes"]
    assert texts[-1] == "43×43, stride 4, padding 16"
    at = table.visualRect(table.model().index(2, 0)).center()
    qtbot.mouseClick(table.viewport(), LEFT, pos=at)
    qtbot.keyClick(table, Qt.Key.Key_Return)
    assert window.canvas.selected == ("b3",)
    facts = dict(window.inspector.node_page.table.texts())
    assert facts["training memory"] == "186 MiB at batch 64"
    assert (facts["receptive field"], facts["field's stride"], facts["field's padding"]) == ("99×99", "8", "44")
    window.canvas.go_to((), "b5")
    assert dict(window.inspector.node_page.table.texts())["receptive field"] == "435×435, beyond the input"
    recipe = window.session.recipe
    window.session.set_recipe(replace(recipe, start=StartRecipe(frozen=("b5",))))
    assert dict(window.inspector.node_page.table.texts())["parameters"] == "8,395,264, frozen"
    assert table.model().index(4, 4).data() == "frozen"
    qtbot.mouseClick(window.summary.modules_tab, LEFT)
    assert window.summary.button.isVisible()


def test_the_size_of_objects_is_held_against_the_field(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    editor = window.inspector.design_page.input_form.editor("object_size")
    assert (editor.text(), editor.placeholderText()) == ("", "not set")
    type_over(qtbot, editor, "20")
    (card,) = window.problems.cards
    assert card._problem.code == "field_below_object"
    assert "sees 12×12 pixels, less than an object of 20" in window.status.problem.text()
    window.session.undo()
    assert window.problems.cards == []
    type_over(qtbot, editor, "12")
    assert window.session.analysis.problems == ()
    type_over(qtbot, editor, "")
    assert window.session.facts.block.inputs[0].params.get("object_size") is None
    assert (editor.text(), editor.property("state")) == ("", "literal")


def test_hints_are_quiet_and_their_fix_is_one_step(qtbot: QtBot, open_window: Open):
    window = open_window("vgg11_bn")
    assert window.problems._empty.isVisible()
    assert window.status.problem.text() == ""
    assert window.panels.docks["problems"].windowTitle() == "Problems"
    qtbot.mouseClick(window.problems.hints, LEFT)
    before = window.session.facts.totals.params
    qtbot.mouseClick(window.problems.cards[0].buttons[0], LEFT)
    assert window.session.facts.totals.params == before - 2752
    assert window.session.diagnostics == ()
    window.session.undo()
    assert window.session.facts.totals.params == before


def test_a_device_that_cannot_be_asked_leaves_the_bound_open(qtbot: QtBot, open_window: Open, monkeypatch):
    monkeypatch.setattr("designer.ui.memory_controller.device_memory", lambda _device: None)
    window = open_window("lenet_relu")
    window.memory.ask_device()
    qtbot.waitUntil(lambda: not window.memory._asking.busy)
    assert "largest" not in window.status.memory.text()
