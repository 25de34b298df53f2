"""Reads and replaces the files of a run folder, which may be damaged or a stranger's. Standard library only.

Only regular files are opened, and no links: a pipe or a device would keep the reader waiting, and what is written
would go elsewhere. No more of a file is read than it may hold, and numbers in JSON are finite. What is wrong with a
file becomes a `DamagedError`, whose `strerror` says it in words.
"""

from __future__ import annotations

import errno
import json
import math
import os
import stat
from collections.abc import Iterator
from dataclasses import Field
from pathlib import Path
from typing import Any, BinaryIO

from .text import Text

BEST_CHECKPOINT = "best.pt"  # in CHECKPOINTS_DIR: the weights of the best epoch, under "network"; not to go on from
PREVIOUS_CHECKPOINT = "previous.pt"  # in CHECKPOINTS_DIR: the last one but one, for where the last is damaged
MOST_BYTES = 1 << 20  # of a small file
_MOST_LINE = 1 << 20  # bytes of a line in a log
_LARGEST = 1e300
_MOST_COUNT = 1 << 53  # the whole numbers that a float holds
_NO_LINKS = getattr(os, "O_NOFOLLOW", 0)
_PLAIN = _NO_LINKS | getattr(os, "O_NONBLOCK", 0) | getattr(os, "O_CLOEXEC", 0) | getattr(os, "O_BINARY", 0)
_ACCEPTED: dict[str, tuple[type, ...]] = {  # by the annotation's text
    "str": (str,),
    "bool": (bool,),
    "int": (int,),
    "float": (int, float),
    "int | None": (int, type(None)),
    "float | None": (float, int, type(None)),
    "tuple[str, ...]": (list,),
}


class DamagedError(OSError):
    """A file that does not hold what it should. `strerror`: what is wrong, naming the file."""

    def __init__(self, reason: str) -> None:
        super().__init__(errno.EINVAL, reason)

    def __str__(self) -> str:
        return str(self.strerror)


def open_file(path: Path) -> BinaryIO:
    """A regular file, to be read. Raises DamagedError where it is something else, OSError where it cannot be opened."""
    return os.fdopen(_opened(path, os.O_RDONLY), "rb")


def append_to(path: Path) -> BinaryIO:
    """A regular file, to be added to; made where there is none. Raises as `open_file`."""
    return os.fdopen(_opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT), "ab")


def open_to_change(path: Path) -> int:
    """The descriptor of a regular file, to be read and written; made where there is none. Raises as `open_file`."""
    return _opened(path, os.O_RDWR | os.O_CREAT)


def begin_anew(path: Path) -> BinaryIO:
    """An empty file, to be added to, of a run that begins; its folder's maker may lead it elsewhere. Raises OSError."""
    return os.fdopen(_opened(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT | os.O_TRUNC, anything=True), "ab")


def replace_file(path: Path, text: str) -> None:
    """Write a text file so that a reader sees either the old contents or the new, never a part. Raises OSError."""
    fresh = path.with_name(path.name + ".new")
    fresh.unlink(missing_ok=True)  # left by a process that was killed, or a link to elsewhere
    with os.fdopen(_opened(fresh, os.O_WRONLY | os.O_CREAT | os.O_EXCL), "wb") as file:
        file.write(text.encode("utf-8", "replace"))
    fresh.replace(path)


def _opened(path: Path, flags: int, *, anything: bool = False) -> int:
    if not _NO_LINKS and not anything and path.is_symlink():
        raise _link(path)
    try:
        descriptor = os.open(path, flags | (_PLAIN & ~_NO_LINKS if anything else _PLAIN), 0o666)
    except OSError as error:
        if error.errno == errno.ELOOP:
            raise _link(path) from error
        if error.errno == errno.ENXIO:  # a pipe that nobody reads
            raise _no_file(path) from error
        raise
    if not anything and not stat.S_ISREG(os.fstat(descriptor).st_mode):
        os.close(descriptor)
        raise _no_file(path)
    return descriptor


def _link(path: Path) -> DamagedError:
    return DamagedError(Text("{file} is a link, which is not followed", file=path.name))


def _no_file(path: Path) -> DamagedError:
    return DamagedError(Text("{file} is not a regular file", file=path.name))


def read_bytes(path: Path, most: int = MOST_BYTES) -> bytes:
    """All of a file of at most so many bytes. Raises DamagedError, OSError."""
    with open_file(path) as file:
        data = file.read(most + 1)
    if len(data) > most:
        raise DamagedError(Text("{file} is larger than {most:,} bytes", file=path.name, most=most))
    return data


def read_object(path: Path, most: int = MOST_BYTES) -> dict[str, Any]:
    """The JSON object in a file. Raises DamagedError, OSError."""
    data = read_bytes(path, most)
    try:
        value = parse_json(data.decode("utf-8"))
    except ValueError as error:
        raise DamagedError(Text("{file} is not sound JSON ({reason})", file=path.name, reason=error)) from error
    if not isinstance(value, dict):
        raise DamagedError(Text("{file} does not hold a JSON object", file=path.name))
    return value


def parse_json(text: str, *, finite: bool = True) -> Any:
    """The value of a JSON text. finite: whether to refuse numbers that are not. Raises ValueError."""
    checks: dict[str, Any] = {"parse_constant": _refuse, "parse_float": _float} if finite else {}
    try:
        value = json.loads(text, **checks)
    except RecursionError:
        raise ValueError("it is nested too deep") from None
    return _sound(value) if "\\ud" in text.lower() else value


def _refuse(name: str) -> float:
    raise ValueError(f"{name} is not a number of JSON")


def _float(digits: str) -> float:
    value = float(digits)
    return value if math.isfinite(value) else _refuse(digits[:20])


def _sound(value: Any) -> Any:
    """The value with halves of characters, which cannot be written anywhere, replaced."""
    if isinstance(value, str):
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, list):
        return [_sound(element) for element in value]
    if isinstance(value, dict):
        return {_sound(name): _sound(element) for name, element in value.items()}
    return value


def fits(field: Field[Any], value: Any) -> bool:
    """Whether a JSON value is one for the field of a dataclass, by type. Whole numbers are counts: 0 to 2^53."""
    accepted = _ACCEPTED[field.type]
    if not isinstance(value, accepted) or (isinstance(value, bool) and bool not in accepted):
        return False
    if isinstance(value, list):
        return all(isinstance(element, str) for element in value)
    if isinstance(value, int) and float not in accepted:
        return 0 <= value <= _MOST_COUNT
    return True


def is_sensible(value: float) -> bool:
    """Whether a number is finite and no larger than a float of any use."""
    return abs(value) <= _LARGEST


def read_lines(path: Path) -> Iterator[bytes]:
    """The lines of a file, one by one, the longest in pieces. Raises DamagedError, OSError."""
    with open_file(path) as file:
        yield from iter(lambda: file.readline(_MOST_LINE), b"")
