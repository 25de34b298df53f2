"""Group, ungroup, make unique, lift, and the way in and out of blocks, with keys and menus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.graph.expressions import Expression

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Key = Qt.Key


def grouped(editor) -> str:
    editor.select("conv1", "relu1")
    editor.key(Key.Key_G, CTRL)
    [new] = editor.selected
    return new


def test_a_selection_becomes_a_block_and_comes_back(editor):
    design, totals, steps = editor.session.design, editor.session.analysis.totals, editor.steps
    new = grouped(editor)
    assert editor.ends == {("input", new), (new, "conv2"), ("conv2", "output")}
    assert editor.session.analysis.totals == totals
    editor.one_step(steps, design)
    editor.select(new)
    before = editor.session.design
    editor.key(Key.Key_G, CTRL | SHIFT)
    assert editor.ends == {("input", "conv1"), ("conv1", "relu1"), ("relu1", "conv2"), ("conv2", "output")}
    assert set(editor.selected) == {"conv1", "relu1"}
    assert list(editor.session.design.blocks) == ["Net"]
    editor.one_step(steps + 1, before)


def test_what_cannot_be_grouped_is_told_and_changes_nothing(editor):
    design = editor.session.design
    editor.select("conv1", "conv2")
    editor.key(Key.Key_G, CTRL)
    assert editor.session.design is design
    assert ["relu1" in words for words in editor.refused] == [True]


def test_the_way_in_and_out(editor):
    new = grouped(editor)
    canvas = editor.window.canvas
    editor.key(Key.Key_Return)
    assert canvas.path == (new,)
    editor.key(Key.Key_Left, ALT)
    assert canvas.path == ()
    editor.key(Key.Key_Right, ALT)
    assert canvas.path == (new,)
    editor.key(Key.Key_Up, ALT)
    assert (canvas.path, editor.selected) == ((), (new,))
    editor.hand.click(editor.hand.at(300, 400), button=Qt.MouseButton.BackButton)
    assert canvas.path == (new,)
    editor.hand.click(editor.hand.at(300, 400), button=Qt.MouseButton.ForwardButton)
    assert canvas.path == ()


def test_an_instance_gets_its_own_copy(editor):
    new = grouped(editor)
    editor.key(Key.Key_D, CTRL)
    [copy] = editor.selected
    steps, before = editor.steps, editor.session.design
    editor.key(Key.Key_U, CTRL)
    assert editor.block.nodes[copy].kind != editor.block.nodes[new].kind
    editor.one_step(steps, before)


def test_a_block_is_renamed_on_its_card(editor):
    new = grouped(editor)
    editor.key(Key.Key_F2, SHIFT)
    line = editor.window.panel.title_editor
    assert line.text() == "Block1"
    QTest.keyClicks(line, "Stem")
    QTest.keyClick(line, Key.Key_Return)
    assert editor.block.nodes[new].kind == "Stem"
    assert set(editor.session.design.blocks) == {"Net", "Stem"}


def test_a_value_is_lifted_from_the_menu(editor):
    steps, before = editor.steps, editor.session.design
    menu = editor.menu(editor.hand.on("conv1"))
    editor.choose(menu, "Lift to the block", "out_channels = 8")
    assert editor.block.defaults == {"out_channels": 8}
    assert editor.block.nodes["conv1"].params["out_channels"] == Expression("out_channels")
    editor.one_step(steps, before)


def test_the_menu_of_a_card_fits_what_it_is(editor):
    layer = editor.texts(editor.menu(editor.hand.on("conv1")))
    assert {"Rename", "Copy", "Delete and heal", "Mute or unmute", "Group to block"} <= set(layer)
    assert "Ungroup" not in layer
    QTest.keyClick(editor.window.menus.menu, Key.Key_Escape)
    new = grouped(editor)
    QApplication.processEvents()
    block = editor.texts(editor.menu(editor.hand.on(new)))
    assert {"Open the block", "Ungroup", "Make unique", "Rename the block"} <= set(block)
    editor.choose(editor.window.menus.menu, "Open the block")
    assert editor.window.canvas.path == (new,)


def test_a_new_block_is_in_the_palette_at_once(editor):
    def kinds() -> set[str]:
        model = editor.window.palette_dock.view.model()
        entries = (model.entry(model.index(row, 0)) for row in range(model.rowCount()))
        return {entry.kind for entry in entries if entry is not None}

    assert "Block1" not in kinds()
    grouped(editor)
    assert "Block1" in kinds()
    editor.key(Key.Key_Z, CTRL)
    assert "Block1" not in kinds()
