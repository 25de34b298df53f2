"""How long arranging and routing take; the aim is well under 100 ms for 1,000 nodes."""

import random

import pytest

from designer.editing.layout import arrange
from designer.editing.routing import Box, bends
from designer.graph.block import Block, Node, edge

NODES = 1000


def chain(skip: int) -> Block:
    wires = [edge(f"n{i}", f"n{i + 1}") for i in range(NODES - 1)]
    wires += [edge(f"n{i}", f"n{i + skip}", target_port="x2") for i in range(0, NODES - skip, skip)] if skip else []
    return Block("B", nodes={f"n{i}": Node(f"n{i}", "ReLU") for i in range(NODES)}, edges=tuple(wires))


def tangle() -> Block:
    numbers = random.Random(1)
    wires = [edge(f"n{numbers.randrange(max(0, i - 6), i)}", f"n{i}") for i in range(1, NODES)]
    wires += [edge(f"n{numbers.randrange(max(0, i - 6), i)}", f"n{i}", target_port="x2") for i in range(2, NODES, 3)]
    return Block("B", nodes={f"n{i}": Node(f"n{i}", "ReLU") for i in range(NODES)}, edges=tuple(wires))


BLOCKS = {"chain": chain(0), "residual": chain(3), "tangle": tangle()}


def size_of(key: str) -> tuple[float, float]:
    return (152.0, 56.0)


@pytest.mark.parametrize("name", BLOCKS)
def test_arrange(benchmark, name: str):
    block = BLOCKS[name]
    assert len(block.order) == NODES  # worked out once, as analysis has done before anybody arranges
    places = benchmark(arrange, block, size_of)
    assert len(places) == NODES


@pytest.mark.parametrize("name", BLOCKS)
def test_route(benchmark, name: str):
    block = BLOCKS[name]
    boxes = {key: Box(x, y, *size_of(key)) for key, (x, y) in arrange(block, size_of).items()}
    benchmark(bends, block.edges, boxes)
