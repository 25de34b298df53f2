"""Points that a person leads a wire through: found under the hand, put into the wire's order, dragged, taken out."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QPoint, QPointF, Qt
from PySide6.QtGui import QPainterPath

from designer.ui.canvas.geometry import snapped
from designer.ui.canvas.gestures import Gesture, Modifiers

if TYPE_CHECKING:
    from designer.ui.canvas.scene import CanvasScene
    from designer.ui.canvas.view import CanvasView

Points = tuple[tuple[float, float], ...]
POINT_REACH_PX = 8.0  # how near the hand has to be to take a point
_SAMPLES = 160  # along a wire, to tell before which of its points a new one comes


def route_point_at(scene: CanvasScene, at: QPointF, zoom: float) -> tuple[str, int] | None:
    """The wire and the number of its point under a place in the scene."""
    reach = POINT_REACH_PX / zoom
    for wire_id in scene.routed:
        for number, (x, y) in enumerate(scene.wires[wire_id].points):
            if abs(at.x() - x) <= reach and abs(at.y() - y) <= reach:
                return wire_id, number
    return None


def with_point(path: QPainterPath, points: Points, at: QPointF) -> tuple[Points, int]:
    """A wire's points with another one where its path passes a place; and the number of the new one."""
    here = _along(path, at)
    number = sum(_along(path, QPointF(*point)) < here for point in points)
    return (*points[:number], (at.x(), at.y()), *points[number:]), number


def without_point(points: Points, number: int) -> Points:
    """A wire's points without one."""
    return (*points[:number], *points[number + 1 :])


def _along(path: QPainterPath, at: QPointF) -> float:
    def away(share: float) -> float:
        apart = path.pointAtPercent(share) - at
        return apart.x() ** 2 + apart.y() ** 2

    return min((step / _SAMPLES for step in range(_SAMPLES + 1)), key=away)


class PointGesture(Gesture):
    """A point of a wire in hand: it follows on the grid, with Alt freely. is_new: it was put there by this press."""

    cursor = Qt.CursorShape.SizeAllCursor
    words = QT_TRANSLATE_NOOP("CanvasHints", "Leads the wire through here · Alt leaves the grid · Esc puts back")

    def __init__(self, view: CanvasView, pos: QPoint, wire_id: str, points: Points, number: int, is_new: bool) -> None:
        super().__init__(view, pos)
        self._wire_id, self._number, self._is_new = wire_id, number, is_new
        self._before = view.canvas.wires[wire_id].points
        self._points = points
        view.canvas.show_points(wire_id, points)

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        at = self.view.to_scene(pos)
        x, y = (at.x(), at.y()) if modifiers & Modifiers.AltModifier else (snapped(at.x()), snapped(at.y()))
        self._points = (*self._points[: self._number], (x, y), *self._points[self._number + 1 :])
        self.view.canvas.show_points(self._wire_id, self._points)

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        self.view.canvas.select((), (self._wire_id,))
        if self._is_new or self.has_moved:
            self.view.route_changed.emit(self._wire_id, self._points)
        else:
            self.view.canvas.select_point(self._wire_id, self._number)
        return True

    def cancel(self) -> None:
        if self.is_alive():
            self.view.canvas.show_points(self._wire_id, self._before)

    def is_alive(self) -> bool:
        return self._wire_id in self.view.canvas.wires
