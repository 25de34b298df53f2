"""Damaged documents: parsed JSON -> the structs of the format, without what these do not know or would not take.

Each struct is as the strict reader would have made it, limits on how many there may be among them.
"""

from __future__ import annotations

import re
from typing import Any, get_origin

import msgspec

from designer.base.text import Text
from designer.document.format import MAX_DEPTH, MAX_NAME, CustomLayerFile, CustomPortFile
from designer.document.losses import Losses
from designer.document.pieces import bare, fields_of, is_struct, item_type, limits
from designer.document.salvage_names import LONGEST
from designer.graph.block import INPUT_PORT, OUTPUT_PORT

_LOST = object()
_PORTS = {"inputs": INPUT_PORT, "outputs": OUTPUT_PORT}  # of a custom layer, and what the usual one is called


def without_depth(raw: Any, losses: Losses) -> Any:
    """The tree without what lies deeper in it than a document may be nested. It is changed in place."""
    level, depth, lost = [raw], 1, 0
    while level:
        inner: list[Any] = []
        for each in level:
            for key, value in each.items() if isinstance(each, dict) else enumerate(each):
                if isinstance(value, dict | list) and depth == MAX_DEPTH:
                    each[key] = None
                    lost += 1
                elif isinstance(value, dict | list):
                    inner.append(value)
        level, depth = inner, depth + 1
    if lost:
        losses.lose(
            Text("{count:,} values are nested deeper than {limit} levels of brackets.", count=lost, limit=MAX_DEPTH)
        )
    return raw


def struct_of(raw: Any, kind: type[msgspec.Struct], losses: Losses) -> Any:
    """The struct with all fields that can be read; None where one that it needs cannot."""
    return _Reader(losses).struct(raw, kind, "")


def begun(place: str) -> str:
    """A place as a sentence begins with it."""
    return place[:1].upper() + place[1:]


class _Reader:
    """where: the place of a value, as a sentence names it. block: the struct around it."""

    def __init__(self, losses: Losses) -> None:
        self._lose = losses.lose

    def struct(self, raw: Any, kind: type[msgspec.Struct], where: str) -> Any:
        if not isinstance(raw, dict):
            self._lose(
                Text("{where}: there is no object in braces.", where=where)
                if where
                else "There is no object in braces."
            )
            return None
        place = f"{where}, " if where else ""
        fields = fields_of(kind)
        values: dict[str, Any] = {}
        for name, value in raw.items():
            if name not in fields:
                self._lose(Text("{place}'{name}' is not known here.", place=place, name=name[:LONGEST]))
                continue
            found = self._value(value, fields[name].type, f"{place}{name}", where)
            if found is not _LOST:
                values[fields[name].name] = found
        self._fill(values, kind, where)
        lacking = [field.encode_name for field in fields.values() if field.required and field.name not in values]
        if lacking:
            self._lose(Text("{place}{lacking} cannot be read.", place=place, lacking=" and ".join(lacking)))
            return None
        return kind(**values)

    def _fill(self, values: dict[str, Any], kind: type[msgspec.Struct], where: str) -> None:
        """A custom layer is not given up with its source for the sake of its ports."""
        if kind is CustomLayerFile:
            for name in (name for name in _PORTS if name not in values):
                values[name] = [CustomPortFile(_PORTS[name], "")]
                self._lose(
                    Text(
                        "{where}: its {ports} cannot be read; it has one without a shape now.",
                        where=begun(where),
                        ports=name,
                    )
                )
        elif kind is CustomPortFile and "name" in values and "shape" not in values:
            values["shape"] = ""

    def _value(self, raw: Any, kind: Any, where: str, block: str) -> Any:
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            reason = str(error).split(" - at ")[0].replace("`", "'")
        item = item_type(kind)
        if item is not None and isinstance(raw, list):
            read = (self._item(each, item, block) for each in raw)
            return self._within([each for each in read if each is not _LOST], kind, where)
        if get_origin(bare(kind)) is dict and isinstance(raw, dict):
            return self._within(self._entries(raw, bare(kind).__args__[1], where), kind, where)
        if is_struct(bare(kind)):
            found = self.struct(raw, bare(kind), where)
            return _LOST if found is None else found
        self._lose(Text("{where}: {reason}.", where=begun(where), reason=f"{reason[:1].lower()}{reason[1:]}"))
        return _LOST

    def _entries(self, raw: dict[str, Any], kind: Any, where: str) -> dict[str, Any]:
        found = {}
        for name, value in raw.items():
            if not 0 < len(name) <= MAX_NAME:
                self._lose(Text("{where}: '{name}' is no name.", where=begun(where), name=name[:LONGEST]))
                continue
            entry = self._value(value, kind, f"{where} {name}", where)
            if entry is not _LOST:
                found[name] = entry
        return found

    def _within(self, found: Any, kind: Any, where: str) -> Any:
        """As many of a list or an object as the format takes."""
        least, most = limits(kind)
        if most is not None and len(found) > most:
            self._lose(
                Text(
                    "{where}: there are {count:,}; only the first {most:,} are kept.",
                    where=begun(where),
                    count=len(found),
                    most=most,
                )
            )
            found = dict(list(found.items())[:most]) if isinstance(found, dict) else found[:most]
        return _LOST if len(found) < least else found

    def _item(self, raw: Any, kind: Any, block: str) -> Any:
        place = f"{block}, " if block else ""
        if is_struct(kind):
            noun = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__.removesuffix("File")).lower()
            name = (raw.get("id") or raw.get("name") or "") if isinstance(raw, dict) else ""
            found = self.struct(raw, kind, begun(f"{place}{noun} {str(name)[:LONGEST]}".rstrip()))
            return _LOST if found is None else found
        return self._value(raw, kind, f"{place}{msgspec.json.encode(raw).decode()[:LONGEST]}", block)
