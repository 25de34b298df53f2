"""Which wires lead to and from what is selected. Pure: ids in, emphasis out."""

from __future__ import annotations

from collections.abc import Iterable, Sequence, Set

from designer.ui.canvas.cards import Wire
from designer.ui.canvas.wire_item import Emphasis


def path_of(cards: Set[str], wire_ids: Set[str], wires: Sequence[Wire]) -> dict[str, Emphasis]:
    """How far each wire stands out for a selection; wires that lie on no path of it are left out."""
    marks: dict[str, Emphasis] = {}
    if cards:
        downstream = _reached(cards, ((wire.source_card, wire.target_card) for wire in wires))
        upstream = _reached(cards, ((wire.target_card, wire.source_card) for wire in wires))
        for wire in wires:
            if wire.source_card in cards or wire.target_card in cards:
                marks[wire.id] = Emphasis.ADJACENT
            elif wire.source_card in downstream or wire.target_card in upstream:
                marks[wire.id] = Emphasis.PATH
    marks.update(dict.fromkeys(wire_ids, Emphasis.SELECTED))
    return marks


def _reached(starts: Set[str], steps: Iterable[tuple[str, str]]) -> set[str]:
    """The starts and all cards that steps lead to from them."""
    following: dict[str, list[str]] = {}
    for here, there in steps:
        following.setdefault(here, []).append(there)
    reached, waiting = set(starts), list(starts)
    while waiting:
        for there in following.get(waiting.pop(), ()):
            if there not in reached:
                reached.add(there)
                waiting.append(there)
    return reached
