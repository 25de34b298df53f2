"""A layer's arithmetic with the numbers filled in: how its output size and its parameters come about.

A formula is shown only where it gives exactly what analysis found, so it is never wrong for a layer it does not fit.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from designer.analysis.facts import NodeFacts
from designer.base import numbers
from designer.catalogue.spec import Window

translate = QCoreApplication.translate

_AXES = {
    1: (QT_TRANSLATE_NOOP("Formulas", "length"),),
    2: (QT_TRANSLATE_NOOP("Formulas", "height"), QT_TRANSLATE_NOOP("Formulas", "width")),
    3: (QT_TRANSLATE_NOOP("Formulas", "depth"), "height", "width"),
}
_CONVOLUTIONS = {"Conv1d", "Conv2d", "Conv3d"}


def size_formulas(known: NodeFacts) -> tuple[str, ...]:
    """For each spatial axis, or once where they agree: `height = ⌊(224 + 2·3 − 1·(7 − 1) − 1) / 2⌋ + 1 = 112`."""
    before, after = (ports[0] if ports else None for ports in (known.inputs, known.outputs))
    windows = known.windows
    if before is None or after is None or not windows:
        return ()
    sizes, results = before.shape[2:], after.shape[2:]
    names = [translate("Formulas", axis) for axis in _AXES.get(len(windows), ())]
    if not names or not len(sizes) == len(results) == len(windows):
        return ()
    lines = [_window(int(size), w, int(result)) for size, w, result in zip(sizes, windows, results, strict=True)]
    if not all(lines):
        return ()
    if len(set(lines)) == 1:
        return (f"{' = '.join(names)} = {lines[0]}",)
    return tuple(f"{name} = {line}" for name, line in zip(names, lines, strict=True))


def _window(size: int, window: Window, result: int) -> str:
    kernel, stride, padding, dilation = (int(number) for number in window)
    reach = f"{dilation}·({kernel} − 1)"
    room = size + 2 * padding - dilation * (kernel - 1) - 1
    if room // stride + 1 == result:
        return f"⌊({size} + 2·{padding} − {reach} − 1) / {stride}⌋ + 1 = {result}"
    if -(-room // stride) + 1 == result:
        return f"⌈({size} + 2·{padding} − {reach} − 1) / {stride}⌉ + 1 = {result}"
    if (size - 1) * stride - 2 * padding + dilation * (kernel - 1) + 1 == result:
        return f"({size} − 1)·{stride} − 2·{padding} + {reach} + 1 = {result}"
    return ""


def parameter_formula(known: NodeFacts) -> str:
    """How the parameters of a convolution or a linear layer come about: `64·3·7·7 + 64 = 9,472`."""
    values, count = known.values, known.totals.params // max(known.repeat, 1)
    first = known.inputs[0] if known.inputs else None
    if first is None or not count:
        return ""
    if known.node.kind in _CONVOLUTIONS:
        out, groups = int(values["out_channels"]), int(values["groups"])
        size = values["kernel_size"]
        kernel = size if isinstance(size, tuple) else (size,) * (first.rank - 2)
        factors = [out, int(first.shape[1]) // groups, *(int(edge) for edge in kernel)]
    elif known.node.kind == "Linear":
        out = int(values["out_features"])
        factors = [out, int(first.shape[-1])]
    else:
        return ""
    total, words = math.prod(factors), "·".join(map(str, factors))
    if total + out == count:
        return f"{words} + {out} = {count:,}"
    return f"{words} = {count:,}" if total == count else ""


def flow(known: NodeFacts) -> str:
    """What comes in and what goes out, without the batch: `3×224×224 → 64×112×112`."""
    sides = (
        ", ".join("?" if tensor is None else numbers.shape(tensor.shape[1:]) for tensor in ports)
        for ports in (known.inputs, known.outputs)
    )
    return " → ".join(side for side in sides if side)
