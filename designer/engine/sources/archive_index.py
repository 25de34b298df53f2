"""What is in a zip or a tar, and where. An archive is not trusted: names that lead out of it are left out, as are
links, and every size is bounded, whatever headers claim.

A tar that is compressed as a whole is decompressed into one file of its own, for it cannot be read from the middle;
that file is kept in the data folder, for the next time.
"""

from __future__ import annotations

import bz2
import gzip
import hashlib
import lzma
import os
import shutil
import struct
import tarfile
import tempfile
import time
import zipfile
import zlib
from collections.abc import Callable
from pathlib import Path
from typing import Any

from ..downloading import data_home
from ..protocol import EngineError, first_line
from ..text import Text
from .archive import DEFLATED, Archive, ArchivePath, Member
from .left_out import Reason

SUFFIXES = (".zip", ".tar", ".tar.gz", ".tgz", ".tar.bz2", ".tbz2", ".tbz", ".tar.xz", ".txz")
MAX_BYTES = 64 * 2**30  # that a compressed tar may unpack to
_MAX_MEMBER_BYTES = 8 * 2**30
_MAX_MEMBERS = 5_000_000
_MAX_NAME, _MAX_DEPTH = 4096, 100  # of a path; what is longer is none that anybody would write
_MAX_HEADER_BYTES = 2**20  # of a tar's long names
_CHUNK_BYTES = 2**20
_KEPT_S = 30 * 86_400  # how long a decompressed tar is kept that nobody reads
_STORED, _DEFLATED = 0, DEFLATED
_ENCRYPTED, _UTF8 = 0x1, 0x800  # flags of a zip's member
_OPENERS: dict[str, Callable[[Path], Any]] = {
    "gz": gzip.open, "tgz": gzip.open, "bz2": bz2.open, "tbz2": bz2.open, "tbz": bz2.open, "xz": lzma.open,
    "txz": lzma.open,
}  # fmt: skip


def is_archive(path: Path) -> bool:
    """Whether it is a file with the name of an archive."""
    return path.name.lower().endswith(SUFFIXES) and path.is_file()


def opened(path: Path) -> ArchivePath:
    """What is in an archive. Raises EngineError where it is damaged, or larger than can be read."""
    try:
        if path.suffix.lower() == ".zip":
            return ArchivePath(_zip(path))
        return ArchivePath(_tar(path, _decompressed(path)))
    except EngineError:
        raise
    except (zipfile.BadZipFile, tarfile.TarError, zlib.error, lzma.LZMAError, EOFError, OSError, ValueError,
            NotImplementedError, struct.error, RuntimeError) as error:  # fmt: skip
        raise EngineError(
            Text("The archive {path} cannot be read: {reason}.", path=path, reason=first_line(error).rstrip(".")),
            expected="a whole zip or tar file",
            fix="It is damaged or cut short; fetch it again.",
        ) from error


def _too_large(path: Path, what: str, limit: str) -> EngineError:
    return EngineError(
        Text("The archive {path} holds {what}.", path=path, what=what),
        expected=limit,
        fix="Unpack it by hand, if you trust it, and name the folder.",
    )


def _zip(path: Path) -> Archive:
    members: dict[str, Member] = {}
    folders: list[str] = []
    skipped: list[tuple[Reason, str]] = []
    if _directory_bytes(path) > 46 * _MAX_MEMBERS + 2**26:
        raise _too_many(path)
    with zipfile.ZipFile(path) as archive:
        for info in archive.infolist():
            name = info.filename if info.flag_bits & _UTF8 else _renamed(info.filename)
            name, reason = _safe(name)
            if reason is None and not name.endswith("/"):
                is_link = (info.external_attr >> 28) == 0xA
                packed = info.flag_bits & _ENCRYPTED or info.compress_type not in (_STORED, _DEFLATED)
                reason = "link" if is_link else "unreadable" if packed else None
                reason = reason or ("unreadable" if info.file_size > _MAX_MEMBER_BYTES else None)
            if reason is not None:
                skipped.append((reason, name))
            elif name.endswith("/"):
                folders.append(name)
            else:
                members[name] = Member(
                    info.header_offset, info.compress_size, info.file_size, info.compress_type, info.CRC
                )
            if len(members) + len(skipped) + len(folders) > _MAX_MEMBERS:
                raise _too_many(path)
    return Archive(path, path, members, tuple(folders), tuple(skipped))


def _directory_bytes(path: Path) -> int:
    """How long the list of members at a zip's end says to be: all of it is held in memory."""
    with path.open("rb") as stream:
        size = stream.seek(0, os.SEEK_END)
        stream.seek(max(0, size - 2**16 - 22))
        end = stream.read()
    at = end.rfind(b"PK\5\6")
    (length,) = struct.unpack_from("<I", end, at + 12) if 0 <= at <= len(end) - 16 else (0,)
    return size if length == 2**32 - 1 else length


def _too_many(path: Path) -> EngineError:
    said = Text("more than {limit:,} files", limit=_MAX_MEMBERS)
    return _too_large(path, said, "fewer")


def _renamed(name: str) -> str:
    """A name that was written as UTF-8 by a program that did not say so."""
    try:
        return name.encode("cp437").decode("utf-8")
    except (UnicodeEncodeError, UnicodeDecodeError):
        return name


def _safe(name: str) -> tuple[str, Reason | None]:
    """A member's path with slashes and without dots, and why it is left out, if it is."""
    path = name.replace("\\", "/")
    parts = path.split("/")
    if path.startswith("/") or ".." in parts or "\0" in path or parts[0].endswith(":"):
        return path, "unsafe"
    if len(path) > _MAX_NAME or len(parts) > _MAX_DEPTH:
        return f"{path[:40]}…", "unsafe"
    clean = "/".join(part for part in parts if part not in ("", "."))
    return (f"{clean}/" if path.endswith("/") or not clean else clean), None


class _TarInfo(tarfile.TarInfo):
    """A header of a tar; one that would fill the memory with a name is none."""

    @classmethod
    def frombuf(cls, buf: bytes | bytearray, encoding: str, errors: str) -> _TarInfo:
        info = super().frombuf(buf, encoding, errors)
        special = (
            *(tarfile.XHDTYPE, tarfile.XGLTYPE, tarfile.SOLARIS_XHDTYPE),
            *(tarfile.GNUTYPE_LONGNAME, tarfile.GNUTYPE_LONGLINK),
        )
        if info.type in special and info.size > _MAX_HEADER_BYTES:
            raise tarfile.ReadError("a name in it is longer than any name")
        return info


def _tar(path: Path, data: Path) -> Archive:
    members: dict[str, Member] = {}
    folders: list[str] = []
    skipped: list[tuple[Reason, str]] = []
    with tarfile.TarFile(data, "r", tarinfo=_TarInfo, errorlevel=2, ignore_zeros=False) as archive:
        while (info := archive.next()) is not None:
            archive.members.clear()  # it keeps them all otherwise
            name, reason = _safe(f"{info.name}/" if info.isdir() else info.name)
            if reason is not None:
                skipped.append((reason, name))
            elif info.isdir():
                folders.append(name)
            elif info.islnk() and (target := _safe(info.linkname)[0]) in members:
                members[name] = members[target]
            elif info.issym() or info.islnk():
                skipped.append(("link", name))
            elif not info.isreg() or info.issparse():
                skipped.append(("special", name))
            else:
                members[name] = Member(info.offset_data, info.size, info.size, _STORED, None)
            if len(members) + len(skipped) + len(folders) > _MAX_MEMBERS:
                raise _too_many(path)
        archive.fileobj.seek(archive.offset)
        if archive.fileobj.read(tarfile.BLOCKSIZE).strip(b"\0"):  # tarfile takes a damaged header for the end
            raise tarfile.ReadError("a header in the middle of it is damaged")
    return Archive(path, data, members, tuple(folders), tuple(skipped))


def _decompressed(path: Path) -> Path:
    """The tar itself: that file, or what it decompresses to, in a file of the data folder."""
    opener = _OPENERS.get(path.suffix.lower().removeprefix("."))
    if opener is None:
        return path
    status = path.stat()
    key = hashlib.sha256(f"{path}\0{status.st_size}\0{status.st_mtime_ns}".encode(errors="surrogateescape"))
    folder = data_home() / ".unpacked"
    folder.mkdir(parents=True, exist_ok=True)
    target = folder / f"{key.hexdigest()[:32]}.tar"
    if target.is_file():
        os.utime(target)
        return target
    for old in folder.glob("*.tar"):
        if old.stat().st_mtime < time.time() - _KEPT_S:
            old.unlink(missing_ok=True)
    limit = min(MAX_BYTES, shutil.disk_usage(folder).free // 2)
    handle, name = tempfile.mkstemp(dir=folder)
    try:
        size = 0
        with opener(path) as packed, os.fdopen(handle, "wb") as copy:
            while chunk := packed.read(_CHUNK_BYTES):
                size += len(chunk)
                if size > limit:
                    raise _too_large(
                        path,
                        Text("more than {size:,} MiB", size=limit // 2**20),
                        Text("at most {limit} GiB, and room for twice as much", limit=MAX_BYTES // 2**30),
                    )
                copy.write(chunk)
        Path(name).replace(target)
    finally:
        Path(name).unlink(missing_ok=True)
    return target
