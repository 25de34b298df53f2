"""The window with custom layers: one is written, added, changed everywhere, held against torch; none runs unasked."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QPushButton
from pytestqt.qtbot import QtBot

from designer.base.paths import runs_dir
from designer.document.document import Document
from designer.engine.recipe import DataRecipe, Recipe
from designer.graph.block import Node
from designer.graph.design import Design
from designer.session.preparing import prepare_run
from designer.session.session import Session
from designer.session.trust import trust_layers, untrusted_layers
from designer.ui.presenters.palette import NEW_CUSTOM
from designer.ui.presenters.reports import run_view
from designer.ui.window import MainWindow
from tests.custom_layers import SCALED_CONV, hostile, with_custom

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
RECIPE = Recipe(data=DataRecipe(limit=64), epochs=1, device="cpu")


@pytest.fixture
def window(open_window: Callable[..., MainWindow]) -> Callable[[Design], MainWindow]:
    def opened(design: Design) -> MainWindow:
        window = open_window()
        session = Session(Document(design, RECIPE))
        window.tabs.open(session)
        return window

    return opened


def press(button: QPushButton) -> None:
    QTest.mouseClick(button, Qt.MouseButton.LeftButton)


def type_into(table, row: int, column: int, text: str) -> None:
    """Write into a cell as a person does: double-click it, and type over what is there."""
    at = table.visualItemRect(table.item(row, column)).center()
    QTest.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    if not isinstance(QApplication.focusWidget(), QLineEdit):  # it was the current cell already
        QTest.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=at)
    editor = QApplication.focusWidget()
    assert isinstance(editor, QLineEdit)
    editor.selectAll()
    QTest.keyClicks(editor, text)
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QApplication.processEvents()  # Qt takes it a little later
    assert table.item(row, column).text() == text


# -- trust ------------------------------------------------------------------------------------------------------------


def test_training_waits_for_trust(window, tmp_path: Path, qtbot: QtBot):
    marker = tmp_path / "it ran"
    w = window(hostile(marker))
    assert not w.central.trust.isVisible()
    w.actions_by_id["train"].trigger()
    assert w.central.trust.isVisible()
    assert w.central.trust.words.text().startswith("This document brings its own Python code")
    assert not w.training.running
    press(w.central.trust.buttons[0])
    assert str(marker) in w.trusting.reading.view.toPlainText()
    assert w.central.trust.isVisible()
    assert not marker.exists()
    assert not runs_dir().exists()
    w.trusting.reading.close()

    press(w.central.trust.buttons[1])
    assert not w.central.trust.isVisible()
    assert w.training.running
    qtbot.waitUntil(marker.exists, timeout=60_000)
    assert untrusted_layers(w.session.design) == ()


def test_the_table_and_going_on_wait_too(window, tmp_path: Path):
    marker = tmp_path / "it ran"
    folder = prepare_run(Session.open("lenet_relu").document, RECIPE)
    w = window(hostile(marker))
    w.summaries.ask()
    assert w.central.trust.isVisible()
    press(w.central.trust.close_button)
    assert not w.central.trust.isVisible()
    assert w.summaries._process is None

    from designer.runs.listing import read_run

    (folder / "model.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Net: ...\n", "utf-8")
    w.runs.go_on_requested.emit(run_view(read_run(folder)))
    assert w.central.trust.words.text().startswith("This run was not begun here")
    assert not w.training.running
    w.tabs.open(Session())
    assert not w.central.trust.isVisible()
    assert not marker.exists()


def test_saving_a_change_to_strange_code_does_not_trust_it(window, tmp_path: Path):
    w = window(hostile(tmp_path / "it ran"))
    w.customs.open("Harmless")
    dialog = w.customs.dialog
    assert not dialog.check_button.isVisible()
    dialog.summary.setFocus()
    QTest.keyClicks(dialog.summary, "!")
    press(dialog.keep_button)
    assert w.session.design.customs["Harmless"].summary == "!Does no harm."
    assert untrusted_layers(w.session.design)
    w.customs.open("Harmless")
    press(w.customs.dialog.trust_button)
    assert not untrusted_layers(w.session.design)
    assert w.customs.dialog.check_button.isVisible()


# -- writing ----------------------------------------------------------------------------------------------------------


def test_one_is_written_and_added(window, qtbot: QtBot):
    w = window(with_custom(nodes=[Node("relu", "ReLU")]))
    w.panel.scene.select(["relu"])
    w.palette_dock.focus_search()
    QTest.keyClicks(w.palette_dock.search, "new custom")
    QTest.keyClick(w.palette_dock.search, Qt.Key.Key_Return)
    dialog = w.customs.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog.verdict.text() == "(1, 8, 16, 16) becomes (1, 8, 16, 16) · 8 parameters"
    assert dialog.keep_button.isEnabled()

    dialog.source.setFocus()
    dialog.source.moveCursor(dialog.source.textCursor().MoveOperation.End)
    QTest.keyClicks(dialog.source, "oops oops")
    qtbot.waitUntil(lambda: "Python cannot read this" in dialog.verdict.text())
    assert "Line 1" in dialog.verdict.text()
    assert not dialog.keep_button.isEnabled()
    for _ in "oops oops":
        QTest.keyClick(dialog.source, Qt.Key.Key_Backspace)
    type_into(dialog.outputs, 0, 1, "N, D, H, W")
    qtbot.waitUntil(lambda: "'D' is neither a parameter nor an axis" in dialog.verdict.text())
    type_into(dialog.outputs, 0, 1, "N, C, H, W")
    type_into(dialog.parameters, 1, 0, "width")
    qtbot.waitUntil(lambda: "width: '' is no value" in dialog.verdict.text())
    press(dialog.fill_button)  # __init__ takes no width: the row goes
    qtbot.waitUntil(lambda: "becomes" in dialog.verdict.text())
    steps = w.session.history.position
    press(dialog.keep_button)
    assert not dialog.isVisible()
    assert list(w.session.design.customs) == ["ChannelScale"]
    assert not untrusted_layers(w.session.design)
    (key,) = w.canvas.selected
    assert w.canvas.facts.nodes[key].output.shape == (1, 3, 16, 16)
    w.palette_dock.search.clear()
    assert "ChannelScale" in w.palette_dock.titles()
    while w.session.history.position > steps:
        w.actions_by_id["undo"].trigger()
    assert not w.session.design.customs


def test_a_change_reaches_every_instance(window, qtbot: QtBot):
    trust_layers([SCALED_CONV])
    w = window(with_custom(SCALED_CONV, nodes=[Node("a", "ScaledConv"), Node("b", "ScaledConv")]))
    w.panel.view.open_requested.emit("a")  # a double click
    dialog = w.customs.dialog
    qtbot.waitUntil(dialog.isActiveWindow)
    assert dialog.title.text() == "ScaledConv"
    assert dialog.verdict.text() == "(1, 3, 16, 16) becomes (1, 8, 16, 16) · 224 parameters"
    type_into(dialog.outputs, 0, 1, "N, out_channels, H, W")
    press(dialog.check_button)
    qtbot.waitUntil(lambda: dialog.finding.text() == "torch does what is declared.", timeout=60_000)
    type_into(dialog.outputs, 0, 1, "N, 2 * C, H, W")
    press(dialog.check_button)
    words = "output has the shape (1, 8, 16, 16), and (1, 6, 16, 16) is declared."
    qtbot.waitUntil(lambda: words in dialog.finding.text(), timeout=60_000)
    before = w.session.design
    press(dialog.keep_button)
    assert [w.canvas.facts.nodes[key].output.shape[1] for key in "ab"] == [6, 12]
    w.actions_by_id["undo"].trigger()
    assert w.session.design is before


def test_what_is_not_kept_is_not_lost_at_once(window):
    w = window(with_custom(SCALED_CONV, nodes=[Node("a", "ScaledConv")]))
    w.customs.open("ScaledConv")
    dialog = w.customs.dialog
    press(dialog.cancel_button)
    assert not dialog.isVisible()
    w.customs.open("ScaledConv")
    dialog = w.customs.dialog
    dialog.macs.setFocus()
    QTest.keyClicks(dialog.macs, "0")
    press(dialog.cancel_button)
    assert dialog.isVisible()
    assert "not kept yet" in dialog.finding.text()
    w.customs.open_new()
    assert w.customs.dialog is not dialog  # asked for a second time


def test_the_inspector_and_the_palette_lead_to_it(window):
    w = window(with_custom(SCALED_CONV, nodes=[Node("a", "ScaledConv")]))
    w.panel.scene.select(["a"])
    w.inspecting.answered.emit("edit_custom", "ScaledConv")
    assert w.customs.dialog.isVisible()
    press(w.customs.dialog.help_button)
    assert w.helping.window.title.text() == "Custom layers"
    w.helping.window.close()
    press(w.customs.dialog.cancel_button)
    entry = next(e for e in w.palette_dock._model._entries if e.kind == "ScaledConv")
    w.palette_dock.menu_requested.emit(entry, w.pos())
    texts = [action.text() for action in w.offering.menu.actions()]
    assert "Edit the layer…" in texts
    refused = []
    w.canvas.refused.connect(refused.append)
    next(a for a in w.offering.menu.actions() if a.text() == "Delete from this design").trigger()
    w.offering.menu.close()
    assert "ScaledConv is used in Net" in str(refused[0])
    assert NEW_CUSTOM in [e.kind for e in w.palette_dock._model._entries]
