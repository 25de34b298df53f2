"""The open block as cards and wires. A card is made anew only where its node, its facts or its wires changed."""

from __future__ import annotations

from collections.abc import Callable

from designer.analysis import ports
from designer.analysis.diagnostics import Severity
from designer.analysis.facts import BlockFacts, NodeFacts
from designer.base import numbers
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Family, Tensor
from designer.editing.routing import Box, Point, bends
from designer.graph.block import INPUT, OUTPUT, Block, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, to_text
from designer.ui.canvas.cards import Card, PortView, Wire

SizeOf = Callable[[Card], tuple[float, float]]

_SHOWN_PARAMS = 3  # of a block's instance, on its card


def wire_id(edge: Edge) -> str:
    """The id of an edge on the canvas: its target port, which takes one edge only."""
    return f"{edge.target.node}.{edge.target.port}"


def edge_of(block: Block, wire: str) -> Edge | None:
    """The edge behind a wire's id, or None where it is gone."""
    node, _, port = wire.rpartition(".")
    source = block.incoming.get(node, {}).get(port)
    return Edge(source, Endpoint(node, port)) if source else None


class CardMaker:
    """Makes cards and wires of the open block, and remembers them for the next time."""

    def __init__(self) -> None:
        self._known: dict[str, tuple[tuple[object, ...], Card]] = {}

    def content(self, design: Design, facts: BlockFacts, size_of: SizeOf) -> tuple[list[Card], list[Wire]]:
        """All cards and wires of the block that `facts` tell of. size_of: a card's width and height in pixels."""
        block = facts.block
        known, self._known = self._known, {}
        cards = []
        for key, node in block.nodes.items():
            inputs, outputs = ports.input_ports(design, block, node), ports.output_ports(design, block, node)
            basis = (facts.nodes[key], facts.diagnostics(key), facts.severity(key), inputs, outputs)
            before = known.get(key)
            if before and before[0] == basis and before[0][0] is basis[0]:
                card = before[1]
            else:
                card = _card(design, facts, node, inputs, outputs)
            self._known[key] = basis, card
            cards.append(card)
        boxes = {card.id: Box(*card.position, *size_of(card)) for card in cards}
        around = bends(block.edges, boxes)
        return cards, [_wire(design, facts, edge, around.get(edge, ())) for edge in block.edges]


def _card(design: Design, facts: BlockFacts, node: Node, inputs: tuple[str, ...], outputs: tuple[str, ...]) -> Card:
    known = facts.nodes[node.id]
    spec = spec_of(node.kind)
    is_block = spec is None and node.kind in design.blocks
    severity = facts.severity(node.id)
    own = facts.diagnostics(node.id)
    return Card(
        id=node.id,
        title=node.name,
        kind=node.kind,
        family=spec.family.value if spec else Family.BLOCK.value,
        brief=brief(design, node, known),
        inputs=tuple(_port(design, node, port) for port in inputs),
        outputs=tuple(_port(design, node, port) for port in outputs),
        position=node.position,
        is_block=is_block,
        repeat=_repeat(node, known),
        condition=f"when {node.when}" if isinstance(node.when, Expression) else "",
        badge=severity.value if severity in (Severity.ERROR, Severity.WARNING) else "",
        badge_text=own[0].sentence if own else "There is a problem inside." if severity else "",
        absent=not known.active,
    )


def _port(design: Design, node: Node, port: str) -> PortView:
    label = ""
    if inner := design.blocks.get(node.kind):
        entry = inner.nodes.get(port)
        label = entry.name if entry and len(inner.inputs) + len(inner.outputs) > 2 else ""
    return PortView(port, label)


def _repeat(node: Node, facts: NodeFacts) -> str:
    if isinstance(node.repeat, Expression):
        return f"× {node.repeat}"
    return f"× {facts.repeat}" if node.repeat != 1 else ""


def brief(design: Design, node: Node, facts: NodeFacts) -> str:
    """The one line on a card: the parameters that matter, worked out."""
    if node.kind in (INPUT, OUTPUT):
        return shape_text((facts.outputs or facts.inputs or (None,))[0])
    if spec := spec_of(node.kind):
        return spec.brief({name: to_text(value) for name, value in facts.values.items()})
    if inner := design.blocks.get(node.kind):
        shown = [
            f"{parameter.name.removeprefix('out_')} {to_text(facts.values.get(parameter.name))}"
            for parameter in inner.parameters
            if parameter.name in node.params
        ]
        rest = "" if len(shown) <= _SHOWN_PARAMS else " · …"
        return " · ".join(shown[:_SHOWN_PARAMS]) + rest
    return "unknown kind"


def shape_text(tensor: Tensor | None) -> str:
    """A tensor's shape without its batch, or nothing where it is unknown."""
    return numbers.shape(tensor.shape[1:]) if tensor else ""


def _wire(design: Design, facts: BlockFacts, edge: Edge, around: tuple[Point, ...]) -> Wire:
    source, target = facts.nodes.get(edge.source.node), facts.nodes.get(edge.target.node)
    tensor = None
    if source and source.outputs:
        names = ports.output_ports(design, facts.block, source.node)
        if edge.source.port in names:
            tensor = source.outputs[min(names.index(edge.source.port), len(source.outputs) - 1)]
    own = facts.diagnostics(edge.target.node) if target else ()
    faulty = any(d.severity == Severity.ERROR for d in own)
    return Wire(
        wire_id(edge),
        edge.source.node,
        edge.source.port,
        edge.target.node,
        edge.target.port,
        shape_text(tensor),
        faulty,
        around,
    )
