"""Whether a file still holds what was read from it or written to it last, whoever has it in hand meanwhile."""

from __future__ import annotations

import hashlib
import os
from dataclasses import dataclass, replace
from enum import Enum
from pathlib import Path

from designer.document.format import MAX_BYTES


class DiskState(Enum):
    """What became of a file since we had it in hand."""

    SAME = "same"
    CHANGED = "changed"
    GONE = "gone"


@dataclass(frozen=True)
class OnDisk:
    """A file as it was. mark: what changes with each writing, None where there was no file; digest: of its bytes."""

    path: Path
    mark: tuple[int, int, int] | None
    digest: bytes

    @classmethod
    def of(cls, path: Path) -> OnDisk:
        """The file as it is now. Taken before it is read: whatever is written meanwhile is seen later."""
        try:
            mark = mark_of(path.stat())
            return cls(path, mark, _digest(path))
        except (OSError, ValueError):  # ValueError: a NUL in the path
            return cls(path, None, b"")

    @classmethod
    def written(cls, path: Path, data: bytes, status: os.stat_result) -> OnDisk:
        """The file as we wrote it. status: of the file that was renamed into its place."""
        return cls(path, mark_of(status), hashlib.blake2b(data).digest())

    def look(self, *, closely: bool = False) -> tuple[DiskState, OnDisk]:
        """What became of it, and how it is remembered from now on: what was written anew with the same bytes is the
        same. closely: read it in any case, for two writings within a tick of the clock look alike."""
        try:
            mark = mark_of(self.path.stat())
            if mark == self.mark and not closely:
                return DiskState.SAME, self
            digest = _digest(self.path)
        except (FileNotFoundError, NotADirectoryError):
            return (DiskState.SAME if self.mark is None else DiskState.GONE), self
        except (OSError, ValueError):
            return DiskState.CHANGED, self
        if digest != self.digest:
            return DiskState.CHANGED, self
        return DiskState.SAME, replace(self, mark=mark)


def mark_of(status: os.stat_result) -> tuple[int, int, int]:
    """What tells one writing of a file from the next without reading it."""
    return status.st_mtime_ns, status.st_size, status.st_ino


def _digest(path: Path) -> bytes:
    with path.open("rb") as file:
        return hashlib.blake2b(file.read(MAX_BYTES + 1)).digest()
