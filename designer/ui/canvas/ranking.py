"""How well a name answers what was typed: the one order for the search on the canvas and for the palette. No Qt."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from typing import TypeVar

Entry = TypeVar("Entry")

# The kinds of match, best first; a match in a later field ranks below the same match in an earlier one.
EXACT, PREFIX, WORD_START, WITHIN, SUBSEQUENCE = range(5)
_WORD = re.compile(r"[A-Z]+(?![a-z])|[A-Z]?[a-z]+|\d+")


def match_positions(typed: str, text: str) -> tuple[int, tuple[int, ...]] | None:
    """How one typed word is found in a text, and at which characters; None where it is not.

    Returns (kind of match, indices into `text`): equal, at the start, at the start of a later word ("2d" and "pool" in
    `AvgPool2d`), inside, or as letters in order ("bn" in `BatchNorm2d`).
    """
    sought, folded = typed.casefold(), text.casefold()
    if len(folded) != len(text):  # folding made some letters longer: positions would be off
        folded = text.lower() if len(text.lower()) == len(text) else text
    if not sought:
        return EXACT, ()
    at = folded.find(sought)
    if at == 0:
        return (EXACT if len(sought) == len(folded) else PREFIX), tuple(range(len(sought)))
    for word in _WORD.finditer(text):
        if folded.startswith(sought, word.start()):
            return WORD_START, tuple(range(word.start(), word.start() + len(sought)))
    if at > 0:
        return WITHIN, tuple(range(at, at + len(sought)))
    found = _subsequence(sought, folded, {word.start() for word in _WORD.finditer(text)})
    return (SUBSEQUENCE, found) if found else None


def _subsequence(sought: str, text: str, word_starts: set[int]) -> tuple[int, ...] | None:
    """The letters in order: at the starts of words where that works out, else wherever they come first."""
    for preferred in (word_starts, set()):
        positions: list[int] = []
        start = 0
        for letter in sought:
            places = [index for index in range(start, len(text)) if text[index] == letter]
            if not places:
                break
            at = next((index for index in places if index in preferred), places[0])
            positions.append(at)
            start = at + 1
        else:
            return tuple(positions)
    return None


def ranked(
    typed: str,
    entries: Iterable[Entry],
    fields: Callable[[Entry], Sequence[str]],
    rank: Callable[[Entry], int] = lambda _entry: 0,
) -> list[Entry]:
    """The entries that answer what was typed, best first; all of them, in their order, when nothing was.

    fields: an entry's texts, the most telling first. Every typed word must be found in one of them; only the first is
    searched for letters in order, since long texts hold any letters. rank: of entries that answer equally well, those
    of the lowest come first.
    """
    words = typed.split()
    kept = []
    for place, entry in enumerate(entries):
        texts = fields(entry)
        scores = [_score(word, texts) for word in words]
        if all(score is not None for score in scores):
            how, closely = [score[:2] for score in scores], [score[2:] for score in scores]
            kept.append((how, rank(entry), closely, place, entry))
    kept.sort(key=lambda item: item[:-1])
    return [entry for *_, entry in kept]


def _score(word: str, texts: Sequence[str]) -> tuple[int, int, int, int] | None:
    best = None
    for index, text in enumerate(texts):
        match = match_positions(word, text)
        if match is None or (index and match[0] == SUBSEQUENCE):
            continue
        kind, positions = match
        spread = positions[-1] - positions[0] if positions else 0
        score = (index * 2 + kind, kind, spread, len(text) if index == 0 else 0)
        best = score if best is None else min(best, score)
    return best
