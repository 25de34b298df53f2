"""What lies in the folder of a data set, on disk or in an archive: its images, and what else there is, counted.

Links to folders are followed, wherever they lead, but no folder is read twice: a circle ends where it closes.
"""

from __future__ import annotations

import os
from collections import deque
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from ..decoding import SUFFIXES
from ..protocol import EngineError
from ..text import Text
from .archive import ArchivePath, Place
from .left_out import LeftOut, listed

MAX_FILES = 20_000_000
_SYSTEM = frozenset(  # what systems, archivers and network drives leave behind
    (
        *("thumbs.db", "ehthumbs.db", "desktop.ini", "$recycle.bin", "system volume information", "lost+found"),
        *("@eadir", "@tmp", "@recycle", "@recently-snapshot", "#recycle", "#snapshot", "icon\r"),
    )
)
_UNREAD = frozenset(  # images in formats that are not read: their folder is a class all the same
    (".heic", ".heif", ".avif", ".jxl", ".jp2", ".j2k", ".svg", ".psd", ".tga", ".raw", ".cr2", ".nef", ".dng", ".exr",
     ".hdr", ".ico", ".pcx", ".dcm", ".nii")
)  # fmt: skip


@dataclass
class Folder:
    """A folder with what lies below. path: in the data set, with slashes, empty for the whole of it.

    images: names of those that lie directly in it. files: how many other files there are directly in it that are not
    hidden; unread: how many of them are images of a format that is not read.
    """

    path: str
    images: list[str] = field(default_factory=list)
    folders: dict[str, Folder] = field(default_factory=dict)
    files: int = 0
    unread: int = 0

    @property
    def name(self) -> str:
        """Without the folders above."""
        return self.path.rpartition("/")[2]

    def within(self, name: str) -> str:
        """The path of something in it."""
        return f"{self.path}/{name}" if self.path else name

    def each(self) -> Iterator[Folder]:
        """Itself and all folders below, those of the alphabet's beginning first."""
        waiting = [self]
        while waiting:
            folder = waiting.pop()
            yield folder
            waiting += (folder.folders[name] for name in sorted(folder.folders, reverse=True))

    def paths(self) -> Iterator[str]:
        """Of all images at any depth."""
        for folder in self.each():
            yield from (folder.within(name) for name in sorted(folder.images))

    def count(self) -> int:
        """Of all images at any depth."""
        return sum(len(folder.images) for folder in self.each())

    def has_images(self) -> bool:
        """Whether there are any, at any depth."""
        return any(folder.images for folder in self.each())

    def has_unread(self) -> bool:
        """Whether it is of no use but was meant to hold images: empty, or with formats that are not read."""
        folders = list(self.each())
        return not any(folder.files for folder in folders) or any(folder.unread for folder in folders)


@dataclass
class Listing:
    """top: the folder that was listed. left_out: what is in it that is no image. notes: of links that were followed."""

    top: Folder
    left_out: LeftOut = field(default_factory=LeftOut)
    notes: tuple[str, ...] = ()


def listing_of(root: Place, used: Collection[str] = ()) -> Listing:
    """Everything in a folder, but for the files of some paths. Raises EngineError where there is too much, or it cannot
    be opened."""
    return _in_archive(root, used) if isinstance(root, ArchivePath) else _Walk(root, used).listing


def unused(root: Place, used: Collection[str]) -> LeftOut:
    """Everything in a folder but for some files directly in it."""
    listing = listing_of(root, used)
    for path in listing.top.paths():
        listing.left_out.add("kind", path)
    return listing.left_out


def is_hidden(name: str, is_folder: bool = False) -> bool:
    """Whether a file or a folder of that name belongs to a system or an archiver, or hides."""
    small = name.casefold()
    if name.startswith((".", "~$")) or small in _SYSTEM or small.endswith(":zone.identifier"):
        return True
    return is_folder and name.startswith("__")


def is_image(name: str) -> bool:
    """Whether a file of that name is read as an image."""
    return os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 - millions of them


def _take(listing: Listing, folder: Folder, name: str) -> None:
    """Note a file that lies directly in a folder."""
    if is_image(name):
        folder.images.append(name)
        return
    folder.files += 1
    folder.unread += os.path.splitext(name)[1].lower() in _UNREAD  # noqa: PTH122
    listing.left_out.add("kind", folder.within(name))


def _too_many(root: object) -> EngineError:
    return EngineError(
        Text("{folder} holds more than {limit:,} files.", folder=root, limit=MAX_FILES),
        expected="fewer",
        fix="Name a smaller folder.",
    )


def _in_archive(root: ArchivePath, used: Collection[str]) -> Listing:
    listing = Listing(Folder(""))
    listing.left_out = root.archive.left_out(root.inside)
    for path in root.everything():
        if path in used:
            continue
        *above, name = path.rstrip("/").split("/")
        is_folder = path.endswith("/")
        if any(is_hidden(part, is_folder=True) for part in above) or is_hidden(name, is_folder):
            if not is_folder:
                listing.left_out.add("hidden", path)
            continue
        folder = listing.top
        for part in [*above, *([name] if is_folder else [])]:
            if part not in folder.folders:
                folder.folders[part] = Folder(folder.within(part))
            folder = folder.folders[part]
        if not is_folder:
            _take(listing, folder, name)
    return listing


class _Walk:
    """Through a folder on disk: first all that is really in it, then where its links lead."""

    def __init__(self, root: Path, used: Collection[str]) -> None:
        self._used = used
        self.listing = Listing(Folder(""))
        self._root = root
        self._count = 0
        self._seen: set[tuple[int, int]] = set()
        self._above = {_identity(folder) for folder in root.resolve().parents}
        self._links: deque[tuple[Folder, str]] = deque()
        self._walk(root, self.listing.top)
        followed = []
        while self._links:
            folder, name = self._links.popleft()
            path = folder.within(name)
            target = root / path
            if not self._is_new(target):
                self.listing.left_out.add("circle", path)
                continue
            below = folder.folders[name] = Folder(path)
            followed.append(f"{path} → {os.path.realpath(target)}")
            self._walk(target, below)
        if followed:
            self.listing.notes = (_followed(followed),)

    def _is_new(self, path: Path) -> bool:
        identity = _identity(path)
        return identity is not None and identity not in self._seen and identity not in self._above

    def _walk(self, path: Path, folder: Folder) -> None:
        waiting = [(path, folder, False)]
        while waiting:
            path, folder, hidden = waiting.pop()
            identity = _identity(path)
            if identity in self._seen:
                continue  # the same folder mounted or reached again
            if identity is not None:
                self._seen.add(identity)
            try:
                with os.scandir(path) as entries:
                    found = sorted(entries, key=lambda entry: entry.name)
            except OSError:
                if not folder.path:
                    raise
                self.listing.left_out.add("locked", folder.path)
                continue
            inner = [below for entry in found if (below := self._entry(entry, folder, hidden))]
            waiting += reversed(inner)

    def _entry(self, entry: os.DirEntry[str], folder: Folder, hidden: bool) -> tuple[Path, Folder, bool] | None:
        """Take an entry. Returns what is to be walked through next, if it is a folder."""
        self._count += 1
        if self._count > MAX_FILES:
            raise _too_many(self._root)
        name, path = entry.name, folder.within(entry.name)
        if entry.is_dir(follow_symlinks=False):
            hidden = hidden or is_hidden(name, is_folder=True)
            below = Folder(path)
            if not hidden:
                folder.folders[name] = below
            return Path(entry.path), below, hidden
        if path in self._used:
            return None
        if hidden or is_hidden(name):
            self.listing.left_out.add("hidden", path)
            return None
        match _sort(entry):
            case "folder":
                self._links.append((folder, name))
            case "file":
                _take(self.listing, folder, name)
            case "dangling" | "special" as reason:
                self.listing.left_out.add(reason, path)
        return None


def _sort(entry: os.DirEntry[str]) -> Literal["folder", "file", "dangling", "special"]:
    """What an entry is, or leads to."""
    try:
        if entry.is_dir():
            return "folder"
        if entry.is_file():
            return "file"
        entry.stat()
    except OSError:  # a link to nothing, or to itself
        return "dangling"
    return "special"


def _identity(path: Path) -> tuple[int, int] | None:
    try:
        status = path.stat()
    except OSError:
        return None
    return status.st_dev, status.st_ino


def _followed(links: list[str]) -> Text:
    if len(links) == 1:
        return Text("1 folder is a link, which is followed: {names}.", names=listed(links))
    return Text("{count:,} folders are links, which are followed: {names}.", count=len(links), names=listed(links))
