"""Broken JSON -> what of it can still be read. For files as `writing` lays them out: a piece a line, or lines indented.

A piece that is no JSON is divided into those that are indented below it, until only lines are left that say nothing.
Where the line that names a list is broken, its items tell by their form which list it was.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from functools import cache
from typing import Annotated, Any, get_args, get_origin

import msgspec
from msgspec.structs import FieldInfo

from designer.document.format import DocumentFile

Skip = Callable[[str, str], None]  # where, and the text that cannot be read
_ALIKE = 0.5  # share of known members from which on an object may be of a form
_STEP = 2  # spaces that each level is indented by
_RUN_TOGETHER = re.compile(r'(?m)^(.{5,}[^ \n])(?= {4,}["{}\[\]])')  # two lines without the break between them
_DEEPEST = 12  # columns in which the indentation is looked for
_MARKS = '"{}[]'
_SPACES = re.compile(r" {2,}")
_DAMAGED_SPACE = re.compile(r'[^ ] ["{}\[\]]')
_HEADER = re.compile(r'\s*"(\w+)": ?[\[{]$')


def read_pieces(text: str, skip: Skip) -> dict[str, Any]:
    """The members of a document that can be read. skip: is told of each piece that cannot."""
    torn: list[list[str]] = []  # lines, each in the parts that it was broken into
    for line in _RUN_TOGETHER.sub(r"\1\n", text).split("\n"):
        if torn and _is_torn_off(line):
            torn[-1].append(line.strip())
        elif line.strip():
            torn.append([line.rstrip()])
    lines = ["".join(parts) for parts in torn]
    if lines and lines[0].strip() == "{":
        del lines[0]
    if lines and lines[-1] == "}":
        del lines[-1]
    return _members(lines, _STEP, DocumentFile, "", skip)


@cache
def fields_of(kind: type[msgspec.Struct]) -> dict[str, FieldInfo]:
    """The fields of a struct, by the names that they have in a file."""
    return {field.encode_name: field for field in msgspec.structs.fields(kind)}


@cache
def bare(kind: Any) -> Any:
    """A type of the format without what restricts it, and without None."""
    if get_origin(kind) is Annotated:
        return bare(get_args(kind)[0])
    parts = [part for part in get_args(kind) if part not in (type(None), msgspec.UnsetType)]
    if get_origin(kind) not in (list, dict, tuple) and len(parts) == 1:
        return bare(parts[0])
    return kind


def is_struct(kind: Any) -> bool:
    """Whether a type is an object with fields of its own."""
    return isinstance(kind, type) and issubclass(kind, msgspec.Struct)


@cache
def item_type(kind: Any) -> Any:
    """What the items of a list type are, None for any other type."""
    kind = bare(kind)
    return bare(get_args(kind)[0]) if get_origin(kind) is list else None


def _members(lines: list[str], indent: int, kind: type[msgspec.Struct], where: str, skip: Skip) -> dict[str, Any]:
    """The members of an object."""
    fields = {name: field.type for name, field in fields_of(kind).items()}
    found: dict[str, Any] = {}
    for chunk in _chunks(lines, indent):
        members = _parsed("{" + "\n".join(chunk).rstrip(",") + "}")
        if members is None and len(chunk) > 1:
            header = _HEADER.match(chunk[0])
            members = _opened(header[1] if header else "", chunk, indent, fields, where, skip)
        if members is None:
            if chunk[0].strip().rstrip(",") not in ("{", "}", "[", "]"):
                skip(where, chunk[0].strip())
            continue
        for name, value in members.items():
            if isinstance(found.get(name), list) and isinstance(value, list):
                found[name].extend(value)
            else:
                found[name] = value
        where = where or (f"block {found['name']}" if isinstance(found.get("name"), str) else "")
    return found


def _opened(
    name: str, chunk: list[str], indent: int, fields: dict[str, Any], where: str, skip: Skip
) -> dict[str, Any] | None:
    """A member that is no JSON as a whole, from the pieces in it."""
    inner = [line for line in chunk[1:] if _indent(line) > indent]
    kind = fields.get(name)
    if kind is None:  # the line that names it is broken
        return _told_by_form(inner, indent, fields, where, skip)
    if item_type(kind) is not None:
        return {name: _items(inner, indent + _STEP, item_type(kind), where, skip)}
    members: dict[str, Any] = {}
    for each in _chunks(inner, indent + _STEP):
        value = _parsed("{" + "\n".join(each).rstrip(",") + "}")
        if value is None:
            skip(f"{where} {name}".strip(), each[0].strip())
        members |= value or {}
    return {name: members}


def _told_by_form(
    inner: list[str], indent: int, fields: dict[str, Any], where: str, skip: Skip
) -> dict[str, Any] | None:
    """Which list has items of this form, and these items."""
    tried: dict[str, list[Any]] = {}
    losses: dict[str, list[tuple[str, str]]] = {}
    for name, kind in fields.items():
        told = losses[name] = []
        if item_type(kind) is not None:
            tried[name] = _items(
                inner, indent + _STEP, item_type(kind), where, lambda *loss, told=told: told.append(loss)
            )
    name = list_of_form(tried, fields)
    for loss in losses.get(name, ()):
        skip(*loss)
    return {name: tried[name]} if name else None


def _items(lines: list[str], indent: int, kind: Any, where: str, skip: Skip) -> list[Any]:
    """The items of a list."""
    found = []
    for chunk in _chunks(lines, indent):
        value = _parsed("\n".join(chunk).rstrip(","))
        if value is None and is_struct(kind) and len(chunk) > 1:
            inner = [line for line in chunk[1:] if _indent(line) > indent]
            value = _members(inner, indent + _STEP, kind, where, skip) or None
        if value is not None:
            found.append(value)
        else:
            skip(where, chunk[0].strip())
    return found


def sorted_by_form(tree: dict[str, Any], fields: Mapping[str, Any]) -> tuple[dict[str, Any], Counter[tuple[str, str]]]:
    """The members with each item in the list that it fits, where it does not fit the one that it is in at all.

    Returns them, and how many items went from which list into which other.
    """
    lists = {name: kind for name, kind in fields.items() if item_type(kind) is not None}
    found = {name: [] if name in lists and isinstance(value, list) else value for name, value in tree.items()}
    moved: Counter[tuple[str, str]] = Counter()
    for name in [name for name, value in found.items() if name in lists and isinstance(value, list)]:
        for item in tree[name]:
            place = name
            if not _fit(item, item_type(lists[name])):
                place = list_of_form({other: [item] for other in lists}, lists) or name
            if not isinstance(found.get(place, []), list):
                place = name
            found.setdefault(place, []).append(item)
            moved[name, place] += place != name
    return found, +moved


def list_of_form(readings: Mapping[str, list[Any]], fields: Mapping[str, Any]) -> str:
    """The field that the items fit best, "" where they fit none. readings: the items as each field has them."""
    fitting = {name: sum(_fit(each, item_type(fields[name])) for each in items) for name, items in readings.items()}
    best = max(fitting, key=fitting.__getitem__, default="")
    return best if fitting.get(best) else ""


def _fit(value: Any, kind: Any) -> float:
    """How well a value fits a type, from 0 to 1: of an object, the share of its members that are known there."""
    if is_struct(kind):
        share = len(fields_of(kind).keys() & value.keys()) / len(value) if isinstance(value, dict) and value else 0.0
        return share if share > _ALIKE else 0.0
    try:
        msgspec.convert(value, kind)
    except msgspec.ValidationError:
        return 0.0
    return 1.0


def _chunks(lines: list[str], indent: int) -> Iterator[list[str]]:
    """Lines that stand at `indent`, each with those below it and with the bracket that closes it."""
    chunk: list[str] = []
    for line in lines:
        is_closer = _indent(line) == indent and line.strip().rstrip(",") in ("]", "}")
        if chunk and _indent(line) <= indent and not is_closer:
            yield chunk
            chunk = []
        chunk.append(line)
    if chunk:
        yield chunk


def _is_torn_off(line: str) -> bool:
    """Whether it stands where no line begins: the one before was broken in two."""
    return _indent(line) == 0 and bool(line.strip(" \r{}"))


def _indent(line: str) -> int:
    """How far a line is indented, also where some of these spaces, or the first character, are not what they were.

    No line has two spaces in a row but at its beginning, texts apart.
    """
    column = max((run.end() for run in _SPACES.finditer(line, 0, _DEEPEST)), default=0)
    if _DAMAGED_SPACE.match(line, column):
        column += _STEP
    is_half = line[:1] == " " and line[1:2] not in tuple(_MARKS)  # of the first level, its second space damaged
    if column % _STEP:  # the last space is something else, or the first character is a space
        column += 1 if line[column + 1 : column + 2] in tuple(_MARKS) else -1
    return column or (_STEP if is_half else 0)


def limits(kind: Any) -> tuple[int, int | None]:
    """How many items a list or an object of the format must have at least, and may have at most."""
    least, most = 0, None
    for part in get_args(kind):
        if isinstance(part, msgspec.Meta):
            least, most = part.min_length or 0, part.max_length
        elif get_origin(kind) is not Annotated and get_origin(part) is Annotated:
            return limits(part)
    return least, most


def _parsed(text: str) -> Any:
    try:
        return msgspec.json.decode(text)
    except (msgspec.MsgspecError, UnicodeError, RecursionError):
        return None
