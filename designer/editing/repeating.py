"""Runs of identical nodes made one node that repeats, and back: `× 8` is one thing to set and to read."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace
from itertools import pairwise

from designer.analysis.ports import input_ports, output_ports
from designer.base.text import Text
from designer.editing.errors import EditError
from designer.editing.nodes import get_node
from designer.graph.block import INPUT, OUTPUT, Block, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import to_text
from designer.graph.names import fresh

MOST_UNFOLDED = 200
_STEP_ACROSS, _STEP_DOWN = (264.0, 0.0), (0.0, 112.0)  # pixels from a copy to the next


def runs(design: Design, block_name: str, only: Collection[str] = ()) -> list[list[str]]:
    """The runs of two and more identical nodes, each fed by nothing but the one before. only: look at these alone."""
    block = design.blocks[block_name]
    after: dict[str, list[str]] = {}
    for wire in block.edges:
        after.setdefault(wire.source.node, []).append(wire.target.node)
    found: list[list[str]] = []
    run: list[str] = []
    seen: set[str] = set()
    for start in block.order:
        key, run = start, []
        while key not in seen and (not only or key in only) and _can_repeat(design, block, block.nodes[key]):
            run.append(key)
            seen.add(key)
            following = after.get(key, [])
            if len(following) != 1 or not _alike(block.nodes[key], block.nodes[following[0]]):
                break
            key = following[0]
        if len(run) > 1:
            found.append(run)
    return found


def _can_repeat(design: Design, block: Block, node: Node) -> bool:
    return (
        node.kind not in (INPUT, OUTPUT)
        and (repr(node.repeat), repr(node.when)) == ("1", "True")
        and len(input_ports(design, block, node)) == len(output_ports(design, block, node)) == 1
    )


def _alike(node: Node, other: Node) -> bool:
    return node.kind == other.kind and repr(sorted(node.params.items())) == repr(sorted(other.params.items()))


def fold(design: Design, block_name: str, only: Collection[str] = ()) -> tuple[Design, list[str]]:
    """The design with each run made its first node, repeated; and the ids of these. Raises EditError."""
    found = runs(design, block_name, only)
    if not found:
        raise EditError(
            "There is no run of identical nodes here.",
            expected="two nodes or more of one kind in a row, with the same settings and nothing else between them",
            fix="Select such nodes, or make their settings the same.",
        )
    block = design.blocks[block_name]
    for run in found:
        first, last = run[0], run[-1]
        node = replace(block.nodes[first], repeat=len(run))
        edges = [e for e in block.edges if e.source.node not in run[:-1]]  # none within the run
        moved = {e: Edge(Endpoint(first, e.source.port), e.target) for e in edges if e.source.node == last}
        routes = {moved.get(e, e): points for e, points in block.routes.items()}
        nodes = {key: other for key, other in block.nodes.items() if key not in run[1:]}
        block = replace(block, nodes={**nodes, first: node}, edges=tuple(moved.get(e, e) for e in edges), routes=routes)
    return design.with_block(block), [run[0] for run in found]


def unfold(design: Design, block_name: str, key: str) -> tuple[Design, list[str]]:
    """The design with a node that repeats drawn as so many nodes in a row; and their ids. Raises EditError."""
    block = design.blocks[block_name]
    node = get_node(block, key)
    if not isinstance(node.repeat, int) or isinstance(node.repeat, bool) or not 2 <= node.repeat <= MOST_UNFOLDED:
        raise EditError(
            Text(
                "'{node}' has repeat={repeat}: that cannot be drawn node by node.",
                node=node.name,
                repeat=to_text(node.repeat),
            ),
            expected=Text("a number from 2 to {limit}", limit=MOST_UNFOLDED),
            fix="Set repeat to such a number first.",
        )
    step = _STEP_DOWN if block.is_downward else _STEP_ACROSS
    taken = set(block.nodes) | {other.name for other in block.nodes.values()}
    row = [replace(node, repeat=1)]
    for number in range(1, node.repeat):
        name = fresh(node.name.rstrip("0123456789") or "node", taken)
        taken.add(name)
        place = (node.position[0] + number * step[0], node.position[1] + number * step[1])
        row.append(replace(node, id=name, name=name, repeat=1, position=place))
    (given,), (port,) = output_ports(design, block, node), input_ports(design, block, node)
    links = [Edge(Endpoint(a.id, given), Endpoint(b.id, port)) for a, b in pairwise(row)]
    edges = [Edge(Endpoint(row[-1].id, e.source.port), e.target) if e.source.node == key else e for e in block.edges]
    nodes: dict[str, Node] = {}
    for other in block.nodes.values():
        nodes.update({made.id: made for made in row} if other.id == key else {other.id: other})
    return design.with_block(replace(block, nodes=nodes, edges=(*edges, *links))), [made.id for made in row]
