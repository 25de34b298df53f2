"""An instance opened out into the nodes of its block. The network stays as it is: shapes, parameters and results."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.editing.errors import EditError
from designer.editing.grouping import IN_CHANNELS, is_entry
from designer.editing.nodes import get_node
from designer.editing.substituting import names_read, with_substituted
from designer.graph.block import INPUT, OUTPUT, Block, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Setting
from designer.graph.names import fresh


def ungroup(design: Design, block_name: str, node_id: str, channels: int | None = None) -> tuple[Design, list[str]]:
    """The design with an instance opened out: its block's nodes in its place; and their ids.

    channels: what arrives at the instance's first input, where that is known and always the same. The block itself
    leaves the design where nothing else uses it. Raises EditError where that cannot be told without the instance.
    """
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    inner = design.blocks.get(node.kind)
    if inner is None or spec_of(node.kind, design):
        raise EditError(Text("'{node}' is a layer, not a block.", node=node.name), expected="an instance of a block")
    _check_plain(design, node)
    values = _values_inside(block, node, inner, channels)
    layers = [other for other in inner.nodes.values() if other.kind not in (INPUT, OUTPUT)]
    ids, moved, room = _placed(block, node, layers)
    body = {ids[other.id]: replace(with_substituted(other, values), **moved[other.id]) for other in layers}
    nodes: dict[str, Node] = {}
    for key, other in block.nodes.items():
        if key == node_id:
            nodes.update(body)
        elif other.position[0] > node.position[0] and room:
            x, y = other.position
            nodes[key] = replace(other, position=(x + room, y))
        else:
            nodes[key] = other
    edges = _edges_opened(block, node_id, inner, ids)
    design = design.with_block(replace(block, nodes=nodes, edges=tuple(edges)))
    if node.kind != design.main and not design.uses.pred[node.kind]:
        design = design.without_block(node.kind)
    return design, list(body)


def _check_plain(design: Design, node: Node) -> None:
    if node.kind in design.recursive:
        raise EditError(
            Text("{kind} contains itself and cannot be opened out.", kind=node.kind),
            fix="Remove the inner instance first.",
        )
    for what, setting, usual in (("repeat", node.repeat, 1), ("when", node.when, True)):
        if repr(setting) != repr(usual):
            raise EditError(
                Text(
                    "'{node}' has {what} {setting}: its nodes alone could not say that.",
                    node=node.name,
                    what=what,
                    setting=setting,
                ),
                expected=f"{what} {usual}",
                fix=Text("Set {what} to {usual} first, or leave it a block.", what=what, usual=usual),
            )


def _values_inside(block: Block, node: Node, inner: Block, channels: int | None) -> dict[str, Setting]:
    """What the names that are read inside mean outside."""
    values: dict[str, Setting] = {**inner.defaults}
    values.update((name, setting) for name, setting in node.params.items() if name in values)
    if IN_CHANNELS in values or IN_CHANNELS not in names_read(inner.nodes.values()):
        return values
    first = block.incoming[node.id].get(inner.inputs[0].id) if inner.inputs else None
    if is_entry(block, first) and IN_CHANNELS not in block.defaults:
        return values
    if channels is None:
        raise EditError(
            Text(
                "{inner} reads in_channels, the channels at its own input, which has no name outside of it.",
                inner=inner.name,
            ),
            expected="a block that does without, or an input of known shape",
            fix="Wire its input, or leave it a block.",
        )
    return {**values, IN_CHANNELS: channels}


def _placed(block: Block, node: Node, layers: list[Node]) -> tuple[dict[str, str], dict[str, dict[str, object]], float]:
    """Fresh ids by the old ones, each node's new id, name and position, and how far what is behind makes room."""
    rest = block.without_nodes([node.id])
    taken = set(rest.nodes) | {other.name for other in rest.nodes.values()}
    ids: dict[str, str] = {}
    moved: dict[str, dict[str, object]] = {}
    left = min((other.position[0] for other in layers), default=0.0)
    right = max((other.position[0] for other in layers), default=0.0)
    top = min((other.position[1] for other in layers), default=0.0)
    for other in layers:
        name = other.name if other.name not in taken else fresh(other.name.rstrip("0123456789") or "node", taken)
        taken.add(name)
        new_id = name if name not in rest.nodes and name not in ids.values() else fresh(name, {*taken, *ids.values()})
        ids[other.id] = new_id
        x, y = other.position
        place = (node.position[0] + x - left, node.position[1] + y - top)
        moved[other.id] = {"id": new_id, "name": name, "position": place}
    return ids, moved, max(right - left, 0.0)


def _edges_opened(block: Block, node_id: str, inner: Block, ids: dict[str, str]) -> Iterable[Edge]:
    given = block.incoming[node_id]
    entries = {entry.id for entry in inner.inputs}

    def source_of(end: Endpoint) -> Endpoint | None:
        """The source of a wire inside, as seen from outside; None where nothing arrives there."""
        if end.node in entries:
            return given.get(end.node)
        return Endpoint(ids[end.node], end.port) if end.node in ids else None

    leaving = {node.id for node in inner.outputs}
    exits = {e.target.node: source_of(e.source) for e in inner.edges if e.target.node in leaving}
    for wire in block.edges:
        if wire.target.node == node_id:
            continue
        if wire.source.node != node_id:
            yield wire
        elif (source := exits.get(wire.source.port)) is not None:
            yield Edge(source, wire.target)
    for wire in inner.edges:
        source = source_of(wire.source)
        if source is not None and wire.target.node in ids:
            yield Edge(source, Endpoint(ids[wire.target.node], wire.target.port))
