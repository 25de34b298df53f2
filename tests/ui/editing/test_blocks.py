"""Group, ungroup, make unique, lift, and the way in and out of blocks, with keys and menus."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu, QToolButton

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


def test_wires_inside_a_block_are_cut_drawn_and_undone_as_outside(editor):
    grouped(editor)
    editor.key(Key.Key_Return)
    steps, before = editor.steps, editor.session.design
    editor.hand.click(editor.wire_middle("conv1", "relu1"), ALT)
    assert ("conv1", "relu1") not in editor.ends
    editor.one_step(steps, before)
    cut = editor.session.design
    editor.hand.drag(editor.hand.port("conv1", "output", True), editor.hand.port("relu1", "input", False))
    assert ("conv1", "relu1") in editor.ends
    editor.one_step(steps + 1, cut)
    assert len(editor.window.canvas.path) == 1, "undo leaves one where one is"


def test_undo_opens_the_block_that_it_changes_where_the_open_one_stays_as_it_is(editor):
    canvas, new = editor.window.canvas, grouped(editor)
    editor.key(Key.Key_Return)
    editor.hand.click(editor.wire_middle("conv1", "relu1"), ALT)
    editor.key(Key.Key_Up, ALT)
    assert canvas.path == ()
    editor.key(Key.Key_Z, CTRL)
    assert canvas.path == (new,)
    assert ("conv1", "relu1") in editor.ends
    editor.key(Key.Key_Z, CTRL)  # the grouping, around it: the block is gone
    assert canvas.path == ()
    for _ in range(2):
        editor.key(Key.Key_Z, CTRL | SHIFT)
    assert canvas.path == (new,)
    assert ("conv1", "relu1") not in editor.ends
    editor.key(Key.Key_Left, ALT)
    assert canvas.path == ()


def test_the_buttons_before_the_path_lead_back_and_forward(editor):
    back, forward = editor.window.panel.breadcrumb.findChildren(QToolButton, "crumb_way")
    assert not back.isVisible()
    new = grouped(editor)
    editor.key(Key.Key_Return)
    assert back.isVisible()
    assert (back.isEnabled(), forward.isEnabled()) == (True, False)
    assert "Alt+Left" in back.toolTip()
    QTest.mouseClick(back, Qt.MouseButton.LeftButton)
    assert editor.window.canvas.path == ()
    assert (back.isEnabled(), forward.isEnabled()) == (False, True)
    QTest.mouseClick(forward, Qt.MouseButton.LeftButton)
    assert editor.window.canvas.path == (new,)


def test_a_block_is_seen_again_as_it_was_left(editor):
    new = grouped(editor)
    view, crumbs = editor.window.panel.view, editor.window.panel.breadcrumb
    editor.hand.drag(editor.hand.at(300, 400), editor.hand.at(340, 360), button=Qt.MouseButton.MiddleButton)
    zoom, centre = view.zoom, view.seen().center()
    QTest.mouseDClick(editor.hand.viewport, Qt.MouseButton.LeftButton, pos=editor.hand.on(new))
    assert editor.window.canvas.path == (new,)
    assert view.seen().contains(editor.window.panel.scene.bounds())
    [way_out] = [button for button in crumbs.findChildren(QToolButton, "crumb") if button.isVisible()]
    QTest.mouseClick(way_out, Qt.MouseButton.LeftButton)
    assert editor.window.canvas.path == ()
    assert view.zoom == zoom
    assert (view.seen().center() - centre).manhattanLength() < 3


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


def test_ports_are_moved_and_named_and_the_wires_stay(editor):
    editor.select("conv1", "tanh1")
    editor.key(Key.Key_G, CTRL)
    [new] = editor.selected
    design = editor.session.design
    assert [port.id for port in design.blocks["Block1"].outputs] == ["output"]
    editor.key(Key.Key_Return)
    editor.window.canvas.adding.add_behind("Input")
    [added] = editor.selected
    editor.key(Key.Key_F2)
    line = editor.window.panel.title_editor
    line.selectAll()
    QTest.keyClicks(line, "skip")
    QTest.keyClick(line, Key.Key_Return)
    inputs = editor.block.inputs
    assert [port.name for port in inputs][-1] == "skip"
    steps, before = editor.steps, editor.session.design
    menu = editor.menu(editor.hand.on(added))
    assert not next(a for a in menu.actions() if a.text() == "Move port down").isEnabled()
    editor.choose(menu, "Move port up")
    assert [port.id for port in editor.block.inputs][-2] == added
    editor.one_step(steps, before)
    editor.window.canvas.go_to(())
    assert ("input", new) in editor.ends
    assert [port.name for port in editor.window.panel.scene.cards[new].card.inputs][-2] == added


def test_parameters_of_a_block_are_moved(editor):
    for name in ("out_channels", "kernel_size"):
        editor.select()
        menu = editor.menu(editor.hand.on("conv1"))
        editor.choose(menu, "Lift to the block", next(a for a in lifts(menu) if a.startswith(name)))
    assert list(editor.block.defaults) == ["out_channels", "kernel_size"]
    editor.select()
    page = editor.window.inspector.design_page
    steps, before = editor.steps, editor.session.design
    page.form.menu_requested.emit("kernel_size", page.mapToGlobal(page.rect().center()))
    menu = page.variable_line.findChild(QMenu)
    editor.choose(menu, "Move up")
    assert list(editor.block.defaults) == ["kernel_size", "out_channels"]
    editor.window.panel.view.setFocus()
    editor.one_step(steps, before)


def lifts(menu: QMenu) -> list[str]:
    part = next(action for action in menu.actions() if action.text() == "Lift to the block").menu()
    return [action.text() for action in part.actions()]


def test_the_inspector_says_how_many_instances_an_edit_changes(editor):
    new = grouped(editor)
    editor.key(Key.Key_D, CTRL)
    editor.window.canvas.go_to((new,))
    editor.select()
    assert ("instances", "2") in editor.window.inspector.design_page.table.texts()


def test_what_is_done_inside_a_block_is_undone_there(editor):
    new = grouped(editor)
    editor.key(Key.Key_Return)
    inside, steps = editor.session.design, editor.steps
    editor.select("relu1")
    editor.key(Key.Key_Delete, CTRL)
    editor.select("conv1")
    editor.key(Key.Key_D, CTRL)
    assert "relu1" not in editor.block.nodes
    assert editor.steps == steps + 2
    editor.key(Key.Key_Z, CTRL)
    editor.key(Key.Key_Z, CTRL)
    assert editor.session.design is inside
    assert editor.window.canvas.path == (new,)
    assert "relu1" in editor.window.panel.scene.cards
    editor.key(Key.Key_Y, CTRL)
    editor.key(Key.Key_Up, ALT)
    editor.key(Key.Key_Z, CTRL)  # from outside too: there is one history
    assert editor.session.design is inside
    editor.key(Key.Key_Z, CTRL)
    assert new not in editor.block.nodes
