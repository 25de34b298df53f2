"""A file or a folder in a zip or a tar, read in place: where its bytes lie, and what a path on disk can do.

Nothing is ever unpacked to a path that an archive names, and no stream gives more bytes than the archive says. What is
in one is listed by `archive_index`.
"""

from __future__ import annotations

import io
import os
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from fnmatch import fnmatchcase
from pathlib import Path, PurePosixPath
from typing import Any, BinaryIO, NamedTuple

from .left_out import LeftOut, Reason

_CHUNK_BYTES = 2**20
DEFLATED = 8  # the only packing that is read; 0 is none
_LOCAL_HEADER = struct.Struct("<4s22xHH")


class Member(NamedTuple):
    """Where a file lies in the archive. size: of what it unpacks to; packed: of what lies there, in bytes."""

    at: int
    packed: int
    size: int
    method: int
    checksum: int | None


@dataclass(frozen=True)
class Archive:
    """file: the archive; data: where its bytes are read, which is another file where it had to be decompressed.

    members: by their paths in it. skipped: paths that are left out, and why. folders: those that it names.
    """

    file: Path
    data: Path
    members: dict[str, Member]
    folders: tuple[str, ...] = ()
    skipped: tuple[tuple[Reason, str], ...] = ()

    def left_out(self, inside: str) -> LeftOut:
        """What is left out of a folder in it."""
        found = LeftOut()
        for reason, path in self.skipped:
            if not inside or reason == "unsafe" or path.startswith(f"{inside}/"):
                found.add(reason, path)
        return found

    def open(self, path: str) -> BinaryIO:
        """A member as a stream, which never gives more bytes than the archive says. Raises OSError."""
        member = self.members.get(path)
        if member is None:
            raise FileNotFoundError(2, os.strerror(2), f"{self.file}/{path}")
        stream = self.data.open("rb")
        try:
            stream.seek(member.at)
            if member.checksum is not None:  # of a zip, where the member begins with a header of its own
                magic, name, extra = _LOCAL_HEADER.unpack(stream.read(_LOCAL_HEADER.size))
                if magic != b"PK\3\4":
                    raise OSError("the archive is damaged")
                stream.seek(name + extra, os.SEEK_CUR)
            return io.BufferedReader(_Stream(stream, member))  # type: ignore[return-value]
        except struct.error as error:
            stream.close()
            raise OSError("the archive is cut short") from error
        except BaseException:
            stream.close()
            raise


class _Stream(io.RawIOBase):
    """The bytes of a member, forwards only."""

    def __init__(self, stream: BinaryIO, member: Member) -> None:
        self._stream, self._member = stream, member
        self._packed, self._left = member.packed, member.size
        self._inflate = zlib.decompressobj(-15) if member.method == DEFLATED else None
        self._rest, self._checksum = b"", 0

    def readable(self) -> bool:
        return True

    def readinto(self, target: Any) -> int:
        wanted = min(len(target), self._left)
        if not wanted:
            return 0
        try:
            found = self._next(wanted)
        except zlib.error as error:
            raise OSError(f"its packing is damaged ({error})") from error
        if not found:
            raise OSError("the archive is cut short")
        self._left -= len(found)
        if self._member.checksum is not None:
            self._checksum = zlib.crc32(found, self._checksum)
            if not self._left and self._checksum != self._member.checksum:
                raise OSError("its checksum in the archive differs")
        target[: len(found)] = found
        return len(found)

    def _next(self, wanted: int) -> bytes:
        if self._inflate is None:
            return self._stream.read(min(wanted, self._packed_left(wanted)))
        while not self._inflate.eof:
            packed = self._rest or self._stream.read(self._packed_left(min(wanted, _CHUNK_BYTES)))
            found = self._inflate.decompress(packed, wanted)
            self._rest = self._inflate.unconsumed_tail
            if found or not packed:
                return found
        return b""

    def _packed_left(self, wanted: int) -> int:
        size = min(wanted, self._packed)
        self._packed -= size
        return size

    def close(self) -> None:
        self._stream.close()
        super().close()


@dataclass(frozen=True)
class ArchivePath:
    """A file or a folder in an archive, with as much of `pathlib.Path` as the sources use. inside: its path there."""

    archive: Archive = field(repr=False)
    inside: str = ""

    def __str__(self) -> str:
        return f"{self.archive.file}/{self.inside}" if self.inside else str(self.archive.file)

    def __truediv__(self, name: str) -> ArchivePath:
        path = os.path.normpath(f"/{self.inside}/{name}")
        return ArchivePath(self.archive, path.strip("/"))

    def __lt__(self, other: ArchivePath) -> bool:
        return self.inside < other.inside

    @property
    def name(self) -> str:
        """Of the file or folder, without those above."""
        return PurePosixPath(self.inside).name or self.archive.file.name

    @property
    def stem(self) -> str:
        """The name without its suffix."""
        return PurePosixPath(self.name).stem

    @property
    def suffix(self) -> str:
        """The end of the name, from its last dot."""
        return PurePosixPath(self.name).suffix

    @property
    def parent(self) -> ArchivePath:
        """The folder that it lies in."""
        return ArchivePath(self.archive, self.inside.rpartition("/")[0])

    def is_file(self) -> bool:
        """Whether there is such a file."""
        return self.inside in self.archive.members

    def is_dir(self) -> bool:
        """Whether there is such a folder."""
        return not self.inside or any(True for _ in self.everything())

    def exists(self) -> bool:
        """Whether there is such a thing."""
        return self.is_file() or self.is_dir()

    def everything(self) -> Iterator[str]:
        """The paths of all that lies below, relative to it; those of folders end in a slash."""
        start = f"{self.inside}/" if self.inside else ""
        for path in (*self.archive.members, *self.archive.folders):
            if path.startswith(start) and path != start:
                yield path[len(start) :]

    def iterdir(self) -> Iterator[ArchivePath]:
        """What lies directly in it."""
        for name in dict.fromkeys(path.split("/", 1)[0] for path in self.everything()):
            yield self / name

    def glob(self, pattern: str) -> Iterator[ArchivePath]:
        """The files directly in it whose names are of a pattern."""
        yield from (entry for entry in self.iterdir() if fnmatchcase(entry.name, pattern))

    def stat(self) -> _Status:
        """Its size."""
        if not self.is_file():
            raise FileNotFoundError(2, os.strerror(2), str(self))
        return _Status(self.archive.members[self.inside].size)

    def open(self, _mode: str = "rb") -> BinaryIO:
        """As a stream of bytes, forwards only."""
        return self.archive.open(self.inside)

    def read_bytes(self) -> bytes:
        """All of it."""
        with self.open("rb") as stream:
            return stream.read()

    def read_text(self, encoding: str, errors: str = "strict") -> str:
        """All of it, as text."""
        return self.read_bytes().decode(encoding, errors)


Place = Path | ArchivePath  # where a data set may lie


class _Status(NamedTuple):
    st_size: int
