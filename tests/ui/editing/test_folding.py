"""R folds a run of identical nodes to one card with × n, Shift+R draws them one by one again."""

from __future__ import annotations

from PySide6.QtCore import Qt

from tests.ui.editing.conftest import Editor

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier


def test_r_folds_what_is_alike_and_shift_r_unfolds(editor: Editor) -> None:
    editor.select("relu1")
    editor.key(Qt.Key.Key_Delete, CTRL)  # heal: conv1 and conv2 stand in a row
    before, steps = editor.session.design, editor.steps
    editor.select()
    editor.key(Qt.Key.Key_R)
    card = editor.window.panel.scene.cards["conv1"].card
    assert card.repeat == "× 2"
    assert editor.selected == ("conv1",)
    assert ("conv1", "output") in editor.ends
    editor.one_step(steps, before)
    editor.select("conv1")
    editor.choose(editor.menu(editor.hand.on("conv1")), "Unfold × n")
    assert len(editor.selected) == 2
    assert editor.block.nodes["conv1"].repeat == 1
    editor.select("conv1")
    editor.key(Qt.Key.Key_R, SHIFT)
    assert "cannot be drawn node by node" in editor.refused[-1]


def test_nothing_alike_is_refused_in_words(editor: Editor) -> None:
    editor.select()
    editor.key(Qt.Key.Key_R)
    assert "no run of identical nodes" in editor.refused[-1]
