"""A block: a named graph with typed parameters. All values here are immutable.

An edit makes a new `Block` that shares everything it did not touch with the old one. A snapshot therefore costs little,
undo restores the very same objects, another thread may read one while the person edits on, and "what changed" is a
comparison by identity. Who may edit, and how it is recorded, is the business of `editing`.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from types import MappingProxyType
from typing import NamedTuple

from designer.graph.digraph import Digraph
from designer.graph.expressions import Setting, Value
from designer.graph.note import Note

Point = tuple[float, float]  # on the canvas, in pixels

INPUT = "Input"  # the kind of a node through which a tensor enters its block
OUTPUT = "Output"  # the kind of a node through which a tensor leaves its block
INPUT_PORT = "input"  # the port of a node that has one input
OUTPUT_PORT = "output"  # the port of a node that has one output
_MOST_LOOSE_ENDS = 16


class Endpoint(NamedTuple):
    """One port of one node."""

    node: str
    port: str


class Edge(NamedTuple):
    """A wire: from an output port to an input port. An input port takes one edge, an output port any number."""

    source: Endpoint
    target: Endpoint


def edge(source: str, target: str, source_port: str = OUTPUT_PORT, target_port: str = INPUT_PORT) -> Edge:
    """The edge between two nodes by their ids, at their usual ports."""
    return Edge(Endpoint(source, source_port), Endpoint(target, target_port))


@dataclass(frozen=True)
class Node:
    """An instance of a layer kind or of a block.

    id: never changes while the document lives; name: what people and generated code call it. params: only what differs
    from the kind's defaults. repeat: how many copies stand in a row. when: whether the node is there; where it does not
    hold the input passes through. position: the upper left corner on the canvas, in pixels. is_collapsed: whether its
    card there shows the name alone.
    """

    id: str
    kind: str
    name: str = ""
    params: Mapping[str, Setting] = field(default_factory=dict)
    repeat: Setting = 1
    when: Setting = True
    position: tuple[float, float] = (0.0, 0.0)
    is_collapsed: bool = False

    def __post_init__(self) -> None:
        object.__setattr__(self, "name", self.name or self.id)
        object.__setattr__(self, "params", MappingProxyType(dict(self.params)))

    def __str__(self) -> str:
        """How a message names it: Conv2d 'conv3'."""
        return f"{self.kind} '{self.name}'"

    def with_param(self, name: str, setting: Setting) -> Node:
        """This node with one parameter set."""
        return replace(self, params={**self.params, name: setting})

    def without_param(self, name: str) -> Node:
        """This node with one parameter back at its default."""
        return replace(self, params={key: value for key, value in self.params.items() if key != name})


@dataclass(frozen=True)
class BlockParameter:
    """A parameter of a block: what an instance may set, and what expressions inside the block may name."""

    name: str
    default: Value
    doc: str = ""


@dataclass(frozen=True)
class Origin:
    """Where a block was copied from: a library, its name there, and its fingerprint at that time."""

    library: str
    block: str
    fingerprint: str


@dataclass(frozen=True)
class Block:
    """A graph of nodes with a name, which is also the name of its class in generated code.

    nodes: by id, in the order that generated code and parameters follow wherever the wires leave a choice. notes: by
    id, the later over the earlier. routes: the points that wires are led through on the canvas, in pixels, in order.
    """

    name: str
    title: str = ""
    description: str = ""
    source: str = ""  # the paper or the page that it follows
    parameters: tuple[BlockParameter, ...] = ()
    nodes: Mapping[str, Node] = field(default_factory=dict)
    edges: tuple[Edge, ...] = ()
    origin: Origin | None = None
    notes: Mapping[str, Note] = field(default_factory=dict)
    routes: Mapping[Edge, tuple[Point, ...]] = field(default_factory=dict)
    is_downward: bool = False  # drawn from top to bottom, not from left to right

    def __post_init__(self) -> None:
        object.__setattr__(self, "nodes", MappingProxyType(dict(self.nodes)))
        object.__setattr__(self, "notes", MappingProxyType(dict(self.notes)))
        there = set(self.edges) if self.routes else ()  # a wire that goes takes its route with it
        routes = {wire: points for wire, points in self.routes.items() if points and wire in there}
        object.__setattr__(self, "routes", MappingProxyType(routes))

    # -- edits: each returns a new block ------------------------------------------------------------------------------

    def with_node(self, node: Node) -> Block:
        """This block with a node added, or replaced where one of that id is there."""
        block = replace(self, nodes={**self.nodes, node.id: node})
        if node.id in self.nodes:
            block._inherit_topology(self, [node])
        return block

    def with_nodes(self, nodes: Iterable[Node]) -> Block:
        """This block with several nodes added or replaced."""
        added = {node.id: node for node in nodes}
        block = replace(self, nodes={**self.nodes, **added})
        if len(block.nodes) == len(self.nodes):
            block._inherit_topology(self, added.values())
        return block

    def without_nodes(self, ids: Iterable[str]) -> Block:
        """This block without some nodes and without the edges at them."""
        gone = set(ids)
        return replace(
            self,
            nodes={key: node for key, node in self.nodes.items() if key not in gone},
            edges=tuple(e for e in self.edges if e.source.node not in gone and e.target.node not in gone),
        )

    def with_notes(self, notes: Iterable[Note]) -> Block:
        """This block with notes added, or put in the place of those of their ids."""
        return self._drawn(notes={**self.notes, **{note.id: note for note in notes}})

    def without_notes(self, ids: Iterable[str]) -> Block:
        """This block without some notes."""
        gone = set(ids)
        return self._drawn(notes={key: note for key, note in self.notes.items() if key not in gone})

    def with_routes(self, routes: Mapping[Edge, tuple[Point, ...]]) -> Block:
        """This block with wires led through other points; through none where there are none."""
        return self._drawn(routes={**self.routes, **routes})

    def drawn_downward(self, is_downward: bool) -> Block:
        """This block drawn from top to bottom, or from left to right."""
        return self if is_downward == self.is_downward else self._drawn(is_downward=is_downward)

    def _drawn(self, **drawing: object) -> Block:
        block = replace(self, **drawing)
        block._inherit_topology(self, ())
        return block

    def with_edge(self, new: Edge) -> Block:
        """This block with an edge added; the edge that held its target port before makes way."""
        return replace(self, edges=(*(e for e in self.edges if e.target != new.target), new))

    def without_edges(self, edges: Iterable[Edge]) -> Block:
        """This block without some edges."""
        gone = set(edges)
        return replace(self, edges=tuple(e for e in self.edges if e not in gone))

    def _inherit_topology(self, other: Block, replaced: Iterable[Node]) -> None:
        # Replacing a node leaves the wiring as it was: what was worked out about it stays true.
        same_kinds = all(node.kind == other.nodes[node.id].kind for node in replaced)
        for name in ("graph", "incoming", "used_ports", *(("live", "kinds", "loose_ends") if same_kinds else ())):
            if name in other.__dict__:
                self.__dict__[name] = other.__dict__[name]

    # -- questions --------------------------------------------------------------------------------------------------

    @cached_property
    def graph(self) -> Digraph:
        """The nodes' ids and their wiring, without edges from or to nodes that are not there."""
        return Digraph(self.nodes, ((e.source.node, e.target.node) for e in self.edges))

    @property
    def order(self) -> tuple[str, ...]:
        """The ids in topological order; the order of `nodes` decides ties. Nodes on or behind a cycle are left out."""
        return self.graph.order

    @property
    def cycles(self) -> list[set[str]]:
        """The sets of nodes that feed themselves."""
        return self.graph.cycles

    @cached_property
    def incoming(self) -> Mapping[str, Mapping[str, Endpoint]]:
        """For each node id, the source of each wired input port."""
        incoming: dict[str, dict[str, Endpoint]] = {key: {} for key in self.nodes}
        for source, target in self.edges:
            if target.node in incoming:
                incoming[target.node][target.port] = source
        return incoming

    @cached_property
    def used_ports(self) -> Mapping[str, tuple[str, ...]]:
        """For each node id, its output ports from which wires lead, each once."""
        used: dict[str, dict[str, None]] = {key: {} for key in self.nodes}
        for source, _ in self.edges:
            if source.node in used:
                used[source.node][source.port] = None
        return {key: tuple(ports) for key, ports in used.items()}

    @cached_property
    def loose_ends(self) -> Mapping[str, Collection[str]]:
        """The nodes that something enters and whose results nobody takes, each with those that it is reached from.

        None where there are so many that nobody could tell which one is meant.
        """
        ends = [
            key
            for key, node in self.nodes.items()
            if not self.graph.succ[key] and node.kind != OUTPUT and (self.incoming[key] or node.kind == INPUT)
        ]
        return {key: self.graph.ancestors(key) for key in ends} if len(ends) <= _MOST_LOOSE_ENDS else {}

    @cached_property
    def live(self) -> frozenset[str]:
        """The ids of the nodes from which a path leads to an Output: the others are left out of the network.

        Where there is no Output yet, all nodes.
        """
        ends = [key for key, node in self.nodes.items() if node.kind == OUTPUT]
        if not ends:
            return frozenset(self.nodes)
        return frozenset(self.graph.ancestors(*ends).union(ends))

    @cached_property
    def inputs(self) -> tuple[Node, ...]:
        """The Input nodes: the block's input ports, named by their ids."""
        return tuple(node for node in self.nodes.values() if node.kind == INPUT)

    @cached_property
    def outputs(self) -> tuple[Node, ...]:
        """The Output nodes: the block's output ports, named by their ids."""
        return tuple(node for node in self.nodes.values() if node.kind == OUTPUT)

    @cached_property
    def kinds(self) -> frozenset[str]:
        """The kinds of its nodes: layers and other blocks."""
        return frozenset(node.kind for node in self.nodes.values())

    @property
    def defaults(self) -> dict[str, Value]:
        """The value of each parameter where nobody set it."""
        return {parameter.name: parameter.default for parameter in self.parameters}
