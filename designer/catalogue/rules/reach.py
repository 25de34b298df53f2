"""What the elements of one tensor see of another: intervals along its axes, exact and in whole elements.

A `Reach` says for each element of one axis which elements of another it sees. Windows, resizing, pools and slices are
all of this kind, and so is what follows from several of them in a row. A `Field` holds one for each axis of a source,
and how the axes of the tensor that sees run along those of the source. By convention statistics of a normalisation do
not count, and what lies between the taps of a dilated window does.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from designer.catalogue.spec import Tensor, Values, Window

Bound = float  # of an interval: a whole number; infinite for one without elements
NOWHERE = (math.inf, -math.inf)
MOST_ENTRIES = 1 << 13  # elements whose intervals are told one by one


class Reach(NamedTuple):
    """Element i sees `lows[i % n] + i // n · advance` to `highs[i % n] + i // n · advance`, n being their number.

    is_bounded: there are no further elements than these, so whoever looks beyond sees nothing.
    """

    lows: tuple[Bound, ...]
    highs: tuple[Bound, ...]
    advance: int
    is_bounded: bool = False

    @property
    def stride(self) -> Fraction:
        """How far apart two neighbours look."""
        return Fraction(self.advance, len(self.lows))

    @property
    def is_constant(self) -> bool:
        """Whether all elements see the same."""
        return not self.advance and len(self.lows) == 1 and not self.is_bounded

    @property
    def is_single(self) -> bool:
        """Whether each element sees one element, or none."""
        return all(low >= high for low, high in zip(self.lows, self.highs, strict=True))

    @property
    def size(self) -> int:
        """Elements of the largest interval."""
        return int(max(0, *(high - low + 1 for low, high in zip(self.lows, self.highs, strict=True))))

    def of(self, first: Bound, last: Bound) -> tuple[Bound, Bound]:
        """What the elements from `first` to `last` see together."""
        count = len(self.lows)
        if self.is_bounded:
            first, last = max(first, 0), min(last, count - 1)
        if first > last:
            return NOWHERE
        if count == 1:
            return self.lows[0] + first * self.advance, self.highs[0] + last * self.advance
        a, b = int(first), int(last)  # the lowest is within the first round, the highest within the last
        low = min(self.lows[i % count] + i // count * self.advance for i in range(a, min(b, a + count) + 1))
        high = max(self.highs[i % count] + i // count * self.advance for i in range(max(a, b - count), b + 1))
        return low, high

    def behind(self, inner: Reach, length: int) -> Reach:
        """What is seen through both: `inner` sees of an axis whose elements see this. length: elements that look."""
        if len(self.lows) == len(inner.lows) == 1 and not (self.is_bounded or inner.is_bounded):
            low, high, step = self.lows[0], self.highs[0], self.advance
            return Reach((low + inner.lows[0] * step,), (high + inner.highs[0] * step,), step * inner.advance)
        if self.is_constant:
            return self
        rounds = len(self.lows) // math.gcd(len(self.lows), inner.advance)
        count = len(inner.lows) * rounds
        if self.is_bounded or inner.is_bounded or count > length:
            return listed([self.of(*inner.of(i, i)) for i in range(min(length, MOST_ENTRIES))])
        found = [self.of(*inner.of(i, i)) for i in range(count)]
        lows, highs = zip(*found, strict=True)
        return Reach(lows, highs, inner.advance * rounds // len(self.lows) * self.advance)

    def with_(self, other: Reach, length: int) -> Reach:
        """What is seen either way. length: elements that look."""
        if self == other:
            return self
        count = math.lcm(len(self.lows), len(other.lows))
        if self.stride == other.stride and count <= length and not (self.is_bounded or other.is_bounded):
            lows, highs = zip(*(_hull(self.of(i, i), other.of(i, i)) for i in range(count)), strict=True)
            return Reach(lows, highs, int(self.stride * count))
        return listed([_hull(self.of(i, i), other.of(i, i)) for i in range(min(length, MOST_ENTRIES))])


def _hull(first: tuple[Bound, Bound], second: tuple[Bound, Bound]) -> tuple[Bound, Bound]:
    return min(first[0], second[0]), max(first[1], second[1])


ITSELF = Reach((0,), (0,), 1)


def listed(intervals: Sequence[tuple[Bound, Bound]]) -> Reach:
    """Each element's interval by itself; constant where all are the same."""
    if len(set(intervals)) == 1:
        return constant(*intervals[0])
    lows, highs = zip(*intervals, strict=True)
    return Reach(lows, highs, 0, is_bounded=True)


def constant(first: Bound, last: Bound) -> Reach:
    """Every element sees the same."""
    return Reach((first,), (last,), 0)


def everything(length: int) -> Reach:
    """Every element sees the whole axis."""
    return constant(0, int(length) - 1)


def sliding(window: Window) -> Reach:
    """A window that moves over the axis."""
    kernel, stride, padding, dilation = map(int, window)
    return Reach((-padding,), ((kernel - 1) * dilation - padding,), stride)


def transposed(window: Window) -> Reach:
    """A transposed convolution: element o sees each i where o + padding = stride · i + dilation · k."""
    kernel, stride, padding, dilation = map(int, window)
    found = []
    for o in range(stride):
        seen = [
            (o + padding - k * dilation) // stride for k in range(kernel) if not (o + padding - k * dilation) % stride
        ]
        found.append((min(seen), max(seen)) if seen else NOWHERE)
    lows, highs = zip(*found, strict=True)
    return Reach(lows, highs, 1)


def adaptive(size: int, count: int) -> Reach:
    """Windows that reach `count` results from `size` elements. Source: PyTorch's start_index and end_index."""
    if count == 1:
        return everything(size)
    common = math.gcd(int(size), int(count))
    step, period = int(size) // common, int(count) // common
    lows = tuple(i * step // period for i in range(period))
    return Reach(lows, tuple(-(-(i + 1) * step // period) - 1 for i in range(period)), step)


def resized(factor: Fraction, taps: int, shift: Fraction) -> Reach:
    """Interpolation: element o looks at o · factor + shift. taps: the elements that it sees there, unless it meets one.

    factor: elements of the input an element of the output. With one tap it is the element at or before that place.
    """
    period = factor.denominator
    lows, highs = [], []
    for o in range(period):
        place = o * factor + shift
        low = high = math.floor(place)
        if taps > 1 and place != low:
            low, high = low - taps // 2 + 1, low + taps // 2
        lows.append(low)
        highs.append(high)
    return Reach(tuple(lows), tuple(highs), factor.numerator)


class Digit(NamedTuple):
    """A part of an axis: as the digits of a number, those of an axis count its elements, the last the fastest.

    axis: of the source, along which it moves; None where all its elements see the same. weight: how many elements of
    that axis' reach one step is; 0 where its steps are not all alike.
    """

    length: int
    axis: int | None = None
    weight: int = 0


Layout = tuple[tuple[Digit, ...], ...]


class Field(NamedTuple):
    """What the elements of a tensor see of a source.

    reaches: one for each axis of the source, the batch among them. counts: how many elements each of them has. layout:
    how each axis of the tensor moves along those. lengths: of the source's axes.
    """

    reaches: tuple[Reach, ...]
    counts: tuple[int, ...]
    layout: Layout
    lengths: tuple[int, ...]


SAME = Field((), (), (), ())  # what sees each element of one source at its own place: nothing has to be worked out
FieldRule = Callable[[Values, Sequence[Tensor], Sequence[Tensor], int], Sequence[Field | None]]


def identity(shape: Sequence[int]) -> Field:
    """A tensor that sees itself. The batch's axis sees nothing: examples do not see each other."""
    lengths = tuple(map(int, shape))
    layout = tuple((Digit(length, axis, 1) if axis else Digit(length),) for axis, length in enumerate(lengths))
    return Field((ITSELF,) * len(lengths), lengths, layout, lengths)


def along(source: Tensor, result: Tensor, reaches: Mapping[int, Reach]) -> Field:
    """What a layer sees that keeps the axes: the reaches of some of them; along the others each element sees itself."""
    lengths, ends = tuple(map(int, source.shape)), tuple(map(int, result.shape))
    found = tuple(reaches.get(axis, ITSELF) for axis in range(len(lengths)))
    layout = tuple(
        (Digit(end, axis, 1) if axis and not found[axis].is_constant else Digit(end),) for axis, end in enumerate(ends)
    )
    return Field(found, ends, layout, lengths)


def moved(source: Tensor, result: Tensor, axes: Sequence[int | None], reaches: Mapping[int, Reach] = {}) -> Field:
    """What a layer sees that moves axes. axes: for each one of the result the one of the source, None for a new one."""
    lengths, ends = tuple(map(int, source.shape)), tuple(map(int, result.shape))
    found = [reaches.get(axis, ITSELF) for axis in range(len(lengths))]
    counts = list(lengths)
    layout = []
    for end, axis in zip(ends, axes, strict=True):
        is_moving = axis and not found[axis].is_constant
        layout.append((Digit(end, axis, 1) if is_moving else Digit(end),))
        if is_moving:
            counts[axis] = end
    return Field(tuple(found), tuple(counts), tuple(layout), lengths)


def regrouped(source: Tensor, result: Tensor) -> Field:
    """What a layer sees that lays the elements out in another shape, in their order."""
    whole = identity(source.shape)
    ends = tuple(map(int, result.shape))
    digits = [digit for axis in whole.layout for digit in axis]
    layout = regroup(digits, ends)
    return whole._replace(layout=layout or irregular(digits, ends))


def elementwise(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    """What each element of a result sees that is made of those at its place; axes of length 1 are stretched."""
    return [_stretched(x, outputs[port]) for x in inputs]


def _stretched(source: Tensor, result: Tensor) -> Field:
    if tuple(source.shape) == tuple(result.shape):
        return SAME
    missing = result.rank - source.rank
    axes = [
        axis - missing if axis >= missing and source.shape[axis - missing] == length else None
        for axis, length in enumerate(result.shape)
    ]
    return moved(source, result, axes)


def of_one(reaches: Callable[[Values, Tensor, Tensor], Mapping[int, Reach]]) -> FieldRule:
    """The rule of a layer with one input that keeps the axes, from its reaches along some of them."""

    def rule(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
        found = reaches(values, inputs[0], outputs[port])
        return [along(inputs[0], outputs[port], found) if found else SAME]

    return rule


def windowed(window: Callable[[Values], Sequence[Window]]) -> FieldRule:
    """The rule of a layer whose windows slide over the spatial axes, in each channel by itself."""

    def reaches(values: Values, x: Tensor, y: Tensor) -> Mapping[int, Reach]:
        windows = window(values)
        return {x.rank - len(windows) + axis: sliding(each) for axis, each in enumerate(windows)}

    return of_one(reaches)


def regroups(values: Values, inputs: Sequence[Tensor], outputs: Sequence[Tensor], port: int) -> Sequence[Field]:
    """The rule of a layer that gives a tensor another shape."""
    return [regrouped(inputs[0], outputs[port])]


def irregular(digits: Sequence[Digit], lengths: Sequence[int]) -> Layout:
    """Axes of these lengths along each of which all that `digits` move along may change, in no regular order."""
    sources = sorted({digit.axis for digit in digits if digit.axis is not None})
    return tuple((Digit(length), *(Digit(1, axis, 0) for axis in sources)) for length in lengths)


def regroup(digits: Sequence[Digit], lengths: Sequence[int]) -> Layout | None:
    """Digits shared out anew among axes of these lengths; None where a border falls within one, not dividing it."""
    left = [digit for digit in reversed(digits) if digit.length != 1 or digit.axis is None]
    marks = [digit for digit in digits if digit.length == 1 and digit.axis is not None and not digit.weight]
    layout = []
    for length in lengths:
        found: list[Digit] = []
        while length > 1:
            while left and left[-1].length == 1:
                left.pop()
            if not left:
                return None
            digit = left.pop()
            if length % digit.length == 0:
                found.append(digit)
                length //= digit.length
                continue
            if digit.length % length:
                return None
            rest = digit.length // length
            found.append(Digit(length, digit.axis, digit.weight * rest))
            left.append(Digit(rest, digit.axis, digit.weight))
            length = 1
        layout.append(tuple(found) or (Digit(1),))
    if marks:  # what moves in no order does so along every axis
        layout = [(*axis, *marks) for axis in layout]
    return tuple(layout)
