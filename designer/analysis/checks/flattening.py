"""Linear layers on tensors of four axes or more, of which they see the last one alone.

PyTorch takes them, and in networks with the channels last they are meant. Behind a layer that has the channels first
the last axis is the width of an image, and what lacks is a Flatten.
"""

from __future__ import annotations

from collections.abc import Iterator

from designer.analysis import fixes
from designer.analysis.checks.walk import Place, before, meetings, nodes_of, where
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts
from designer.base.text import Text
from designer.catalogue.registry import registry
from designer.catalogue.rules.expect import shape_text
from designer.catalogue.spec import Family
from designer.graph.block import INPUT, INPUT_PORT, Endpoint

_LINEAR = frozenset({"Linear"})
_MOST_COLOURS = 4  # channels of an image as it comes from a file
_CHANNELS_FIRST = frozenset(
    kind
    for kind in registry()
    if (kind[-1] == "d" and kind[-2].isdecimal()) or kind in ("Upsample", "GroupNorm", "LocalResponseNorm", INPUT)
)
_BETWEEN = frozenset(
    kind for kind, spec in registry().items() if spec.family is Family.ACTIVATION and kind not in _CHANNELS_FIRST
) | {"Identity", "Dropout", "AlphaDropout", "FeatureAlphaDropout"}


def linear_on_last_axis(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Linear layers that see but the last of four axes or more: a warning where it is a width, else a hint."""
    told = set()
    for first, second, _ in meetings(facts, _CHANNELS_FIRST, _LINEAR, _BETWEEN):
        if _is_long(second) and _has_channels_first(first):
            told.add(second.path)
            yield second.path[0], _diagnostic(second, facts, Severity.WARNING)
    for key, _ in nodes_of(facts, _LINEAR):
        place, first = Place((key,), facts), before(facts, key, _BETWEEN)
        from_outside = not is_main and first is not None and first.node.kind == INPUT  # judged where that is known
        if place.path not in told and not from_outside and _is_long(place):
            yield key, _diagnostic(place, facts, Severity.HINT)


def _is_long(place: Place) -> bool:
    tensor = place.facts.inputs[0] if place.facts.inputs else None
    return place.facts.output is not None and tensor is not None and tensor.rank > 3


def _has_channels_first(place: Place) -> bool:
    """Of an Input: whether its shape is that of images as files have them."""
    tensor = place.facts.output
    if place.node.kind != INPUT:
        return True
    return tensor is not None and tensor.rank > 3 and tensor.shape[1] <= _MOST_COLOURS < min(tensor.shape[2:])


def _diagnostic(place: Place, facts: BlockFacts, severity: Severity) -> Diagnostic:
    tensor = place.facts.inputs[0]
    text = Text(
        "{node}: a {rank}-d tensor {shape} arrives, of which it sees only the last axis.",
        node=place.node,
        rank=tensor.rank,
        shape=shape_text(tensor.shape),
    )
    block = place.within.block.name
    flatten = fixes.insert_before(
        Text("Insert Flatten{where}", where=where(place, facts)), block, Endpoint(place.key, INPUT_PORT), "Flatten", {}
    )
    return Diagnostic(
        "linear_needs_flat",
        severity,
        text,
        expected="(N, in_features) or (N, L, in_features)",
        received=shape_text(tensor.shape),
        advice="Insert Flatten, unless each vector along the last axis is to be treated by itself.",
        fixes=(flatten,),
        path=place.path[1:],
    )
