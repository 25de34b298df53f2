"""Wires drawn, lifted, refused and cut with the mouse."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt


def listened(signal) -> list[tuple]:
    told: list[tuple] = []
    signal.connect(lambda *args: told.append(args))
    return told


def test_a_drag_from_an_output_to_an_input_connects(panel, hand):
    told = listened(panel.view.connect_requested)
    hand.drag(hand.port("relu", "output", True), hand.port("add", "b", False) + QPoint(-9, 6))
    assert told == [("relu", "output", "add", "b")]


def test_a_drag_from_an_input_to_an_output_connects_the_same_way(panel, hand):
    told = listened(panel.view.connect_requested)
    hand.drag(hand.port("add", "b", False), hand.port("relu", "output", True))
    assert told == [("relu", "output", "add", "b")]


def test_a_wire_dropped_on_a_card_takes_its_first_free_input(panel, hand):
    told = listened(panel.view.connect_requested)
    hand.drag(hand.port("relu", "output", True), hand.on("add"))
    assert told == [("relu", "output", "add", "b")]


def test_two_clicks_connect_like_a_drag(panel, hand):
    told = listened(panel.view.connect_requested)
    hand.click(hand.port("relu", "output", True))
    hand.move(hand.port("block", "input", False) - QPoint(40, 0))
    hand.move(hand.port("block", "input", False))
    hand.click(hand.port("block", "input", False))
    assert told == [("relu", "output", "block", "input")]


def test_a_wire_let_go_on_the_ground_says_where(panel, hand):
    told = listened(panel.view.wire_dropped)
    spot = hand.at(300, 300)
    hand.drag(hand.port("relu", "output", True), spot)
    [(card, port, is_output, point)] = told
    assert (card, port, is_output) == ("relu", "output", True)
    assert (point - QPointF(300, 300)).manhattanLength() < 2


def test_a_port_that_does_not_fit_refuses_and_its_card_steps_back(panel, hand):
    panel.view.can_connect = lambda source, target: "it takes a vector" if target.card == "add" else ""
    told = listened(panel.view.connect_requested)
    dropped = listened(panel.view.wire_dropped)
    hand.press(hand.port("relu", "output", True))
    hand.move(hand.on("add"))
    assert panel.scene.cards["add"].is_dimmed
    assert panel.scene.cards["block"].lit_ports == {("input", False)}
    panel.grab()
    hand.release(hand.on("add"))
    assert (told, dropped) == ([], [])
    assert not panel.scene.cards["add"].is_dimmed
    assert not panel.scene.cards["block"].lit_ports


def test_a_wired_input_gives_its_wire_to_another(panel, hand):
    told = listened(panel.view.reconnect_requested)
    hand.drag(hand.port("add", "a", False), hand.port("block", "input", False))
    assert told == [("w2", "conv", "output", "block", "input")]


def test_a_lifted_wire_let_go_on_the_ground_is_disconnected(panel, hand):
    told = listened(panel.view.disconnect_requested)
    hand.drag(hand.port("add", "a", False), hand.at(330, 300))
    assert told == [(("w2",),)]


def test_a_lifted_wire_put_back_changes_nothing(panel, hand):
    cut, moved = listened(panel.view.disconnect_requested), listened(panel.view.reconnect_requested)
    start = hand.port("add", "a", False)
    hand.press(start)
    hand.move(start - QPoint(80, 80))
    assert not panel.scene.wires["w2"].isVisible()
    hand.move(start)
    hand.release(start)
    assert (cut, moved) == ([], [])
    assert panel.scene.wires["w2"].isVisible()


def test_escape_puts_a_lifted_wire_back(panel, hand):
    told = listened(panel.view.disconnect_requested)
    start = hand.port("add", "a", False)
    hand.press(start)
    hand.move(start - QPoint(80, 80))
    hand.key(Qt.Key.Key_Escape)
    hand.release(start - QPoint(80, 80))
    assert told == []
    assert panel.scene.wires["w2"].isVisible()


def test_a_clicked_wire_is_selected_and_deleted(panel, hand):
    told = listened(panel.view.delete_requested)
    path = panel.scene.wires["w2"].path()
    point = path.pointAtPercent(0.2)
    hand.click(hand.at(point.x(), point.y()))
    assert panel.scene.selected_wires == ("w2",)
    hand.key(Qt.Key.Key_Delete)
    assert told == [((), ("w2",))]


def test_an_input_without_the_mouse_near_does_not_snap(panel, hand):
    told = listened(panel.view.connect_requested)
    hand.drag(hand.port("relu", "output", True), hand.port("add", "b", False) - QPoint(40, 0))
    assert told == []


def test_a_port_is_taken_from_a_little_beside_it(panel, hand):
    told = listened(panel.view.connect_requested)
    hand.drag(hand.port("relu", "output", True) + QPoint(6, 4), hand.port("add", "b", False))
    assert told == [("relu", "output", "add", "b")]
