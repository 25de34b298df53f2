"""Bytes and files -> documents. Whatever a file holds, the answer is a document or one sentence in a DocumentError."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import msgspec

from designer.base.text import Text
from designer.document.convert import to_document
from designer.document.document import Document, DocumentError
from designer.document.format import MAX_BYTES, MAX_DEPTH, DocumentFile
from designer.document.upgrade import upgrade

_FIX = "Open a file that Blockyard saved, or restore an older copy of this one."


def read_document(path: Path) -> Document:
    """The document in a file. Raises DocumentError."""
    return parse_document(read_bytes(path), Path(path).name)


def is_damaged(path: Path) -> bool:
    """Whether there is a file that holds no sound document."""
    try:
        read_document(path)
    except DocumentError:
        return path.exists()
    return False


def read_bytes(path: Path) -> bytes:
    """The bytes of a document's file, and one more where it is too large. Raises DocumentError."""
    path = Path(path)
    try:
        with path.open("rb") as file:
            return file.read(MAX_BYTES + 1)
    except FileNotFoundError as error:
        raise DocumentError(
            Text("There is no file {path}.", path=path), expected="a design", fix="Check the name."
        ) from error
    except IsADirectoryError as error:
        raise DocumentError(
            Text("{path} is a folder.", path=path), expected="a design", fix="Name a file in it."
        ) from error
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        reason = getattr(error, "strerror", None) or error
        raise DocumentError(
            Text("{path} cannot be read: {reason}.", path=path, reason=reason), fix="Check the file's permissions."
        ) from error


def parse_document(data: bytes, origin: str = "The document") -> Document:
    """The document in the bytes of a file. origin: what to call it in errors. Raises DocumentError."""
    raw = parse_json(data, origin)
    if not isinstance(raw, dict):
        raise DocumentError(
            Text("{origin} is not a Blockyard document.", origin=origin), expected="a JSON object", fix=_FIX
        )
    return document_of(raw, origin)


def document_of(raw: dict[str, Any], origin: str) -> Document:
    """The document in parsed JSON of any version. Raises DocumentError."""
    raw = upgrade(raw, origin)
    try:
        file = msgspec.convert(raw, DocumentFile)
    except msgspec.ValidationError as error:
        raise DocumentError(f"{origin}: {_located(str(error))}.", expected="format 1 of documents", fix=_FIX) from error
    return to_document(file, origin)


def parse_json(data: bytes, origin: str) -> Any:
    """The JSON in the bytes of a file. Raises DocumentError where it is none, too large or too deep."""
    raw = decoded(data, origin)
    _check_depth(raw, origin)
    return raw


def decoded(data: bytes, origin: str) -> Any:
    """The JSON in the bytes of a file, however deep. Raises DocumentError where it is none or too large."""
    if len(data) > MAX_BYTES:
        raise DocumentError(
            Text("{origin} is too large.", origin=origin),
            expected=Text("at most {limit} MiB", limit=MAX_BYTES >> 20),
            fix=_FIX,
        )
    if not data.strip():
        raise DocumentError(Text("{origin} is empty.", origin=origin), expected="a Blockyard document", fix=_FIX)
    try:
        return msgspec.json.decode(data)
    except RecursionError as error:
        raise _too_deep(origin) from error
    except (msgspec.MsgspecError, UnicodeDecodeError) as error:
        reason = str(error).removeprefix("JSON is malformed: ")
        raise DocumentError(
            Text("{origin} is not JSON: {reason}.", origin=origin, reason=reason),
            expected="a Blockyard document",
            fix=_FIX,
        ) from error


def _check_depth(raw: Any, origin: str) -> None:
    level, depth = [raw], 0
    while level:
        depth += 1
        if depth > MAX_DEPTH:
            raise _too_deep(origin)
        inner = (item.values() if isinstance(item, dict) else item for item in level if isinstance(item, dict | list))
        level = [value for values in inner for value in values if isinstance(value, dict | list)]


def _too_deep(origin: str) -> DocumentError:
    return DocumentError(
        Text("{origin} is nested too deep.", origin=origin),
        expected=Text("at most {limit} levels of brackets", limit=MAX_DEPTH),
        fix=_FIX,
    )


def _located(message: str) -> str:
    """msgspec's sentence with the place first: `blocks[0].nodes[3]: object contains unknown field 'z'`."""
    match = re.fullmatch(r"(?P<what>.*?)(?: - at `(?:key in )?\$(?P<where>.*)`)?", message, re.DOTALL)
    what = match["what"].replace("`", "'") if match else message
    where = (match["where"] or "").lstrip(".") if match else ""
    return f"{where}: {what[:1].lower()}{what[1:]}" if where else what[:1].lower() + what[1:]
