"""Layers in an order that learns badly: what stands before what."""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from designer.analysis import fixes
from designer.analysis.checks.walk import before, feeds_one, nodes_of
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts
from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.graph.block import INPUT_PORT, Endpoint

MOST_SIGMOIDS = 5  # in a row of layers; the first convolutional networks had four
_DROPOUTS = frozenset({"Dropout", "Dropout1d", "Dropout2d", "Dropout3d", "AlphaDropout", "FeatureAlphaDropout"})
_BATCH_NORMS = frozenset({"BatchNorm1d", "BatchNorm2d", "BatchNorm3d"})
_SATURATING = frozenset({"Sigmoid", "Tanh"})
_ACTIVATIONS = frozenset(kind for kind, spec in registry().items() if spec.family is Family.ACTIVATION)
_NORMALISATIONS = frozenset(kind for kind, spec in registry().items() if spec.family is Family.NORMALISATION)


def dropout_before_batch_norm(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Dropout right before batch normalisation, or with only activations between.

    Source: Li, Chen, Hu and Yang, "Understanding the disharmony between dropout and batch normalization by variance
    shift", CVPR 2019.
    """
    if facts.block.kinds.isdisjoint(_DROPOUTS):
        return
    for key, found in nodes_of(facts, _BATCH_NORMS):
        dropout = before(facts, key, _ACTIVATIONS | {"Identity"})
        if dropout is None or dropout.node.kind not in _DROPOUTS or not dropout.values.get("p"):
            continue
        node, name = dropout.node, facts.block.name
        title = f"Move {node.name} behind {found.node.name}"
        movable = feeds_one(facts, node.id) and INPUT_PORT in facts.block.incoming[node.id]
        yield (
            node.id,
            Diagnostic(
                "dropout_before_batch_norm",
                Severity.WARNING,
                f"{node}: {found.node} behind it learns variances that hold only while the dropout is on.",
                expected="dropout behind the batch normalisation",
                received=f"dropout of p={dropout.values['p']} before it",
                advice="Move it behind, or remove it.",
                fixes=(fixes.move_behind(title, name, node.id, key),) if movable else (),
            ),
        )


def missing_activation(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Two Linear layers in a row, which are no more than one.

    A first one with fewer outputs than inputs and than the second has outputs is a bottleneck, and meant.
    """
    for key, second in nodes_of(facts, ("Linear",)):
        first = before(facts, key, _DROPOUTS | {"Identity"})
        if first is None or first.node.kind != "Linear" or not feeds_one(facts, first.node.id):
            continue
        if None in (first.output, second.output, *first.inputs):
            continue
        middle, entering, leaving = (t.shape[-1] for t in (first.output, first.inputs[0], second.output))
        if middle < min(entering, leaving):
            continue
        node = second.node
        yield (
            key,
            Diagnostic(
                "missing_activation",
                Severity.WARNING,
                f"{node}: between {first.node} and it there is no activation, and the two can do no more than one.",
                expected="an activation between two Linear layers",
                received="none",
                advice="Put a ReLU between them, or keep one of the two.",
                fixes=(fixes.insert_before("Insert a ReLU", facts.block.name, Endpoint(key, INPUT_PORT), "ReLU", {}),),
            ),
        )


def sigmoid_chain(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Many sigmoids or tanhs one behind the other, without a normalisation or a way around them."""
    block = facts.block
    if block.kinds.isdisjoint(_SATURATING):
        return
    chain = _longest_chain(facts)
    if chain.length < MOST_SIGMOIDS:
        return
    node = block.nodes[chain.last]
    yield (
        chain.last,
        Diagnostic(
            "sigmoid_chain",
            Severity.INFO,
            f"{node}: it ends a chain of {chain.length} sigmoids or tanhs; hardly a gradient comes back through it.",
            expected=f"fewer than {MOST_SIGMOIDS} in a chain without normalisation",
            received=f"{chain.length} in a chain",
            advice="Use ReLU in hidden layers.",
            fixes=(fixes.set_kind("Use ReLU for all of them", block.name, tuple(chain.keys()), "ReLU"),),
        ),
    )


class _Chain(NamedTuple):
    """Saturating nodes one behind the other. length: how many activations they stand for."""

    length: int = 0
    last: str = ""
    before: _Chain | None = None

    def keys(self) -> Iterator[str]:
        """The ids of its nodes, the last first."""
        link: _Chain | None = self
        while link and link.last:
            yield link.last
            link = link.before


def _longest_chain(facts: BlockFacts) -> _Chain:
    """The longest chain of saturating nodes that a gradient must pass within the block.

    Where tensors meet, the way with the fewest counts: a gate beside a shortcut holds no gradient back.
    """
    chains: dict[str, _Chain] = {}
    longest = _Chain()
    for key in facts.block.order:
        node = facts.nodes[key]
        arriving = [chains[source] for source in node.sources if source in chains]
        chain = min(arriving, key=lambda c: c.length, default=_Chain())
        if node.is_there and node.node.kind in _NORMALISATIONS:
            chain = _Chain()
        elif node.is_there and node.node.kind in _SATURATING and key in facts.block.live:
            chain = _Chain(chain.length + node.repeat, key, chain)
            longest = max(longest, chain, key=lambda c: c.length)
        chains[key] = chain
    return longest
