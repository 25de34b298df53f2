"""The receptive field of the last feature map: does it hold an object, and does it go beyond the image?"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from designer.analysis import field as fields
from designer.analysis import seeing
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts
from designer.analysis.field import Axes, Seen
from designer.base import numbers
from designer.base.text import Text
from designer.catalogue.layers.boundary import OBJECT_SIZE
from designer.graph.block import INPUT


def field_below_object(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """The last feature map sees less than an object of the size that the Input gives.

    It is the last one before a layer that sees everything, such as a Linear or a global pool.
    """
    wanted = _object_size(facts) if is_main else None
    if wanted is None or not (last := _last_map(facts, None)):
        return
    path, field = last
    if min(axis.size for axis in field) >= wanted:
        return
    place = facts.nodes[path[0]]
    for key in path[1:]:
        place = place.inside.nodes[key]
    seen = numbers.shape([int(axis.size) for axis in field])
    yield (
        path[0],
        Diagnostic(
            "field_below_object",
            Severity.WARNING,
            Text(
                "{node}: one element of this last feature map sees {seen} pixels, less than an object of {wanted}.",
                node=place.node,
                seen=seen,
                wanted=wanted,
            ),
            expected=Text("a receptive field of at least {wanted}", wanted=wanted),
            received=seen,
            advice="Use more layers, larger kernels or strides before it, or dilation.",
            path=path[1:],
        ),
    )


def field_exceeds_input(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Windows that have grown beyond the image: what they see there is padding. Told where it begins.

    Deep networks do so and learn; it is a hint, and a warning to who asks for it by giving the size of objects.
    """
    spatial = _spatial(facts) if is_main else ()
    if not spatial:
        return
    beyond = (
        (key, field)
        for key, field in facts.each_field()
        if fields.is_finite(field) and all(a.size > size for a, size in zip(field, spatial, strict=False))
    )
    key, field = next(beyond, ("", ()))
    if not key:
        return
    node = facts.nodes[key].node
    seen, image = numbers.shape([int(axis.size) for axis in field]), numbers.shape(spatial)
    yield (
        key,
        Diagnostic(
            "field_exceeds_input",
            Severity.HINT if _object_size(facts) is None else Severity.WARNING,
            Text(
                "{node}: from here on the receptive field of {seen} exceeds the image of {image}.",
                node=node,
                seen=seen,
                image=image,
            ),
            expected=Text("at most {limit}", limit=image),
            received=seen,
            advice="Use a larger image, or fewer layers; many deep networks are so, and learn.",
        ),
    )


def _spatial(facts: BlockFacts) -> tuple[int, ...]:
    block = facts.block
    entry = facts.nodes[block.inputs[0].id].output if block.inputs else None
    return tuple(int(length) for length in entry.shape[2:]) if entry else ()


def _object_size(facts: BlockFacts) -> int | None:
    block = facts.block
    size = facts.nodes[block.inputs[0].id].values.get(OBJECT_SIZE) if block.inputs else None
    return size if isinstance(size, int) else None


def _last_map(facts: BlockFacts, outer: Sequence[Seen | None] | None) -> tuple[tuple[str, ...], Axes] | None:
    """The path and the receptive field of the last map that does not see everything, on the way to the first Output.

    outer: what the tensors see that enter the block; None for the design's own.
    """
    if not facts.block.outputs:
        return None
    key: str | None = facts.block.outputs[0].id
    for _ in facts.nodes:
        sources: Sequence[str | None] = facts.nodes[key].sources
        key = next((source for source in sources if source in facts.nodes), None)
        if key is None:
            return None
        node = facts.nodes[key]
        if node.node.kind == INPUT:
            return None
        sights = facts.seen[key]
        field = fields.axes_of_seen(seeing.from_outside(outer, sights[0] if sights else None))
        if fields.is_finite(field) and node.output is not None and node.output.rank > 2:
            return (key,), field
        if node.copies:
            entry = [seeing.from_outside(outer, seen) for seen in seeing.arriving(node, facts.seen)]
            for earlier in node.copies[:-1]:
                entry = [seeing.through(entry, seen) for seen in earlier.sights]
            inside = _last_map(node.copies[-1], entry)
            if inside:
                return (key, *inside[0]), inside[1]
    return None
