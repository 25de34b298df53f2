"""Journals: what is open and not saved, written down edit by edit, so that a crash loses at most the last one.

One file a design, JSON lines: a head (`design`, `path`, `generation`), the whole document, then a delta an edit. A line
goes to the system in one write, so it outlives the process; `sync` brings it to the disk, so that it outlives the
machine. The file is locked while its process lives. When the deltas have outgrown the document, the journal goes on in
a new file.
"""

from __future__ import annotations

import errno
import os
import time
import uuid
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any, BinaryIO

import msgspec

from designer.base.locks import Held, is_still_there, try_lock
from designer.document.delta import Tree, apply_delta, delta, tree_of
from designer.document.document import Document, DocumentError
from designer.document.reading import document_of

SUFFIX = ".journal"
_MAX_BYTES = 256 << 20  # of one journal that is read
_ROOM_BYTES = 1 << 20  # of deltas, beside as much again as the document takes
_STALE_S = 3600  # after which a journal that says nothing is swept away


class Journal:
    """The journal of one open design. All of it raises OSError where the disk refuses, DocumentError for a value that
    has no place in a file; the journal is then as it was."""

    def __init__(self, folder: Path, path: Path | None, document: Document, design: str = "", generation: int = 0):
        """Begin with the whole of a document. path: the file that it belongs to. design, generation: of the journal
        that this one follows on."""
        self._folder, self._path = folder, path
        self._design, self._generation = design or uuid.uuid4().hex, generation
        head = {"design": self._design, "path": str(path) if path else None, "generation": generation}
        base = _line({"at": time.time(), "name": "", "document": tree_of(document)})
        folder.mkdir(parents=True, exist_ok=True)
        self.file = folder / f"{self._design}-{generation}{SUFFIX}"
        self._stream: BinaryIO = self.file.open("xb", buffering=0)
        try:
            try_lock(self._stream)
            self._write(_line(head) + base)
        except OSError:
            self.discard()
            raise
        self._document, self._room = document, _ROOM_BYTES + len(base)

    def next(self, document: Document) -> Journal:
        """The journal that takes the place of this one, which is discarded when it is there."""
        following = Journal(self._folder, self._path, document, self._design, self._generation + 1)
        self.discard()
        return following

    @property
    def is_full(self) -> bool:
        """Whether it has outgrown the document, and had better go on in a new file."""
        return self._room <= 0

    def append(self, document: Document, name: str, is_saved: bool) -> None:
        """Note how the document is now. name: of the edit. is_saved: whether its file holds all of it."""
        entry = {"at": time.time(), "name": str(name), "saved": is_saved}  # of a Text the English
        line = _line({**entry, "delta": delta(self._document, document)})
        self._write(line)
        self._document = document
        self._room -= len(line)

    def _write(self, data: bytes) -> None:
        place = self._stream.tell()
        try:
            if self._stream.write(data) != len(data):
                raise OSError(errno.ENOSPC, os.strerror(errno.ENOSPC))
        except OSError:
            self._stream.truncate(place)  # half a line would hide all that follow it
            self._stream.seek(place)
            raise
        self._is_dirty = True

    def sync(self) -> None:
        """Bring to the disk what is not there yet. May be called in another thread."""
        if self._is_dirty and not self._stream.closed:
            self._is_dirty = False
            with suppress(ValueError, OSError):  # closed in this moment; if the disk fails, the next write tells
                os.fsync(self._stream.fileno())

    def discard(self) -> None:
        """Delete it: what it holds is saved, or of no interest."""
        self._stream.close()
        self.file.unlink(missing_ok=True)


@dataclass(frozen=True)
class Recoverable:
    """What a journal brings back. path: the file that the design belongs to. at: of the last edit, in seconds since
    1970. The journal is locked until it is discarded, so that no other window offers it too."""

    journal: Path
    path: Path | None
    document: Document
    at: float
    lock: Held

    @property
    def title(self) -> str:
        """What to call it: the file's name, else the design's title."""
        return self.path.stem if self.path else self.document.design.root.title or self.document.design.main

    def release(self) -> None:
        """Leave the journal to whoever looks next."""
        self.lock.release()

    def discard(self) -> None:
        """Delete the journal."""
        self.lock.release()
        self.journal.unlink(missing_ok=True)


def find_recoverable(folder: Path) -> list[Recoverable]:
    """What processes that live no more left unsaved in a folder of journals, the latest first."""
    newest: dict[str, _Left] = {}
    for file in folder.glob(f"*{SUFFIX}"):
        held = _held(file)
        if held is None:
            continue
        left = _read(file, held)
        if left is None:
            held.release()
            _sweep(file)
            continue
        other = newest.get(left.design, left)
        # There are two where it was stopped while it went on in a new file.
        newest[left.design], old = (left, other) if left.generation >= other.generation else (other, left)
        if old is not newest[left.design]:
            old.recoverable.discard()
    for left in newest.values():
        if left.is_saved:
            left.recoverable.discard()
    unsaved = (left.recoverable for left in newest.values() if not left.is_saved)
    return sorted(unsaved, key=lambda recoverable: -recoverable.at)


@dataclass(frozen=True)
class _Left:
    design: str
    generation: int
    is_saved: bool
    recoverable: Recoverable


def _held(file: Path) -> Held | None:
    """The open file, locked; None where it belongs to somebody who lives."""
    try:
        stream = file.open("rb+")
    except OSError:
        return None
    if try_lock(stream) and is_still_there(stream, file):
        return Held(stream)
    stream.close()
    return None


def _read(file: Path, held: Held) -> _Left | None:
    """What a journal holds; None where it says nothing."""
    lines = _lines(held.file)
    head, last = next(lines, {}), next(lines, {})
    try:
        tree: Tree = last["document"]
        with suppress(KeyError, TypeError, AttributeError):  # what does not follow ends what there is
            for line in lines:
                tree, last = apply_delta(tree, line["delta"]), line
        path = Path(head["path"]) if head["path"] else None
        found = Recoverable(file, path, document_of(tree, file.name), float(last["at"]), held)
        return _Left(str(head["design"]), int(head["generation"]), bool(last.get("saved")), found)
    except (KeyError, TypeError, ValueError, AttributeError, DocumentError):
        return None


def _lines(stream: BinaryIO) -> Iterator[dict[str, Any]]:
    """The lines that were written whole, up to the first that was not."""
    for line in stream.read(_MAX_BYTES).split(b"\n")[:-1]:
        try:
            value = msgspec.json.decode(line)
        except (msgspec.MsgspecError, UnicodeDecodeError, RecursionError):
            return
        if not isinstance(value, dict):
            return
        yield value


def _sweep(file: Path) -> None:
    with suppress(OSError):
        if time.time() - file.stat().st_mtime > _STALE_S:
            file.unlink()


def _line(value: dict[str, Any]) -> bytes:
    try:
        return msgspec.json.encode(value) + b"\n"
    except UnicodeEncodeError as error:
        raise DocumentError("A text holds half of a character and cannot be saved.", fix="Retype the text.") from error
