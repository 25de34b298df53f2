"""What a block holds as a short text: equal fingerprints mean equal contents, whatever the blocks are called.

It covers the blocks and custom layers inside, the words about them and where the nodes lie. It is kept in documents, so
it must not change with the program: what has its default is left out, so that a field that comes later leaves it as it
was.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from dataclasses import MISSING, Field, fields, is_dataclass
from typing import Any

from designer.graph.block import Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression

DIGITS = 32  # of a fingerprint, hexadecimal
_LEFT_OUT = {"name", "origin"}  # of a block: what it is called, and where it comes from
_SETTINGS = {"params", "repeat", "when", "default"}  # in these, 1 is not 1.0


def fingerprint(design: Design, name: str) -> str:
    """The fingerprint of one of a design's blocks, with all that it needs."""
    inside = design.uses.descendants(name) | {name}
    sound = design.uses.subgraph(inside - design.recursive)
    known = {key: _sum(_plain(layer, "custom")) for key, layer in design.customs.items()}
    for key in reversed(sound.order):
        known[key] = _digest(design.blocks[key], known)
    return known.get(name) or _digest(design.blocks[name], known)


def _digest(block: Block, inner: Mapping[str, str]) -> str:
    told = {
        entry.name: _plain(value, entry.name)
        for entry in fields(block)
        if entry.name not in _LEFT_OUT and not _is_default(entry, value := getattr(block, entry.name))
    }
    told["nodes"] = [_node(node, inner) for node in block.nodes.values()]  # their order is that of the code
    told["edges"] = sorted(_plain(block.edges, "edges"))
    return _sum(told)


def _sum(told: dict[str, Any]) -> str:
    text = json.dumps(told, sort_keys=True, ensure_ascii=True)
    return hashlib.sha256(text.encode()).hexdigest()[:DIGITS]


def _node(node: Node, inner: Mapping[str, str]) -> dict[str, Any]:
    told = _plain(node, "node")
    if node.kind in inner:
        told["kind"] = f"#{inner[node.kind]}"
    return told


def _is_default(entry: Field, value: object) -> bool:
    default = entry.default if entry.default_factory is MISSING else entry.default_factory()
    if isinstance(value, Mapping):
        return dict(value) == default
    return repr(value) == repr(default)


def _plain(value: Any, where: str) -> Any:
    """A value as JSON has it."""
    match value:
        case Expression(source=source):
            return {"=": source}
        case bool() | str() | None:
            return value
        case int() | float():
            return value if where in _SETTINGS else float(value)
        case Mapping():
            return {str(key): _plain(item, where) for key, item in value.items()}
        case tuple() | list() | set() | frozenset():
            return [_plain(item, where) for item in value]
    if is_dataclass(value):
        return {
            entry.name: _plain(item, entry.name)
            for entry in fields(value)
            if not _is_default(entry, item := getattr(value, entry.name))
        }
    raise TypeError(f"a block cannot hold {type(value).__name__}")
