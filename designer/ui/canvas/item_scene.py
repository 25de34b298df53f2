"""The items of a scene by id: made, changed and taken away as cards and wires come, and looked up.

`scene` decides when it is filled, in one go or in slices. Meanwhile `cards` and `wires` do the rest first, so that
whoever asks for them gets all; `shown_cards` and `shown_wires` are what is there so far.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping, Sequence

from PySide6.QtCore import QObject, QRectF, Signal
from PySide6.QtGui import QGuiApplication
from PySide6.QtWidgets import QGraphicsScene

from designer.ui.canvas.afar import Afar
from designer.ui.canvas.card_item import CardItem
from designer.ui.canvas.cards import Card, NoteView, PortRef, Wire
from designer.ui.canvas.geometry import card_size
from designer.ui.canvas.laying import Laying
from designer.ui.canvas.note_item import NoteItem
from designer.ui.canvas.note_layer import NoteLayer
from designer.ui.canvas.pixmaps import PictureStore
from designer.ui.canvas.rect_grid import RectGrid, bounds_of
from designer.ui.canvas.wire_item import ChipItem, WireItem
from designer.ui.slices import Slices
from designer.ui.theme.tokens import DARK, Theme

_INDEX_DEPTH = 8  # of Qt's tree: one that grew with the scene would be built anew each time
ROOM = 2000.0  # kept around the cards in the scene's rectangle, in scene units


class ItemScene(QGraphicsScene):
    """Cards, wires and notes by id. No note has the id of a card."""

    content_changed = Signal()  # cards were added, changed, moved or removed

    def __init__(self, theme: Theme = DARK, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.theme = theme
        self.pixel_ratio = 1.0
        self.held: frozenset[str] = frozenset()  # in somebody's hand: new content does not move them
        self._font_family = QGuiApplication.font().family()
        self.slices = Slices(self)  # of being filled
        self.pictures = PictureStore()
        self.afar = Afar(self)
        self.notes = NoteLayer(self)
        self._hold_nothing()
        self.setSceneRect(-ROOM, -ROOM, 2 * ROOM, 2 * ROOM)
        self.setBspTreeDepth(_INDEX_DEPTH)

    def _hold_nothing(self) -> None:
        self.grid = RectGrid()
        self._laying = Laying(self.grid)
        self._strayed: set[str] = set()  # cards that were moved since their content was given
        self._cards: dict[str, CardItem] = {}
        self._wires: dict[str, WireItem] = {}
        self.routed: dict[str, None] = {}  # the wires that are led through points
        self._wires_of: dict[str, dict[str, None]] = {}  # by card, in the order of their coming
        self._stale: dict[str, None] = {}  # the wires that have to be laid
        self._is_rewired = False  # wires came, went or found other ends since they were last emphasised
        self._foreseen: QRectF | None = None  # where all cards will lie, while they come

    # Content

    def foresee(self, cards: Sequence[Card]) -> Iterator[None]:
        """Know where all will lie, before they are shown."""
        rects = []
        for card in cards:
            item = self._cards.get(card.id)
            if item is not None and item.card is card and card.id not in self._strayed:
                rects.append(self.grid.rect(card.id))
            else:
                rects.append(QRectF(*card.position, *card_size(card)))
                yield
        self._foreseen = bounds_of(rects)
        self._keep_room()

    def show_notes(self, notes: Iterable[NoteView]) -> Iterator[None]:
        """Show exactly these notes."""
        self.notes.show(notes, self.held)
        yield

    def show_cards(self, cards: Sequence[Card]) -> Iterator[None]:
        """Show exactly these cards. Wires leave with the cards that they end at."""
        kept = {card.id for card in cards}
        for card_id in [card_id for card_id in self._cards if card_id not in kept]:
            self._remove_card(card_id)
            yield
        items, strayed = self._cards, self._strayed  # of a thousand an edit leaves most as they are: looked at quickly
        for card in cards:
            if card.id not in items or items[card.id].card is not card or card.id in strayed:
                self._show_card(card)
                yield

    def show_wires(self, wires: Sequence[Wire]) -> Iterator[None]:
        """Show exactly these wires between the cards that are there; what led to cards that moved is led anew.

        Raises ValueError where a wire ends at a card that is not shown.
        """
        kept = {wire.id for wire in wires}
        for wire_id in [wire_id for wire_id in self._wires if wire_id not in kept]:
            self._remove_wire(wire_id)
            yield
        for wire in wires:
            if wire.id not in self._wires or self._wires[wire.id].wire is not wire:
                self._show_wire(wire)
                yield
        yield from self._lay_stale()

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
        self.slices.finish()
        self._font_family = family
        self.pictures.clear()
        for item in self._cards.values():
            place = item.pos()
            item.show_card(item.card)
            item.setPos(place)
            self._stand(item)
        for wire_id, item in self._wires.items():
            item.show_wire(item.wire)
            self._lay(wire_id)
        self.content_changed.emit()

    def set_pixel_ratio(self, pixel_ratio: float) -> None:
        """The screen has so many device pixels to a logical one."""
        if pixel_ratio != self.pixel_ratio:
            self.pixel_ratio = pixel_ratio
            for wire in self._wires.values():
                wire.show_pixel_ratio(pixel_ratio)

    def _show_card(self, card: Card) -> None:
        item = self._cards.get(card.id)
        if item is None:
            item = CardItem(card, self.theme, self.pictures, self.afar)
            self._cards[card.id] = item
            self._wires_of[card.id] = {}
            self.addItem(item)
        elif item.card == card and (card.id not in self._strayed or card.id in self.held):
            return
        else:
            place = item.pos()
            item.show_card(card)
            if card.id in self.held:
                item.setPos(place)
            else:
                self._strayed.discard(card.id)
        self._stand(item)
        self._stale.update(self._wires_of[card.id])

    def _stand(self, item: CardItem) -> None:
        """A card has come to stand somewhere, or looks different."""
        self.grid.put(item.card.id, item.body_in_scene())
        self.afar.show_card(item)

    def _show_wire(self, wire: Wire) -> None:
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
            return
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
        self._lay(wire.id)

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
            self._stale.pop(wire_id, None)
            self._laying.forget(wire_id)
            self.afar.drop_wire(wire_id)
            self.removeItem(item.chip)
            self.removeItem(item)

    # Looking things up

    @property
    def cards(self) -> Mapping[str, CardItem]:
        """The items of all cards by id; not to be changed."""
        self.slices.finish()
        return self._cards

    @property
    def wires(self) -> Mapping[str, WireItem]:
        """The items of all wires by id; not to be changed."""
        self.slices.finish()
        return self._wires

    @property
    def shown_cards(self) -> Mapping[str, CardItem]:
        """The items of the cards that are there so far; not to be changed."""
        return self._cards

    @property
    def shown_wires(self) -> Mapping[str, WireItem]:
        """The items of the wires that are there so far; not to be changed."""
        return self._wires

    @property
    def is_empty(self) -> bool:
        """Whether there is nothing to be seen, nor will be."""
        return not (self._cards or self.notes.items or self.slices.is_busy)

    @property
    def is_downward(self) -> bool:
        """Whether the cards have their outputs below."""
        return any(item.card.is_downward for item in itertools.islice(self.cards.values(), 1))

    def wires_at(self, port: PortRef) -> list[WireItem]:
        """The wires that end at a port."""
        self.slices.finish()
        found = (self._wires[wire_id] for wire_id in self._wires_of.get(port.card, ()))
        if port.is_output:
            return [w for w in found if (w.wire.source_card, w.wire.source_port) == (port.card, port.port)]
        return [w for w in found if (w.wire.target_card, w.wire.target_port) == (port.card, port.port)]

    def bounds(self, ids: Iterable[str] | None = None) -> QRectF:
        """The rectangle around the bodies of the given cards and notes, or of all; null where there are none."""
        if ids is None:
            self.await_extent()
            return self.shown_bounds()
        rect = QRectF()
        for key in ids:
            rect = rect.united(self.standing(key).body_in_scene())
        return rect

    @property
    def is_extent_known(self) -> bool:
        """Whether it is known where all cards lie, or will lie."""
        return self._foreseen is not None or not self.slices.is_busy

    def await_extent(self) -> None:
        """Have it known where all cards lie, and the view look where it shall, before anything else is done."""
        if self._foreseen is None:
            self.slices.finish(lambda: self._foreseen is not None)

    def shown_bounds(self) -> QRectF:
        """The rectangle around all that is there so far; around all that will be there, where that is known."""
        cards = self.grid.bounds() if self._foreseen is None else self._foreseen
        return cards.united(self.notes.bounds())

    def standing(self, key: str) -> CardItem | NoteItem:
        """The card or note of an id. Raises KeyError."""
        return self.notes.items[key] if key in self.notes.items else self.cards[key]

    def has(self, key: str) -> bool:
        """Whether there is a card or note of an id."""
        return key in self.cards or key in self.notes.items

    def _lay_stale(self) -> Iterator[None]:
        while self._stale:
            self._lay(next(iter(self._stale)))
            yield

    def _lay(self, wire_id: str) -> None:
        self._stale.pop(wire_id, None)
        item = self._wires[wire_id]
        self._laying.lay(item, self._cards[item.wire.source_card], self._cards[item.wire.target_card])

    def _keep_room(self) -> None:
        bounds = self.shown_bounds()
        if not self.sceneRect().contains(bounds):
            self.setSceneRect(bounds.adjusted(-ROOM, -ROOM, ROOM, ROOM).united(self.sceneRect()))
