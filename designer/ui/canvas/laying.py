"""Laying wires: the course of each between its two cards, and where along it the chip with its shape stands.

The scene owns one `Laying`, and asks it whenever a wire or one of its cards has changed.
"""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath

from designer.ui.canvas.card_item import CardItem
from designer.ui.canvas.rect_grid import RectGrid
from designer.ui.canvas.wire_item import CHIP_PLACES, WireItem
from designer.ui.canvas.wire_path import wire_path


class Laying:
    """Lays wires, and remembers where their chips stand. bodies: where the cards lie."""

    def __init__(self, bodies: RectGrid) -> None:
        self._bodies = bodies
        self._chips = RectGrid()

    def lay(self, item: WireItem, source: CardItem, target: CardItem) -> None:
        """Give a wire its course from one card to the other."""
        wire = item.wire
        start, start_body = self._end(source, wire.source_port, True)
        end, end_body = self._end(target, wire.target_port, False)
        as_arranged = not wire.bends or (_stands_as_arranged(source) and _stands_as_arranged(target))
        path = wire_path(
            start,
            end,
            start_body,
            end_body,
            wire.bends if as_arranged else (),
            item.points,
            source.card.is_downward,
        )
        item.lay(path, self._chip_place(item, path))

    def forget(self, wire_id: str) -> None:
        """A wire is gone."""
        self._chips.discard(wire_id)

    def _end(self, card: CardItem, port: str, is_output: bool) -> tuple[QPointF, QRectF]:
        body = self._bodies.rect(card.card.id)
        return body.topLeft() + card.port_place(port, is_output), body

    def _chip_place(self, item: WireItem, path: QPainterPath) -> QPointF | None:
        """The first place along the wire where its chip hides neither card nor point, nor if possible another chip."""
        self._chips.discard(item.wire.id)
        if not item.wire.label:
            return None
        crowded, room = None, item.chip.room
        for along in CHIP_PLACES:
            centre = path.pointAtPercent(along)
            rect = room.translated(centre)
            if not self._bodies.is_free(rect) or any(rect.contains(*point) for point in item.points):
                continue
            if self._chips.is_free(rect):
                self._chips.put(item.wire.id, rect)
                return centre
            crowded = crowded or centre
        return crowded


def _stands_as_arranged(card: CardItem) -> bool:
    place = card.pos()
    return (place.x(), place.y()) == card.card.position
