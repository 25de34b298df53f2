"""The scene: items by id, kept equal to the cards, wires and notes that it is given, and the one selection.

Content comes in through `set_content`, `fill` and `apply`; the only thing told outwards is the selection and that
something changed. Which gestures lead to what is the view's business, what they mean the presenter's.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterable, Iterator, Mapping

from PySide6.QtCore import QObject, QPointF, Signal
from PySide6.QtWidgets import QGraphicsItem

from designer.base.steps import finished
from designer.ui.canvas.cards import Card, NoteView, Wire
from designer.ui.canvas.item_scene import ItemScene
from designer.ui.canvas.path_of_selection import path_of
from designer.ui.canvas.wire_item import Emphasis
from designer.ui.slices import Slices
from designer.ui.theme.tokens import DARK, Theme

_MARKED_AT_ONCE = 500  # cards and wires that stand out, or no longer do


class CanvasScene(ItemScene):
    """Cards, wires and notes by id, and which of them are selected."""

    selection_changed = Signal(tuple, tuple)  # ids of the selected cards and wires

    def __init__(self, theme: Theme = DARK, parent: QObject | None = None) -> None:
        super().__init__(theme, parent)
        self._sweeping, self._marking = Slices(self), Slices(self)
        self._gone: list[QGraphicsItem] = []  # hidden, and to be taken away
        self._selected_cards: dict[str, None] = {}
        self._selected_wires: dict[str, None] = {}
        self._selected_notes: dict[str, None] = {}
        self._is_promised = False  # what is selected was so from outside, before it was there

    # Content

    def set_content(self, cards: Iterable[Card], wires: Iterable[Wire], notes: Iterable[NoteView] = ()) -> None:
        """Show exactly these cards, wires and notes, at once. Items of equal ones stay as they are.

        Raises ValueError where a wire ends at a card that is not shown.
        """
        steps = self.show_notes(notes), self.show_cards(list(cards)), self.show_wires(list(wires))
        self.fill(itertools.chain(*steps), at_once=True)

    def fill(self, steps: Iterator[None], *, at_once: bool) -> None:
        """Have the content made by steps that call `show_cards` and `show_wires`: in slices while the window lives on.

        Whoever asks for cards or wires meanwhile gets all of them: the rest is done first. What is painted, and what
        lies under the pointer, is what is there so far.
        """
        self.slices.run(steps, self._settle)
        if at_once:
            self.slices.finish()

    def fill_anew(
        self, steps: Iterator[None], selected: Iterable[str] = (), selected_wires: Iterable[str] = (), *, at_once: bool
    ) -> None:
        """As `fill`, where nothing stays of what is there. selected, selected_wires: once they are there."""
        self.slices.drop()
        self.fill(itertools.chain(self._clear(selected, selected_wires), steps), at_once=at_once)

    def apply(
        self,
        cards: Iterable[Card] = (),
        wires: Iterable[Wire] = (),
        removed_cards: Iterable[str] = (),
        removed_wires: Iterable[str] = (),
    ) -> None:
        """Add or change the given cards and wires, and remove others by id, at once; a card's wires leave with it.

        Raises ValueError where a wire ends at a card that is not shown.
        """
        self.slices.finish()
        for wire_id in list(removed_wires):
            self._remove_wire(wire_id)
        for card_id in list(removed_cards):
            self._remove_card(card_id)
        for card in cards:
            self._show_card(card)
        for wire in wires:
            self._show_wire(wire)
        finished(self._lay_stale())
        self._settle()

    def _clear(self, selected: Iterable[str], selected_wires: Iterable[str]) -> Iterator[None]:
        """Everything is gone, at once for whoever looks; the items themselves are taken away when there is time."""
        had_selected = bool(self.selected or self._selected_wires)
        wires = self._wires.values()
        gone = [*self._cards.values(), *wires, *(item.chip for item in wires)]
        for item in gone:
            item.hide()
        self._gone += gone
        self.notes.show((), ())
        self.afar.clear()
        self._hold_nothing()
        self._selected_cards, self._selected_wires, self._selected_notes = {}, {}, {}
        if had_selected:
            self.selection_changed.emit((), ())
        self._selected_cards, self._selected_wires = dict.fromkeys(selected), dict.fromkeys(selected_wires)
        self._is_promised = bool(self._selected_cards or self._selected_wires)
        self.content_changed.emit()
        yield

    def _take_away(self) -> Iterator[None]:
        while self._gone:
            self.removeItem(self._gone.pop())
            yield

    def _settle(self) -> None:
        """All is there."""
        self._foreseen = None
        self._keep_room()
        left_cards = {key: None for key in self._selected_cards if key in self._cards}
        left_wires = {key: None for key in self._selected_wires if key in self._wires}
        left_notes = {key: None for key in self._selected_notes if key in self.notes.items}
        left = (left_cards, left_wires, left_notes)
        before = (self._selected_cards, self._selected_wires, self._selected_notes)
        has_others = self._is_promised or list(map(len, left)) != list(map(len, before))
        self._is_promised = False
        self._selected_cards, self._selected_wires, self._selected_notes = left
        if self._is_rewired or has_others:
            self._is_rewired = False
            self._emphasise()
        if has_others:
            self.selection_changed.emit(tuple(left_cards), tuple(left_wires))
        self.content_changed.emit()
        if self._gone and not self._sweeping.is_busy:
            self._sweeping.run(self._take_away())

    # Moving

    def move_cards(self, places: Mapping[str, QPointF]) -> None:
        """Put cards and notes elsewhere for now, wires following; the presenter's next content decides."""
        self.slices.finish()
        for card_id, place in places.items():
            if card_id in self.notes.items:
                self.notes.items[card_id].setPos(place)
                continue
            item = self._cards[card_id]
            item.setPos(place)
            self._strayed.add(card_id)
            self._stand(item)
            self._stale.update(self._wires_of[card_id])
        finished(self._lay_stale())
        self.content_changed.emit()

    def relay(self, wire_id: str) -> None:
        """Lay a wire again after it was hidden."""
        self.slices.finish()
        self._lay(wire_id)

    def show_points(self, wire_id: str, points: tuple[tuple[float, float], ...]) -> None:
        """Lead a wire through points for now; the presenter's next content decides."""
        self.wires[wire_id].show_points(points)
        self.relay(wire_id)

    def select_point(self, wire_id: str, number: int) -> None:
        """Select a wire, and one of the points that it is led through."""
        self.select((), (wire_id,))
        self.wires[wire_id].choose_point(number)

    @property
    def selected_point(self) -> tuple[str, int] | None:
        """The selected wire's selected point, if there is one."""
        for wire_id in self._selected_wires:
            if (number := self.wires[wire_id].chosen_point) is not None:
                return wire_id, number
        return None

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
        ids, wire_ids = list(ids), list(wire_ids)
        if ids or wire_ids:
            self.slices.finish()
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
        """Mark the selected cards, and with them the wires that lead to and from them; of very many, by and by."""
        for note_id, note in self.notes.items.items():
            if note.is_selected != (note_id in self._selected_notes):
                note.mark(selected=not note.is_selected)
        cards = [key for key, item in self._cards.items() if item.is_selected != (key in self._selected_cards)]
        marks = path_of(
            self._selected_cards.keys(), self._selected_wires.keys(), [item.wire for item in self._wires.values()]
        )
        wires = {key: marks.get(key, Emphasis.QUIET) for key in self._wires}
        wires = {key: mark for key, mark in wires.items() if mark is not self._wires[key].emphasis}
        self._marking.drop()
        self._marking.run(self._mark(cards, dict(sorted(wires.items(), key=lambda each: -each[1]))))
        if len(cards) + len(wires) <= _MARKED_AT_ONCE:
            self._marking.finish()

    def _mark(self, cards: Iterable[str], wires: Mapping[str, Emphasis]) -> Iterator[None]:
        for card_id in cards:
            if card_id in self._cards:
                self._cards[card_id].mark(selected=card_id in self._selected_cards)
                yield
        for wire_id, emphasis in wires.items():
            if wire_id in self._wires:
                self._wires[wire_id].choose_point(None)
                self._wires[wire_id].mark(emphasis=emphasis)
                yield
