"""Wires inserted into, cut, carried and healed by mouse and keys; each as one step."""

from __future__ import annotations

from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.editing.arranging import arranged
from designer.editing.nodes import add_node, move
from designer.ui.canvas.dropping import kind_mime
from designer.ui.canvas.wire_item import Emphasis

CTRL, ALT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.AltModifier
Key, RIGHT = Qt.Key, Qt.MouseButton.RightButton


def centre_of(editor, card: str) -> QPoint:
    point = editor.window.panel.scene.cards[card].body_in_scene().center()
    return editor.hand.at(point.x(), point.y())


def test_a_free_card_put_on_a_wire_is_inserted(editor):
    steps, before = editor.steps, editor.session.design
    grip = editor.hand.on("tanh1")
    to = editor.wire_middle("conv1", "relu1")
    editor.hand.drag(grip, to + (grip - centre_of(editor, "tanh1")))
    assert {("conv1", "tanh1"), ("tanh1", "relu1")} <= editor.ends
    assert ("conv1", "relu1") not in editor.ends
    editor.one_step(steps, before)


def test_what_follows_makes_room_for_what_is_inserted(editor):
    editor.session.edit("Nearer", lambda d: move(d, "Net", {"relu1": (416.0, 0.0), "conv2": (624.0, 0.0)}))
    steps, before = editor.steps, editor.session.design
    cards = editor.window.panel.scene.cards
    tanh, add = cards["tanh1"].pos(), cards["add1"].pos()
    grip = editor.hand.on("tanh1")
    editor.hand.drag(grip, editor.wire_middle("conv1", "relu1") + (grip - centre_of(editor, "tanh1")))
    row = [cards[key].body_in_scene() for key in ("conv1", "tanh1", "relu1", "conv2", "output")]
    assert all(right.left() - left.right() >= 32 for left, right in pairwise(row))
    assert cards["add1"].pos() == add
    editor.one_step(steps, before)
    editor.key(Key.Key_Z, CTRL)
    assert cards["tanh1"].pos() == tanh


def test_a_wired_card_put_on_a_wire_is_only_moved(editor):
    ends = editor.ends
    grip = editor.hand.on("conv2")
    editor.hand.drag(grip, editor.wire_middle("conv1", "relu1") + (grip - centre_of(editor, "conv2")))
    assert editor.ends == ends


def test_a_kind_dropped_on_a_wire_is_inserted(editor):
    steps, before = editor.steps, editor.session.design
    data, copy = kind_mime("BatchNorm2d"), Qt.DropAction.CopyAction
    pos, left, none = editor.wire_middle("relu1", "conv2"), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    viewport = editor.hand.viewport
    QApplication.sendEvent(viewport, QDragEnterEvent(pos, copy, data, left, none))
    QApplication.sendEvent(viewport, QDragMoveEvent(pos, copy, data, left, none))
    wire = next(w for w in editor.window.panel.scene.wires.values() if w.wire.target_card == "conv2")
    assert wire.is_hovered
    QApplication.sendEvent(viewport, QDropEvent(QPointF(pos), copy, data, left, none))
    [new] = editor.selected
    assert {("relu1", new), (new, "conv2")} <= editor.ends
    editor.one_step(steps, before)


def test_a_kind_without_an_input_dropped_on_a_wire_is_only_added(editor):
    ends = editor.ends
    data, copy = kind_mime("Input"), Qt.DropAction.CopyAction
    pos, left, none = editor.wire_middle("relu1", "conv2"), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(editor.hand.viewport, QDragEnterEvent(pos, copy, data, left, none))
    QApplication.sendEvent(editor.hand.viewport, QDropEvent(QPointF(pos), copy, data, left, none))
    assert len(editor.block.inputs) == 2
    assert editor.ends == ends


def test_insert_here_asks_and_inserts(editor):
    steps, before = editor.steps, editor.session.design
    menu = editor.menu(editor.wire_middle("conv1", "relu1"))
    editor.choose(menu, "Insert here…")
    search = editor.window.panel.search
    assert search.isVisible()
    QTest.keyClicks(search.typed, "tanh")
    QTest.keyClick(search.typed, Key.Key_Return)
    [new] = editor.selected
    assert {("conv1", new), (new, "relu1")} <= editor.ends
    editor.one_step(steps, before)


def test_alt_and_a_click_break_a_wire_or_all_of_a_port(editor):
    steps, before = editor.steps, editor.session.design
    editor.hand.click(editor.wire_middle("conv1", "relu1"), ALT)
    assert ("conv1", "relu1") not in editor.ends
    editor.one_step(steps, before)
    editor.hand.click(editor.hand.port("conv2", "output", True), ALT)
    assert ("conv2", "output") not in editor.ends


def test_ctrl_and_a_drag_carry_the_wires_of_a_port(editor):
    editor.hand.drag(editor.hand.port("relu1", "output", True), editor.hand.port("add1", "x1", False))
    assert ("relu1", "add1") in editor.ends
    steps, before = editor.steps, editor.session.design
    editor.hand.drag(editor.hand.port("relu1", "output", True), editor.hand.port("conv1", "output", True), CTRL)
    assert {("conv1", "conv2"), ("conv1", "add1"), ("conv1", "relu1")} <= editor.ends
    editor.one_step(steps, before)
    start = editor.hand.port("conv1", "output", True)
    editor.hand.press(start, CTRL)
    editor.hand.move(start + QPoint(30, 60))
    editor.key(Key.Key_Escape)
    editor.hand.release(start + QPoint(30, 60))
    assert editor.steps == steps + 1
    assert all(item.isVisible() for item in editor.window.panel.scene.wires.values())
    editor.hand.drag(start, editor.hand.at(300, 420), CTRL)
    assert not {end for end in editor.ends if end[0] == "conv1"}


def test_outputs_that_the_carried_wires_do_not_fit_step_back_with_the_reason(editor):
    start = editor.hand.port("conv1", "output", True)
    editor.hand.press(start, CTRL)
    editor.hand.move(start + QPoint(0, 30))
    cards, gesture = editor.window.panel.scene.cards, editor.window.panel.view._gesture
    assert cards["tanh1"].lit_ports == {("output", True)}
    assert cards["conv2"].is_dimmed
    editor.hand.move(editor.hand.on("conv2"))
    assert "cycle" in gesture.reason
    editor.window.panel.grab()
    ends, steps = editor.ends, editor.steps
    editor.hand.release(editor.hand.on("conv2"), CTRL)
    assert (editor.ends, editor.steps) == (ends, steps)
    assert not any(card.is_dimmed or card.lit_ports or card.faded_ports for card in cards.values())


def test_a_layer_that_would_not_take_what_flows_says_so_and_can_be_wired_all_the_same(editor):
    editor.session.edit("Add", lambda design: add_node(design, "Net", "Conv1d", (216.0, 280.0))[0])
    [layer] = [key for key, node in editor.block.nodes.items() if node.kind == "Conv1d"]
    hand, cards = editor.hand, editor.window.panel.scene.cards
    hand.press(hand.port("conv1", "output", True))
    hand.move(hand.on("tanh1"))
    assert cards["tanh1"].lit_ports == {("input", False)}
    assert cards["tanh1"].faded_ports == {("output", True)}
    assert cards[layer].is_dimmed
    hand.move(hand.port(layer, "input", False))
    fit = editor.window.panel.view._gesture.goal.fit
    assert not fit.reason
    assert "4-d tensor" in fit.remark
    assert "It takes" in fit.remark
    editor.window.panel.grab()
    hand.release(hand.port(layer, "input", False))
    assert ("conv1", layer) in editor.ends


def test_a_sum_of_other_channels_says_so_before_it_is_wired(editor):
    hand = editor.hand
    hand.drag(hand.port("conv1", "output", True), hand.port("add1", "x1", False))
    hand.press(hand.port("input", "output", True))
    hand.move(hand.at(480, 130))
    hand.move(hand.port("add1", "x2", False))
    assert "axis 1 (channels) differs" in editor.window.panel.view._gesture.goal.fit.remark
    editor.key(Key.Key_Escape)


def test_the_pointer_thickens_a_wire_and_a_click_on_a_card_marks_its_whole_path(editor):
    wires = {wire.wire.target_card: wire for wire in editor.window.panel.scene.wires.values()}
    quiet = wires["relu1"].pen().widthF()
    editor.hand.move(editor.wire_middle("conv1", "relu1"))
    assert wires["relu1"].pen().widthF() > quiet
    editor.hand.move(editor.hand.at(300, 420))
    assert wires["relu1"].pen().widthF() == quiet
    editor.hand.click(editor.hand.on("conv2"))
    assert {key: wire.emphasis for key, wire in wires.items()} == {
        "conv1": Emphasis.PATH,
        "relu1": Emphasis.PATH,
        "conv2": Emphasis.ADJACENT,
        "output": Emphasis.ADJACENT,
    }
    assert wires["conv2"].wire.label == "8×16×16"


def test_a_knife_cuts_what_it_crosses(editor):
    steps, before = editor.steps, editor.session.design
    first, second = editor.wire_middle("conv1", "relu1"), editor.wire_middle("relu1", "conv2")
    editor.hand.press(first - QPoint(0, 40), CTRL, RIGHT)
    for point in (first + QPoint(0, 45), second + QPoint(0, 45), second - QPoint(0, 40)):
        editor.hand.move(point)
    editor.window.panel.grab()
    editor.hand.release(second - QPoint(0, 40), CTRL, RIGHT)
    assert editor.ends == {("input", "conv1"), ("conv2", "output")}
    assert editor.window.menus.menu is None
    assert editor.session.history.undo_name == "Disconnect"
    editor.one_step(steps, before)
    editor.key(Key.Key_K)
    third = editor.wire_middle("input", "conv1")
    editor.hand.drag(third - QPoint(0, 40), third + QPoint(0, 40))
    assert editor.ends == {("conv2", "output")}
    editor.key(Key.Key_K)
    editor.key(Key.Key_Escape)
    fourth = editor.wire_middle("conv2", "output")
    editor.hand.drag(fourth - QPoint(0, 40), fourth + QPoint(0, 40))
    assert editor.ends == {("conv2", "output")}


def test_nodes_are_joined_from_left_to_right(editor):
    steps, before = editor.steps, editor.session.design
    editor.select("add1", "tanh1")
    editor.key(Key.Key_F)
    assert ("tanh1", "add1") in editor.ends
    editor.one_step(steps, before)


def test_delete_and_heal(editor):
    steps, before = editor.steps, editor.session.design
    editor.select("conv1", "relu1")
    editor.key(Key.Key_Delete, CTRL)
    assert editor.ends == {("input", "conv2"), ("conv2", "output")}
    editor.one_step(steps, before)


def test_mute_and_unmute(editor):
    steps, before = editor.steps, editor.session.design
    editor.select("relu1", "conv1")
    editor.key(Key.Key_M)
    assert [editor.block.nodes[key].when for key in ("relu1", "conv1")] == [False, False]
    assert editor.window.panel.scene.cards["relu1"].card.absent
    editor.one_step(steps, before)
    editor.key(Key.Key_M)
    assert editor.block.nodes["relu1"].when is True


def test_disconnect_cuts_all_wires_of_the_selected(editor):
    steps, before = editor.steps, editor.session.design
    editor.choose(editor.menu(editor.hand.on("relu1")), "Disconnect")
    assert editor.ends == {("input", "conv1"), ("conv2", "output")}
    editor.one_step(steps, before)


@pytest.mark.parametrize("turned", [False, True], ids=["across", "down"])
def test_a_wire_that_leads_back_runs_around_the_cards_between(editor, qtbot, turned):
    places = {"conv1": (640.0, 0.0), "conv2": (0.0, 240.0), "relu1": (320.0, 120.0), "tanh1": (320.0, 700.0)}
    places |= {"input": (900.0, 700.0), "output": (1100.0, 700.0), "add1": (700.0, 700.0)}
    if turned:
        places = {key: (y, x) for key, (x, y) in places.items()}
    editor.session.edit("Places", lambda d: move(arranged(d, "Net", {}, lambda _key: (0, 0), turned), "Net", places))
    editor.window.panel.view.fit_all()
    hand, scene = editor.hand, editor.window.panel.scene
    hand.drag(hand.port("conv1", "output", True), hand.port("conv2", "input", False))
    path, card = scene.wires["conv2.input"].path(), scene.cards["relu1"].body_in_scene()
    assert not any(card.contains(path.pointAtPercent(step / 400)) for step in range(401))
    away = {"relu1": (-300.0, 320.0) if turned else (320.0, -300.0)}  # and so the wire takes its usual way again
    editor.session.edit("Away", lambda d: move(d, "Net", away))
    usual = scene.wires["conv2.input"].path()
    assert usual != path
    editor.key(Key.Key_Z, CTRL)
    assert scene.wires["conv2.input"].path() == path
