"""Documents -> bytes and files. The same document always gives the same bytes, made to be read and compared by people;
a file is replaced in one step, so that whatever happens either the old contents or the new are there."""

from __future__ import annotations

import json
import os
import shutil
import stat
import tempfile
from contextlib import suppress
from pathlib import Path
from typing import Any

import msgspec

from designer.base.text import Text
from designer.document.convert import from_document
from designer.document.document import Document, DocumentError
from designer.document.reading import parse_document

_LINE = 120  # characters; a value that fits into them, and holds no list of objects, stands on one line
_ALONE = {"nodes", "edges", "parameters", "notes", "routes"}  # each item of these on one line, whatever its length


def dump_document(document: Document) -> bytes:
    """The bytes of a document's file, which `reading` takes. Raises DocumentError where no file can hold it."""
    tree = msgspec.to_builtins(from_document(document))
    try:
        data = (_format(tree, 0, "") + "\n").encode()
    except UnicodeEncodeError as error:
        raise DocumentError("A text holds half of a character and cannot be saved.", fix="Retype the text.") from error
    _check_readable(data)
    return data


def _check_readable(data: bytes) -> None:
    """Raises DocumentError where what would be saved could not be opened again."""
    try:
        parse_document(data, "The design")
    except DocumentError as error:
        raise DocumentError(
            Text("It cannot be saved, for it could not be opened again. {message}", message=error.message),
            expected=error.expected,
            fix="Correct it and save again; the file is as it was.",
        ) from error


def write_document(document: Document, path: Path) -> None:
    """Save a document in one step. Raises DocumentError where it cannot be saved; the old file is then untouched."""
    write_atomically(Path(path), dump_document(document))


def keep_copy(path: Path) -> Path:
    """Copy a file to `NAME.bak` beside it, or to the first of `NAME.bak2`, … that is free. Raises DocumentError."""
    names = (path.with_name(f"{path.name}.bak{number}") for number in ("", *range(2, 1000)))
    try:
        copy = next(name for name in names if not name.exists())
        shutil.copy2(path, copy)
    except (OSError, StopIteration) as error:
        reason = getattr(error, "strerror", None) or Text("there are too many copies already")
        raise DocumentError(
            Text("{path} cannot be copied: {reason}.", path=path.name, reason=reason), fix="Save under another name."
        ) from error
    return copy


def write_atomically(path: Path, data: bytes) -> os.stat_result:
    """Put `data` into the file at `path`: written beside it, brought to the disk, then renamed over it.

    A link stays a link, and permissions stay as they were. Returns the status of the new file. Raises DocumentError.
    """
    scratch = None
    try:
        target = path.resolve()
        mode = _mode(target)
        descriptor, name = tempfile.mkstemp(prefix=f".{target.name[:100]}.", suffix=".new", dir=target.parent)
        scratch = Path(name)
        with os.fdopen(descriptor, "wb") as file:
            file.write(data)
            file.flush()
            os.fsync(file.fileno())
        scratch.chmod(mode)
        status = scratch.stat()
        scratch.replace(target)
    except (OSError, ValueError, RuntimeError) as error:  # ValueError: a NUL in the path; RuntimeError: a loop of links
        if scratch is not None:
            with suppress(OSError):
                scratch.unlink()
        reason = getattr(error, "strerror", None) or error
        raise DocumentError(
            Text("{path} cannot be saved: {reason}.", path=path, reason=reason),
            fix="Choose another folder, or make room; nothing was lost.",
        ) from error
    _sync_folder(target.parent)
    return status


def _mode(path: Path) -> int:
    if path.exists():
        return stat.S_IMODE(path.stat().st_mode)
    umask = os.umask(0)
    os.umask(umask)
    return 0o666 & ~umask


def _sync_folder(folder: Path) -> None:
    # So that the rename, too, outlives a loss of power. Not every system lets one open a folder.
    with suppress(OSError):
        descriptor = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(descriptor)
        finally:
            os.close(descriptor)


def _format(value: Any, indent: int, key: str, alone: bool = False) -> str:
    inline = _inline(value)
    if alone or not isinstance(value, dict | list | tuple) or not value:
        return inline
    if indent and key not in _ALONE and indent + len(key) + len(inline) + 5 <= _LINE and "{" not in inline[1:]:
        return inline
    pad, step = " " * indent, " " * (indent + 2)
    if isinstance(value, dict):
        entries = [f"{_inline(name)}: {_format(item, indent + 2, name)}" for name, item in value.items()]
        opening, closing = "{", "}"
    else:
        entries = [_format(item, indent + 2, "", alone=key in _ALONE) for item in value]
        opening, closing = "[", "]"
    return f"{opening}\n{step}" + f",\n{step}".join(entries) + f"\n{pad}{closing}"


def _inline(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False, allow_nan=False)
