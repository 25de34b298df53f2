"""The knife: a line drawn across wires that cuts them all at once."""

from __future__ import annotations

import itertools
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QLineF, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QPolygonF

from designer.ui.canvas.gestures import Gesture, Modifiers
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

_LEAST_STEP_PX = 3  # between two points of the line: a hand that rests adds none


class KnifeGesture(Gesture):
    """A line that follows the hand; the wires that it crosses stand out, and are cut when it is let go."""

    cursor = Qt.CursorShape.CrossCursor
    words = QT_TRANSLATE_NOOP("CanvasHints", "Cuts the wires that it crosses · Esc gives up")

    def __init__(self, view: CanvasView, pos: QPoint) -> None:
        super().__init__(view, pos)
        self._line = [view.to_scene(pos)]
        self._crossed: dict[str, None] = {}

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        last, here = self._line[-1], self.view.to_scene(pos)
        if (here - last).manhattanLength() * self.view.zoom < _LEAST_STEP_PX:
            return
        self._line.append(here)
        for wire_id in crossed_wires(self.view.canvas, QLineF(last, here)):
            self._crossed[wire_id] = None
            self.view.canvas.wires[wire_id].mark(hovered=True)
        self.view.viewport().update()

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        self.cancel()
        there = tuple(wire_id for wire_id in self._crossed if wire_id in self.view.canvas.wires)
        if there:
            self.view.disconnect_requested.emit(there)
        return True

    def cancel(self) -> None:
        for wire_id in self._crossed:
            if wire_id in self.view.canvas.wires:
                self.view.canvas.wires[wire_id].mark(hovered=False)

    def paint(self, painter: QPainter) -> None:
        painter.setPen(QPen(QColor(self.view.canvas.theme.bad), 1.6, Qt.PenStyle.DashLine))
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPolyline(self.view.viewportTransform().map(QPolygonF(self._line)))


def crossed_wires(scene: CanvasScene, line: QLineF) -> list[str]:
    """The wires that a straight line of the scene crosses."""
    around = QRectF(line.p1(), line.p2()).normalized().adjusted(-1, -1, 1, 1)
    found = []
    for item in scene.items(around, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
        if isinstance(item, WireItem) and item.isVisible() and _crosses(item, line):
            found.append(item.wire.id)
    return found


def _crosses(item: WireItem, line: QLineF) -> bool:
    for polygon in item.path().toSubpathPolygons():
        for start, end in itertools.pairwise(polygon):
            if line.intersects(QLineF(QPointF(start), QPointF(end)))[0] == QLineF.IntersectionType.BoundedIntersection:
                return True
    return False
