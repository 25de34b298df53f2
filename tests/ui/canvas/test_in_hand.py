"""Content that changes under a gesture, gliding cards, and panning at the edge."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QPoint, QPointF, Qt, QTimer
from PySide6.QtGui import QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QProxyStyle, QStyle

from designer.ui.canvas.cards import Wire
from designer.ui.canvas.dropping import kind_mime
from designer.ui.canvas.path_of_selection import path_of
from designer.ui.canvas.wire_item import Emphasis
from designer.ui.theme.tokens import LIGHT
from tests.ui.canvas.conftest import turn_wheel


def test_a_card_in_hand_stays_there_when_its_facts_change(panel, hand):
    start = hand.on("conv")
    hand.press(start)
    hand.move(start + QPoint(40, 40))
    item = panel.scene.cards["conv"]
    panel.scene.apply([replace(item.card, brief="5×5", badge="error")])
    panel.scene.set_content([each.card for each in panel.scene.cards.values()], [])
    assert item.pos() == QPointF(200, 40)
    assert item.card.badge == "error"
    hand.release(start + QPoint(40, 40))
    assert panel.scene.held == frozenset()


def test_a_card_in_hand_stays_there_when_the_theme_changes(panel, hand):
    start = hand.on("conv")
    hand.press(start)
    hand.move(start + QPoint(40, 40))
    panel.set_theme(LIGHT)
    assert panel.scene.cards["conv"].pos() == QPointF(200, 40)
    hand.release(start + QPoint(40, 40))


def test_a_gesture_ends_when_what_it_holds_is_gone(panel, hand):
    told: list[dict] = []
    panel.view.moved.connect(told.append)
    panel.scene.select(["conv", "relu"])
    start = hand.on("conv")
    hand.press(start)
    hand.move(start + QPoint(40, 40))
    panel.scene.apply(removed_cards=["conv"])
    hand.move(start + QPoint(80, 80))
    hand.release(start + QPoint(80, 80))
    assert told == []
    assert panel.scene.cards["relu"].pos() == QPointF(160, 160)


def test_a_wire_in_hand_is_let_go_when_its_card_is_gone(panel, hand):
    told: list[tuple] = []
    panel.view.wire_dropped.connect(lambda *args: told.append(args))
    hand.press(hand.port("relu", "output", True))
    hand.move(hand.at(300, 320))
    panel.scene.apply(removed_cards=["relu"])
    panel.grab()
    hand.release(hand.at(300, 320))
    assert told == []


def test_cards_glide_to_their_places(panel, qtbot):
    arrived: list[bool] = []
    panel.glide.to({"conv": (320, 80), "gone": (0, 0)}, then=lambda: arrived.append(True))
    qtbot.waitUntil(lambda: bool(arrived))
    assert panel.scene.cards["conv"].pos() == QPointF(320, 80)
    assert panel.scene.held == frozenset()


def test_cards_jump_where_the_desktop_wants_no_motion(panel, qapp, monkeypatch):
    class Still(QProxyStyle):
        def styleHint(self, hint, *args):
            return 0 if hint == QStyle.StyleHint.SH_Widget_Animation_Duration else super().styleHint(hint, *args)

    still = Still()
    monkeypatch.setattr("designer.ui.theme.motion.QApplication.style", lambda: still)
    panel.glide.to({"conv": (320, 80)})
    assert panel.scene.cards["conv"].pos() == QPointF(320, 80)


def test_a_drag_at_the_edge_pans(panel, hand, qtbot):
    start = hand.on("relu")
    left = panel.view.seen().left()
    hand.press(start)
    hand.move(start - QPoint(40, 0))
    hand.move(QPoint(2, start.y()))
    qtbot.waitUntil(lambda: panel.view.seen().left() < left - 50)
    hand.release(QPoint(2, start.y()))
    assert not any(timer.isActive() for timer in panel.view.findChildren(QTimer))
    assert panel.scene.cards["relu"].x() < 0


def test_quiet_words_say_what_can_be_done(panel, hand):
    usual = panel.key_hint.text()

    def said(pos: QPoint) -> str:
        hand.move(pos)
        return panel.key_hint.text()

    assert "Alt+click cuts" in said(hand.port("conv", "input", False))
    wire = panel.scene.wires["w2"].path().pointAtPercent(0.5)
    assert "adds a point" in said(hand.at(wire.x(), wire.y()))
    assert said(hand.on("conv")) == usual
    hand.key(Qt.Key.Key_K)
    assert "Drag across wires" in panel.key_hint.text()
    hand.key(Qt.Key.Key_Escape)
    hand.press(hand.port("add", "a", False))
    assert "on the ground cuts" in said(hand.at(300, 320))
    hand.key(Qt.Key.Key_Escape)
    assert panel.key_hint.text() == usual
    assert panel.key_hint.width() >= panel.key_hint.sizeHint().width()


@pytest.mark.parametrize(
    ("begin", "shape"),
    [
        (
            lambda hand: hand.press(hand.at(300, 320), button=Qt.MouseButton.MiddleButton),
            Qt.CursorShape.ClosedHandCursor,
        ),
        (lambda hand: QTest.keyPress(hand.panel.view, Qt.Key.Key_Space), Qt.CursorShape.OpenHandCursor),
        (lambda hand: hand.key(Qt.Key.Key_K), Qt.CursorShape.CrossCursor),
        (lambda hand: hand.press(hand.port("relu", "output", True)), Qt.CursorShape.CrossCursor),
        (lambda hand: hand.press(hand.on("relu")), Qt.CursorShape.SizeAllCursor),
    ],
)
def test_the_pointer_tells_what_is_in_hand(panel, hand, begin, shape):
    begin(hand)
    assert hand.viewport.cursor().shape() == shape
    QTest.keyRelease(panel.view, Qt.Key.Key_Space)
    hand.key(Qt.Key.Key_Escape)
    hand.move(hand.at(300, 330))
    assert hand.viewport.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_one_pans_and_zooms_with_a_wire_in_hand(panel, hand):
    told: list[tuple] = []
    panel.view.connect_requested.connect(lambda *ends: told.append(ends))
    panel.view.zoom_to(2.0)
    panel.view.centre_on(QPointF(220, 180))
    hand.click(hand.port("relu", "output", True))
    before = panel.view.to_scene(QPoint(0, 0))
    hand.move(QPoint(700, 300))
    hand.drag(QPoint(700, 300), QPoint(300, 300), button=Qt.MouseButton.MiddleButton)
    assert panel.view.to_scene(QPoint(0, 0)).x() == before.x() + 200
    turn_wheel(panel.view, QPoint(300, 300), -2)
    QTest.keyPress(panel.view, Qt.Key.Key_Space)
    hand.drag(QPoint(300, 300), QPoint(280, 280))
    QTest.keyRelease(panel.view, Qt.Key.Key_Space)
    assert told == []
    port = hand.port("block", "input", False)
    hand.move(port)
    hand.click(port)
    assert told == [("relu", "output", "block", "input")]


def test_a_wire_between_two_clicks_that_leaves_the_canvas_pans_no_more(panel, hand):
    hand.click(hand.port("relu", "output", True))
    hand.move(QPoint(300, 300))
    hand.move(QPoint(2, 300))
    assert any(timer.isActive() for timer in panel.view.findChildren(QTimer))
    QApplication.sendEvent(hand.viewport, QEvent(QEvent.Type.Leave))
    assert not any(timer.isActive() for timer in panel.view.findChildren(QTimer))
    hand.key(Qt.Key.Key_Escape)


def test_what_is_dragged_from_the_palette_pans_at_the_edge_once_it_has_come_in(panel, hand, qtbot):
    data, copy = kind_mime("Conv2d"), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    before = panel.view.seen().left()

    def timers() -> list[QTimer]:
        return [timer for timer in panel.view.findChildren(QTimer) if timer.isActive()]

    QApplication.sendEvent(hand.viewport, QDragEnterEvent(QPoint(2, 300), copy, data, left, none))
    QApplication.sendEvent(hand.viewport, QDragMoveEvent(QPoint(4, 300), copy, data, left, none))
    assert not timers()
    QApplication.sendEvent(hand.viewport, QDragMoveEvent(QPoint(200, 300), copy, data, left, none))
    QApplication.sendEvent(hand.viewport, QDragMoveEvent(QPoint(2, 300), copy, data, left, none))
    qtbot.waitUntil(lambda: panel.view.seen().left() < before - 50)
    QApplication.sendEvent(hand.viewport, QDragLeaveEvent())
    assert not timers()


def test_the_path_runs_up_and_down_but_not_sideways():
    wires = [
        Wire("ab", "a", "o", "b", "i"),
        Wire("bc", "b", "o", "c", "i"),
        Wire("cd", "c", "o", "d", "i"),
        Wire("ad", "a", "o", "d", "j"),
        Wire("ca", "c", "o", "a", "j"),
    ]
    assert path_of({"b"}, {"ad"}, wires[:4]) == {
        "ab": Emphasis.ADJACENT,
        "bc": Emphasis.ADJACENT,
        "cd": Emphasis.PATH,
        "ad": Emphasis.SELECTED,
    }
    assert len(path_of({"b"}, set(), wires)) == 5  # a cycle ends
    assert path_of(set(), set(), wires) == {}
