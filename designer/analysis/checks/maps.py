"""Feature maps that are too small, or of a size that the next window does not divide."""

from __future__ import annotations

from collections.abc import Iterator
from functools import reduce

from designer.analysis import fixes
from designer.analysis.checks.walk import nodes_of
from designer.analysis.diagnostics import Diagnostic, Fix, Severity
from designer.analysis.facts import BlockFacts, NodeFacts
from designer.base.text import Text
from designer.catalogue.registry import registry
from designer.catalogue.spec import Family, Values, Window

LEAST_SHARE = 1 / 20  # of an axis; what is less is not worth a word
_SLIDING = frozenset(
    kind
    for kind, spec in registry().items()
    if spec.family in (Family.CONVOLUTION, Family.POOLING) and "Transpose" not in kind and "Unpool" not in kind
)


def odd_size_lost(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """Windows laid side by side that leave rows or columns over.

    Only windows that tile their input count, kernel_size = stride: those that overlap, or skip elements, lose what is
    at the edge in many published networks, and on purpose. One row of a large map is nothing either,
    and an average for the head serves without it.
    """
    for key, found in nodes_of(facts, _SLIDING):
        lost = _lost(found)
        if not lost or _summarises(facts, key):
            continue
        node = found.node
        spatial = found.inputs[0].shape[2:]
        ceil = found.values.get("ceil_mode") is False
        fix = fixes.set_param("Set ceil_mode to True", facts.block.name, key, "ceil_mode", True)
        yield (
            key,
            Diagnostic(
                "odd_size_lost",
                Severity.INFO,
                Text("{node}: its windows leave the last {lost} of its input out.", node=node, lost=_counted(lost)),
                expected="a size that stride divides",
                received=" × ".join(str(int(length)) for length in spatial),
                advice="Set ceil_mode, pad the input, or choose another image size."
                if ceil
                else "Pad the input, or choose another image size.",
                fixes=(fix,) if ceil else (),
            ),
        )


def map_too_small_early(facts: BlockFacts, is_main: bool) -> Iterator[tuple[str, Diagnostic]]:
    """A window over several elements where one is left; the first of a block tells of all."""
    for key, found in nodes_of(facts, _SLIDING):
        entering = found.inputs[0] if found.inputs else None
        if entering is None or entering.shape[-1:] != (1,) or max(entering.shape[2:], default=1) != 1:
            continue
        windows = _windows(found)
        if not windows:
            continue
        kernel = max(window.kernel for window in windows)
        if kernel == 1:
            continue
        node = found.node
        yield (
            key,
            Diagnostic(
                "map_too_small_early",
                Severity.WARNING,
                Text(
                    "{node}: the feature map has a single element left, and a window of {kernel} sees "
                    "padding beside it.",
                    node=node,
                    kernel=kernel,
                ),
                expected=Text("a map of at least {kernel} elements along each axis", kernel=kernel),
                received=" × ".join("1" for _ in windows),
                advice="Use a larger image, or fewer strides and pools before it.",
                fixes=_to_one_element(facts, found, kernel),
            ),
        )
        return


def _to_one_element(facts: BlockFacts, found: NodeFacts, kernel: int) -> tuple[Fix, ...]:
    """What computes the same from one element: a window of 1, or nothing at all in place of a pool."""
    node, name = found.node, facts.block.name
    if max(found.output.shape[2:], default=1) != 1:
        return ()
    if found.spec.family is Family.POOLING:
        return (fixes.bypass_node(Text("Remove {name}", name=node.name), name, node.id),)
    title = Text("Set kernel_size of {node} to 1, without padding", node=node.name)
    return (fixes.set_params(title, name, node.id, {"kernel_size": 1, "padding": 0}),)


def _windows(node: NodeFacts) -> tuple[Window, ...]:
    """The windows of a node, one a spatial axis of its input; none where something is unknown."""
    if node.spec is None or node.output is None or not node.inputs or node.inputs[0] is None:
        return ()
    windows = node.spec.window(Values(node.values))
    return tuple(windows or ())


def _summarises(facts: BlockFacts, key: str) -> bool:
    """Whether a node averages a map that is then flattened for the head."""
    block = facts.block
    behind = [block.nodes[other].kind for other in block.graph.succ[key]]
    return block.nodes[key].kind.startswith("AvgPool") and bool(behind) and set(behind) == {"Flatten"}


def _lost(node: NodeFacts) -> tuple[int, ...]:
    """How many elements a node that tiles its input leaves out along each axis; none where that is next to nothing."""
    if node.repeat != 1 or node.values.get("stride") == 1:  # as nearly all are: an edit has no time for their windows
        return ()
    windows = _windows(node)
    if any(w.kernel != w.stride or w.padding or w.dilation != 1 for w in windows):
        return ()
    axes = zip(node.inputs[0].shape[2:], node.output.shape[2:], windows, strict=False) if windows else ()
    shares = [(int(size - length * window.stride), int(size)) for size, length, window in axes]
    worth_telling = any(left > LEAST_SHARE * size for left, size in shares)
    return tuple(max(0, left) for left, _ in shares) if worth_telling else ()


_ELEMENT = Text("element"), Text("elements")
_SLICE = Text("slice"), Text("slices")
_ROW = Text("row"), Text("rows")
_COLUMN = Text("column"), Text("columns")


def _counted(lost: tuple[int, ...]) -> str:
    """Rows and columns in words: `row`, `2 columns`, `row and column`."""
    axes = {1: (_ELEMENT,), 2: (_ROW, _COLUMN)}.get(len(lost), (_SLICE, _ROW, _COLUMN))
    parts = [
        one if count == 1 else Text("{count} {things}", count=count, things=several)
        for count, (one, several) in zip(lost, axes, strict=False)
        if count
    ]
    return reduce(lambda left, right: Text("{left} and {right}", left=left, right=right), parts)
