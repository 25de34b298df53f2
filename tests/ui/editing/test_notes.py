"""Notes and frames with a person's hand: written, coloured, moved with what they hold, resized, copied, undone."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.ui.canvas.note_text import note_document
from designer.ui.theme.tokens import DARK, LIGHT
from tests.ui.editing.conftest import Editor

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
NONE = Qt.KeyboardModifier.NoModifier


def typed(editor: Editor, text: str, key: Qt.Key, modifiers=NONE) -> None:
    """Write into the editor that is open, and end with a key."""
    field = editor.window.panel.note_editor
    assert field.isVisible()
    assert field.hasFocus()
    field.selectAll()
    QTest.keyClicks(field, text)
    QTest.keyClick(field, key, modifiers)
    assert not field.isVisible()


def add_note(editor: Editor, text: str = "# Hello") -> str:
    pos = editor.hand.at(120, 330)
    editor.choose(editor.menu(pos), "Add a note")
    typed(editor, text, Qt.Key.Key_Return, CTRL)
    return list(editor.block.notes)[-1]


def frame(editor: Editor, *keys: str) -> str:
    editor.select(*keys)
    editor.key(Qt.Key.Key_F, SHIFT)
    typed(editor, "Stem", Qt.Key.Key_Return)
    return list(editor.block.notes)[-1]


def body(editor: Editor, key: str):
    return editor.window.panel.scene.standing(key).body_in_scene()


def title_of(editor: Editor, key: str) -> QPoint:
    area = body(editor, key)
    return editor.hand.at(area.left() + 60, area.top() + 14)


def test_a_note_is_written_and_written_anew(editor: Editor) -> None:
    key = add_note(editor, "**bold**")
    note = editor.block.notes[key]
    assert note.text == "**bold**"
    area = body(editor, key)
    pos = editor.hand.at(area.center().x(), area.center().y())
    before, steps = editor.session.design, editor.steps
    QTest.mouseDClick(editor.hand.viewport, Qt.MouseButton.LeftButton, NONE, pos)
    typed(editor, "plain", Qt.Key.Key_Return, CTRL)
    assert editor.block.notes[key].text == "plain"
    editor.one_step(steps, before)
    QTest.mouseDClick(editor.hand.viewport, Qt.MouseButton.LeftButton, NONE, pos)
    typed(editor, "dropped", Qt.Key.Key_Escape)
    assert editor.block.notes[key].text == "plain"


def test_a_frame_moves_with_what_is_in_it(editor: Editor) -> None:
    key = frame(editor, "conv1", "relu1")
    assert editor.block.notes[key].text == "Stem"
    places = {name: editor.block.nodes[name].position for name in ("conv1", "relu1", "conv2")}
    before, steps = editor.session.design, editor.steps
    start = title_of(editor, key)
    editor.hand.drag(start, start + QPoint(0, 64))
    for name in ("conv1", "relu1"):
        x, y = places[name]
        assert editor.block.nodes[name].position == (x, y + 80.0)
    assert editor.block.nodes["conv2"].position == places["conv2"]
    assert editor.block.notes[key].position[1] == before.root.notes[key].position[1] + 80.0
    editor.one_step(steps, before)


def test_within_a_frame_is_the_ground(editor: Editor) -> None:
    key = frame(editor, "conv1", "tanh1")
    area = body(editor, key)
    editor.hand.drag(editor.hand.at(area.left() + 12, area.top() + 40), editor.hand.at(area.right() - 12, 100))
    assert set(editor.selected) == {"conv1"}
    assert not editor.window.panel.scene.selected_notes
    assert editor.block.notes[key].position == (area.left(), area.top())


@pytest.mark.parametrize(("sides", "sign"), [("right bottom", 1), ("left top", -1)])
def test_a_corner_in_hand_resizes(editor: Editor, sides: str, sign: int) -> None:
    key = add_note(editor)
    area = body(editor, key)
    before, steps = editor.session.design, editor.steps
    corner = area.bottomRight() if sign > 0 else area.topLeft()
    start = editor.hand.at(corner.x() - sign, corner.y() - sign)
    editor.hand.drag(start, start + QPoint(64, 32) * sign)
    note = editor.block.notes[key]
    assert note.size == (area.width() + 80, area.height() + 40)
    assert (note.position == (area.left(), area.top())) is (sign > 0)
    editor.one_step(steps, before)


def test_a_colour_is_chosen_from_the_menu(editor: Editor) -> None:
    key = frame(editor, "conv1")
    editor.choose(editor.menu(title_of(editor, key)), "Colour", "Amber")
    assert editor.block.notes[key].colour == "amber"


def test_notes_are_copied_cut_and_deleted_with_nodes(editor: Editor) -> None:
    key = frame(editor, "conv1")
    editor.select(key, "conv1")
    editor.key(Qt.Key.Key_C, CTRL)
    editor.key(Qt.Key.Key_V, CTRL)
    assert len(editor.block.notes) == 2
    (copy,) = editor.window.panel.scene.selected_notes
    assert editor.block.notes[copy].text == "Stem"
    assert len(editor.selected) == 1
    editor.key(Qt.Key.Key_D, CTRL)
    assert len(editor.block.notes) == 3
    editor.key(Qt.Key.Key_Delete)
    assert len(editor.block.notes) == 2
    editor.select(key)
    editor.key(Qt.Key.Key_X, CTRL)
    assert list(editor.block.notes) == [copy]
    assert "conv1" in editor.block.nodes


def test_escape_puts_a_frame_in_hand_back(editor: Editor) -> None:
    key = frame(editor, "conv1")
    before = editor.session.design
    start = title_of(editor, key)
    editor.hand.press(start)
    editor.hand.move(start + QPoint(30, 30))
    editor.hand.move(start + QPoint(60, 60))
    editor.key(Qt.Key.Key_Escape)
    editor.hand.release(start + QPoint(60, 60))
    assert editor.session.design is before
    assert body(editor, key).topLeft().x() == before.root.notes[key].position[0]


def test_arrows_move_a_note_and_f2_writes_it(editor: Editor) -> None:
    key = add_note(editor)
    x, y = editor.block.notes[key].position
    editor.key(Qt.Key.Key_Right)
    assert editor.block.notes[key].position == (x + 8, y)
    editor.key(Qt.Key.Key_F2)
    typed(editor, "by key", Qt.Key.Key_Return, CTRL)
    assert editor.block.notes[key].text == "by key"


def test_nothing_selected_cannot_be_framed(editor: Editor) -> None:
    editor.select()
    editor.key(Qt.Key.Key_F, SHIFT)
    assert "nothing to frame" in editor.refused[-1]


@pytest.mark.parametrize(
    "text",
    [
        "![x](http://host/a.png) ![y][r] <img src='/etc/passwd'>\n\n[r]: /tmp/a.png",
        "!![a](b) \\!![a](b) [![a](b)](c)",
        ">" * 20_000,
        "- " * 10_000,
        "\n".join("  " * depth + "- a" for depth in range(200)),
        "[" * 20_000,
        "a" * 20_000,
        "---\n" * 5_000,
    ],
)
def test_the_markdown_of_strangers_is_inert(qapp: QApplication, text: str) -> None:
    document = note_document(text, 240, DARK)
    block, lines = document.begin(), 0
    while block.isValid():
        lines += 1
        for entry in block:
            assert not entry.fragment().charFormat().isImageFormat()
            assert not entry.fragment().charFormat().anchorHref()
        block = block.next()
    assert lines < 5_000
    assert len(document.toPlainText()) <= 6_001


def test_notes_wear_the_theme(editor: Editor) -> None:
    key = add_note(editor)
    item = editor.window.panel.scene.notes.items[key]
    QApplication.processEvents()
    dark = editor.window.panel.view.grab().toImage()
    editor.window.panel.set_theme(LIGHT)
    QApplication.processEvents()
    place = editor.hand.at(*(item.pos().x() + 20, item.pos().y() + 80))
    light = editor.window.panel.view.grab().toImage()
    assert dark.pixelColor(place).lightness() < 100 < light.pixelColor(place).lightness()
