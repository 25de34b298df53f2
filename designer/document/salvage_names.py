"""Damaged documents: the names without which the rest would be lost, and the lists that stand in a wrong place.

First of what `salvage` does with the parsed JSON. No struct of the format is made here.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Iterable
from typing import Any

import msgspec

from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.document.format import MAX_NAME, NODE_ID, BlockFile, DocumentFile
from designer.document.losses import Losses
from designer.document.pieces import fields_of, item_type, list_of_form, sorted_by_form

LONGEST = 60  # characters of a piece that are told
_ID = re.compile(NODE_ID)
_NO_KIND = "Unknown"  # the kind of a node whose own cannot be read


class FreshNames:
    """Names that are not taken. To ask for many costs what it costs to count them."""

    def __init__(self, taken: Iterable[str]) -> None:
        self._taken = set(taken)
        self._last: dict[str, int] = {}

    def next(self, stem: str) -> str:
        """`stem` with the next number that is free; it is taken from now on."""
        number = self._last.get(stem, 0) + 1
        while f"{stem}{number}" in self._taken:
            number += 1
        self._last[stem] = number
        name = f"{stem}{number}"
        self._taken.add(name)
        return name


def with_names(raw: dict[str, Any], losses: Losses) -> dict[str, Any]:
    """The tree with a name for each block and node that has none, and with an outermost block."""
    raw = _with_lists(raw, DocumentFile, losses)
    blocks = [_with_lists(block, BlockFile, losses) for block in _list(raw.get("blocks")) if isinstance(block, dict)]
    lost = len(_list(raw.get("blocks"))) - len(blocks)
    if lost:
        losses.lose(Text("{count:,} blocks are no objects in braces.", count=lost))
    names = dict.fromkeys(block["name"] for block in blocks if _is_name(block.get("name")))
    kinds = dict.fromkeys(
        node["kind"]
        for block in blocks
        for node in _list(block.get("nodes"))
        if isinstance(node, dict) and _is_name(node.get("kind"))
    )
    customs = {layer["name"] for layer in _list(raw.get("custom_layers")) if _is_name(_name_of(layer))}
    meant = [raw["main"]] if _is_name(raw.get("main")) else []
    meant += [kind for kind in kinds if spec_of(kind) is None]
    missing = deque(dict.fromkeys(name for name in meant if name not in names and name not in customs))
    fresh = FreshNames([*names, *customs, *missing])
    for block in blocks:
        if not _is_name(block.get("name")):
            block["name"] = missing.popleft() if missing else fresh.next("Block")
            names[block["name"]] = None
            losses.lose(Text("The name of a block cannot be read; it is called {block} now.", block=block["name"]))
        _identify_nodes(block, losses)
    if names and not (_is_name(raw.get("main")) and raw["main"] in names):
        raw = {**raw, "main": next((name for name in names if name not in kinds), next(iter(names)))}
        losses.lose(Text("Which block is the outermost one cannot be read; it is {block} now.", block=raw["main"]))
    return {**raw, "blocks": blocks}


def _with_lists(raw: dict[str, Any], kind: type[msgspec.Struct], losses: Losses) -> dict[str, Any]:
    """The members, the items of a list of an unknown name in the missing list that they fit into."""
    types = {name: field.type for name, field in fields_of(kind).items()}
    lists = [name for name, of in types.items() if name not in raw and item_type(of) is not None]
    found: dict[str, Any] = {}
    for name, value in raw.items():
        meant = (
            list_of_form(dict.fromkeys(lists, value), types) if name not in types and isinstance(value, list) else ""
        )
        if not meant:
            found[name] = value
            continue
        losses.lose(Text("'{name}' is not known; it is taken for {meant}.", name=name[:LONGEST], meant=meant))
        if meant in found:
            found[meant].extend(value)
        else:
            found[meant] = list(value)
    found, moved = sorted_by_form(found, types)
    for (source, target), count in moved.items():
        losses.lose(
            Text("{count:,} items of '{source}' are taken for {target}.", count=count, source=source, target=target)
        )
    return found


def _identify_nodes(block: dict[str, Any], losses: Losses) -> None:
    """Give an id and a kind to each node that has none."""
    nodes = [node for node in _list(block.get("nodes")) if isinstance(node, dict) and node]
    fresh = FreshNames(node["id"] for node in nodes if isinstance(node.get("id"), str))
    for node in nodes:
        if not isinstance(node.get("id"), str) or not _ID.match(node["id"]):
            node["id"] = fresh.next("node")
            losses.lose(
                Text(
                    "Block {block}: the id of a node cannot be read; it is {node} now.",
                    block=block["name"],
                    node=node["id"],
                )
            )
        if not _is_name(node.get("kind")):
            node["kind"] = _NO_KIND
            losses.lose(
                Text("Block {block}, node {node}: its kind cannot be read.", block=block["name"], node=node["id"])
            )


def _name_of(raw: Any) -> Any:
    return raw.get("name") if isinstance(raw, dict) else None


def _is_name(value: Any) -> bool:
    return isinstance(value, str) and 0 < len(value) <= MAX_NAME


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []
