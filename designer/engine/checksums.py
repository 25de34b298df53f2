"""Checksums of files of weights, kept in the files themselves: a flipped bit is told before it is trained on.

A checkpoint is a zip archive, as torch saves it; the SHA-256 of it stands in the archive's comment, which every reader
of such files takes in its stride. In a safetensors file it stands among the metadata. Standard library only.
"""

from __future__ import annotations

import hashlib
import json
import re
import struct
import zipfile
import zlib
from pathlib import Path
from typing import Any, BinaryIO

METADATA = "blockyard.sha256"  # the name in the metadata of a safetensors file
UNKNOWN = "0" * 64  # what stands for the digits while they are reckoned
_TAG = b"blockyard-sha256:"
_SEAL_BYTES = len(_TAG) + len(UNKNOWN)
_COMMENT = struct.pack("<H", _SEAL_BYTES)  # the length of the comment, which stands before it
_ZIP = b"PK\x03\x04"
_MOST_HEADER = 100 << 20  # of a safetensors file, as the format has it
_CHUNK = 1 << 20


class Sealing:
    """A file that torch saves an archive into; `seal` then writes its checksum behind."""

    def __init__(self, file: BinaryIO) -> None:
        self._file = file
        self._hash = hashlib.sha256()

    def write(self, data: Any) -> int:
        """Write bytes, of whatever buffer."""
        self._hash.update(data)
        return self._file.write(data)

    def flush(self) -> None:
        """As files have it."""
        self._file.flush()

    def seal(self) -> None:
        """Write the checksum as the archive's comment, once the archive is whole. Raises OSError."""
        self._file.seek(-len(_COMMENT), 2)
        self._file.write(_COMMENT + _TAG + self._hash.hexdigest().encode())


def seal_safetensors(path: Path) -> None:
    """Put the checksum into the metadata of a file that was saved with `UNKNOWN` there. Raises OSError."""
    with path.open("r+b") as file:
        start, header = _header(file)
        place = start + header.index(UNKNOWN.encode())
        digits = _digest(file, place)
        file.seek(place)
        file.write(digits.encode())


def is_sound(path: Path) -> bool | None:
    """Whether a file is what its checksum says, None where it has none. Raises OSError.

    An archive without one, of an older version, is unsound where a record is not what the archive says of it.
    """
    with path.open("rb") as file:
        if file.read(len(_ZIP)) == _ZIP:
            return _is_archive_sound(file)
        file.seek(0)
        return _is_safetensors_sound(file)


def _is_archive_sound(file: BinaryIO) -> bool | None:
    end = file.seek(0, 2) - _SEAL_BYTES
    file.seek(max(0, end))
    seal = file.read()
    if not seal.startswith(_TAG):
        return _are_records_sound(file)
    file.seek(0)
    reckoned, left = hashlib.sha256(), end - len(_COMMENT)
    while left > 0 and (chunk := file.read(min(_CHUNK, left))):
        reckoned.update(chunk)
        left -= len(chunk)
    reckoned.update(bytes(len(_COMMENT)))  # there was no comment yet
    return file.read(len(_COMMENT)) == _COMMENT and seal[len(_TAG) :] == reckoned.hexdigest().encode()


def _are_records_sound(file: BinaryIO) -> bool | None:
    try:
        with zipfile.ZipFile(file) as archive:
            return None if archive.testzip() is None else False
    except (zipfile.BadZipFile, zlib.error, NotImplementedError, EOFError, ValueError, RuntimeError, struct.error):
        return False


def _is_safetensors_sound(file: BinaryIO) -> bool | None:
    try:
        start, header = _header(file)
        digits = json.loads(header).get("__metadata__", {}).get(METADATA)
    except (ValueError, AttributeError, RecursionError, struct.error):
        return None  # whoever reads it says what it is
    if digits is None:
        return None
    if not isinstance(digits, str) or not re.fullmatch("[0-9a-f]{64}", digits):
        return False
    return _digest(file, start + header.index(digits.encode())) == digits


def _header(file: BinaryIO) -> tuple[int, bytes]:
    """Where the header of a safetensors file begins, and the header."""
    (length,) = struct.unpack("<Q", file.read(8))
    if length > _MOST_HEADER:
        raise ValueError("no header of safetensors")
    return 8, file.read(length)


def _digest(file: BinaryIO, place: int) -> str:
    """The SHA-256 of the file with `UNKNOWN` at that place."""
    file.seek(0)
    reckoned = hashlib.sha256(file.read(place) + UNKNOWN.encode())
    file.seek(place + len(UNKNOWN))
    while chunk := file.read(_CHUNK):
        reckoned.update(chunk)
    return reckoned.hexdigest()
