"""Softmaxes where there is one too many: PyTorch's cross-entropy takes scores and applies a softmax by itself."""

from __future__ import annotations

from collections.abc import Iterator

from designer.analysis import fixes
from designer.analysis.checks.walk import before, nodes_of
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts

_SOFTMAXES = frozenset({"Softmax", "Softmax2d", "LogSoftmax"})
_THROUGH = frozenset({"Identity", "Flatten", "Dropout"})


def softmax_before_cross_entropy(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """A softmax that ends the design; only its first Output is what a loss takes."""
    block = facts.block
    last = before(facts, block.outputs[0].id, _THROUGH) if is_main and block.outputs else None
    if last is None or last.node.kind not in _SOFTMAXES:
        return
    node = last.node
    harmless = node.kind == "LogSoftmax"
    why = "it does nothing there" if harmless else "gradients become small, and learning slow"
    yield (
        node.id,
        Diagnostic(
            "softmax_before_cross_entropy",
            Severity.INFO if harmless else Severity.WARNING,
            f"{node}: a cross-entropy loss applies a softmax by itself, and with this one before it {why}.",
            expected="scores at the Output, one a class, from minus to plus infinity",
            received="logarithms of probabilities" if harmless else "probabilities",
            advice="Remove it, unless the network is trained with another loss.",
            fixes=(fixes.bypass_node(f"Remove {node.name}", block.name, node.id),),
        ),
    )


def two_softmaxes(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """A softmax of what a softmax gives."""
    for key, found in nodes_of(facts, _SOFTMAXES):
        first = before(facts, key, _THROUGH)
        if first is None or first.node.kind not in _SOFTMAXES:
            continue
        node = found.node
        yield (
            key,
            Diagnostic(
                "two_softmaxes",
                Severity.WARNING,
                f"{node}: it takes what {first.node} gives, and makes all of them nearly equal.",
                expected="one softmax, on scores",
                received="a softmax of a softmax",
                advice="Remove one of them.",
                fixes=(fixes.bypass_node(f"Remove {node.name}", facts.block.name, key),),
            ),
        )
