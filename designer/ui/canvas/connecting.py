"""Drawing a wire: from a port by drag or by two clicks, or a wire lifted off its input.

The wire snaps to the nearest port that it fits, or onto a card to its first free fitting port. While it is in hand,
ports that it fits light up, cards that it does not fit step back, and over one of those the reason is shown.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from designer.ui.canvas.card_item import CardItem
from designer.ui.canvas.cards import PortRef, Wire
from designer.ui.canvas.geometry import PORT_RADIUS, card_fonts
from designer.ui.canvas.gestures import Gesture, Modifiers
from designer.ui.canvas.hits import card_at
from designer.ui.canvas.wire_path import EXCHANGED, wire_path

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

SNAP_PX = 20.0  # how near a port draws the wire to it, in viewport pixels


@dataclass(frozen=True)
class Goal:
    """What the wire would be connected to here, or why not."""

    port: PortRef
    reason: str  # "" where it fits


class ConnectGesture(Gesture):
    """A wire in hand. `anchor` is the port where it stays; `lifted` the wire that was taken off, if any."""

    cursor = Qt.CursorShape.CrossCursor

    def __init__(self, view: CanvasView, pos: QPoint, anchor: PortRef, lifted: Wire | None = None) -> None:
        super().__init__(view, pos)
        self.anchor = anchor
        self.lifted = lifted
        self.goal: Goal | None = None
        self._at = view.mapToScene(pos)
        self._reasons: dict[PortRef, str] = {}
        self._lit: list[CardItem] = []
        if lifted is not None:
            view.canvas.wires[lifted.id].set_shown(False)
        self._light_up()

    def move(self, pos: QPoint, modifiers: Modifiers) -> None:
        super().move(pos, modifiers)
        self._at = self.view.mapToScene(pos)
        self.goal = self._goal_at(self._at)
        self.view.viewport().update()

    def release(self, pos: QPoint, modifiers: Modifiers) -> bool:
        if not self.has_moved:
            return False  # click, then click
        return self.press(pos, modifiers)

    def press(self, pos: QPoint, modifiers: Modifiers) -> bool:
        self._at = self.view.mapToScene(pos)
        self.goal = self._goal_at(self._at)
        self._restore()
        if self.goal is None:
            self._drop_on_ground()
        elif not self.goal.reason:
            self._connect(self.goal.port)
        return True

    def cancel(self) -> None:
        self._restore()

    def is_alive(self) -> bool:
        scene = self.view.canvas
        return self.anchor.card in scene.cards and (self.lifted is None or self.lifted.id in scene.wires)

    def paint(self, painter: QPainter) -> None:
        view = self.view
        theme = view.canvas.theme
        fits = self.goal is not None and not self.goal.reason
        refused = self.goal is not None and bool(self.goal.reason)
        here = self._place(self.anchor)
        there = self._place(self.goal.port) if fits else self._at
        start, end = (here, there) if self.anchor.is_output else (there, here)
        path = view.viewportTransform().map(loose_path(start, end, view.canvas.is_downward))
        pen = QPen(QColor(theme.bad if refused else theme.accent), 2.2)
        if not fits:
            pen.setDashPattern([4, 3])
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(path)
        zoom = view.zoom
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(pen.color())
        for point in (here, there):
            radius = max(PORT_RADIUS * zoom, 3) if point is here or fits else 3.5
            painter.drawEllipse(QPointF(view.viewportTransform().map(point)), radius, radius)
        if refused:
            self._paint_reason(painter, self.goal.reason)

    # Where the wire may go

    def _fits(self, port: PortRef) -> str:
        """Why the wire cannot end at a port; "" where it can."""
        if port not in self._reasons:
            source, target = (self.anchor, port) if self.anchor.is_output else (port, self.anchor)
            is_own = self.lifted is not None and (self.lifted.target_card, self.lifted.target_port) == (
                port.card,
                port.port,
            )
            self._reasons[port] = "" if is_own else self.view.can_connect(source, target)
        return self._reasons[port]

    def _light_up(self) -> None:
        for card_id in self.view.visible_cards():
            item = self.view.canvas.cards[card_id]
            fitting = frozenset(
                (ref.port, ref.is_output)
                for ref, _ in item.ports()
                if ref.is_output != self.anchor.is_output and not self._fits(ref)
            )
            item.show_fit(fitting, dimmed=not fitting and card_id != self.anchor.card)
            self._lit.append(item)

    def _goal_at(self, point: QPointF) -> Goal | None:
        scene = self.view.canvas
        if not self.has_moved:
            return None
        reach = SNAP_PX / self.view.zoom
        around = QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)
        nearest: Goal | None = None
        nearest_distance = reach
        for card_id in scene.grid.within(around):
            item = scene.cards[card_id]
            for ref, place in item.ports():
                if ref.is_output == self.anchor.is_output or ref.card == self.anchor.card:
                    continue
                away = item.pos() + place - point
                distance = (away.x() ** 2 + away.y() ** 2) ** 0.5
                if distance <= nearest_distance:
                    nearest, nearest_distance = Goal(ref, self._fits(ref)), distance
        if nearest is not None and not nearest.reason:
            return nearest
        card_id = card_at(scene, point)
        if card_id is None or card_id == self.anchor.card:
            return nearest
        return self._first_port(scene.cards[card_id]) or nearest

    def _first_port(self, item: CardItem) -> Goal | None:
        """A card's first free fitting port, else its first fitting one, else its first with the reason."""
        refs = [ref for ref, _ in item.ports() if ref.is_output != self.anchor.is_output]
        fitting = [ref for ref in refs if not self._fits(ref)]
        free = [ref for ref in fitting if ref.is_output or not self.view.canvas.wires_at(ref)]
        chosen = free or fitting or refs
        return Goal(chosen[0], self._fits(chosen[0])) if chosen else None

    # How it ends

    def _connect(self, port: PortRef) -> None:
        view = self.view
        source, target = (self.anchor, port) if self.anchor.is_output else (port, self.anchor)
        ends = (source.card, source.port, target.card, target.port)
        if self.lifted is None:
            view.connect_requested.emit(*ends)
        elif (target.card, target.port) != (self.lifted.target_card, self.lifted.target_port):
            view.reconnect_requested.emit(self.lifted.id, *ends)

    def _drop_on_ground(self) -> None:
        if self.lifted is not None:
            self.view.disconnect_requested.emit((self.lifted.id,))
        else:
            self.view.wire_dropped.emit(self.anchor.card, self.anchor.port, self.anchor.is_output, self._at)

    def _restore(self) -> None:
        scene = self.view.canvas
        for item in self._lit:
            item.show_fit(frozenset(), dimmed=False)
        self._lit.clear()
        if self.lifted is not None and self.lifted.id in scene.wires:
            scene.wires[self.lifted.id].set_shown(True)
            scene.relay(self.lifted.id)
        self.view.viewport().update()

    def _place(self, port: PortRef) -> QPointF:
        return self.view.canvas.cards[port.card].port_in_scene(port.port, port.is_output)

    def _paint_reason(self, painter: QPainter, reason: str) -> None:
        theme = self.view.canvas.theme
        painter.setFont(card_fonts().brief)
        at = QPointF(self.view.viewportTransform().map(self._at)) + QPointF(14, 18)
        width = min(painter.fontMetrics().horizontalAdvance(reason) + 20.0, 420.0)
        area = self.view.viewport().rect()
        at.setX(min(at.x(), area.width() - width - 8))
        at.setY(min(at.y(), area.height() - 36))
        box = QRectF(at.x(), at.y(), width, 26)
        painter.setPen(QPen(QColor(theme.bad), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(box, 6, 6)
        painter.setPen(QColor(theme.text))
        shown = painter.fontMetrics().elidedText(reason, Qt.TextElideMode.ElideRight, int(width - 18))
        painter.drawText(box, int(Qt.AlignmentFlag.AlignCenter), shown)


def loose_path(start: QPointF, end: QPointF, is_downward: bool = False) -> QPainterPath:
    """The course of a wire in hand: never a detour, it should follow the hand."""
    if is_downward:
        return EXCHANGED.map(loose_path(EXCHANGED.map(start), EXCHANGED.map(end)))
    if end.x() - start.x() >= 20:
        return wire_path(start, end)
    reach = min(40 + abs(end.x() - start.x()) * 0.3, 140)
    path = QPainterPath(start)
    path.cubicTo(start + QPointF(reach, 0), end - QPointF(reach, 0), end)
    return path
