"""All wires of an output in hand at once, to be put on another output. Let go over the ground, they are cut."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPen

from designer.ui.canvas.cards import PortRef, Wire
from designer.ui.canvas.connecting import SNAP_PX, loose_path
from designer.ui.canvas.gestures import Gesture, Modifiers
from designer.ui.canvas.hits import card_at, length

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView


class CarryGesture(Gesture):
    """Several wires that keep their far ends. `goal` is the output that they would start at here."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, pos: QPoint, port: PortRef, wires: Sequence[Wire]) -> None:
        super().__init__(view, pos)
        self.port = port
        self.wires = tuple(wires)
        self.goal: PortRef | None = None
        self._at = view.to_scene(pos)

    def drag(self, pos: QPoint, modifiers: Modifiers) -> None:
        self._show(False)
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
        pen = QPen(QColor(scene.theme.accent), 2.2)
        if goal is None:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for wire in self.wires:
            end = scene.cards[wire.target_card].port_in_scene(wire.target_port, False)
            painter.drawPath(self.view.viewportTransform().map(loose_path(start, end, scene.is_downward)))

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
        return next((ref for _, ref in usable if self._fits(ref)), None)

    def _fits(self, ref: PortRef) -> bool:
        if ref == self.port:
            return True
        targets = (PortRef(wire.target_card, wire.target_port, False) for wire in self.wires)
        return not any(self.view.can_connect(ref, target) for target in targets)

    def _show(self, shown: bool) -> None:
        scene = self.view.canvas
        for wire in self.wires:
            if wire.id in scene.wires and scene.wires[wire.id].isVisible() != shown:
                scene.wires[wire.id].set_shown(shown)
                if shown:
                    scene.relay(wire.id)
