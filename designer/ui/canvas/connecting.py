"""Drawing a wire: from a port by drag or by two clicks, or a wire lifted off its input.

The wire snaps to the nearest port that it fits, or onto a card to its first free fitting port. While it is in hand,
ports that it fits light up, the others step back, and over one of those the reason is shown. A port whose layer would
not take the tensor can be wired all the same: the design may be made to fit afterwards.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QT_TRANSLATE_NOOP, QPoint, QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from designer.ui.canvas.card_item import CardItem
from designer.ui.canvas.cards import PortRef, Wire
from designer.ui.canvas.geometry import PORT_RADIUS
from designer.ui.canvas.gestures import Gesture, Modifiers
from designer.ui.canvas.hits import card_at
from designer.ui.canvas.port_lights import Fit, PortLights, paint_words
from designer.ui.canvas.wire_path import EXCHANGED, wire_path

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

SNAP_PX = 20.0  # how near a port draws the wire to it, in viewport pixels


@dataclass(frozen=True)
class Goal:
    """What the wire would be connected to here, or why not."""

    port: PortRef
    fit: Fit


class ConnectGesture(Gesture):
    """A wire in hand. `anchor` is the port where it stays; `lifted` the wire that was taken off, if any."""

    cursor = Qt.CursorShape.CrossCursor
    words = QT_TRANSLATE_NOOP("CanvasHints", "To a ring wires · on the ground or with Tab adds · Esc gives up")

    def __init__(self, view: CanvasView, pos: QPoint, anchor: PortRef, lifted: Wire | None = None) -> None:
        super().__init__(view, pos)
        self.anchor = anchor
        self.lifted = lifted
        self.goal: Goal | None = None
        self._at = view.mapToScene(pos)
        self._lights = PortLights(view, not anchor.is_output, anchor.card, self._fit)
        if lifted is not None:
            self.words = QT_TRANSLATE_NOOP(
                "CanvasHints", "To another ring moves it · on the ground cuts · Esc puts back"
            )
            view.canvas.wires[lifted.id].set_shown(False)
        self._lights.show()

    def move(self, pos: QPoint, modifiers: Modifiers) -> None:
        super().move(pos, modifiers)
        self._lights.show()  # what came into sight
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
        elif not self.goal.fit.reason:
            self._connect(self.goal.port)
        return True

    def let_go(self) -> bool:
        """Drop the wire where it is, as on the ground; a lifted one returns, and another is dropped."""
        self._restore()
        self.lifted = None
        self._drop_on_ground()
        return True

    def cancel(self) -> None:
        self._restore()

    def is_alive(self) -> bool:
        scene = self.view.canvas
        return self.anchor.card in scene.cards and (self.lifted is None or self.lifted.id in scene.wires)

    def paint(self, painter: QPainter) -> None:
        view = self.view
        theme = view.canvas.theme
        fit = self.goal.fit if self.goal is not None else Fit()
        fits = self.goal is not None and not fit.reason
        colour = theme.bad if fit.reason else theme.warn if fit.remark else theme.accent
        here = self._place(self.anchor)
        there = self._place(self.goal.port) if fits else self._at
        paint_loose_wire(painter, view, here, there, self.anchor.is_output, colour, dashed=not fits)
        if fit.words:
            paint_words(painter, view, self._at, fit.words, colour)

    # Where the wire may go

    def _fit(self, port: PortRef) -> Fit:
        """What stands against the wire's ending at a port."""
        view, lifted = self.view, self.lifted
        if lifted is not None and (lifted.target_card, lifted.target_port) == (port.card, port.port):
            return Fit()
        source, target = (self.anchor, port) if self.anchor.is_output else (port, self.anchor)
        reason = view.can_connect(source, target)
        return Fit(reason) if reason else Fit(remark=view.misfit(source, target))

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
                    nearest, nearest_distance = Goal(ref, self._lights.fit(ref)), distance
        if nearest is not None and not nearest.fit.reason:
            return nearest
        card_id = card_at(scene, point)
        if card_id is None or card_id == self.anchor.card:
            return nearest
        return self._first_port(scene.cards[card_id]) or nearest

    def _first_port(self, item: CardItem) -> Goal | None:
        """A card's first free fitting port, else its first fitting one, else its first with the reason."""
        fits = {ref: self._lights.fit(ref) for ref, _ in item.ports() if ref.is_output != self.anchor.is_output}
        usable = [ref for ref, fit in fits.items() if not fit.reason]
        good = [ref for ref in usable if not fits[ref].remark] or usable
        free = [ref for ref in good if ref.is_output or not self.view.canvas.wires_at(ref)]
        chosen = next(iter(free or good or fits), None)
        return Goal(chosen, fits[chosen]) if chosen else None

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
        self._lights.put_out()
        if self.lifted is not None and self.lifted.id in scene.wires:
            scene.wires[self.lifted.id].set_shown(True)
            scene.relay(self.lifted.id)
        self.view.viewport().update()

    def _place(self, port: PortRef) -> QPointF:
        return self.view.canvas.cards[port.card].port_in_scene(port.port, port.is_output)


class LooseWire:
    """A wire that was let go on the ground, for as long as it is asked what it shall lead to."""

    def __init__(self, view: CanvasView) -> None:
        self._view = view
        self._ends: tuple[PortRef, QPointF] | None = None

    @property
    def is_shown(self) -> bool:
        return self._ends is not None and self._ends[0].card in self._view.canvas.cards

    def show(self, port: PortRef, end: QPointF) -> None:
        """It hangs between a port and a point of the scene."""
        self._ends = port, end
        self._view.viewport().update()

    def hide(self) -> None:
        """It was given up, or is about to be a wire."""
        self._ends = None
        self._view.viewport().update()

    def paint(self, painter: QPainter) -> None:
        """Paint it over the canvas, in viewport pixels."""
        if self.is_shown:
            port, end = self._ends
            here = self._view.canvas.cards[port.card].port_in_scene(port.port, port.is_output)
            accent = self._view.canvas.theme.accent
            paint_loose_wire(painter, self._view, here, end, port.is_output, accent, dashed=True)


def paint_loose_wire(
    painter: QPainter, view: CanvasView, here: QPointF, there: QPointF, is_output: bool, colour: str, *, dashed: bool
) -> None:
    """Paint a wire between a port and somewhere else in the scene, in viewport pixels. is_output: of the port."""
    start, end = (here, there) if is_output else (there, here)
    pen = QPen(QColor(colour), 2.2)
    if dashed:
        pen.setDashPattern([4, 3])
    painter.setPen(pen)
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawPath(view.viewportTransform().map(loose_path(start, end, view.canvas.is_downward)))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(pen.color())
    ring = max(PORT_RADIUS * view.zoom, 3.0)
    for point, radius in ((here, ring), (there, 3.5 if dashed else ring)):
        painter.drawEllipse(QPointF(view.viewportTransform().map(point)), radius, radius)


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
