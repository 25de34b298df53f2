"""Receptive fields: which part of the input one element of a feature map can see.

Along one axis a field is a size, a stride (the step in the input when moving one element in the map) and the centre of
the first element, all in elements of the input. Source: Araujo, Norris and Sim, "Computing receptive fields of
convolutional neural networks", Distill 2019.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import NamedTuple

from designer.catalogue.spec import Window


class Axis(NamedTuple):
    """The field along one axis. size: inf where every output sees the whole input."""

    size: float = 1
    stride: float = 1
    start: float = 0.0

    @property
    def padding(self) -> float | None:
        """How many elements the first element's field begins before the input; below 0: behind its edge.

        None where every output sees everything.
        """
        return (self.size - 1) / 2 - self.start if math.isfinite(self.size) else None


Field = tuple[Axis, ...]


def identity(rank: int) -> Field:
    """The field of an element in itself; rank: of the tensor, with the batch and the channels.

    What is flat has one axis, which stands for all of them: a Linear sees everything there too.
    """
    return (Axis(),) * max(1, rank - 2)


def slide(field: Field, windows: Sequence[Window] | str | None) -> Field:
    """The field behind a layer with these windows. "all": every output sees everything; None: as before."""
    if windows is None:
        return field
    if isinstance(windows, str):
        return tuple(Axis(math.inf, axis.stride, axis.start) for axis in field)
    return tuple(_slide(axis, window) for axis, window in zip(field, windows, strict=False))


def _slide(axis: Axis, window: Window) -> Axis:
    reach = (window.kernel - 1) * window.dilation
    return Axis(
        axis.size + reach * axis.stride,
        axis.stride * window.stride,
        axis.start + (reach / 2 - window.padding) * axis.stride,
    )


def is_finite(field: Field) -> bool:
    """Whether it is known, and less than everything along each axis."""
    return bool(field) and all(math.isfinite(axis.size) for axis in field)


def compose(outer: Field, inner: Field) -> Field:
    """The field of something whose field is `inner` in a map whose own field is `outer`."""
    if len(inner) == 1:
        inner *= len(outer)
    return tuple(
        Axis(a.size + (b.size - 1) * a.stride, a.stride * b.stride, a.start + b.start * a.stride)
        for a, b in zip(outer, inner, strict=False)
    )


def widest(fields: Sequence[Field]) -> Field:
    """The field where several tensors meet: along each axis the largest."""
    if not fields:
        return ()
    return tuple(max(axes) for axes in zip(*fields, strict=False))


def moves_nothing(windows: Sequence[Window]) -> bool:
    """Whether windows see one element each, where it is: the field stays as it is. No windows: nobody knows."""
    return bool(windows) and all(w.kernel == 1 and w.stride == 1 and w.padding == 0 for w in windows)


def sizes(field: Field, spatial: Sequence[int]) -> tuple[int, ...] | None:
    """The field's size in elements, "everything" counted as the input's own size; None where there are no axes."""
    if not field or not spatial:
        return None
    return tuple(
        int(axis.size) if math.isfinite(axis.size) else int(length)
        for axis, length in zip(field, spatial, strict=False)
    )
