"""The open block as cards and wires. A card is made anew only where its node, its facts or its wires changed.

Facts are compared by identity: after an edit the analyser keeps those of whatever the edit did not reach.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace

from PySide6.QtCore import QCoreApplication

from designer.analysis import ports
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import Analysis, BlockFacts, NodeFacts
from designer.base import numbers
from designer.base.steps import Steps, finished
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Family, Tensor
from designer.editing.routing import Box, Point, Router
from designer.engine.recipe import Recipe
from designer.graph.block import INPUT, OUTPUT, Block, Edge, Endpoint, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, to_text
from designer.session.freezing import is_trained
from designer.ui.canvas.cards import Card, PortView, Wire
from designer.ui.language import translated

translate = QCoreApplication.translate

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


@dataclass(frozen=True, slots=True)
class _Known:
    """A card and what it was made of."""

    facts: NodeFacts
    remarks: tuple[Diagnostic, ...]
    inner: Block | None
    card: Card
    box: Box


class CardMaker:
    """Makes cards and wires of the open block, and remembers them for the next time: an edit costs what it changes."""

    def __init__(self) -> None:
        self._known: dict[str, _Known] = {}
        self._wires: dict[Edge, tuple] = {}  # the facts, remarks and bends that a wire was made of, and the wire
        self._router = Router()

    def content(self, design: Design, facts: BlockFacts, size_of: SizeOf) -> tuple[list[Card], list[Wire]]:
        """All cards and wires of the block that `facts` tell of. size_of: a card's width and height in pixels."""
        return finished(self.cards(design, facts, size_of)), finished(self.wires(design, facts))

    def cards(self, design: Design, facts: BlockFacts, size_of: SizeOf) -> Steps[list[Card]]:
        """All cards, in steps."""
        block, blocks, remarks = facts.block, design.blocks, facts.remarks
        before, self._known = self._known, {}
        for key, node in block.nodes.items():
            own, said, inner = facts.nodes[key], remarks.get(key, ()), blocks.get(node.kind)
            known = before.get(key)
            is_known = known is not None and known.facts is own and known.inner is inner and known.remarks == said
            is_known = is_known and known.card.is_downward == block.is_downward
            if not is_known or (inner is None and spec_of(node.kind, design) is None):
                card = card_of(design, facts, node)
                if known is not None and known.card == card:
                    known = _Known(own, said, inner, known.card, known.box)
                else:
                    known = _Known(own, said, inner, card, Box(*card.position, *size_of(card)))
                yield
            self._known[key] = known
        return [known.card for known in self._known.values()]

    def wires(self, design: Design, facts: BlockFacts) -> Steps[list[Wire]]:
        """All wires between the cards that were made last, in steps."""
        block = facts.block
        boxes = {key: known.box for key, known in self._known.items()}
        if block.is_downward:
            boxes = {key: _exchanged(box) for key, box in boxes.items()}
        around = yield from self._router.routing(block.edges, boxes)
        if block.is_downward:
            around = {edge: tuple((y, x) for x, y in points) for edge, points in around.items()}
        before, self._wires = self._wires, {}
        nodes, remarks, routes = facts.nodes, facts.remarks, facts.block.routes
        wires = []
        for edge in facts.block.edges:
            source, target = nodes.get(edge.source.node), nodes.get(edge.target.node)
            said = remarks.get(edge.target.node, ())
            bends = around.get(edge, ()), routes.get(edge, ())
            known = before.get(edge)
            if known is None or known[0] is not source or known[1] is not target or known[2:4] != (said, bends):
                known = source, target, said, bends, _wire(design, facts, edge, bends)
                yield
            self._wires[edge] = known
            wires.append(known[-1])
        return wires


def marked(cards: list[Card], analysis: Analysis, recipe: Recipe, path: tuple[str, ...]) -> list[Card]:
    """The cards of the open block at `path`, those marked that training by `recipe` leaves as they are."""
    if not recipe.start.frozen:
        return cards
    inside = analysis.inside(path) if path else analysis.root
    around = analysis.names(path)

    def is_frozen(card: Card) -> bool:
        return bool(inside.nodes[card.id].totals.params) and not is_trained(recipe, ".".join((*around, card.title)))

    return [replace(card, is_frozen=True) if is_frozen(card) else card for card in cards]


def _exchanged(box: Box) -> Box:
    """A box with its axes exchanged: what runs down runs to the right there."""
    return Box(box.y, box.x, box.height, box.width)


def card_of(design: Design, facts: BlockFacts, node: Node) -> Card:
    """The card of a node of the block that `facts` tell of. Collapsed it has its name, and what must not be missed."""
    inputs, outputs = ports.input_ports(design, facts.block, node), ports.output_ports(design, facts.block, node)
    known = facts.nodes[node.id]
    spec = spec_of(node.kind, design)
    is_block = spec is None and node.kind in design.blocks
    severity = facts.severity(node.id)
    severity = None if severity == Severity.HINT else severity
    own = [d for d in facts.diagnostics(node.id) if d.severity != Severity.HINT]
    return Card(
        id=node.id,
        title=node.name,
        kind="" if node.is_collapsed else node.kind,
        family=spec.family.value if spec else Family.BLOCK.value,
        brief="" if node.is_collapsed else brief(design, node, known),
        inputs=tuple(_port(design, node, port) for port in inputs),
        outputs=tuple(_port(design, node, port) for port in outputs),
        position=node.position,
        is_block=is_block,
        repeat=_repeat(node, known),
        condition=f"when {node.when}" if isinstance(node.when, Expression) else "",
        badge=severity.value if severity in (Severity.ERROR, Severity.WARNING) else "",
        badge_text=translated(own[0].sentence)
        if own
        else translate("Cards", "There is a problem inside.")
        if severity not in (None, Severity.HINT)
        else "",
        absent=not known.active,
        is_downward=facts.block.is_downward,
    )


def _port(design: Design, node: Node, port: str) -> PortView:
    label = ""
    if (inner := design.blocks.get(node.kind)) and not node.is_collapsed:
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
    if spec := spec_of(node.kind, design):
        return spec.brief({name: to_text(value) for name, value in facts.values.items()})
    if inner := design.blocks.get(node.kind):
        shown = [
            f"{parameter.name.removeprefix('out_')} {to_text(facts.values.get(parameter.name))}"
            for parameter in inner.parameters
            if parameter.name in node.params
        ]
        rest = "" if len(shown) <= _SHOWN_PARAMS else " · …"
        return " · ".join(shown[:_SHOWN_PARAMS]) + rest
    return translate("Cards", "unknown kind")


def shape_text(tensor: Tensor | None) -> str:
    """A tensor's shape without its batch, or nothing where it is unknown."""
    return numbers.shape(tensor.shape[1:]) if tensor else ""


def _wire(design: Design, facts: BlockFacts, edge: Edge, around: tuple[tuple[Point, ...], ...]) -> Wire:
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
        *around,
    )
