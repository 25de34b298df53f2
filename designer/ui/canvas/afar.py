"""The canvas from afar: cards as flat rectangles and wires as lines, all of one look in one call.

Below `FLAT_BELOW` nothing else of a card can be made out, and there are many of them. The items tell here how they look
whenever that changes; the view paints from here in place of a thousand items.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator
from functools import lru_cache
from typing import TYPE_CHECKING, Generic, NamedTuple, TypeVar

from PySide6.QtCore import QObject, QRectF, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen

from designer.ui.canvas.geometry import STRIPE
from designer.ui.canvas.heat import heat_colour
from designer.ui.theme.colours import mixed

if TYPE_CHECKING:
    from designer.ui.canvas.card_item import CardItem
    from designer.ui.canvas.scene import CanvasScene
    from designer.ui.canvas.wire_item import WireItem
    from designer.ui.theme.tokens import Theme

FLAT_BELOW = 0.4
GROUP = 256  # of one look are painted in one call, at most: one that changes has so many made anew
_STRIPE_PX = 2.5  # at least, however small the card
Look = TypeVar("Look")
Made = TypeVar("Made")


class FlatLook(NamedTuple):
    """How a card is painted: colours as `QColor.rgba` gives them, no outline where it is 0."""

    is_raised: bool
    is_dimmed: bool
    fill: int
    stripe: int
    outline: int


@lru_cache(maxsize=512)
def flat_look(
    theme: Theme, family: str, heat: float | None, badge: str, *, faint: bool, selected: bool, dimmed: bool
) -> FlatLook:
    """The look of a card of a family."""
    colour = theme.family(family)
    fill = heat_colour(heat, theme) if heat is not None else mixed(theme.card, colour, 0.12 if faint else 0.3)
    stripe = mixed(colour, theme.ground, 0.5) if faint else QColor(colour)
    outline = theme.bad if badge == "error" else theme.accent if selected else theme.warn if badge else ""
    return FlatLook(selected, dimmed, fill.rgba(), stripe.rgba(), QColor(outline).rgba() if outline else 0)


class WireLook(NamedTuple):
    """What tells wires of one pen from those of another; the more they stand out, the later they are painted."""

    emphasis: int
    is_faulty: bool
    is_hovered: bool


class Gathering(Generic[Look]):
    """Ids by look, in groups. What was made of a group is kept until one of those in it changes."""

    def __init__(self) -> None:
        self._group_of: dict[str, tuple[Look, int]] = {}
        self._ids: dict[tuple[Look, int], dict[str, None]] = {}
        self._last: dict[Look, int] = {}  # the number of the group that is being filled
        self._made: dict[tuple[Look, int], object] = {}

    def put(self, key: str, look: Look) -> None:
        """Something looks like this, and may lie elsewhere than before."""
        group = self._group_of.get(key)
        if group is None or group[0] != look:
            self.discard(key)
            group = self._group_of[key] = self._group_with_room(look)
            self._ids[group][key] = None
        self._made.pop(group, None)

    def _group_with_room(self, look: Look) -> tuple[Look, int]:
        group = look, self._last.setdefault(look, 0)
        if len(self._ids.setdefault(group, {})) >= GROUP:
            self._last[look] += 1
            group = look, self._last[look]
            self._ids[group] = {}
        return group

    def discard(self, key: str) -> None:
        """Something is not to be seen, or no longer."""
        group = self._group_of.pop(key, None)
        if group is not None:
            self._made.pop(group, None)
            del self._ids[group][key]
            if not self._ids[group]:
                del self._ids[group]

    def forget_made(self) -> None:
        """Everything has to be made anew."""
        self._made.clear()

    def each(self, make: Callable[[Collection[str]], Made]) -> Iterator[tuple[Look, Made]]:
        """Each look in order, raised ones last, with what `make` makes of some of the ids that have it."""
        for group in sorted(self._ids):
            if group not in self._made:
                self._made[group] = make(self._ids[group])
            yield group[0], self._made[group]


class Afar(QObject):
    """All of a scene's cards and wires as they look from afar."""

    changed = Signal()  # since they were last painted

    def __init__(self, scene: CanvasScene) -> None:
        super().__init__(scene)
        self._scene = scene
        self._cards: Gathering[FlatLook] = Gathering()
        self._wires: Gathering[WireLook] = Gathering()
        self._zoom = FLAT_BELOW  # that the stripes are made for
        self._is_painted = False

    def show_card(self, item: CardItem) -> None:
        """A card came, moved or looks different."""
        self._cards.put(item.card.id, item.flat_look())
        self._tell()

    def show_wire(self, item: WireItem) -> None:
        """A wire came, runs elsewhere, looks different, or is hidden."""
        if item.isVisible():
            self._wires.put(item.wire.id, item.flat_look)
        else:
            self._wires.discard(item.wire.id)
        self._tell()

    def drop_card(self, card_id: str) -> None:
        """A card is gone."""
        self._cards.discard(card_id)
        self._tell()

    def drop_wire(self, wire_id: str) -> None:
        """A wire is gone."""
        self._wires.discard(wire_id)
        self._tell()

    def clear(self) -> None:
        """Everything is gone."""
        self._cards, self._wires = Gathering(), Gathering()
        self._tell()

    def _tell(self) -> None:
        if self._is_painted:
            self._is_painted = False
            self.changed.emit()

    def paint(self, painter: QPainter, zoom: float) -> None:
        """Paint notes, wires and cards in scene units."""
        self._is_painted = True
        if zoom != self._zoom and not self._scene.pictures.is_zooming:  # when the zoom rests, all is painted again
            self._zoom = zoom
            self._cards.forget_made()
        self._scene.notes.paint(painter)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        for _, (pen, path) in self._wires.each(self._lines):
            painter.setPen(pen)
            painter.drawPath(path)
        for wire_id in self._scene.routed:
            self._scene.shown_wires[wire_id].paint_points(painter)
        for look, (bodies, stripes) in self._cards.each(self._rects):
            painter.setOpacity(0.35 if look.is_dimmed else 1.0)
            painter.setPen(Qt.PenStyle.NoPen)
            for colour, rects in ((look.fill, bodies), (look.stripe, stripes)):
                painter.setBrush(QColor.fromRgba(colour))
                painter.drawRects(rects)
            if look.outline:
                pen = QPen(QColor.fromRgba(look.outline), 2 * painter.device().devicePixelRatioF())
                pen.setCosmetic(True)
                painter.setPen(pen)
                painter.setBrush(Qt.BrushStyle.NoBrush)
                painter.drawRects(bodies)
        painter.setOpacity(1.0)

    def _lines(self, ids: Collection[str]) -> tuple[QPen, QPainterPath]:
        path, pen = QPainterPath(), QPen()
        for wire_id in ids:
            item = self._scene.shown_wires[wire_id]
            path.addPath(item.path())
            pen = item.pen()
        return pen, path

    def _rects(self, ids: Collection[str]) -> tuple[list[QRectF], list[QRectF]]:
        bodies = self._scene.grid.rects(ids)
        width = max(STRIPE, _STRIPE_PX / self._zoom)
        return bodies, [QRectF(body.x(), body.y(), width, body.height()) for body in bodies]
