"""Several nodes in the inspector: what they share is shown, and one edit sets it in all of them."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.editing import parameters
from tests.ui.editing.conftest import Editor


def retype(editor: Editor, name: str, text: str, end: Qt.Key = Qt.Key.Key_Return) -> None:
    field = editor.window.inspector.node_page.form.editor(name)
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, end)
    QApplication.processEvents()


def shown(editor: Editor) -> dict[str, object]:
    page = editor.window.inspector.node_page
    return {row.name: row.editor for row in (*page.form._rows, *page.structure._rows)}


def test_differing_values_are_shown_as_such(editor: Editor) -> None:
    editor.session.edit("Set", lambda d: parameters.set_param(d, "Net", "conv2", "kernel_size", 5))
    editor.select("conv1", "conv2")
    page = editor.window.inspector.node_page
    assert page.isVisible()
    assert page.name.text() == "2 nodes"
    assert page.name.isReadOnly()
    kernel, channels = page.form.editor("kernel_size"), page.form.editor("out_channels")
    assert (kernel.text(), kernel.placeholderText()) == ("", "several values")
    assert channels.text() == "8"


@pytest.mark.parametrize("text", ["7", "3"])
def test_one_edit_sets_all_in_one_step(editor: Editor, text: str) -> None:
    editor.session.edit("Set", lambda d: parameters.set_param(d, "Net", "conv2", "kernel_size", 5))
    editor.select("conv1", "conv2")
    before, steps = editor.session.design, editor.steps
    retype(editor, "kernel_size", text)
    assert [editor.block.nodes[key].params.get("kernel_size", 3) for key in ("conv1", "conv2")] == [int(text)] * 2
    assert editor.window.inspector.node_page.form.editor("kernel_size").text() == text
    editor.window.panel.view.setFocus()
    editor.one_step(steps, before)


def test_a_refused_value_changes_none(editor: Editor) -> None:
    editor.select("conv1", "conv2")
    before = editor.session.design
    retype(editor, "kernel_size", "nonsense (")
    assert editor.session.design is before


def test_unlike_nodes_share_what_both_have(editor: Editor) -> None:
    editor.select("conv1", "tanh1")
    assert set(shown(editor)) == {"repeat", "when"}
    editor.select("conv1", "input")
    assert not shown(editor)


def test_repeat_is_set_in_all(editor: Editor) -> None:
    editor.select("relu1", "tanh1", "conv2")
    field = shown(editor)["repeat"]
    field.setFocus()
    field.selectAll()
    QTest.keyClicks(field, "3")
    QTest.keyClick(field, Qt.Key.Key_Return)
    assert [editor.block.nodes[key].repeat for key in ("relu1", "tanh1", "conv2", "conv1")] == [3, 3, 3, 1]


def test_nothing_is_touched_by_looking(editor: Editor) -> None:
    editor.session.edit("Set", lambda d: parameters.set_param(d, "Net", "conv2", "kernel_size", 5))
    before = editor.session.design
    editor.select("conv1", "conv2")
    field = editor.window.inspector.node_page.form.editor("kernel_size")
    field.setFocus()
    QTest.keyClick(field, Qt.Key.Key_Return)
    editor.select("conv1")
    editor.select("conv2", "conv1")
    assert editor.session.design is before


def test_a_marquee_and_one_number_change_all_that_it_touches(editor: Editor) -> None:
    editor.select("relu1")
    editor.key(Qt.Key.Key_Delete, Qt.KeyboardModifier.ControlModifier)  # heal: both convolutions stand side by side
    scene = editor.window.panel.scene
    first, last = (scene.cards[key].body_in_scene() for key in ("conv1", "conv2"))
    start, end = first.topLeft(), last.bottomRight()
    editor.hand.drag(editor.hand.at(start.x() - 8, start.y() - 24), editor.hand.at(end.x() - 20, end.y() + 24))
    assert set(editor.selected) == {"conv1", "conv2"}
    before, steps = editor.session.design, editor.steps
    retype(editor, "out_channels", "16")
    assert [editor.block.nodes[key].params["out_channels"] for key in ("conv1", "conv2")] == [16, 16]
    assert "out 16" in scene.cards["conv2"].card.brief
    editor.window.panel.view.setFocus()
    editor.one_step(steps, before)
