"""What a drag on the canvas does, one class a gesture: pan, marquee, move cards. Wiring has a module of its own.

The view makes a gesture at a press, feeds it the moves, and ends it by a release or by Escape. A gesture changes what
is seen as it goes and tells of its outcome once, at the end, through the view's signals.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from designer.ui.canvas.geometry import GRID, snapped
from designer.ui.canvas.guides import guides, pulls

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

START_DISTANCE_PX = 4  # a press that moves less is a click
Modifiers = Qt.KeyboardModifier


class Gesture:
    """One press, its moves and its end."""

    cursor: Qt.CursorShape | None = None
    scrolls_at_edges = True
    words = ""  # what can be done while it goes on, in English

    def __init__(self, view: CanvasView, pos: QPoint) -> None:
        self.view = view
        self.pressed_at = pos
        self.has_moved = False

    def move(self, pos: QPoint, modifiers: Modifiers) -> None:
        """The mouse went to `pos`, in viewport pixels."""
        if not self.has_moved and (pos - self.pressed_at).manhattanLength() >= START_DISTANCE_PX:
            self.has_moved = True
        if self.has_moved:
            self.drag(pos, modifiers)

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        """The mouse went to `pos` and it is no click any more."""

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        """The button went up. Returns whether the gesture is over; a wire in hand stays at the first click."""
        return True

    def press(self, pos: QPoint, modifiers: Modifiers) -> bool:
        """Another press while the gesture goes on. Returns whether the gesture is over."""
        return True

    def cancel(self) -> None:
        """Undo what was shown; nothing happened."""

    def let_go(self) -> bool:
        """Something is to be added here and now. Returns whether that ends the gesture, and it has seen to that."""
        return False

    def is_alive(self) -> bool:
        """Whether what the gesture has in hand is still on the canvas; asked when the content changed."""
        return True

    def paint(self, painter: QPainter) -> None:
        """Paint over the canvas, in viewport pixels."""


class PanGesture(Gesture):
    """The ground follows the hand."""

    cursor = Qt.CursorShape.ClosedHandCursor
    scrolls_at_edges = False

    def __init__(self, view: CanvasView, pos: QPoint) -> None:
        super().__init__(view, pos)
        self._last = pos

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        step, self._last = pos - self._last, pos
        self.view.pan_by(step)


class MarqueeGesture(Gesture):
    """A rectangle that selects what it touches; with Shift or Ctrl in addition to what is selected."""

    words = QT_TRANSLATE_NOOP("CanvasHints", "Selects what it touches · with Shift in addition · Esc gives up")

    def __init__(self, view: CanvasView, pos: QPoint, adding: bool) -> None:
        super().__init__(view, pos)
        scene = view.canvas
        self._before = (scene.selected, scene.selected_wires)
        self._kept = self._before if adding else ((), ())
        self._from = view.mapToScene(pos)
        self._to = self._from

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        self._to = self.view.mapToScene(pos)
        scene = self.view.canvas
        rect = self._rect()
        cards = [*scene.grid.within(rect), *scene.notes.touched(rect)]
        wires = []
        if not cards:  # a marquee over wires alone takes wires
            wires = [key for key, wire in scene.wires.items() if wire.path().intersects(rect)]
        scene.select((*self._kept[0], *cards), (*self._kept[1], *wires))
        self.view.viewport().update()

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        if not self.has_moved:
            self.view.canvas.select(*self._kept)
        return True

    def cancel(self) -> None:
        self.view.canvas.select(*self._before)

    def paint(self, painter: QPainter) -> None:
        if not self.has_moved:
            return
        accent = QColor(self.view.canvas.theme.accent)
        painter.setPen(QPen(accent, 1))
        accent.setAlpha(28)
        painter.setBrush(accent)
        rect = self.view.mapFromScene(self._rect()).boundingRect()
        painter.drawRect(QRectF(rect).adjusted(0.5, 0.5, -0.5, -0.5))

    def _rect(self) -> QRectF:
        return QRectF(self._from, self._to).normalized()


class MoveGesture(Gesture):
    """The selected cards and notes follow the hand, and with a frame what is in it; on the grid, with Alt freely."""

    cursor = Qt.CursorShape.SizeAllCursor
    words = QT_TRANSLATE_NOOP("CanvasHints", "Onto a wire inserts · Alt leaves the grid · Esc puts back")

    def __init__(self, view: CanvasView, pos: QPoint, card_id: str, selects_at_click: bool) -> None:
        super().__init__(view, pos)
        self._card_id = card_id
        self._selects_at_click = selects_at_click
        scene = view.canvas
        self._from = view.mapToScene(pos)
        chosen = {**dict.fromkeys(scene.selected), card_id: None}
        chosen |= scene.notes.inside([key for key in chosen if key in scene.notes.items])
        self._starts = {key: scene.standing(key).pos() for key in chosen}
        self._led = {
            key: scene.wires[key].points
            for key in scene.routed
            if {scene.wires[key].wire.source_card, scene.wires[key].wire.target_card} <= chosen.keys()
        }

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        start = self._starts[self._card_id]
        goal = start + self.view.mapToScene(pos) - self._from
        if not modifiers & Modifiers.AltModifier:
            goal = self._in_line(goal)
        shift = goal - start
        self._lead(shift)
        self.view.canvas.held = frozenset(self._starts)
        self.view.canvas.move_cards({key: place + shift for key, place in self._starts.items()})
        self._wire_below()
        self.view.viewport().update()

    def _in_line(self, goal: QPointF) -> QPointF:
        """The place nearest to `goal` that is on the grid, or in line with a card that lies off it."""
        right = down = None
        card = self.view.canvas.cards.get(self._card_id)
        if card is not None:
            right, down = pulls(card.body_in_scene().translated(goal - card.pos()), self._others(), GRID / 2)
        return QPointF(
            snapped(goal.x()) if right is None else goal.x() + right,
            snapped(goal.y()) if down is None else goal.y() + down,
        )

    def _others(self) -> Iterator[QRectF]:
        """The cards that are seen and not in hand."""
        cards = self.view.canvas.cards
        return (cards[key].body_in_scene() for key in self.view.visible_cards() if key not in self._starts)

    def _lead(self, shift: QPointF) -> None:
        """Take along the points of wires both of whose ends are in hand."""
        for key, points in self._led.items():
            if key in self.view.canvas.wires:
                self.view.canvas.wires[key].show_points(tuple((x + shift.x(), y + shift.y()) for x, y in points))

    def paint(self, painter: QPainter) -> None:
        scene = self.view.canvas
        if not self.has_moved or self._card_id not in scene.cards:
            return
        pen = QPen(QColor(scene.theme.accent), 1)
        pen.setDashPattern([4, 4])
        painter.setPen(pen)
        for line in self.guides():
            painter.drawLine(self.view.viewportTransform().map(line))

    def guides(self) -> list[QLineF]:
        """What the card under the hand stands in line with, among those that are seen."""
        return guides(self.view.canvas.cards[self._card_id].body_in_scene(), self._others())

    def _wire_below(self) -> str:
        """The wire that the one card in hand would be put into, marked as such."""
        is_card = self._card_id in self.view.canvas.cards
        if not is_card or len(self._starts) > 1 or not self.view.can_insert(self._card_id):
            return ""
        return self.view.mark_wire_under(self.view.canvas.cards[self._card_id].body_in_scene(), self._card_id)

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        scene = self.view.canvas
        scene.held = frozenset()
        if not self.has_moved:
            if self._selects_at_click:
                scene.select((self._card_id,))
            return True
        places = {key: scene.standing(key).pos() for key in self._starts}
        wire = self._wire_below()
        self.view.mark_wire_under(None)
        if places != self._starts:
            told = {key: (place.x(), place.y()) for key, place in places.items()}
            if wire:
                self.view.put_on_wire.emit(told, self._card_id, wire)
            else:
                self.view.moved.emit(told)
        return True

    def cancel(self) -> None:
        scene = self.view.canvas
        scene.held = frozenset()
        self.view.mark_wire_under(None)
        self._lead(QPointF())
        scene.move_cards({key: place for key, place in self._starts.items() if scene.has(key)})

    def is_alive(self) -> bool:
        return all(self.view.canvas.has(key) for key in self._starts)
