"""Designs for the tests of analysis: an image in, nodes in a chain or with wires, an Output."""

from __future__ import annotations

from designer.graph.block import Node
from designer.graph.design import Design
from tests.drawing import block

IMAGE = (3, 32, 32)


def entry(key: str = "input", shape=IMAGE) -> Node:
    """An Input."""
    return Node(key, "Input", params={"shape": shape} if shape else {})


OUT = Node("output", "Output")


def design(*nodes: Node, edges=None, parameters=(), inner=()) -> Design:
    """A design called Net, with the blocks inside it."""
    main = block("Net", *nodes, edges=edges, parameters=parameters)
    return Design("Net", {"Net": main, **{b.name: b for b in inner}})


def between(*nodes: Node, shape=IMAGE, parameters=(), inner=()) -> Design:
    """A chain from an Input to an Output."""
    return design(entry(shape=shape), *nodes, OUT, parameters=parameters, inner=inner)
