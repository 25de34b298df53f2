"""What the nodes of a block see of its inputs: the receptive fields of a whole block in one sweep."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from designer.analysis.field import Seen, compose, unite
from designer.catalogue.rules.reach import SAME, Field, elementwise, identity
from designer.catalogue.spec import Values
from designer.graph.block import INPUT, OUTPUT

if TYPE_CHECKING:
    from designer.analysis.facts import BlockFacts, NodeFacts

Sights = tuple[Seen | None, ...]  # one for each output port; None where it is not known
Earlier = tuple[Mapping[str, "NodeFacts"], Mapping[str, Sights]]  # nodes, and what was found out about them


def through(arriving: Sequence[Seen | None], looks: Mapping[int, Field] | None) -> Seen | None:
    """What is seen by something that looks so at the tensors that arrive; None where that is not known."""
    if looks is None:
        return None
    found: dict[int, list[Field]] = {}
    for number, inner in looks.items():
        outer = arriving[number] if number < len(arriving) else None
        if outer is None:
            return None
        if inner is SAME and len(looks) == 1:
            return outer
        for source, field in outer.items():
            found.setdefault(source, []).append(field if inner is SAME else compose(field, inner))
    return {source: fields[0] if len(fields) == 1 else unite(fields) for source, fields in found.items()}


def from_outside(outer: Sequence[Seen | None] | None, seen: Seen | None) -> Seen | None:
    """What is seen of the design's inputs, from what is seen of a block's.

    outer: what the tensors see that enter the block; None: it is the design's own.
    """
    return seen if outer is None else through(outer, seen)


def behind(node: NodeFacts, arriving: Sequence[Seen | None]) -> Sights:
    """What the outputs of a node see, from what the tensors that arrive at it do."""
    if not node.is_there:
        return (arriving[0] if arriving else None,) * len(node.outputs)
    for inner in node.copies:
        arriving = [through(arriving, seen) for seen in inner.sights]
    for looks in node.looks:
        arriving = [through(arriving, each) for each in looks]
    return tuple(arriving)


def looks_of(node: NodeFacts) -> tuple[tuple[Mapping[int, Field] | None, ...], ...]:
    """How each output of a layer's copies looks at the copy's inputs, by their numbers."""
    spec = node.spec
    if spec is None or node.copies:
        return ()
    values, rule = Values(node.values), spec.sees or elementwise
    found = []
    known = tuple(
        tensor for tensor in node.outputs if tensor is not None
    )  # a Chunk may give fewer than it has ports for
    for inputs, outputs in node.steps or ((node.inputs, known),):
        of_ports = (rule(values, inputs, outputs, port) for port in range(len(outputs)))
        found.append(tuple(None if None in fields else dict(enumerate(fields)) for fields in of_ports))
    return tuple(found)


def sweep(facts: BlockFacts) -> Iterator[tuple[str, Sights]]:
    """The nodes of a block in topological order, and what their outputs see of its inputs.

    What has been found out before the last edit is taken over where nothing before it has changed.
    """
    block = facts.block
    nodes_before, before = facts.earlier or ({}, {})
    numbers = {node.id: number for number, node in enumerate(block.inputs)}
    found: dict[str, Sights] = {}
    changed: set[str | None] = set()
    for key in block.order:
        node = facts.nodes[key]
        if key in before and nodes_before.get(key) is node and changed.isdisjoint(node.sources):
            sights = before[key]
        elif node.node.kind == INPUT:
            tensor = node.output
            sights = (None if tensor is None else {numbers[key]: identity(tensor.shape)},)
        elif node.node.kind == OUTPUT:
            sights = tuple(arriving(node, found)) or (None,)
        elif node.output is None:
            sights = (None,) * len(node.outputs)
        else:
            sights = behind(node, arriving(node, found))
        found[key] = sights
        if sights != before.get(key):
            changed.add(key)
        yield key, sights


def arriving(node: NodeFacts, found: Mapping[str, Sights]) -> list[Seen | None]:
    """What the tensors see that arrive at a node."""
    result = []
    for source, place in zip(node.sources, node.places, strict=True):
        sights = found.get(source, ()) if source else ()
        result.append(sights[place] if place < len(sights) else None)
    return result
