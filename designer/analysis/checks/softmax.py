"""Softmaxes where there is one too many: PyTorch's cross-entropy takes scores and applies a softmax by itself."""

from __future__ import annotations

from collections.abc import Iterator

from designer.analysis import fixes
from designer.analysis.checks.walk import before, meetings, where
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.analysis.facts import BlockFacts
from designer.base.text import Text

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
    why = Text("it does nothing there") if harmless else Text("gradients become small, and learning slow")
    yield (
        last.path[0],
        Diagnostic(
            "softmax_before_cross_entropy",
            Severity.INFO if harmless else Severity.WARNING,
            Text(
                "{node}: a cross-entropy loss applies a softmax by itself, and with this one before it {why}.",
                node=node,
                why=why,
            ),
            expected="scores at the Output, one a class, from minus to plus infinity",
            received="logarithms of probabilities" if harmless else "probabilities",
            advice="Remove it, unless the network is trained with another loss.",
            fixes=(
                fixes.bypass_node(
                    Text("Remove {node}{where}", node=node.name, where=where(last, facts)),
                    last.within.block.name,
                    node.id,
                ),
            ),
            path=last.path[1:],
        ),
    )


def two_softmaxes(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """A softmax of what a softmax gives."""
    for first, second, _ in meetings(facts, _SOFTMAXES, _SOFTMAXES, _THROUGH):
        node = second.node
        is_own_copy = first.path == second.path
        what = Text("what its own copy gives") if is_own_copy else Text("what {node} gives", node=first.node)
        yield (
            second.path[0],
            Diagnostic(
                "two_softmaxes",
                Severity.WARNING,
                Text("{node}: it takes {what}, and makes all of them nearly equal.", node=node, what=what),
                expected="one softmax, on scores",
                received="a softmax of a softmax",
                advice="Remove one of them.",
                fixes=(
                    fixes.bypass_node(
                        Text("Remove {node}{where}", node=node.name, where=where(second, facts)),
                        second.within.block.name,
                        node.id,
                    ),
                ),
                path=second.path[1:],
            ),
        )
