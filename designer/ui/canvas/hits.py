"""What lies under a point of the canvas, and what a tooltip says of it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF, Qt

from designer.ui.canvas.afar import FLAT_BELOW
from designer.ui.canvas.cards import PortRef
from designer.ui.canvas.geometry import BADGE_RADIUS
from designer.ui.canvas.note_layer import NO_SIDES, Sides
from designer.ui.canvas.routing_points import route_point_at
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.wire_item import WireItem

if TYPE_CHECKING:
    from designer.ui.canvas.card_item import CardItem

WIRE_REACH_PX = 6.0


class Target(Enum):
    """The kinds of things that a pointer can be over."""

    GROUND = "ground"
    CARD = "card"
    WIRE = "wire"
    PORT = "port"
    NOTE = "note"
    POINT = "point"


@dataclass(frozen=True)
class Hit:
    """What is under the pointer: `id` of a card, wire or note, `port` for a port, `sides` at the rim of a note,
    `point` for one of the points that a wire is led through.
    """

    target: Target
    id: str = ""
    port: PortRef | None = None
    sides: Sides = NO_SIDES
    point: int = 0


def hit_at(scene: CanvasScene, point: QPointF, zoom: float) -> Hit:
    """What lies under a point of the scene: a port before its card, a card before a wire, a note last."""
    port = port_at(scene, point, zoom)
    if port is not None:
        return Hit(Target.PORT, port.card, port)
    card_id = card_at(scene, point)
    if card_id is not None:
        return Hit(Target.CARD, card_id)
    if found := route_point_at(scene, point, zoom):
        return Hit(Target.POINT, found[0], point=found[1])
    wire_id = wire_at(scene, point, zoom)
    if wire_id is not None:
        return Hit(Target.WIRE, wire_id)
    note = scene.notes.at(point, zoom)
    return Hit(Target.NOTE, note[0], sides=note[1]) if note else Hit(Target.GROUND)


def card_at(scene: CanvasScene, point: QPointF) -> str | None:
    """The uppermost card whose body holds a point."""
    found = scene.grid.within(_around(point, 0.01))
    # Selected cards are raised; among equals the later one is painted over the earlier.
    return max(found, key=lambda card_id: _height(scene.shown_cards[card_id]), default=None)


def port_at(scene: CanvasScene, point: QPointF, zoom: float) -> PortRef | None:
    """The port under a point; None where ports are too small to be seen."""
    if zoom < FLAT_BELOW:
        return None
    best, best_distance = None, max(9.0, 8.0 / zoom)
    for card_id in scene.grid.within(_around(point, best_distance)):
        item = scene.shown_cards[card_id]
        for ref, place in item.ports():
            distance = length(item.pos() + place - point)
            if distance <= best_distance:
                best, best_distance = ref, distance
    return best


def wire_at(scene: CanvasScene, point: QPointF, zoom: float) -> str | None:
    """The wire nearest to a point, if any is near enough to be meant."""
    reach = WIRE_REACH_PX / zoom
    best, best_distance = None, reach
    for item in scene.items(_around(point, reach), Qt.ItemSelectionMode.IntersectsItemBoundingRect):
        if isinstance(item, WireItem):
            distance = item.distance_to(point)
            if distance <= best_distance:
                best, best_distance = item.wire.id, distance
    return best


def wire_under(scene: CanvasScene, body: QRectF, card_id: str = "") -> str:
    """The wire that runs through the middle of a card's body; "" where there is none. Its own wires do not count."""
    best, best_distance = "", max(body.height() / 2, 20.0)
    for item in scene.items(body, Qt.ItemSelectionMode.IntersectsItemBoundingRect):
        if isinstance(item, WireItem) and card_id not in (item.wire.source_card, item.wire.target_card):
            distance = item.distance_to(body.center())
            if distance < best_distance:
                best, best_distance = item.wire.id, distance
    return best


def tooltip(scene: CanvasScene, hit: Hit, point: QPointF, facts: Callable[[str], str]) -> str:
    """What a tooltip says here: the fault behind a badge, a port's name, a wire's shape, else what is known of a card.

    facts: a card's, in words, by its id.
    """
    if hit.target in (Target.WIRE, Target.POINT):
        return scene.shown_wires[hit.id].wire.label
    if hit.target in (Target.GROUND, Target.NOTE):
        return ""
    item = scene.shown_cards[hit.id]
    card = item.card
    badge = QPointF(item.layout.width - 2, 2)
    if card.badge_text and length(point - item.pos() - badge) <= BADGE_RADIUS + 2:
        return card.badge_text
    if hit.port is not None:
        ports = card.outputs if hit.port.is_output else card.inputs
        port = next(port for port in ports if port.name == hit.port.port)
        return " · ".join(part for part in (port.label or port.name, port.fits_hint) if part)
    layout = item.layout
    cut = [
        whole
        for whole, shown in (
            (card.brief, layout.brief),
            (card.repeat, layout.pill),
            (card.condition, layout.condition),
        )
        if whole != shown
    ]
    return "\n".join(line for line in (card.badge_text, facts(card.id), *cut) if line)


def length(vector: QPointF) -> float:
    """How long a vector is."""
    return (vector.x() ** 2 + vector.y() ** 2) ** 0.5


def _around(point: QPointF, reach: float) -> QRectF:
    return QRectF(point.x() - reach, point.y() - reach, 2 * reach, 2 * reach)


def _height(item: CardItem) -> float:
    return item.zValue()
