"""A side or a corner of a note in hand: it follows on the grid; with Alt freely."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, QSizeF, Qt

from designer.graph.note import LEAST_SIZE
from designer.ui.canvas.geometry import snapped
from designer.ui.canvas.gestures import Gesture, Modifiers
from designer.ui.canvas.note_layer import Sides

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView


def cursor_for(sides: Sides) -> Qt.CursorShape:
    """The cursor over these sides of a note."""
    if not sides:
        return Qt.CursorShape.SizeAllCursor
    if not sides.down:
        return Qt.CursorShape.SizeHorCursor
    if not sides.across:
        return Qt.CursorShape.SizeVerCursor
    falls = sides.across == sides.down
    return Qt.CursorShape.SizeFDiagCursor if falls else Qt.CursorShape.SizeBDiagCursor


class SizeGesture(Gesture):
    """Resizes one note."""

    def __init__(self, view: CanvasView, pos: QPoint, note_id: str, sides: Sides) -> None:
        super().__init__(view, pos)
        self.cursor = cursor_for(sides)
        self._id, self._sides = note_id, sides
        self._start = view.canvas.notes.items[note_id].body_in_scene()
        self._from = view.to_scene(pos)

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        free = bool(modifiers & Modifiers.AltModifier)
        shift = self.view.to_scene(pos) - self._from
        self._show(self._sized(shift, free))

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        scene = self.view.canvas
        scene.held = frozenset()
        body = scene.notes.items[self._id].body_in_scene()
        if body != self._start:
            self.view.note_resized.emit(self._id, body)
        elif not self.has_moved:
            scene.select((self._id,))
        return True

    def cancel(self) -> None:
        self.view.canvas.held = frozenset()
        if self.is_alive():
            self._show(self._start)

    def is_alive(self) -> bool:
        return self._id in self.view.canvas.notes.items

    def _show(self, body: QRectF) -> None:
        scene = self.view.canvas
        scene.held = frozenset((self._id,))
        item = scene.notes.items[self._id]
        item.setPos(body.topLeft())
        item.show_size(QSizeF(body.size()))

    def _sized(self, shift: QPointF, free: bool) -> QRectF:
        body = QRectF(self._start)
        if self._sides.across < 0:
            body.setLeft(min(_stop(body.left() + shift.x(), free), body.right() - LEAST_SIZE))
        elif self._sides.across > 0:
            body.setRight(max(_stop(body.right() + shift.x(), free), body.left() + LEAST_SIZE))
        if self._sides.down < 0:
            body.setTop(min(_stop(body.top() + shift.y(), free), body.bottom() - LEAST_SIZE))
        elif self._sides.down > 0:
            body.setBottom(max(_stop(body.bottom() + shift.y(), free), body.top() + LEAST_SIZE))
        return body


def _stop(at: float, free: bool) -> float:
    return at if free else snapped(at)
