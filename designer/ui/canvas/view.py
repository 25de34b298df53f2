"""The view that one works on: which gesture a press begins, keys, drops, and the signals that tell what a person wants.

It changes nothing but what is seen and selected. A presenter listens to the signals, edits the model, and shows the
outcome through the scene.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QDragEnterEvent,
    QDragLeaveEvent,
    QDragMoveEvent,
    QDropEvent,
    QFocusEvent,
    QHelpEvent,
    QKeyEvent,
    QMouseEvent,
    QNativeGestureEvent,
    QPainter,
    QPen,
    QTransform,
    QWheelEvent,
)
from PySide6.QtWidgets import QToolTip, QWidget

from designer.ui.canvas import hints
from designer.ui.canvas.cards import Card, PortRef
from designer.ui.canvas.connecting import LooseWire
from designer.ui.canvas.cutting import KnifeGesture
from designer.ui.canvas.dropping import Drops
from designer.ui.canvas.edge_scroll import EdgeScroll
from designer.ui.canvas.gestures import Gesture, PanGesture
from designer.ui.canvas.hits import Hit, Target, hit_at, tooltip, wire_under
from designer.ui.canvas.hover import NOTHING, Hover
from designer.ui.canvas.keys import press_key
from designer.ui.canvas.pressing import gesture_at
from designer.ui.canvas.routing_points import with_point, without_point
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.sizing import cursor_for
from designer.ui.canvas.viewport import ZoomPanView
from designer.ui.theme.tokens import Theme

_SIDE_BUTTONS = (Qt.MouseButton.BackButton, Qt.MouseButton.ForwardButton)


class CanvasView(ZoomPanView):
    """The canvas that one works on. `canvas` is its scene."""

    selection_changed = Signal(tuple, tuple)  # ids of the selected cards and wires
    moved = Signal(dict)  # id of a card or note -> (x, y); once, at the end of a drag or nudge
    connect_requested = Signal(str, str, str, str)  # source card and port, target card and port
    reconnect_requested = Signal(str, str, str, str, str)  # wire, then as above: a lifted wire put elsewhere
    rewire_requested = Signal(tuple, str, str)  # wire ids, and the card and output that they shall start at
    disconnect_requested = Signal(tuple)  # wire ids: cut, or lifted and let go
    wire_dropped = Signal(str, str, bool, QPointF)  # card, port, is it an output, where in the scene
    delete_requested = Signal(tuple, tuple)  # ids of cards and notes, wire ids
    open_requested = Signal(str)  # a block card's id
    rename_requested = Signal(str)  # card id
    route_changed = Signal(str, tuple)  # wire, and the points that it is led through
    note_edit_requested = Signal(str)  # note id
    note_resized = Signal(str, QRectF)  # note id, and where it lies now
    add_requested = Signal(QPointF)  # where in the scene
    drop_requested = Signal(str, QPointF)  # kind, and where the new card's upper left corner belongs
    drop_on_wire_requested = Signal(str, QPointF, str)  # as above, and the wire that it was dropped on
    files_dropped = Signal(tuple)  # those that `takes_file` takes
    put_on_wire = Signal(dict, str, str)  # as `moved`, with the one card and the wire that it was put on
    arrange_requested = Signal()
    back_requested = Signal()  # to the block that was open before
    forward_requested = Signal()
    menu_requested = Signal(str, str, QPoint)  # "card", "wire", "note" or "ground", id, global position

    gesture_moved = Signal(QPoint)  # viewport pixel of the pointer while something is dragged
    gesture_ended = Signal()
    hint_changed = Signal(str)  # what can be done here and now, in English; "" says nothing

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.card_facts: Callable[[str], str] = lambda card_id: ""  # in words, for its tooltip
        self.can_connect: Callable[[PortRef, PortRef], str] = lambda source, target: ""  # why not, from port to port
        self.misfit: Callable[[PortRef, PortRef], str] = lambda source, target: ""  # why what flows would not fit there
        self.ghost_card: Callable[[str], Card] = lambda kind: Card(id="", title=kind)
        self.can_insert: Callable[[str], bool] = lambda card_id: False  # into a wire: a card that is there,
        self.can_insert_kind: Callable[[str], bool] = lambda kind: False  # or one that is dragged from the palette
        self.takes_file: Callable[[Path], bool] = lambda path: False
        self._gesture: Gesture | None = None
        self._pan_in_hand: tuple[PanGesture, Qt.MouseButton] | None = None  # while something else is in hand too
        self._knife_is_ready = False
        self._marked_wire = ""  # the wire that a card in hand would be put into
        self._drops = Drops(self)
        self.loose_wire = LooseWire(self)
        self._hover = Hover(scene)
        self._edge_scroll = EdgeScroll(self._pan_under_gesture, self)
        self._pointer = (QPoint(), Qt.KeyboardModifier.NoModifier)
        self._space_is_down = False
        self._ring_shown = False
        self._menu_is_due = True  # not after a right press that gave up a gesture
        self.setMouseTracking(True)
        self.setAcceptDrops(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setAccessibleName(self.tr("Canvas"))
        scene.selection_changed.connect(self._describe)
        scene.selection_changed.connect(self.selection_changed)
        scene.content_changed.connect(self._content_changed)
        self._describe()

    def sizeHint(self) -> QSize:
        return QSize(900, 600)

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self.canvas.set_theme(theme)
        self.viewport().update()

    def drawForeground(self, painter: QPainter, rect: QRectF) -> None:
        if not self._paints_over_all:
            return
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self._gesture is not None:
            self._gesture.paint(painter)
        self._drops.paint(painter)
        self.loose_wire.paint(painter)
        if self._ring_shown:
            painter.setPen(QPen(QColor(self.canvas.theme.accent), 2))
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(QRectF(self.viewport().rect()).adjusted(2, 2, -2, -2), 4, 4)
        painter.restore()

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._paints_over_all:
            self.viewport().update()  # what is painted in viewport pixels must not scroll along

    @property
    def _paints_over_all(self) -> bool:
        in_hand = self._gesture is not None or self._drops.ghost is not None
        return in_hand or self.loose_wire.is_shown or self._ring_shown

    # Mouse

    def mousePressEvent(self, event: QMouseEvent) -> None:
        pos, button = event.position().toPoint(), event.button()
        self._show_ring(False)
        is_pan = button == Qt.MouseButton.MiddleButton or (button == Qt.MouseButton.LeftButton and self._space_is_down)
        if self._gesture is not None:
            if is_pan:
                self._pan_in_hand = PanGesture(self, pos), button
                self._show_cursor()
            elif button == Qt.MouseButton.LeftButton:
                if self._gesture.press(pos, event.modifiers()):
                    self._end_gesture()
            else:
                self.escape()
                self._menu_is_due = False
            return
        self._menu_is_due = True
        if button in _SIDE_BUTTONS:
            (self.back_requested if button == Qt.MouseButton.BackButton else self.forward_requested).emit()
            event.accept()
            return
        is_knife = button == Qt.MouseButton.RightButton and event.modifiers() & Qt.KeyboardModifier.ControlModifier
        if is_pan:
            self._begin(PanGesture(self, pos))
        elif is_knife or (self._knife_is_ready and button == Qt.MouseButton.LeftButton):
            self._menu_is_due = self._knife_is_ready = False
            self._begin(KnifeGesture(self, pos))
        elif button == Qt.MouseButton.LeftButton:
            self._begin(gesture_at(self, pos, event.modifiers()))
        event.accept()

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        pos = event.position().toPoint()
        self._pointer = (pos, event.modifiers())
        if self._gesture is None:
            self._hover.over(self.hit(pos))
            self._show_cursor()
            return
        if self._pan_in_hand is not None:
            self._pan_in_hand[0].move(pos, event.modifiers())
        elif self._gesture.has_moved and self._gesture.scrolls_at_edges:
            self._edge_scroll.follow(pos, self.viewport().rect())
        self._gesture.move(pos, event.modifiers())
        self.gesture_moved.emit(pos)

    def _pan_under_gesture(self, delta: QPointF) -> None:
        self.pan_by(delta)
        self._follow_ground()

    def _follow_ground(self) -> None:
        """Something else lies under the pointer, which did not move."""
        if self._gesture is not None:
            self._gesture.move(*self._pointer)

    def wheelEvent(self, event: QWheelEvent) -> None:
        super().wheelEvent(event)
        self._follow_ground()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if self._pan_in_hand is not None and event.button() == self._pan_in_hand[1]:
            self._pan_in_hand = None
            self._show_cursor()
        elif self._gesture is not None and self._gesture.release(event.position().toPoint(), event.modifiers()):
            self._end_gesture()
        event.accept()

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        if event.button() != Qt.MouseButton.LeftButton:
            return
        pos = event.position().toPoint()
        if self._gesture is not None:  # the second click of click-click wiring came quickly
            self.mousePressEvent(event)
            return
        hit = self.hit(pos)
        if hit.target is Target.GROUND:
            self.add_requested.emit(self.to_scene(pos))
        elif hit.target is Target.CARD:
            item = self.canvas.cards[hit.id]
            if item.card.is_block:
                self.open_requested.emit(hit.id)
            elif item.layout.title_rect.translated(item.pos()).contains(self.to_scene(pos)):
                self.rename_requested.emit(hit.id)
        elif hit.target is Target.NOTE:
            self.note_edit_requested.emit(hit.id)
        elif hit.target is Target.WIRE:
            item = self.canvas.wires[hit.id]
            self.route_changed.emit(hit.id, with_point(item.path(), item.points, self.to_scene(pos))[0])
        elif hit.target is Target.POINT:
            self.route_changed.emit(hit.id, without_point(self.canvas.wires[hit.id].points, hit.point))
        event.accept()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        event.accept()
        if not self._menu_is_due and event.reason() == QContextMenuEvent.Reason.Mouse:
            return
        hit = self.hit(event.pos())
        target = {Target.PORT: Target.CARD, Target.POINT: Target.WIRE}.get(hit.target, hit.target)
        if target in (Target.CARD, Target.NOTE) and hit.id not in self.canvas.selected:
            self.canvas.select((hit.id,))
        elif target is Target.WIRE and hit.id not in self.canvas.selected_wires:
            self.canvas.select((), (hit.id,))
        self.menu_requested.emit(target.value, hit.id, event.globalPos())

    def hit(self, pos: QPoint) -> Hit:
        """What lies under a viewport pixel."""
        return hit_at(self.canvas, self.to_scene(pos), self.zoom)

    def viewportEvent(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            text = tooltip(self.canvas, self.hit(event.pos()), self.to_scene(event.pos()), self.card_facts)
            QToolTip.showText(event.globalPos(), text, self)
            return True
        if event.type() == QEvent.Type.NativeGesture and isinstance(event, QNativeGestureEvent):
            if event.gestureType() == Qt.NativeGestureType.ZoomNativeGesture:
                self.zoom_smoothly(1 + event.value(), event.position())
            return True
        if event.type() == QEvent.Type.Leave:
            self._hover.over(NOTHING)
            self._edge_scroll.stop()  # a wire between two clicks may be taken elsewhere
        return super().viewportEvent(event)

    def _show_cursor(self) -> None:
        cursor = Qt.CursorShape.ArrowCursor
        if self._pan_in_hand is not None:
            cursor = Qt.CursorShape.ClosedHandCursor
        elif self._gesture is not None and self._gesture.cursor is not None:
            cursor = self._gesture.cursor
        elif self._knife_is_ready:
            cursor = Qt.CursorShape.CrossCursor
        elif self._space_is_down:
            cursor = Qt.CursorShape.OpenHandCursor
        elif self._hover.hit.port is not None:
            cursor = Qt.CursorShape.CrossCursor
        elif self._hover.hit.sides:
            cursor = cursor_for(self._hover.hit.sides)
        self.viewport().setCursor(cursor)
        words = self._gesture.words if self._gesture is not None else hints.KNIFE if self._knife_is_ready else ""
        self.hint_changed.emit(words or hints.words_under_pointer(self._hover.hit.target))

    # Keys

    def focusNextPrevChild(self, forward: bool) -> bool:
        return False if forward else super().focusNextPrevChild(forward)  # Tab adds a layer

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space:
            if not event.isAutoRepeat():
                self._space_is_down = True
                self._show_cursor()
        elif not press_key(self, Qt.Key(event.key()), event.modifiers()):
            super().keyPressEvent(event)

    def keyReleaseEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Space and not event.isAutoRepeat():
            self._space_is_down = False
            self._show_cursor()
        else:
            super().keyReleaseEvent(event)

    def focusInEvent(self, event: QFocusEvent) -> None:
        super().focusInEvent(event)
        by_key = (Qt.FocusReason.TabFocusReason, Qt.FocusReason.BacktabFocusReason, Qt.FocusReason.ShortcutFocusReason)
        self._show_ring(event.reason() in by_key)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        self._space_is_down = False
        self._show_ring(False)

    def _show_ring(self, shown: bool) -> None:
        if shown != self._ring_shown:
            self._ring_shown = shown
            self.viewport().update()

    def ready_knife(self) -> None:
        """The next drag cuts wires."""
        self._knife_is_ready = True
        self._show_cursor()

    def mark_wire_under(self, body: QRectF | None, card_id: str = "") -> str:
        """Mark the wire that a card with this body would be put into; None marks none. Returns the wire's id, or ""."""
        found = wire_under(self.canvas, body, card_id) if body is not None else ""
        if found != self._marked_wire:
            for wire_id, hovered in ((self._marked_wire, False), (found, True)):
                if wire_id in self.canvas.wires:
                    self.canvas.wires[wire_id].mark(hovered=hovered)
            self._marked_wire = found
        return found

    def escape(self) -> None:
        """Give up the gesture in hand; without one, the knife, or the selection."""
        if self._gesture is not None:
            gesture, self._gesture = self._gesture, None
            gesture.cancel()
            self._end_gesture()
        elif self._knife_is_ready:
            self._knife_is_ready = False
            self._show_cursor()
        else:
            self.canvas.select()

    def let_go(self) -> bool:
        """Drop a wire in hand where it is, as on the ground. Returns whether there was one."""
        if self._gesture is None or not self._gesture.let_go():
            return False
        self._end_gesture()
        return True

    # Drops

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        self._drops.enter(event)

    def dragMoveEvent(self, event: QDragMoveEvent) -> None:
        self._drops.move(event)

    def dragLeaveEvent(self, event: QDragLeaveEvent) -> None:
        self._drops.leave()

    def dropEvent(self, event: QDropEvent) -> None:
        self._drops.drop(event)

    # The gesture in hand

    def _begin(self, gesture: Gesture | None) -> None:
        self._hover.over(NOTHING)
        self._gesture = gesture
        self._show_cursor()

    def _end_gesture(self) -> None:
        self._gesture = self._pan_in_hand = None
        self._edge_scroll.stop()
        self._show_cursor()
        self.viewport().update()
        self.gesture_ended.emit()

    def _describe(self) -> None:
        """Tell a screen reader what is selected, or how to get about."""
        chosen = [self.canvas.cards[card_id].card for card_id in self.canvas.selected_cards]
        if len(chosen) == 1:
            card = chosen[0]
            parts = (card.title, card.kind, card.brief, card.repeat, card.condition, card.badge_text)
            words = ", ".join(part for part in parts if part)
        elif chosen:
            words = self.tr("%n cards selected", "", len(chosen))
        else:
            words = self.tr("Cards and wires. Ctrl and an arrow key go from card to card, Tab adds one.")
        self.setAccessibleDescription(words)

    def _content_changed(self) -> None:
        self._hover.forget_what_is_gone()
        if self._gesture is not None and not self._gesture.is_alive():
            self.escape()
