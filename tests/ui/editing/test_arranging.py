"""L and Shift+L: all or the selection, left to right or top-down, one step; wires go from port to port either way."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.editing import nodes
from designer.ui.window import MainWindow
from tests.ui.editing.conftest import Editor

SHIFT, CTRL = Qt.KeyboardModifier.ShiftModifier, Qt.KeyboardModifier.ControlModifier
CHAIN = ("input", "conv1", "relu1", "conv2", "output")


def places(editor: Editor) -> dict[str, tuple[float, float]]:
    return {key: node.position for key, node in editor.block.nodes.items()}


def test_l_arranges_all_as_one_step(editor: Editor, qtbot: QtBot) -> None:
    for key in CHAIN:  # too wide for one row, whatever the font
        editor.session.edit("Rename", lambda d, key=key: nodes.rename(d, "Net", key, f"{key}_with_a_name_that_is_long"))
    QApplication.processEvents()
    start = editor.hand.on("conv1")
    editor.hand.drag(start, start + QPoint(20, 60))
    before, steps = editor.session.design, editor.steps
    editor.key(Qt.Key.Key_L)
    qtbot.waitUntil(lambda: editor.steps == steps + 1)
    middles = {key: editor.window.panel.scene.cards[key].body_in_scene().center() for key in CHAIN}
    assert len({middle.y() for middle in middles.values()}) == 2  # it is folded into two rows
    assert sorted(CHAIN, key=lambda key: (middles[key].y(), middles[key].x())) == list(CHAIN)
    editor.one_step(steps, before)


def test_l_with_a_selection_leaves_the_rest(editor: Editor, qtbot: QtBot) -> None:
    before, steps = places(editor), editor.steps
    editor.select("tanh1", "add1")
    editor.key(Qt.Key.Key_F)  # join
    editor.key(Qt.Key.Key_L)
    qtbot.waitUntil(lambda: editor.steps == steps + 2)
    after = places(editor)
    assert {key for key in after if after[key] != before[key]} <= {"tanh1", "add1"}


def test_shift_l_turns_the_block_and_back(editor: Editor, qtbot: QtBot) -> None:
    before, steps = editor.session.design, editor.steps
    editor.key(Qt.Key.Key_L, SHIFT)
    qtbot.waitUntil(lambda: editor.steps == steps + 1)
    assert editor.block.is_downward
    scene = editor.window.panel.scene
    heights = [scene.cards[key].body_in_scene().top() for key in CHAIN]
    assert heights == sorted(heights)
    assert len({scene.cards[key].body_in_scene().center().x() for key in CHAIN}) == 1
    for wire in scene.wires.values():
        path = wire.path()
        source, target = scene.cards[wire.wire.source_card], scene.cards[wire.wire.target_card]
        assert path.pointAtPercent(0).y() == source.body_in_scene().bottom()
        assert path.pointAtPercent(1).y() == target.body_in_scene().top()
    editor.one_step(steps, before)
    editor.key(Qt.Key.Key_L, SHIFT)
    qtbot.waitUntil(lambda: not editor.block.is_downward)


def test_drawn_downward_ports_are_wired_and_nodes_added_below(editor: Editor, qtbot: QtBot) -> None:
    editor.key(Qt.Key.Key_L, SHIFT)
    qtbot.waitUntil(lambda: editor.block.is_downward)
    hand = editor.hand
    hand.drag(hand.port("tanh1", "output", True), hand.port("add1", "x1", False))
    assert ("tanh1", "add1") in editor.ends
    editor.select("conv2")
    editor.window.canvas.adding.add_behind("ReLU")
    QApplication.processEvents()
    (added,) = editor.selected
    above, below = (editor.window.panel.scene.cards[key].body_in_scene() for key in ("conv2", added))
    assert below.top() > above.bottom()
    editor.select("add1", "tanh1")
    editor.key(Qt.Key.Key_F)
    first, second = sorted(("add1", "tanh1"), key=lambda key: editor.block.nodes[key].position[1])
    assert (first, second) in editor.ends


@pytest.mark.parametrize("turned", [False, True], ids=["across", "down"])
@pytest.mark.parametrize("place", [("vgg11_fashion",), ("googlenet", "b3", "inception1")], ids=["chain", "branches"])
def test_long_chains_fold_and_no_wire_crosses_a_card(
    open_window: Callable[..., MainWindow], qtbot: QtBot, place: tuple[str, ...], turned: bool
) -> None:
    preset, *path = place
    window = open_window(preset)
    window.canvas.go_to(tuple(path))
    nodes, scene, view = window.canvas.block.nodes, window.panel.scene, window.panel.view
    scene.select([list(nodes)[2]])
    QTest.keyClick(view, Qt.Key.Key_Down)
    start = window.session.design
    QTest.keyClick(view, Qt.Key.Key_L, SHIFT if turned else Qt.KeyboardModifier.NoModifier)
    qtbot.waitUntil(lambda: window.session.design is not start)
    boxes = {key: scene.cards[key].body_in_scene() for key in nodes}
    if not path:
        rows = {round(box.center().x() if turned else box.center().y()) for box in boxes.values()}
        assert 1 < len(rows) < len(boxes)
    for item in scene.wires.values():
        path, ends = item.path(), (item.wire.source_card, item.wire.target_card)
        points = [path.pointAtPercent(step / 200) for step in range(201)]
        crossed = [key for key, box in boxes.items() if key not in ends and any(map(box.contains, points))]
        assert not crossed, (ends, crossed)


def is_seen(editor: Editor, *keys: str) -> bool:
    view, cards = editor.window.panel.view, editor.window.panel.scene.cards
    return all(view.seen().contains(cards[key].body_in_scene()) for key in keys)


def test_after_a_turn_undo_and_redo_show_all_again(editor: Editor, qtbot: QtBot) -> None:
    view = editor.window.panel.view
    editor.key(Qt.Key.Key_H)
    before, steps = (view.zoom, view.seen()), editor.steps
    editor.key(Qt.Key.Key_L, SHIFT)
    qtbot.waitUntil(lambda: editor.steps == steps + 1)
    turned = view.zoom, view.seen()
    assert turned != before
    editor.key(Qt.Key.Key_Z, CTRL)
    assert (view.zoom, view.seen()) == before
    assert is_seen(editor, *CHAIN)
    editor.key(Qt.Key.Key_Z, CTRL | SHIFT)
    assert (view.zoom, view.seen()) == turned


def test_what_undo_changes_out_of_sight_is_brought_into_it(editor: Editor) -> None:
    view = editor.window.panel.view
    editor.key(Qt.Key.Key_H)
    for key in ("tanh1", "conv1"):
        start = editor.hand.on(key)
        editor.hand.drag(start, start + QPoint(0, 40))
    view.zoom_to(1.0)
    view.pan_by(QPoint(-4000, 0))  # the cards lie far away
    look = view.zoom
    editor.key(Qt.Key.Key_Z, CTRL)
    assert is_seen(editor, "conv1")
    assert view.zoom == look
    seen = view.seen()
    editor.key(Qt.Key.Key_Z, CTRL)
    assert is_seen(editor, "tanh1")
    assert view.seen() == seen  # it was in sight, and so nothing moves
    editor.select(*CHAIN)
    editor.key(Qt.Key.Key_Right)
    view.zoom_to(3.0)
    view.pan_by(QPoint(-9000, 0))
    editor.key(Qt.Key.Key_Z, CTRL)
    assert is_seen(editor, *CHAIN)  # too far apart for that zoom
    view.pan_by(QPoint(-9000, 0))
    view.setFocus()
    editor.window.canvas.finder.choose_step()
    QTest.keyClick(QApplication.focusWidget(), Qt.Key.Key_Return)  # the last step, which brings it back
    assert editor.steps == 1
    assert is_seen(editor, *CHAIN)
