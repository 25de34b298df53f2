"""From what a table says of its images to where they lie: beside it, by their paths, or else by their names alone."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from pathlib import PurePosixPath

from ..text import Text
from .archive import ArchivePath, Place
from .left_out import LeftOut, listed
from .listing import Folder, is_image, listing_of

_TRIED = 50  # of the paths that a table lists
_DEEPEST = 6  # folders of a path that decide between images of one name


class Images:
    """The images that lie beside a table, or below. Listed when they are first looked for by name."""

    def __init__(self, root: Place) -> None:
        self.root = root
        self._by_tail: dict[str, list[str]] | None = None

    def is_there(self, cell: str) -> bool:
        """Whether a cell is the path or the name of an image."""
        name = cleaned(cell)
        if not name or name.startswith("//") or "\0" in name:
            return False
        return self._is_file(name) or len(self._named(name)) == 1

    def resolved(self, cells: Sequence[str]) -> tuple[list[str], tuple[str, ...]]:
        """The paths of the images, and what a person should know of how they were found."""
        names = list(map(cleaned, cells))
        tried = names[:: max(1, len(names) // _TRIED)]
        if all(self._is_file(name) for name in tried) or not any(map(self.is_there, tried)):
            return names, ()
        found: list[str] = []
        changed = 0
        for name in names:
            near = [] if self._is_file(name) else self._named(name)
            changed += len(near) == 1
            found.append(near[0] if len(near) == 1 else name)
        folders = listed(sorted({path.rpartition("/")[0] or "." for path in found[:10_000]}))
        if not changed:
            return found, ()
        note = Text(
            "{count:,} images are not at the path that the list gives, and were found by their names in {folders}.",
            count=changed,
            folders=folders,
        )
        return found, (note,)

    def left_out(self, names: Iterable[str], own: str) -> LeftOut:
        """The files that the table does not list: of the folders that hold what it does. own: the name of the table."""
        used = set(names)
        found = LeftOut()
        if isinstance(self.root, ArchivePath):  # all of it is of this data set
            listing = listing_of(self.root, (own,))
            found.extend(listing.left_out)
            _take_unused(listing.top, "", used, found)
            return found
        tops = {name.split("/", 1)[0] for name in used if "/" in name and not name.startswith(("/", "../"))}
        for top in sorted(tops):
            if not (self.root / top).is_dir():
                continue
            listing = listing_of(self.root / top)
            found.extend(listing.left_out)
            _take_unused(listing.top, f"{top}/", used, found)
        if any("/" not in name for name in used):
            for entry in sorted(self.root.iterdir()):
                if entry.is_file() and entry.name != own and entry.name not in used:
                    found.add("unlisted" if is_image(entry.name) else "kind", entry.name)
        return found

    def _is_file(self, name: str) -> bool:
        try:
            return bool(name) and (self.root / name).is_file()
        except (OSError, ValueError):
            return False

    def _named(self, name: str) -> list[str]:
        """The images whose path ends as that one, with or without its suffix; of several, those that share most."""
        if self._by_tail is None:
            self._by_tail = defaultdict(list)
            for path in listing_of(self.root).top.paths():
                for tail in {*_tails(path), *_tails(str(PurePosixPath(path).with_suffix("")))}:
                    self._by_tail[tail].append(path)
        tails = sorted(_tails(name), key=len, reverse=True)
        return next((near for tail in tails if (near := self._by_tail.get(tail))), [])


def _tails(path: str) -> list[str]:
    """The ends of a path, from its name on to the folders above."""
    parts = path.split("/")
    return ["/".join(parts[-depth:]) for depth in range(1, min(len(parts), _DEEPEST) + 1)]


def cleaned(cell: str) -> str:
    """A path as a table writes it, with slashes and without what says nothing."""
    name = cell.strip().replace("\\", "/")
    while name.startswith("./"):
        name = name[2:]
    return name


def _take_unused(top: Folder, above: str, used: set[str], found: LeftOut) -> None:
    for path in top.paths():
        if above + path not in used:
            found.add("unlisted", above + path)
