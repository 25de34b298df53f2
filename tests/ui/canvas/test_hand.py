"""Selecting, moving, deleting, dropping and the keys, with real events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QDragEnterEvent, QDragLeaveEvent, QDragMoveEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.ui.canvas.dropping import kind_mime

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier


def listened(signal) -> list[tuple]:
    told: list[tuple] = []
    signal.connect(lambda *args: told.append(args))
    return told


def test_a_click_selects_and_another_with_ctrl_adds(panel, hand):
    told = listened(panel.view.selection_changed)
    hand.click(hand.on("conv"))
    hand.click(hand.on("relu"), CTRL)
    assert told == [(("conv",), ()), (("conv", "relu"), ())]
    hand.click(hand.on("conv"), CTRL)
    assert panel.scene.selected_cards == ("relu",)
    hand.click(hand.at(300, 320))
    assert panel.scene.selected_cards == ()


def test_a_marquee_selects_what_it_touches(panel, hand):
    hand.drag(hand.at(130, -40), hand.at(420, 40))
    assert set(panel.scene.selected_cards) == {"conv", "add"}
    hand.drag(hand.at(130, 130), hand.at(200, 240), SHIFT)
    assert set(panel.scene.selected_cards) == {"conv", "add", "relu"}


def test_escape_gives_up_a_marquee(panel, hand):
    panel.scene.select(["relu"])
    hand.press(hand.at(130, -40))
    hand.move(hand.at(420, 40))
    hand.key(Qt.Key.Key_Escape)
    assert panel.scene.selected_cards == ("relu",)


def test_a_drag_moves_live_on_the_grid_and_tells_once(panel, hand):
    told = listened(panel.view.moved)
    start = hand.on("conv")
    before = panel.scene.wires["w2"].path().elementAt(0).y
    hand.press(start)
    hand.move(start + QPoint(20, 30))
    assert panel.scene.wires["w2"].path().elementAt(0).y != before
    assert told == []
    hand.move(start + QPoint(41, 61))
    hand.release(start + QPoint(41, 61))
    assert told == [({"conv": (200.0, 64.0)},)]


def test_guides_show_what_a_card_in_hand_is_in_line_with(panel, hand):
    start = hand.on("relu")
    hand.press(start)
    hand.move(start + QPoint(64, -60))
    assert panel.view._gesture.guides() == []
    hand.move(start + QPoint(240, 80))  # its left side under the block's
    relu, block = (panel.scene.cards[key].body_in_scene() for key in ("relu", "block"))
    [down] = panel.view._gesture.guides()
    assert (down.x1(), down.x2()) == (relu.left(), block.left())
    assert (down.y1(), down.y2()) == (block.top() - 16, relu.bottom() + 16)
    panel.grab()
    hand.move(start + QPoint(-120, round(block.center().y() - 160 - relu.height() / 2)))
    [across] = panel.view._gesture.guides()
    assert across.y1() == across.y2() == block.center().y()
    hand.release(start)


def test_a_card_is_pulled_into_line_with_one_off_the_grid(panel, hand):
    told = listened(panel.view.moved)
    block = panel.scene.cards["block"]
    panel.scene.move_cards({"block": block.pos() + QPointF(4.0, 0.0)})
    relu = panel.scene.cards["relu"]
    away = round(block.pos().x() - relu.pos().x())
    start = hand.on("relu")
    hand.drag(start, start + QPoint(away - 1, 80))
    assert told[-1][0]["relu"][0] == block.pos().x()


def test_all_selected_cards_move_together(panel, hand):
    told = listened(panel.view.moved)
    panel.scene.select(["conv", "relu"])
    start = hand.on("relu")
    hand.drag(start, start + QPoint(16, 0))
    assert told == [({"conv": (176.0, 0.0), "relu": (176.0, 160.0)},)]


def test_escape_puts_dragged_cards_back(panel, hand):
    told = listened(panel.view.moved)
    start = hand.on("conv")
    hand.press(start)
    hand.move(start + QPoint(60, 60))
    hand.key(Qt.Key.Key_Escape)
    hand.release(start + QPoint(60, 60))
    assert panel.scene.cards["conv"].pos() == QPointF(160, 0)
    assert told == []


def test_a_click_on_one_of_several_selected_selects_it_alone(panel, hand):
    panel.scene.select(["conv", "relu"])
    hand.click(hand.on("relu"))
    assert panel.scene.selected_cards == ("relu",)


@pytest.mark.parametrize("key", [Qt.Key.Key_Delete, Qt.Key.Key_Backspace])
def test_delete_asks_for_what_is_selected(panel, hand, key):
    told = listened(panel.view.delete_requested)
    hand.key(key)
    assert told == []
    panel.scene.select(["conv"], ["w1"])
    hand.key(key)
    assert told == [(("conv",), ("w1",))]


def test_arrow_keys_nudge(panel, hand):
    told = listened(panel.view.moved)
    panel.scene.select(["conv"])
    hand.key(Qt.Key.Key_Right)
    hand.key(Qt.Key.Key_Down, SHIFT)
    assert told == [({"conv": (168.0, 0.0)},), ({"conv": (168.0, 64.0)},)]


def test_ctrl_and_arrows_walk_from_card_to_card(panel, hand):
    hand.key(Qt.Key.Key_Right, CTRL)
    assert panel.scene.selected_cards == ("input",)
    hand.key(Qt.Key.Key_Right, CTRL)
    assert panel.scene.selected_cards == ("conv",)
    assert panel.view.accessibleDescription() == "conv1, Conv2d, 3×3 · out 128"
    hand.key(Qt.Key.Key_Down, CTRL)
    assert panel.scene.selected_cards == ("relu",)


def test_keys_ask(panel, hand):
    add, arrange, opened, renamed = (
        listened(signal)
        for signal in (
            panel.view.add_requested,
            panel.view.arrange_requested,
            panel.view.open_requested,
            panel.view.rename_requested,
        )
    )
    hand.key(Qt.Key.Key_Tab)
    hand.key(Qt.Key.Key_A, SHIFT)
    assert len(add) == 2
    hand.key(Qt.Key.Key_L)
    assert arrange == [()]
    hand.key(Qt.Key.Key_A, CTRL)
    assert len(panel.scene.selected_cards) == 5
    panel.scene.select(["conv"])
    hand.key(Qt.Key.Key_Return)
    panel.scene.select(["block"])
    hand.key(Qt.Key.Key_Return)
    assert opened == [("block",)]
    hand.key(Qt.Key.Key_F2)
    assert renamed == [("block",)]


def test_double_clicks_open_blocks_rename_layers_and_add_on_the_ground(panel, hand):
    opened, renamed, add = (
        listened(signal)
        for signal in (panel.view.open_requested, panel.view.rename_requested, panel.view.add_requested)
    )
    QTest.mouseDClick(hand.viewport, Qt.MouseButton.LeftButton, pos=hand.on("block"))
    assert opened == [("block",)]
    QTest.mouseDClick(hand.viewport, Qt.MouseButton.LeftButton, pos=hand.at(180, 20))
    assert renamed == [("conv",)]
    panel.title_editor.finish(keep=False)
    QTest.mouseDClick(hand.viewport, Qt.MouseButton.LeftButton, pos=hand.at(300, 320))
    assert len(add) == 1


def test_a_title_is_edited_on_its_card(panel, hand):
    told = listened(panel.renamed)
    panel.scene.select(["conv"])
    hand.key(Qt.Key.Key_F2)
    editor = panel.title_editor
    assert editor.isVisible()
    QTest.keyClicks(editor, "stem")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    assert told == [("conv", "stem")]
    assert not editor.isVisible()
    hand.key(Qt.Key.Key_F2)
    QTest.keyClicks(editor, "other")
    QTest.keyClick(editor, Qt.Key.Key_Escape)
    assert told == [("conv", "stem")]


def test_a_kind_dropped_says_where_its_card_belongs(panel, hand):
    told = listened(panel.view.drop_requested)
    data = kind_mime("Conv2d")
    pos, copy = hand.at(320, 320), Qt.DropAction.CopyAction
    left, none = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(hand.viewport, QDragEnterEvent(pos, copy, data, left, none))
    QApplication.sendEvent(hand.viewport, QDragMoveEvent(pos, copy, data, left, none))
    panel.grab()
    QApplication.sendEvent(hand.viewport, QDropEvent(QPointF(pos), copy, data, left, none))
    [(kind, corner)] = told
    assert kind == "Conv2d"
    assert corner.x() % 8 == corner.y() % 8 == 0
    assert abs(corner.x() - 320) < 140
    assert corner.y() < 320


def test_a_drag_that_leaves_drops_nothing(panel, hand):
    told = listened(panel.view.drop_requested)
    data = kind_mime("Conv2d")
    copy, left, none = Qt.DropAction.CopyAction, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    QApplication.sendEvent(hand.viewport, QDragEnterEvent(hand.at(320, 320), copy, data, left, none))
    QApplication.sendEvent(hand.viewport, QDragLeaveEvent())
    assert told == []


def test_the_context_menu_says_what_it_is_for(panel, hand):
    told = listened(panel.view.menu_requested)
    pos = hand.on("relu")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, hand.viewport.mapToGlobal(pos))
    QApplication.sendEvent(hand.viewport, event)
    assert told[0][:2] == ("card", "relu")
    assert panel.scene.selected_cards == ("relu",)
