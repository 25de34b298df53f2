"""What a person gets wrong in the window: said in words where they look, and nothing is lost."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.analysis.diagnostics import Severity
from designer.graph.expressions import Expression
from designer.ui.canvas.dropping import kind_mime

CTRL = Qt.KeyboardModifier.ControlModifier
Key = Qt.Key


def errors(editor) -> list[tuple[str, str]]:
    """The code and the node of each error, but for the add1 that nothing is wired to."""
    found = editor.session.diagnostics
    return [(d.code, d.label) for d in found if d.severity == Severity.ERROR and d.label != "add1"]


def typed(editor, key: str, name: str, text: str) -> str:
    """Type into the inspector's field of a node, and press Return. Returns what stands under the field."""
    editor.select(key)
    form = editor.window.inspector.node_page
    form = form.structure if name in ("repeat", "when") else form.form
    field = form.editor(name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, Key.Key_Return)
    QApplication.processEvents()
    return form.complaint(name)


def grouped(editor, *keys: str) -> str:
    editor.select(*keys)
    editor.key(Key.Key_G, CTRL)
    [new] = editor.selected
    return new


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("8 // 0", "divides by zero"),
        ("9**9**9", "exponent 387420489 is too large"),
        ("10**10**8", "too large"),
        ("2 * wdith", "'wdith' is not a parameter here"),
        ("(1,) * 10**9", "too long"),
    ],
)
def test_an_expression_without_a_value_is_told_under_its_field_and_on_the_card(editor, text, words):
    assert words in typed(editor, "conv1", "out_channels", text)
    assert editor.block.nodes["conv1"].params["out_channels"] == Expression(text), "what was typed is kept"
    assert ("expression_error", "conv1") in errors(editor)
    assert editor.window.panel.scene.cards["conv1"].card.badge == "error"
    editor.session.undo()
    assert errors(editor) == []


def test_a_huge_repeat_is_told(editor):
    assert "repeat is 1000000" in typed(editor, "relu1", "repeat", "10**6")
    assert ("repeat_out_of_range", "relu1") in errors(editor)


@pytest.mark.parametrize("name", ["class", "forward", "two words", "1st", "conv2", "self"])
def test_a_name_that_cannot_be_is_refused_on_the_card(editor, name):
    before = editor.session.design
    editor.select("conv1")
    editor.key(Key.Key_F2)
    line = editor.window.panel.title_editor
    line.selectAll()
    QTest.keyClicks(line, name)
    QTest.keyClick(line, Key.Key_Return)
    assert editor.session.design is before
    [refused] = editor.refused
    assert name in refused
    assert editor.window.panel.scene.cards["conv1"].card.title == "conv1"


def test_a_block_cannot_be_dropped_into_itself(editor):
    new = grouped(editor, "conv1", "relu1")
    editor.key(Key.Key_Return)
    assert editor.window.canvas.path == (new,)
    before = editor.session.design
    view = editor.window.panel.view
    place, data = QPointF(view.viewport().rect().center()), kind_mime("Block1")
    told = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.viewport(), QDragEnterEvent(place.toPoint(), *told))
    QApplication.sendEvent(view.viewport(), QDropEvent(place, *told))
    assert editor.session.design is before
    assert ["would contain itself" in words for words in editor.refused] == [True]


def test_a_port_that_is_removed_while_wired_is_told_where_the_wire_ends(editor):
    new = grouped(editor, "conv1", "relu1")
    editor.key(Key.Key_Return)
    editor.select("input")
    steps, before = editor.steps, editor.session.design
    editor.key(Key.Key_Delete)
    editor.window.canvas.go_to(())
    assert ("missing_port", new) in errors(editor)
    assert ("input", new) in editor.ends, "the wire is kept until the person says"
    editor.window.panel.view.setFocus()
    editor.one_step(steps, before)
    editor.session.undo()
    assert errors(editor) == []


def test_a_parameter_that_is_read_is_not_removed(editor):
    editor.choose(editor.menu(editor.hand.on("conv1")), "Lift to the block", "out_channels = 8")
    editor.select()
    line = editor.window.inspector.design_page.variable_line
    before = editor.session.design
    line.removed.emit("out_channels")
    assert editor.session.design is before
    assert "read by conv1" in line.complaint.text()
