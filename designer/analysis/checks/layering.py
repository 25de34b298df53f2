"""Layers in an order that learns badly: what stands before what."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from itertools import islice

from designer.analysis import fixes
from designer.analysis.checks.walk import Meeting, Place, feeds_one, meetings, where
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import BlockFacts
from designer.base.text import Text, joined
from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.graph.block import INPUT_PORT, Endpoint
from designer.graph.design import Design

_DROPOUTS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"})
_BATCH_NORMS = frozenset({"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"})
_ACTIVATIONS = frozenset(kind for kind, spec in registry().items() if spec.family is Family.ACTIVATION)
_CONVOLUTIONS = frozenset({"Conv1d", "Conv2d", "Conv3d"})
_LINEAR = frozenset({"Linear"})
_BIASED = frozenset(
    kind
    for kind, spec in registry().items()
    if (spec.family is Family.CONVOLUTION and spec.parameter("bias")) or kind == "Linear"
)
_IDENTITY = frozenset({"Identity"})


def dropout_before_batch_norm(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Dropout right before batch normalisation, or with only activations between.

    Source: Li, Chen, Hu and Yang, "Understanding the disharmony between dropout and batch normalization by variance
    shift", CVPR 2019.
    """
    for meeting in meetings(facts, _DROPOUTS, _BATCH_NORMS, _ACTIVATIONS | _IDENTITY):
        dropout, norm = meeting.first, meeting.second
        if not dropout.facts.values.get("p"):
            continue
        yield (
            dropout.path[0],
            Diagnostic(
                "dropout_before_batch_norm",
                Severity.WARNING,
                Text(
                    "{dropout}: {norm} behind it learns variances that hold only while the dropout is on.",
                    dropout=dropout.node,
                    norm=norm.node,
                ),
                expected="dropout behind the batch normalisation",
                received=Text("dropout of p={p} before it", p=dropout.facts.values["p"]),
                advice="Move it behind, or remove it.",
                fixes=tuple(_without_dropout(facts, meeting)),
                path=dropout.path[1:],
            ),
        )


def _without_dropout(facts: BlockFacts, meeting: Meeting) -> Iterator[Fix]:
    dropout, norm = meeting.first, meeting.second
    block = dropout.within.block
    if INPUT_PORT not in block.incoming[dropout.key]:
        return
    if meeting.is_within_one_block and feeds_one(facts, dropout):
        title = Text("Move {dropout} behind {norm}", dropout=dropout.node.name, norm=norm.node.name)
        yield fixes.move_behind(title, block.name, dropout.key, norm.key)
    title = Text("Remove {name}{where}", name=dropout.node.name, where=where(dropout, facts))
    yield fixes.bypass_node(title, block.name, dropout.key)


def missing_activation(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Two Linear layers in a row, or two convolutions, which are no more than one.

    A first one with fewer outputs than inputs and than the second has outputs is a bottleneck, and meant; so are the
    parts of a separable convolution: groups, and windows along one axis.
    """
    for kinds, through, severity in (
        (_LINEAR, _DROPOUTS | _IDENTITY, Severity.WARNING),
        (_CONVOLUTIONS, _DROPOUTS | _IDENTITY | _BATCH_NORMS, Severity.INFO),
    ):
        for meeting in meetings(facts, kinds, kinds, through):
            first, second = meeting.first, meeting.second
            if not feeds_one(facts, first) or _is_meant(first, second):
                continue
            node = second.node
            what = Text("Linear layers") if kinds is _LINEAR else Text("convolutions")
            between = Text("{node} and it", node=first.node) if first.path != second.path else Text("its copies")
            yield (
                second.path[0],
                Diagnostic(
                    "missing_activation",
                    severity,
                    Text(
                        "{node}: between {between} there is no activation, and the two can do no more than one.",
                        node=node,
                        between=between,
                    ),
                    expected=Text("an activation between two {what}", what=what),
                    received="none",
                    advice="Put a ReLU between them, or keep one of the two.",
                    fixes=_with_relu(facts, meeting),
                    path=second.path[1:],
                ),
            )


def _with_relu(facts: BlockFacts, meeting: Meeting) -> tuple[Fix, ...]:
    """A ReLU on the wire between them, or, between copies of a block, at the block's end."""
    if meeting.target.port:
        return (fixes.insert_before("Insert a ReLU", facts.block.name, meeting.target, "ReLU", {}),)
    instance = facts.nodes[meeting.target.node]
    if instance.inside is None:
        return ()
    block = instance.inside.block
    end = Endpoint(block.outputs[0].id, INPUT_PORT)
    return (
        fixes.insert_before(Text("Insert a ReLU at the end of {block}", block=block.name), block.name, end, "ReLU", {}),
    )


def _is_meant(first: Place, second: Place) -> bool:
    """Whether two of a kind in a row are a factorisation: a bottleneck, groups, or windows along one axis."""
    if None in (first.facts.output, second.facts.output, *first.facts.inputs):
        return True
    axis = -1 if first.node.kind == "Linear" else 1
    middle, entering, leaving = (
        tensor.shape[axis] for tensor in (first.facts.output, first.facts.inputs[0], second.facts.output)
    )
    if middle < min(entering, leaving):
        return True
    values: tuple[Mapping, ...] = (first.facts.values, second.facts.values)
    kernels = [v.get("kernel_size") for v in values]
    along_one_axis = any(isinstance(k, tuple) and len(set(k)) > 1 for k in kernels)
    return along_one_axis or any(v.get("groups", 1) != 1 for v in values)


def bias_before_batch_norm(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Layers with a bias right before batch normalisation, which takes it away again. Told once a block."""
    first, another = (*islice(_with_idle_bias(facts), 2), None, None)[:2]
    if first is None:
        return
    title = Text("Set bias of {name} to False{where}", name=first.node.name, where=where(first, facts))
    yield (
        first.path[0],
        Diagnostic(
            "bias_before_batch_norm",
            Severity.HINT,
            joined(
                Text("{node}: the batch normalisation behind it takes its bias away again.", node=first.node),
                "So it is with other layers here." if another else "",
            ),
            expected="bias=False before batch normalisation",
            received="bias=True",
            advice="Set bias to False; the network can do the same with fewer parameters.",
            fixes=(Fix("Set bias to False in all of them" if another else title, _without_idle_bias(facts)),),
            path=first.path[1:],
        ),
    )


def _with_idle_bias(facts: BlockFacts) -> Iterator[Place]:
    seen: set[tuple[str, str]] = set()
    for first, _, _ in meetings(facts, _BIASED, _BATCH_NORMS, _IDENTITY):
        drawn = first.within.block.name, first.key
        if drawn not in seen and first.facts.values.get("bias") and feeds_one(facts, first):
            seen.add(drawn)
            yield first


def _without_idle_bias(facts: BlockFacts) -> Callable[[Design], Design]:
    def apply(design: Design) -> Design:
        places = [(place.within.block.name, place.key) for place in _with_idle_bias(facts)]
        return fixes.set_param_of("", places, "bias", False).apply(design)

    return apply
