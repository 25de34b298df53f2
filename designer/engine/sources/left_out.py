"""The files of a data set that are not used: counted, with the reason, in a sentence for a person each."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import PurePosixPath
from typing import Literal

from ..text import Text

Reason = Literal[
    "hidden", "kind", "no_class", "unlabelled", "no_set", "unlisted", "dangling", "circle", "special", "locked",
    "unsafe", "unreadable",
]  # fmt: skip
_SHOWN = 3
_REASONS: dict[Reason, Text] = {
    "hidden": Text("hidden, or of the system"),
    "kind": Text("of a kind that is not read"),
    "no_class": Text("images in the folder of no class"),
    "unlabelled": Text("images without a label"),
    "no_set": Text("images in a folder that is none of the sets"),
    "unlisted": Text("images that the list does not name"),
    "dangling": Text("links that lead nowhere"),
    "circle": Text("links to folders that are read already"),
    "link": Text("links within the archive, which are not followed"),
    "special": Text("no regular files"),
    "locked": Text("folders that cannot be opened"),
    "unsafe": Text("names that lead out of the archive, or are too long"),
    "unreadable": Text("encrypted, or packed in a way that is not read"),
}


class LeftOut:
    """Counts what is left out, reason by reason; of each only the first few names are kept."""

    def __init__(self) -> None:
        self._counts: Counter[Reason] = Counter()
        self._entries: Counter[Reason] = Counter()  # names that were given; one may stand for many files
        self._names: dict[Reason, list[str]] = {}
        self._kinds: Counter[str] = Counter()  # suffixes of files that are no images

    def add(self, reason: Reason, name: str, within: int | None = None) -> None:
        """One more, or all that is in a folder. name: its path in the data set. within: how many there are in it."""
        count = 1 if within is None else within
        if not count:
            return
        self._counts[reason] += count
        self._entries[reason] += 1
        names = self._names.setdefault(reason, [])
        if len(names) < _SHOWN:
            names.append(name if within is None else f"{name} ({within:,})")
        if reason == "kind":
            self._kinds[PurePosixPath(name).suffix.lower() or PurePosixPath(name).name] += count

    def extend(self, other: LeftOut) -> None:
        """All that another one has, too."""
        self._counts += other._counts
        self._entries += other._entries
        self._kinds += other._kinds
        for reason, names in other._names.items():
            own = self._names.setdefault(reason, [])
            own += names[: _SHOWN - len(own)]

    def notes(self) -> tuple[Text, ...]:
        """A sentence for each reason."""
        return tuple(self._said(reason, count) for reason, count in self._counts.items())

    def _said(self, reason: Reason, count: int) -> Text:
        if reason == "kind":
            kinds = [f"{kind} ({count:,})" for kind, count in self._kinds.most_common(_SHOWN)]
            names = listed(kinds, len(self._kinds))
        else:
            names = listed(self._names[reason], self._entries[reason])
        why = _REASONS[reason]
        if count == 1:
            return Text("1 file is left out: {why} ({names}).", why=why, names=names)
        return Text("{count:,} files are left out: {why} ({names}).", count=count, why=why, names=names)


def listed(names: Sequence[str], count: int | None = None) -> str:
    """The first of some names, and how many more there are. count: of all, where not all are given."""
    more = (len(names) if count is None else count) - _SHOWN
    first = ", ".join(map(printable, names[:_SHOWN]))
    return Text("{names} and {count:,} more", names=first, count=more) if more > 0 else first


def printable(name: str) -> str:
    """A name that can be shown and sent: bytes that are no text, and what would end a line, become question marks."""
    return "".join(sign if sign.isprintable() else "?" for sign in name)
