"""Commands on wires: connect, disconnect, move an end. An illegal link is refused with an error of its own kind."""

from __future__ import annotations

from designer.analysis.ports import input_ports, output_ports
from designer.base.text import Text
from designer.editing.errors import (
    AlreadyLinkedError,
    CycleError,
    LinkError,
    NoSuchPortError,
    SameDirectionError,
    SameNodeError,
)
from designer.graph.block import Block, Edge, Endpoint
from designer.graph.design import Design
from designer.graph.digraph import Digraph


def connect(design: Design, block_name: str, edge: Edge) -> Design:
    """The design with a wire; what held its target port before makes way. Raises LinkError."""
    check_link(design, block_name, edge)
    return design.with_block(design.blocks[block_name].with_edge(edge))


def disconnect(design: Design, block_name: str, edge: Edge) -> Design:
    """The design without a wire."""
    block = design.blocks[block_name]
    return design.with_block(block.without_edges([edge])) if edge in block.edges else design


def reconnect(design: Design, block_name: str, old: Edge, new: Edge) -> Design:
    """The design with one wire in another's place. Raises LinkError, and then nothing has changed."""
    return design if old == new else connect(disconnect(design, block_name, old), block_name, new)


class Paths:
    """Which nodes of a graph lead to which, for many questions about one end: what lies around it is found once."""

    def __init__(self, graph: Digraph) -> None:
        self._graph = graph
        self._around: dict[str, tuple[set[str], set[str]]] = {}  # before and after a node

    def lead(self, start: str, end: str) -> bool:
        """Whether a path leads from one node to another."""
        if end in self._around:
            return start in self._around[end][0]
        if start not in self._around:
            for key in (start, end):
                self._around[key] = self._graph.ancestors(key), self._graph.descendants(key)
        return end in self._around[start][1]


def why_not(design: Design, block_name: str, edge: Edge, paths: Paths | None = None) -> LinkError | None:
    """Why a wire cannot be drawn, None where it can: what a canvas shows while one is dragged.

    paths: of the block's graph, where many wires are asked for.
    """
    try:
        check_link(design, block_name, edge, paths)
    except LinkError as error:
        return error
    return None


def check_link(design: Design, block_name: str, edge: Edge, paths: Paths | None = None) -> None:
    """Raises the LinkError that says why a wire cannot be drawn."""
    block = design.blocks[block_name]
    _check_ports(design, block, edge)
    source, target = edge
    if source.node == target.node:
        name = block.nodes[source.node].name
        raise SameNodeError(Text("'{name}' cannot feed itself.", name=name), fix="Draw the wire to another node.")
    if block.incoming[target.node].get(target.port) == source:
        raise AlreadyLinkedError("These two ports are wired already.", fix="Choose another port.")
    closes = paths.lead if paths else block.graph.has_path
    if closes(target.node, source.node):
        first, last = block.nodes[target.node].name, block.nodes[source.node].name
        raise CycleError(
            Text("The wire would close a cycle: '{last}' already follows from '{first}'.", last=last, first=first),
            expected="wires that lead forward only",
            fix="Draw it the other way, or to a later node.",
        )


def _check_ports(design: Design, block: Block, edge: Edge) -> None:
    for end in edge:
        if end.node not in block.nodes:
            raise NoSuchPortError(
                Text("There is no node '{node}' in {block}.", node=end.node, block=block.name),
                fix="It may have been deleted.",
            )
    source, target = edge
    gives, takes = _ports(design, block, source), _ports(design, block, target)
    if source.port not in gives[1] and source.port in gives[0]:
        raise SameDirectionError("The wire starts at an input.", expected="an output", fix="Start at an output.")
    if target.port not in takes[0] and target.port in takes[1]:
        raise SameDirectionError("Both ends are outputs.", expected="an output and an input", fix="End at an input.")
    for end, known, side in ((source, gives[1], Text("output")), (target, takes[0], Text("input"))):
        if end.port not in known:
            node = block.nodes[end.node]
            raise NoSuchPortError(
                Text(
                    "{kind} '{node}' has no {side} '{port}'.", kind=node.kind, node=node.name, side=side, port=end.port
                ),
                expected=Text("one of these: {known}", known=", ".join(known) or Text("it has no {side}", side=side)),
                fix="Choose another port.",
            )


def _ports(design: Design, block: Block, end: Endpoint) -> tuple[tuple[str, ...], tuple[str, ...]]:
    node = block.nodes[end.node]
    return input_ports(design, block, node), output_ports(design, block, node)
