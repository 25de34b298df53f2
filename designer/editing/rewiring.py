"""Commands on the wires of several nodes at once: heal, insert, join, move; and nodes muted, so that wires pass by."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
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


def join(design: Design, block_name: str, node_ids: Iterable[str], problems: list[LinkError] | None = None) -> Design:
    """The design with nodes wired as the block is drawn: in a row, each to the next one's first free input.

    A node that merges several tensors, as Concat and Add do, takes the outputs of all that are drawn before it and do
    not yet lead to another of them; it is the first of what is drawn behind it. No wire makes way. problems: takes on
    why a wire could not be drawn, where others could. Raises EditError where none could be drawn.
    """
    block = design.blocks[block_name]
    axis = 1 if block.is_downward else 0
    chosen = [get_node(block, key) for key in node_ids]
    if len(chosen) < 2:
        raise EditError("There is nothing to join.", expected="two nodes or more", fix="Select them first.")
    step = -1 if block.is_downward else 1  # downward, the height counts first
    chosen.sort(key=lambda node: node.position[::step])
    pairs: list[tuple[Node, Node, bool]] = []  # from, to, and whether all outputs are taken
    waiting = chosen
    for merge in [node for node in chosen if _merges(design, block, node)]:
        rest = [node for node in waiting if node is not merge]
        sources = [node for node in rest if node.position[axis] <= merge.position[axis]]
        if not sources and waiting is chosen:  # drawn before all that are to be merged
            behind = block.graph.descendants(merge.id)
            sources = [node for node in rest if node.id not in behind]
        pairs += [(node, merge, True) for node in sources if not _leads_on(block, node, merge, chosen)]
        waiting = [merge, *(node for node in rest if node not in sources)]
    pairs += [(before, after, False) for before, after in pairwise(waiting)]
    found: list[LinkError] = []
    made = design
    for before, after, takes_all in pairs:
        try:
            made = _link(made, block_name, before, after, takes_all)
        except AlreadyLinkedError:
            continue
        except LinkError as error:
            found.append(error)
    if made is design and found:
        raise found[0]
    if problems is not None:
        problems += found
    return made


def _merges(design: Design, block: Block, node: Node) -> bool:
    """Whether a node takes several tensors."""
    spec = spec_of(node.kind, design)
    return bool(spec and spec.variadic) or len(input_ports(design, block, node)) > 1


def _leads_on(block: Block, node: Node, merge: Node, chosen: Sequence[Node]) -> bool:
    """Whether the result of a node goes to another of those that are chosen already."""
    others = {other.id for other in chosen} - {merge.id, node.id}
    return not others.isdisjoint(block.graph.succ[node.id])


def _link(design: Design, block_name: str, before: Node, after: Node, takes_all: bool) -> Design:
    """The design with the first output of a node, or all of them, at free inputs of another. Raises LinkError."""
    block = design.blocks[block_name]
    if any(source.node == before.id for source in block.incoming[after.id].values()):
        return design
    gives = output_ports(design, block, before)
    if not gives or not input_ports(design, block, after):
        told = Text("{node} has no input.", node=after) if gives else Text("{node} has no output.", node=before)
        raise LinkError(told, expected="nodes that can stand in a row")
    for output in gives if takes_all else gives[:1]:
        block = design.blocks[block_name]
        wired = block.incoming[after.id]
        free = [port for port in input_ports(design, block, after) if port not in wired]
        if not free:
            raise LinkError(
                Text("All inputs of {node} are taken.", node=after),
                expected="a free input",
                fix="Take a wire away first, or draw the new one by hand: it takes the other's place.",
            )
        design = links.connect(design, block_name, Edge(Endpoint(before.id, output), Endpoint(after.id, free[0])))
    return design


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
