"""Blocks for tests, drawn in a line: a chain, or wires written as `a>b` and `a.port>b.port`."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import pairwise
from typing import Any

from designer.graph.block import INPUT_PORT, OUTPUT_PORT, Block, Node, edge


def block(
    name: str, *nodes: Node, edges: Iterable[str] | None = None, parameters: Sequence = (), **about: Any
) -> Block:
    """A block of nodes, in a chain unless `edges` are given as `a>b` or `a.port>b.port`."""
    pairs = [(a.id, b.id) for a, b in pairwise(nodes)] if edges is None else [e.split(">") for e in edges]
    wires = []
    for source, target in pairs:
        (a, _, out), (b, _, port) = source.partition("."), target.partition(".")
        wires.append(edge(a, b, out or OUTPUT_PORT, port or INPUT_PORT))
    drawn = {node.id: node for node in nodes}
    return Block(name, parameters=tuple(parameters), nodes=drawn, edges=tuple(wires), **about)
