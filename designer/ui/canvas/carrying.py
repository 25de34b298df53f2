"""All wires of an output in hand at once, to be put on another output. Let go over the ground, they are cut.

As with one wire, outputs that fit light up, and over a card that none of them fits the reason is shown.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from designer.ui.canvas.cards import PortRef, Wire
from designer.ui.canvas.connecting import SNAP_PX, loose_path
from designer.ui.canvas.gestures import Gesture, Modifiers
from designer.ui.canvas.hits import card_at, length
from designer.ui.canvas.port_lights import Fit, PortLights, paint_words

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView


class CarryGesture(Gesture):
    """Several wires that keep their far ends. `goal` is the output that they would start at here."""

    cursor = Qt.CursorShape.CrossCursor
    words = QT_TRANSLATE_NOOP("CanvasHints", "To another output moves them · on the ground cuts · Esc puts back")

    def __init__(self, view: CanvasView, pos: QPoint, port: PortRef, wires: Sequence[Wire]) -> None:
        super().__init__(view, pos)
        self.port = port
        self.wires = tuple(wires)
        self.goal: PortRef | None = None
        self.reason = ""  # why they cannot start here
        self._at = view.to_scene(pos)
        self._lights = PortLights(view, True, port.card, self._fit)

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        self._show(False)
        self._lights.show()
        self._at = self.view.to_scene(pos)
        self.goal = self._goal_at(self._at)
        self.view.viewport().update()

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        self._show(True)
        if not self.has_moved:
            return True
        ids = tuple(wire.id for wire in self.wires)
        self.goal = self._goal_at(self.view.to_scene(pos))
        if self.goal is None:
            if card_at(self.view.canvas, self.view.to_scene(pos)) is None:
                self.view.disconnect_requested.emit(ids)
        elif self.goal != self.port:
            self.view.rewire_requested.emit(ids, self.goal.card, self.goal.port)
        return True

    def cancel(self) -> None:
        self._show(True)

    def is_alive(self) -> bool:
        scene = self.view.canvas
        return self.port.card in scene.cards and all(wire.id in scene.wires for wire in self.wires)

    def paint(self, painter: QPainter) -> None:
        if not self.has_moved:
            return
        scene = self.view.canvas
        goal = self.goal
        start = scene.cards[goal.card].port_in_scene(goal.port, True) if goal else self._at
        pen = QPen(QColor(scene.theme.bad if self.reason else scene.theme.accent), 2.2)
        if goal is None:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for wire in self.wires:
            end = scene.cards[wire.target_card].port_in_scene(wire.target_port, False)
            painter.drawPath(self.view.viewportTransform().map(loose_path(start, end, scene.is_downward)))
        if self.reason:
            paint_words(painter, self.view, self._at, self.reason, scene.theme.bad)

    def _goal_at(self, point: QPointF) -> PortRef | None:
        """The nearest output in reach that all wires may start at; on a card, its first such."""
        scene, reach = self.view.canvas, SNAP_PX / self.view.zoom
        near = []
        for card_id in scene.grid.within(QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)):
            item = scene.cards[card_id]
            for ref, place in item.ports():
                if ref.is_output:
                    away = length(item.pos() + place - point)
                    near.append((away if away <= reach else reach + away, ref))
        on_card = card_at(scene, point)
        usable = sorted(
            ((away, ref) for away, ref in near if away <= reach or ref.card == on_card), key=lambda found: found[0]
        )
        goal = next((ref for _, ref in usable if not self._lights.fit(ref).reason), None)
        self.reason = self._lights.fit(usable[0][1]).reason if usable and goal is None else ""
        return goal

    def _fit(self, ref: PortRef) -> Fit:
        if ref == self.port:
            return Fit()
        targets = (PortRef(wire.target_card, wire.target_port, False) for wire in self.wires)
        return Fit(next((why for target in targets if (why := self.view.can_connect(ref, target))), ""))

    def _show(self, shown: bool) -> None:
        if shown:
            self._lights.put_out()
        scene = self.view.canvas
        for wire in self.wires:
            if wire.id in scene.wires and scene.wires[wire.id].isVisible() != shown:
                scene.wires[wire.id].set_shown(shown)
                if shown:
                    scene.relay(wire.id)
