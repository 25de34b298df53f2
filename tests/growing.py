"""Designs of any number of nodes, in the forms in which networks grow, and how work grows with them."""

from __future__ import annotations

import cProfile
import pstats
from collections.abc import Callable
from itertools import pairwise
from typing import Any

from designer.graph.block import Block, Edge, Endpoint, Node, edge
from designer.graph.design import Design

ENTRY, LEAVING = Node("input", "Input", params={"shape": (3, 8, 8)}), Node("output", "Output")


def _design(nodes: list[Node], edges: list[Edge], *inner: Block) -> Design:
    main = Block("Net", nodes={node.id: node for node in nodes}, edges=tuple(edges))
    return Design("Net", {"Net": main, **{block.name: block for block in inner}})


def chain(count: int) -> Design:
    """ReLUs in a row."""
    row = [ENTRY, *(Node(f"r{number}", "ReLU") for number in range(count)), LEAVING]
    return _design(row, [edge(a.id, b.id) for a, b in pairwise(row)])


def fan(count: int) -> Design:
    """ReLUs side by side, all of them added."""
    side = [Node(f"r{number}", "ReLU") for number in range(count)]
    wires = [edge("input", node.id) for node in side]
    wires += [edge(node.id, "sum", target_port=f"x{number}") for number, node in enumerate(side, 1)]
    return _design([ENTRY, *side, Node("sum", "Add"), LEAVING], [*wires, edge("sum", "output")])


def ladder(count: int) -> Design:
    """Layers with a skip connection around each."""
    nodes, wires, at = [ENTRY], [], "input"
    for number in range(count // 2):
        nodes += [Node(f"r{number}", "ReLU"), Node(f"a{number}", "Add")]
        wires += [edge(at, f"r{number}"), edge(at, f"a{number}", target_port="x1")]
        wires += [edge(f"r{number}", f"a{number}", target_port="x2")]
        at = f"a{number}"
    return _design([*nodes, LEAVING], [*wires, edge(at, "output")])


def instances(count: int) -> Design:
    """A block many times in a row."""
    conv = Node("conv", "Conv2d", params={"out_channels": 3, "padding": 1})
    inner = Block("Body", nodes={"input": Node("input", "Input"), "conv": conv, "output": LEAVING},
                  edges=(edge("input", "conv"), edge("conv", "output")))  # fmt: skip
    row = [ENTRY, *(Node(f"r{number}", "Body") for number in range(count)), LEAVING]
    return _design(row, [edge(a.id, b.id) for a, b in pairwise(row)], inner)


def blocks(count: int) -> Design:
    """Many blocks of a few nodes each."""
    row, inner = [ENTRY], []
    for number in range(count // 4):
        nodes = [Node("input", "Input"), Node("a", "ReLU"), Node("b", "Sigmoid"), LEAVING]
        wires = tuple(edge(a.id, b.id) for a, b in pairwise(nodes))
        inner.append(Block(f"Body{number}_", nodes={node.id: node for node in nodes}, edges=wires))
        row.append(Node(f"r{number}", f"Body{number}_"))
    row.append(LEAVING)
    return _design(row, [edge(a.id, b.id) for a, b in pairwise(row)], *inner)


def ring(count: int) -> Design:
    """Nodes in a circle."""
    nodes = [Node(f"r{number}", "ReLU") for number in range(count)]
    return _design(nodes, [edge(a.id, b.id) for a, b in pairwise([*nodes, nodes[0]])])


def pairs(count: int) -> Design:
    """Many pieces that nobody has wired yet."""
    nodes = [Node(f"r{number}", "ReLU") for number in range(count)]
    return _design([ENTRY, *nodes, LEAVING], [edge(a.id, b.id) for a, b in zip(nodes[::2], nodes[1::2], strict=False)])


def unknown(count: int) -> Design:
    """Nodes of a kind that is none, in a row."""
    row = [ENTRY, *(Node(f"r{number}", "Nothing") for number in range(count)), LEAVING]
    return _design(row, [Edge(Endpoint(a.id, "output"), Endpoint(b.id, "input")) for a, b in pairwise(row)])


SOUND = (chain, fan, ladder, instances, blocks)
FAULTY = (ring, pairs, unknown)


def calls(work: Callable[[], Any]) -> int:
    """How many functions are called for some work, which is the same each time on any machine."""
    profile = cProfile.Profile()
    profile.runcall(work)
    return pstats.Stats(profile).total_calls
