"""The scene: items by id, kept equal to the cards, wires and notes that it is given, and the one selection.

Content comes in through `set_content` and `apply`; the only thing told outwards is the selection and that something
changed. Which gestures lead to what is the view's business, what they mean the presenter's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Mapping

from PySide6.QtCore import QObject, QPointF, QRectF, Signal
from PySide6.QtGui import QGuiApplication, QPainterPath
from PySide6.QtWidgets import QGraphicsScene

from designer.ui.canvas.afar import Afar
from designer.ui.canvas.card_item import CardItem
from designer.ui.canvas.cards import Card, NoteView, PortRef, Wire
from designer.ui.canvas.note_item import NoteItem
from designer.ui.canvas.note_layer import NoteLayer
from designer.ui.canvas.path_of_selection import path_of
from designer.ui.canvas.pixmaps import PictureStore
from designer.ui.canvas.rect_grid import RectGrid
from designer.ui.canvas.wire_item import CHIP_PLACES, ChipItem, Emphasis, WireItem
from designer.ui.canvas.wire_path import wire_path
from designer.ui.theme.tokens import DARK, Theme

ROOM = 2000.0  # kept around the cards in the scene's rectangle, in scene units


class CanvasScene(QGraphicsScene):
    """Cards, wires and notes by id, and which of them are selected. No note has the id of a card."""

    selection_changed = Signal(tuple, tuple)  # ids of the selected cards and wires
    content_changed = Signal()  # cards were added, changed, moved or removed

    def __init__(self, theme: Theme = DARK, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.pixel_ratio = 1.0
        self.held: frozenset[str] = frozenset()  # in somebody's hand: new content does not move them
        self._font_family = QGuiApplication.font().family()
        self.grid = RectGrid()
        self._strayed: set[str] = set()  # cards that were moved since their content was given
        self._chip_grid = RectGrid()
        self.pictures = PictureStore()
        self.afar = Afar(self)
        self._cards: dict[str, CardItem] = {}
        self._wires: dict[str, WireItem] = {}
        self.routed: dict[str, None] = {}  # the wires that are led through points
        self._wires_of: dict[str, dict[str, None]] = {}  # by card, in the order of their coming
        self._is_rewired = False  # wires came, went or found other ends since they were last emphasised
        self._selected_cards: dict[str, None] = {}
        self._selected_wires: dict[str, None] = {}
        self.notes = NoteLayer(self)
        self._selected_notes: dict[str, None] = {}
        self.setSceneRect(-ROOM, -ROOM, 2 * ROOM, 2 * ROOM)

    # Content

    def set_content(self, cards: Iterable[Card], wires: Iterable[Wire], notes: Iterable[NoteView] = ()) -> None:
        """Show exactly these cards, wires and notes. Items of equal ones stay as they are.

        Raises ValueError where a wire ends at a card that is not shown.
        """
        cards, wires = list(cards), list(wires)
        self.notes.show(notes, self.held)
        kept_cards = {card.id for card in cards}
        kept_wires = {wire.id for wire in wires}
        items, strayed = self._cards, self._strayed  # of a thousand an edit leaves most as they are: looked at quickly
        self.apply(
            [c for c in cards if c.id not in items or items[c.id].card is not c or c.id in strayed],
            [w for w in wires if w.id not in self._wires or self._wires[w.id].wire is not w],
            removed_cards=[card_id for card_id in self._cards if card_id not in kept_cards],
            removed_wires=[wire_id for wire_id in self._wires if wire_id not in kept_wires],
        )

    def apply(
        self,
        cards: Iterable[Card] = (),
        wires: Iterable[Wire] = (),
        removed_cards: Iterable[str] = (),
        removed_wires: Iterable[str] = (),
    ) -> None:
        """Add or change the given cards and wires, and remove others by id; a card's wires leave with it.

        Raises ValueError where a wire ends at a card that is not shown.
        """
        for wire_id in list(removed_wires):
            self._remove_wire(wire_id)
        for card_id in list(removed_cards):
            self._remove_card(card_id)
        moved = {card.id for card in cards if self._show_card(card)}
        stale = {wire.id: None for wire in wires if self._show_wire(wire)}
        for card_id in moved:
            stale.update(self._wires_of[card_id])
        self._keep_room()
        for wire_id in stale:
            self._lay(self._wires[wire_id])
        left_cards = {key: None for key in self._selected_cards if key in self._cards}
        left_wires = {key: None for key in self._selected_wires if key in self._wires}
        left_notes = {key: None for key in self._selected_notes if key in self.notes.items}
        left = (left_cards, left_wires, left_notes)
        before = (self._selected_cards, self._selected_wires, self._selected_notes)
        has_lost = list(map(len, left)) != list(map(len, before))
        self._selected_cards, self._selected_wires, self._selected_notes = left
        if self._is_rewired or has_lost:
            self._is_rewired = False
            self._emphasise()
        if has_lost:
            self.selection_changed.emit(tuple(left_cards), tuple(left_wires))
        self.content_changed.emit()

    def set_theme(self, theme: Theme) -> None:
        """Repaint everything in another palette."""
        self.theme = theme
        self.pictures.clear()
        for card in self._cards.values():
            card.show_theme(theme)
            self._stand(card)
        for wire in self._wires.values():
            wire.show_theme(theme)
        self.notes.show_theme(theme)
        self.update()
        self.content_changed.emit()

    def measure_again(self) -> None:
        """The application's font may have changed: every card takes its new size, and wires follow."""
        family = QGuiApplication.font().family()
        if family == self._font_family:
            return
        self._font_family = family
        self.pictures.clear()
        for item in self._cards.values():
            place = item.pos()
            item.show_card(item.card)
            item.setPos(place)
            self._stand(item)
        for item in self._wires.values():
            item.show_wire(item.wire)
            self._lay(item)
        self.content_changed.emit()

    def set_pixel_ratio(self, pixel_ratio: float) -> None:
        """The screen has so many device pixels to a logical one."""
        if pixel_ratio != self.pixel_ratio:
            self.pixel_ratio = pixel_ratio
            for wire in self._wires.values():
                wire.show_pixel_ratio(pixel_ratio)

    def _show_card(self, card: Card) -> bool:
        item = self._cards.get(card.id)
        if item is None:
            item = CardItem(card, self.theme, self.pictures, self.afar)
            self._cards[card.id] = item
            self._wires_of[card.id] = {}
            self.addItem(item)
        elif item.card == card and (card.id not in self._strayed or card.id in self.held):
            return False
        else:
            place = item.pos()
            item.show_card(card)
            if card.id in self.held:
                item.setPos(place)
            else:
                self._strayed.discard(card.id)
        self._stand(item)
        return True

    def _stand(self, item: CardItem) -> None:
        """A card has come to stand somewhere, or looks different."""
        self.grid.put(item.card.id, item.body_in_scene())
        self.afar.show_card(item)

    def _show_wire(self, wire: Wire) -> bool:
        for card_id in (wire.source_card, wire.target_card):
            if card_id not in self._cards:
                raise ValueError(f"wire {wire.id!r} ends at card {card_id!r}, which is not on the canvas")
        item = self._wires.get(wire.id)
        if item is None:
            chip = ChipItem(self.theme, self.pictures)
            item = WireItem(wire, self.theme, chip, self.afar, self.pixel_ratio)
            self._wires[wire.id] = item
            self._is_rewired = True
            self.addItem(item)
            self.addItem(chip)
        elif item.wire == wire:
            item.wire = wire  # the next time it is the very same
            return False
        else:
            ends = (item.wire.source_card, item.wire.target_card)
            for card_id in ends:
                self._wires_of[card_id].pop(wire.id, None)
            self._is_rewired = self._is_rewired or ends != (wire.source_card, wire.target_card)
            item.show_wire(wire)
        if wire.points:
            self.routed[wire.id] = None
        else:
            self.routed.pop(wire.id, None)
        self._wires_of[wire.source_card][wire.id] = None
        self._wires_of[wire.target_card][wire.id] = None
        return True

    def _remove_card(self, card_id: str) -> None:
        for wire_id in list(self._wires_of.get(card_id, ())):
            self._remove_wire(wire_id)
        item = self._cards.pop(card_id, None)
        if item is not None:
            del self._wires_of[card_id]
            self._strayed.discard(card_id)
            self.grid.discard(card_id)
            self.afar.drop_card(card_id)
            self.removeItem(item)

    def _remove_wire(self, wire_id: str) -> None:
        item = self._wires.pop(wire_id, None)
        self.routed.pop(wire_id, None)
        if item is not None:
            self._is_rewired = True
            self._wires_of[item.wire.source_card].pop(wire_id, None)
            self._wires_of[item.wire.target_card].pop(wire_id, None)
            self._chip_grid.discard(wire_id)
            self.afar.drop_wire(wire_id)
            self.removeItem(item.chip)
            self.removeItem(item)

    # Looking things up

    @property
    def cards(self) -> Mapping[str, CardItem]:
        """The items of all cards by id; not to be changed."""
        return self._cards

    @property
    def wires(self) -> Mapping[str, WireItem]:
        """The items of all wires by id; not to be changed."""
        return self._wires

    @property
    def is_downward(self) -> bool:
        """Whether the cards have their outputs below."""
        return any(item.card.is_downward for item in itertools.islice(self._cards.values(), 1))

    def wires_at(self, port: PortRef) -> list[WireItem]:
        """The wires that end at a port."""
        found = (self._wires[wire_id] for wire_id in self._wires_of.get(port.card, ()))
        if port.is_output:
            return [w for w in found if (w.wire.source_card, w.wire.source_port) == (port.card, port.port)]
        return [w for w in found if (w.wire.target_card, w.wire.target_port) == (port.card, port.port)]

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around the bodies of the given cards and notes, or of all; null where there are none."""
        if ids is None:
            return self.grid.bounds().united(self.notes.bounds())
        rect = QRectF()
        for key in ids:
            rect = rect.united(self.standing(key).body_in_scene())
        return rect

    def standing(self, key: str) -> CardItem | NoteItem:
        """The card or note of an id. Raises KeyError."""
        return self.notes.items[key] if key in self.notes.items else self._cards[key]

    def has(self, key: str) -> bool:
        """Whether there is a card or note of an id."""
        return key in self._cards or key in self.notes.items

    # Moving

    def move_cards(self, places: Mapping[str, QPointF]) -> None:
        """Put cards and notes elsewhere for now, wires following; the presenter's next content decides."""
        stale: dict[str, None] = {}
        for card_id, place in places.items():
            if card_id in self.notes.items:
                self.notes.items[card_id].setPos(place)
                continue
            item = self._cards[card_id]
            item.setPos(place)
            self._strayed.add(card_id)
            self._stand(item)
            stale.update(self._wires_of[card_id])
        for wire_id in stale:
            self._lay(self._wires[wire_id])
        self.content_changed.emit()

    def relay(self, wire_id: str) -> None:
        """Lay a wire again after it was hidden."""
        self._lay(self._wires[wire_id])

    def show_points(self, wire_id: str, points: tuple[tuple[float, float], ...]) -> None:
        """Lead a wire through points for now; the presenter's next content decides."""
        self._wires[wire_id].show_points(points)
        self.relay(wire_id)

    def select_point(self, wire_id: str, number: int) -> None:
        """Select a wire, and one of the points that it is led through."""
        self.select((), (wire_id,))
        self._wires[wire_id].choose_point(number)

    @property
    def selected_point(self) -> tuple[str, int] | None:
        """The selected wire's selected point, if there is one."""
        for wire_id in self._selected_wires:
            if (number := self._wires[wire_id].chosen_point) is not None:
                return wire_id, number
        return None

    def _lay(self, item: WireItem) -> None:
        wire = item.wire
        source, target = self._cards[wire.source_card], self._cards[wire.target_card]
        as_arranged = all((end.x(), end.y()) == end.card.position for end in (source, target))
        path = wire_path(
            source.port_in_scene(wire.source_port, True),
            target.port_in_scene(wire.target_port, False),
            source.body_in_scene(),
            target.body_in_scene(),
            wire.bends if as_arranged else (),
            item.points,
            source.card.is_downward,
        )
        item.lay(path, self._chip_place(item, path))

    def _chip_place(self, item: WireItem, path: QPainterPath) -> QPointF | None:
        """The first place along the wire where its chip hides neither card nor point, nor if possible another chip."""
        self._chip_grid.discard(item.wire.id)
        if not item.wire.label:
            return None
        crowded, room = None, item.chip.room
        for along in CHIP_PLACES:
            centre = path.pointAtPercent(along)
            rect = room.translated(centre)
            if not self.grid.is_free(rect) or any(rect.contains(*point) for point in item.points):
                continue
            if self._chip_grid.is_free(rect):
                self._chip_grid.put(item.wire.id, rect)
                return centre
            crowded = crowded or centre
        return crowded

    def _keep_room(self) -> None:
        bounds = self.bounds()
        if not self.sceneRect().contains(bounds):
            self.setSceneRect(bounds.adjusted(-ROOM, -ROOM, ROOM, ROOM).united(self.sceneRect()))

    # Selection

    @property
    def selected_cards(self) -> tuple[str, ...]:
        return tuple(self._selected_cards)

    @property
    def selected_wires(self) -> tuple[str, ...]:
        return tuple(self._selected_wires)

    @property
    def selected_notes(self) -> tuple[str, ...]:
        return tuple(self._selected_notes)

    @property
    def selected(self) -> tuple[str, ...]:
        """The selected cards and notes."""
        return (*self._selected_cards, *self._selected_notes)

    def select(self, ids: Iterable[str] = (), wire_ids: Iterable[str] = ()) -> None:
        """Select exactly these cards, notes and wires; ids that are not on the canvas are left out."""
        ids = list(ids)
        cards = {key: None for key in ids if key in self._cards}
        notes = {key: None for key in ids if key in self.notes.items}
        wires = {key: None for key in wire_ids if key in self._wires}
        before = (self._selected_cards, self._selected_wires, self._selected_notes)
        if [cards.keys(), wires.keys(), notes.keys()] == [kept.keys() for kept in before]:
            return
        self._selected_cards, self._selected_wires, self._selected_notes = cards, wires, notes
        self._emphasise()
        self.selection_changed.emit(tuple(cards), tuple(wires))

    def _emphasise(self) -> None:
        """Mark the selected cards, and with them the wires that lead to and from them."""
        for card_id, card in self._cards.items():
            selected = card_id in self._selected_cards
            if selected != card.is_selected:
                card.mark(selected=selected)
        for note_id, note in self.notes.items.items():
            if note.is_selected != (note_id in self._selected_notes):
                note.mark(selected=not note.is_selected)
        wires = [item.wire for item in self._wires.values()]
        marks = path_of(self._selected_cards.keys(), self._selected_wires.keys(), wires)
        for wire_id, item in self._wires.items():
            emphasis = marks.get(wire_id, Emphasis.QUIET)
            if emphasis is not item.emphasis:
                item.choose_point(None)
                item.mark(emphasis=emphasis)
