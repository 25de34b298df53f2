"""Commands on the wires of several nodes at once: heal, insert, join, move; and nodes muted, so that wires pass by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise

from designer.analysis.ports import input_ports, output_ports
from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.editing import links
from designer.editing.errors import AlreadyLinkedError, EditError, LinkError
from designer.editing.nodes import get_node
from designer.graph.block import INPUT, OUTPUT, Block, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression


def delete_and_heal(design: Design, block_name: str, node_ids: Collection[str]) -> Design:
    """The design without some nodes, what fed each first input wired to whatever followed."""
    block = design.blocks[block_name]
    gone = {key for key in node_ids if key in block.nodes}
    if not gone:
        return design
    bridges = []
    for wire in block.edges:
        if wire.source.node in gone and wire.target.node not in gone:
            source = _source_before(design, block, wire.source.node, gone)
            if source is not None:
                bridges.append(Edge(source, wire.target))
    healed = block.without_nodes(gone)
    return design.with_block(replace(healed, edges=(*healed.edges, *bridges)) if bridges else healed)


def _source_before(design: Design, block: Block, node_id: str, gone: Collection[str]) -> Endpoint | None:
    """What feeds the first wired input of a node, or of the nodes before it that go as well."""
    seen: set[str] = set()
    while node_id not in seen:
        seen.add(node_id)
        wired = block.incoming[node_id]
        first = next((p for p in input_ports(design, block, block.nodes[node_id]) if p in wired), None)
        if first is None:
            return None
        if wired[first].node not in gone:
            return wired[first]
        node_id = wired[first].node
    return None


def can_insert(design: Design, block_name: str, node_id: str, wire: Edge) -> bool:
    """Whether a node that is not wired yet has an input and an output to be put into a wire."""
    block = design.blocks[block_name]
    node = block.nodes.get(node_id)
    if node is None or wire not in block.edges or any(node_id in (e.source.node, e.target.node) for e in block.edges):
        return False
    return bool(input_ports(design, block, node) and output_ports(design, block, node))


def insert_into(design: Design, block_name: str, node_id: str, wire: Edge) -> Design:
    """The design with a wire led through a node's first input and first output. Raises EditError."""
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    takes, gives = input_ports(design, block, node), output_ports(design, block, node)
    if not takes or not gives:
        raise EditError(
            Text("{node} cannot stand in a wire.", node=node), expected="a node with an input and an output"
        )
    if wire not in block.edges:
        raise EditError("The wire is not there any more.", fix="Draw it anew.")
    design = links.disconnect(design, block_name, wire)
    design = links.connect(design, block_name, Edge(wire.source, Endpoint(node_id, takes[0])))
    return links.connect(design, block_name, Edge(Endpoint(node_id, gives[0]), wire.target))


def join(design: Design, block_name: str, node_ids: Iterable[str]) -> Design:
    """The design with nodes wired as the block is drawn: in a row, each output to the next one's first free input.

    A merge among them, which takes several inputs, takes the outputs of all that stand before it and lead to none of
    the others yet. No wire that is there makes way. Raises EditError where no wire could be drawn.
    """
    block = design.blocks[block_name]
    step = -1 if block.is_downward else 1  # downward, the height counts first
    chosen = sorted((get_node(block, key) for key in node_ids), key=lambda node: node.position[::step])
    if len(chosen) < 2:
        raise EditError("There is nothing to join.", expected="two nodes or more", fix="Select them first.")
    problems: list[LinkError] = []
    made = design
    for before, after in _pairs(design, block, chosen):
        try:
            made = _link(made, block_name, before, after)
        except AlreadyLinkedError:
            continue
        except LinkError as error:
            problems.append(error)
    if made is design and problems:
        raise problems[0]
    return made


def _pairs(design: Design, block: Block, chosen: Sequence[Node]) -> Iterator[tuple[Node, Node]]:
    """Which of some nodes, in the order in which they are drawn, feeds which."""
    keys = {node.id for node in chosen}
    inner = {edge.source.node for edge in block.edges if edge.source.node in keys and edge.target.node in keys}
    row: list[Node] = []  # since the last merge
    for node in chosen:
        if row and _is_merge(design, block, node):
            yield from ((other, node) for other in row if other.id not in inner)
            row = [node]
        else:
            row.append(node)
    yield from pairwise(row)


def _is_merge(design: Design, block: Block, node: Node) -> bool:
    spec = spec_of(node.kind, design)
    return bool(spec and spec.variadic) or len(input_ports(design, block, node)) > 1


def _link(design: Design, block_name: str, before: Node, after: Node) -> Design:
    block = design.blocks[block_name]
    wired = block.incoming[after.id]
    if any(source.node == before.id for source in wired.values()):
        return design
    gives, takes = output_ports(design, block, before), input_ports(design, block, after)
    free = [port for port in takes if port not in wired]
    if not gives or not takes:
        told = Text("{node} has no input.", node=after) if gives else Text("{node} has no output.", node=before)
        raise LinkError(told, expected="nodes that can stand in a row")
    if not free:
        raise LinkError(
            Text("All inputs of {node} are taken.", node=after),
            expected="a free input",
            fix="Take a wire away first, or draw the new one by hand: it takes the other's place.",
        )
    return links.connect(design, block_name, Edge(Endpoint(before.id, gives[0]), Endpoint(after.id, free[0])))


def move_wires(design: Design, block_name: str, wires: Sequence[Edge], source: Endpoint) -> Design:
    """The design with several wires starting at another output. Raises LinkError."""
    block = design.blocks[block_name]
    moving = [wire for wire in wires if wire in block.edges and wire.source != source]
    if not moving:
        return design
    design = design.with_block(block.without_edges(moving))
    for wire in moving:
        design = links.connect(design, block_name, Edge(source, wire.target))
    return design


def toggle_muted(design: Design, block_name: str, node_ids: Iterable[str]) -> Design:
    """The design with nodes bypassed, or there again where all of them were: `when` False, or True.

    A node with a condition of its own keeps it. Raises EditError where there is nothing that could be bypassed.
    """
    block = design.blocks[block_name]
    chosen = [
        node
        for key in node_ids
        if (node := get_node(block, key)).kind not in (INPUT, OUTPUT) and not isinstance(node.when, Expression)
    ]
    if not chosen:
        raise EditError(
            "There is nothing to mute here.",
            expected="layers or blocks without a condition of their own",
            fix="Select one, or change its condition.",
        )
    there = not any(node.when for node in chosen)
    return design.with_block(block.with_nodes(replace(node, when=there) for node in chosen if node.when != there))
