"""The edits that fixes are made of: pure functions from a design to a mended design."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import replace
from functools import reduce
from itertools import count

from designer.analysis import ports
from designer.analysis.diagnostics import Fix
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Remedy
from designer.graph.block import INPUT, INPUT_PORT, OUTPUT_PORT, Block, Edge, Endpoint, Node, Point, edge
from designer.graph.design import Design
from designer.graph.expressions import Setting, Value
from designer.graph.names import fresh_node_id

_CARD_PX = 200.0, 80.0  # what the card of a node takes on the canvas, with some air
_STEP_PX = 24


def _on_block(title: str, name: str, change: Callable[[Block], Block]) -> Fix:
    return Fix(title, lambda design: design.with_block(change(design.blocks[name])), (name,))


def _on_nodes(title: str, places: Iterable[tuple[str, str]], change: Callable[[Node], Node]) -> Fix:
    by_block: dict[str, list[str]] = {}
    for name, key in places:
        by_block.setdefault(name, []).append(key)

    def apply(design: Design) -> Design:
        for name, keys in by_block.items():
            block = design.blocks[name]
            design = design.with_block(block.with_nodes(change(block.nodes[key]) for key in keys))
        return design

    return Fix(title, apply, tuple(by_block))


def set_param(title: str, block: str, node: str, param: str, setting: Setting) -> Fix:
    """Give a parameter another value."""
    fix = _on_block(title, block, lambda b: b.with_node(b.nodes[node].with_param(param, setting)))
    return replace(fix, sets=(node, param, setting))


def set_params(title: str, block: str, node: str, settings: Mapping[str, Setting]) -> Fix:
    """Give several parameters of a node other values."""

    def change(b: Block) -> Block:
        return b.with_node(replace(b.nodes[node], params={**b.nodes[node].params, **settings}))

    return _on_block(title, block, change)


def set_param_of(title: str, places: Iterable[tuple[str, str]], param: str, setting: Setting) -> Fix:
    """Give a parameter the same value in several nodes. places: the block of each, and its id there."""
    return _on_nodes(title, places, lambda node: node.with_param(param, setting))


def set_variable(title: str, block: str, name: str, value: Value) -> Fix:
    """Give a block's parameter another default; of the outermost block, a variable another value."""

    def change(b: Block) -> Block:
        parameters = (replace(p, default=value) if p.name == name else p for p in b.parameters)
        return replace(b, parameters=tuple(parameters))

    return _on_block(title, block, change)


def reset_param(title: str, block: str, node: str, param: str) -> Fix:
    """Take a parameter back to its default, or away where the kind does not have it."""
    return _on_block(title, block, lambda b: b.with_node(b.nodes[node].without_param(param)))


def rename(title: str, block: str, node: str, name: str) -> Fix:
    """Give a node another name."""
    return _on_block(title, block, lambda b: b.with_node(replace(b.nodes[node], name=name)))


def remove_node(title: str, block: str, node: str) -> Fix:
    """Take a node away."""
    return remove_nodes(title, block, [node])


def remove_nodes(title: str, block: str, nodes: Sequence[str]) -> Fix:
    """Take several nodes away."""
    return _on_block(title, block, lambda b: b.without_nodes(nodes))


def connect(title: str, block: str, source: Endpoint, target: Endpoint) -> Fix:
    """Draw a wire."""
    return _on_block(title, block, lambda b: b.with_edge(Edge(source, target)))


def bypass_node(title: str, block: str, node: str) -> Fix:
    """Take a node of one input away, and wire what it took to those that took its result."""

    def change(b: Block) -> Block:
        return replace(b.without_nodes([node]), edges=_around(b, node))

    return _on_block(title, block, change)


def _around(block: Block, node: str) -> tuple[Edge, ...]:
    """The edges of a block as they are when those at `node` lead past it."""
    source = block.incoming[node].get(INPUT_PORT)
    past = (
        Edge(source, wire.target) if source and wire.source.node == node else wire
        for wire in block.edges
        if wire.target.node != node
    )
    return tuple(wire for wire in past if wire.source.node != node)


def move_behind(title: str, block: str, node: str, target: str) -> Fix:
    """Take a node of one input and one output from where it stands, and put it right behind `target`."""

    def change(b: Block) -> Block:
        wires = _around(b, node)
        behind = Endpoint(node, OUTPUT_PORT)
        wires = tuple(Edge(behind, wire.target) if wire.source.node == target else wire for wire in wires)
        here, there = b.nodes[node], b.nodes[target]
        moved = {here.id: replace(here, position=there.position), there.id: replace(there, position=here.position)}
        nodes: dict[str, Node] = {}
        for key, other in b.nodes.items():
            if key != node:
                nodes[key] = moved.get(key, other)
            if key == target:
                nodes[node] = moved[node]
        return replace(b, nodes=nodes, edges=(*wires, edge(target, node)))

    return _on_block(title, block, change)


def set_kind(title: str, places: Iterable[tuple[str, str]], kind: str) -> Fix:
    """Make nodes another kind of layer, with its defaults. places: the block of each, and its id there."""
    return _on_nodes(title, places, lambda node: replace(node, kind=kind, params={}))


def remove_edge(title: str, block: str, wire: Edge) -> Fix:
    """Take a wire away."""
    return remove_edges(title, block, [wire])


def remove_edges(title: str, block: str, wires: Sequence[Edge]) -> Fix:
    """Take several wires away."""
    return _on_block(title, block, lambda b: b.without_edges(wires))


def set_repeat(title: str, block: str, node: str, repeat: Setting) -> Fix:
    """Let a node stand for so many copies."""
    return _on_block(title, block, lambda b: b.with_node(replace(b.nodes[node], repeat=repeat)))


def set_when(title: str, block: str, node: str, when: Setting) -> Fix:
    """Let a node be there where `when` holds."""
    return _on_block(title, block, lambda b: b.with_node(replace(b.nodes[node], when=when)))


def insert_before(title: str, block: str, target: Endpoint, kind: str, params: Mapping[str, Value]) -> Fix:
    """Put a new node of `kind` on the wire that ends at `target`."""
    return _on_block(title, block, lambda b: _insert(b, target, kind, params))


def _insert(block: Block, target: Endpoint, kind: str, params: Mapping[str, Value]) -> Block:
    spec = spec_of(kind)
    source = block.incoming[target.node].get(target.port)
    new_id = fresh_node_id(block, spec.stem if spec else kind.lower())
    x, y = block.nodes[target.node].position
    from_x, from_y = block.nodes[source.node].position if source else (x - 200, y)
    new = Node(new_id, kind, params=params, position=_free_place(block, (x + from_x) / 2, (y + from_y) / 2))
    nodes: dict[str, Node] = {}
    for key, node in block.nodes.items():  # right before its target, so that ties in the order fall as drawn
        if key == target.node:
            nodes[new_id] = new
        nodes[key] = node
    result = replace(block, nodes=nodes)
    if source:
        result = result.with_edge(Edge(source, Endpoint(new_id, INPUT_PORT)))
    return result.with_edge(Edge(Endpoint(new_id, OUTPUT_PORT), target))


def _free_place(block: Block, x: float, y: float) -> Point:
    """Where a new node covers no other: at (x, y), or as near as may be to either side of the way that it stands in."""
    taken = [node.position for node in block.nodes.values()]

    def is_free(place: Point) -> bool:
        width, height = _CARD_PX
        return all(abs(place[0] - left) >= width or abs(place[1] - top) >= height for left, top in taken)

    sides = (side * away for away in count(0, _STEP_PX) for side in (1, -1))
    places = ((x + side, y) if block.is_downward else (x, y + side) for side in sides)
    return next(filter(is_free, places))


def append_boundary(title: str, block: str, kind: str, neighbour: str | None) -> Fix:
    """Add an Input or an Output node, wired to `neighbour` where there is one."""

    def change(design: Design) -> Design:
        b, at_start = design.blocks[block], kind == INPUT
        new_id = "input" if at_start else "output"
        if new_id in b.nodes or any(node.name == new_id for node in b.nodes.values()):
            new_id = fresh_node_id(b, new_id)
        x, y = b.nodes[neighbour].position if neighbour else (0.0, 0.0)
        new = Node(new_id, kind, position=_free_place(b, x - 208 if at_start else x + 208, y))
        b = replace(b, nodes={new_id: new, **b.nodes} if at_start else {**b.nodes, new_id: new})
        if neighbour is not None and at_start:
            takes = ports.input_ports(design, b, b.nodes[neighbour])
            b = b.with_edge(edge(new_id, neighbour, target_port=takes[0])) if takes else b
        elif neighbour is not None:
            gives = ports.output_ports(design, b, b.nodes[neighbour])
            b = b.with_edge(edge(neighbour, new_id, gives[0])) if gives else b
        return design.with_block(b)

    return Fix(title, change, (block,))


def from_remedy(remedy: Remedy, block: str, node: str, port: Callable[[str], str]) -> Fix:
    """The fix that a layer's own rule proposes. port: the node's port that is meant by what a remedy calls it."""
    if remedy.insert:
        target = Endpoint(node, port(remedy.port))
        fix = insert_before(remedy.title, block, target, remedy.insert, remedy.params)
    else:
        fix = set_param(remedy.title, block, node, remedy.set_param, remedy.value)
    rest = [from_remedy(other, block, node, port) for other in remedy.also]
    if not rest:
        return fix
    return replace(fix, apply=lambda design: reduce(lambda done, step: step.apply(done), (fix, *rest), design))
