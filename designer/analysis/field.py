"""Receptive fields: which part of the input one element of a feature map can see.

Along one axis a field is a size, a stride (the step in the input when moving one element in the map) and a padding (how
far the first element looks beyond the edge), all in elements of the input. They follow from intervals that are exact
(`catalogue.rules.reach`), so strides may be fractions. Source: Araujo, Norris and Sim, "Computing receptive fields of
convolutional neural networks", Distill 2019.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping, Sequence
from fractions import Fraction
from typing import NamedTuple

from designer.catalogue.rules.reach import Digit, Field, Reach, constant, irregular, regroup

Seen = Mapping[int, Field]  # what a tensor sees of each input of its block that it sees at all, by their numbers


class Axis(NamedTuple):
    """The field along one axis of the input.

    size: the largest of all elements; inf where every output sees the whole input. stride: None where all outputs see
    the same. padding: below 0, the first element's field begins behind the edge; None where it is not one of several.
    """

    size: float = 1
    stride: Fraction | None = None
    padding: int | None = None


Axes = tuple[Axis, ...]  # one a spatial axis of the input


def axes_of_seen(seen: Seen | None) -> Axes:
    """The receptive field of a tensor, in the first input that it sees anything of; () where it is not known."""
    return axes_of(seen[min(seen)]) if seen else ()


def axes_of(field: Field) -> Axes:
    """The field along the spatial axes of its source, or along the one behind the batch where there is no other.

    An element of a map sees all channels of its place, by convention.
    """
    found = tuple(_axis(field, axis) for axis in range(2, len(field.reaches)))
    return found or tuple(_axis(field, axis) for axis in range(1, len(field.reaches)))


def _axis(field: Field, axis: int) -> Axis:
    reach, length = field.reaches[axis], field.lengths[axis]
    if _moves(field, axis):
        first = next((low for low, high in zip(reach.lows, reach.highs, strict=True) if low <= high), 0)
        stride = reach.stride if reach.advance else _mean_stride(reach)
        return Axis(reach.size, stride, -int(first))
    low, high = max(reach.lows[0], 0), min(reach.highs[0], length - 1)
    if low <= 0 and high >= length - 1:
        return Axis(math.inf)
    return Axis(max(0, int(high - low + 1)) if low <= high else 0)


def _mean_stride(reach: Reach) -> Fraction:
    """The step of intervals that are listed one by one: between the first and the last."""
    seen = [index for index, low in enumerate(reach.lows) if low <= reach.highs[index]]
    if len(seen) < 2:
        return Fraction(1)
    first, last = seen[0], seen[-1]
    middles = [Fraction(int(reach.lows[i] + reach.highs[i]), 2) for i in (first, last)]
    return (middles[1] - middles[0]) / (last - first)


def _moves(field: Field, axis: int) -> bool:
    return any(digit.axis == axis for digits in field.layout for digit in digits)


def is_finite(axes: Sequence[Axis]) -> bool:
    """Whether the field is known, and less than everything along each axis."""
    return bool(axes) and all(math.isfinite(axis.size) for axis in axes)


def is_whole(axes: Sequence[Axis]) -> bool:
    """Whether every element sees everything."""
    return bool(axes) and all(math.isinf(axis.size) for axis in axes)


def moves(axes: Sequence[Axis]) -> bool:
    """Whether not all elements see the same: along one axis at least they are apart."""
    return any(axis.stride is not None for axis in axes)


def sizes(seen: Seen | None) -> tuple[int, ...] | None:
    """The field's size in elements, "everything" counted as the input's own size; None where there are no such axes."""
    if not seen:
        return None
    field = seen[min(seen)]
    spatial = zip(axes_of(field), field.lengths[2:], strict=False)
    return tuple(int(axis.size) if math.isfinite(axis.size) else length for axis, length in spatial) or None


# -- one behind the other ---------------------------------------------------------------------------------------------


def compose(outer: Field, inner: Field) -> Field:
    """The field of something that sees `inner` of a tensor whose own field is `outer`."""
    return _Composition(outer, inner).field()


class _Composition:
    """`compose`, an axis of the tensor between at a time."""

    def __init__(self, outer: Field, inner: Field) -> None:
        self._outer, self._inner = outer, inner
        self._reaches, self._counts = list(outer.reaches), list(outer.counts)
        self._whole: set[int] = set()  # axes of the source of which everything is seen from now on
        self._in_place: dict[tuple[int, int], tuple[Digit, ...]] = {}  # for a digit of `inner`, by axis and weight

    def field(self) -> Field:
        inner = self._inner
        digits: dict[int, list[Digit]] = {}
        for axis in inner.layout:
            for digit in axis:
                if digit.axis is not None:
                    digits.setdefault(digit.axis, []).append(digit)
        touched = set()
        for axis, reach in enumerate(inner.reaches):
            before = self._outer.layout[axis]
            if all(digit.axis is None for digit in before):
                continue
            found = sorted(digits.get(axis, ()), key=lambda digit: -digit.weight)
            touched |= {digit.axis for digit in before if digit.axis is not None}
            self._through(axis, reach, before, found)
        layout = tuple(self._replaced(axis) for axis in inner.layout)
        return self._tidied(layout, touched)

    def _replaced(self, digits: tuple[Digit, ...]) -> tuple[Digit, ...]:
        found: list[Digit] = []
        for digit in digits:
            key = (digit.axis, digit.weight)
            if digit.axis is None or key not in self._in_place:
                found.append(Digit(digit.length))
            else:
                found += self._in_place[key]
        return tuple(found)

    def _through(self, axis: int, reach: Reach, before: tuple[Digit, ...], after: list[Digit]) -> None:
        """What becomes of the digits of an axis that is seen through `reach`, and then called by the digits `after`."""
        moving = [digit for digit in before if digit.length > 1 or (digit.axis is not None and not digit.weight)]
        sourced = [digit for digit in before if digit.axis is not None]
        is_plain = (reach.lows, reach.highs, reach.advance, reach.is_bounded) == ((0,), (0,), 1, False)
        if not after:
            self._constant(reach, before, sourced)
        elif is_plain and (shared := self._shared(before, after)):
            for digit, place in zip(after, shared, strict=True):
                self._in_place[axis, digit.weight] = place
        elif (
            len(moving) == 1
            and moving[0].axis is not None
            and moving[0].weight
            and self._stretch(axis, reach, moving[0], after)
        ) or (len(sourced) == 1 and not moving and self._stretch(axis, reach, sourced[0], after)):
            pass
        elif reach.is_single:
            marks = irregular(before, [1])[0][1:]
            for digit in after:
                self._in_place[axis, digit.weight] = (Digit(digit.length), *marks)
        else:
            self._whole |= {digit.axis for digit in sourced if digit.axis is not None}

    @staticmethod
    def _shared(before: tuple[Digit, ...], after: list[Digit]) -> tuple[tuple[Digit, ...], ...] | None:
        if len(after) == 1 and after[0].weight == 1:
            return (before,)
        weight = 1
        for digit in reversed(after):  # they have to share the axis out among them
            if digit.weight != weight:
                return None
            weight *= digit.length
        return regroup(before, [digit.length for digit in after])

    def _stretch(self, axis: int, reach: Reach, digit: Digit, after: list[Digit]) -> bool:
        """Look through a reach along a single digit; False where that cannot be told."""
        source, weight = digit.axis, digit.weight
        count = 1 + sum((each.length - 1) * each.weight for each in after)
        if any(not each.weight for each in after):
            return False
        if self._is_sole(digit) and weight == 1:
            self._reaches[source] = self._reaches[source].behind(reach, count)
            self._counts[source], step = count, 1
        elif len(reach.lows) == 1 and not reach.is_bounded:
            spread = Reach((weight * reach.lows[0],), (weight * reach.highs[0],), 1)
            self._counts[source] += max(0, (count - 1) * reach.advance - digit.length + 1) * weight
            self._reaches[source] = self._reaches[source].behind(spread, self._counts[source])
            step = weight * reach.advance
        else:
            return False
        for each in after:
            self._in_place[axis, each.weight] = (Digit(each.length, source, each.weight * step),)
        return True

    def _is_sole(self, digit: Digit) -> bool:
        return sum(each.axis == digit.axis for axis in self._outer.layout for each in axis) == 1

    def _constant(self, reach: Reach, before: tuple[Digit, ...], sourced: list[Digit]) -> None:
        """All that look see the same part of an axis."""
        length = math.prod(digit.length for digit in before)
        low, high = max(reach.lows[0], 0), min(reach.highs[0], length - 1)
        if any(not digit.weight for digit in sourced):
            if low < high:
                self._whole |= {digit.axis for digit in sourced if digit.axis is not None}
            return
        is_all, rest = low <= 0 and high >= length - 1, length
        for digit in before:
            rest //= digit.length
            if digit.axis is None:
                continue
            if is_all:
                first, last = 0, digit.length - 1
            elif low == high:
                first = last = int(low) // rest % digit.length
            elif len([d for d in before if d.length > 1]) == 1:
                first, last = int(reach.lows[0]), int(reach.highs[0])
            else:
                first, last = 0, digit.length - 1
            spread = Reach((digit.weight * first,), (digit.weight * last,), 1)
            self._reaches[digit.axis] = self._reaches[digit.axis].behind(spread, self._counts[digit.axis])

    def _tidied(self, layout: tuple[tuple[Digit, ...], ...], touched: set[int]) -> Field:
        """Without digits of what is seen as a whole, and with reaches whose elements are those that are left."""
        for axis in self._whole:
            low, high = self._reaches[axis].of(0, self._counts[axis] - 1)
            self._reaches[axis] = constant(low, high)
            self._counts[axis] = 1
        if self._whole:
            layout = _without(layout, self._whole)
        common: dict[int, int] = {}
        irregularly = set()
        for digits in layout:
            for digit in digits:
                if digit.axis in touched:
                    common[digit.axis] = math.gcd(common.get(digit.axis, 0), digit.weight)
                    if not digit.weight:
                        irregularly.add(digit.axis)
        for axis in touched - self._whole:
            step, reach = common.get(axis), self._reaches[axis]
            if step is None:
                self._reaches[axis], self._counts[axis] = constant(*reach.of(0, 0)), 1
            elif step > 1 and axis not in irregularly:
                count = (self._counts[axis] - 1) // step + 1
                self._reaches[axis] = reach.behind(Reach((0,), (0,), step), count)
                self._counts[axis] = count
                layout = tuple(
                    tuple(d._replace(weight=d.weight // step) if d.axis == axis else d for d in digits)
                    for digits in layout
                )
        return Field(tuple(self._reaches), tuple(self._counts), layout, self._outer.lengths)


def _without(layout: tuple[tuple[Digit, ...], ...], sources: Iterable[int]) -> tuple[tuple[Digit, ...], ...]:
    return tuple(tuple(Digit(d.length) if d.axis in sources else d for d in digits) for digits in layout)


# -- side by side -----------------------------------------------------------------------------------------------------


def unite(fields: Sequence[Field]) -> Field:
    """The field of a tensor that sees the same source in several ways: along each axis whatever one of them sees."""
    field = fields[0]
    for other in fields[1:]:
        if other != field:
            field = _united(field, other)
    return field


def _united(one: Field, two: Field) -> Field:
    reaches, counts = list(one.reaches), list(one.counts)
    layout = tuple(_chosen(a, b) for a, b in zip(one.layout, two.layout, strict=True))
    split = {
        digit.axis
        for a, b, chosen in zip(one.layout, two.layout, layout, strict=True)
        for digit in (*a, *b)
        if digit.axis is not None and chosen is None
    }
    for axis in range(len(reaches)):
        first, second = _placed(one, axis), _placed(two, axis)
        r, s = one.reaches[axis], two.reaches[axis]
        if axis in split or (first and second and first != second):
            split.add(axis)
            low, high = r.of(0, one.counts[axis] - 1)
            lower, higher = s.of(0, two.counts[axis] - 1)
            reaches[axis], counts[axis] = constant(min(low, lower), max(high, higher)), 1
            continue
        count = one.counts[axis] if first else two.counts[axis]
        seen_whole = next((each for each in (r, s) if _is_whole(each, one.lengths[axis])), None)
        found = seen_whole or (r.with_(s, count) if first or second else constant(*_both(r, s)))
        reaches[axis], counts[axis] = found, count
        if (first or second) and found.is_constant:
            split.add(axis)
    whole = _without(tuple(chosen or _plain(a) for a, chosen in zip(one.layout, layout, strict=True)), split)
    return Field(tuple(reaches), tuple(counts), whole, one.lengths)


def _is_whole(reach: Reach, length: int) -> bool:
    return reach.is_constant and reach.lows[0] <= 0 and reach.highs[0] >= length - 1


def _both(one: Reach, two: Reach) -> tuple[float, float]:
    return min(one.lows[0], two.lows[0]), max(one.highs[0], two.highs[0])


def _plain(digits: tuple[Digit, ...]) -> tuple[Digit, ...]:
    return (Digit(math.prod(digit.length for digit in digits)),)


def _chosen(one: tuple[Digit, ...], two: tuple[Digit, ...]) -> tuple[Digit, ...] | None:
    """The digits of an axis where two tensors meet; None where they move along it in different ways."""
    if one == two or all(digit.axis is None for digit in two):
        return one
    return two if all(digit.axis is None for digit in one) else None


def _placed(field: Field, axis: int) -> tuple[tuple[int, int, int], ...]:
    """Where in the tensor the digits of an axis of the source stand: axis, length and weight of each."""
    return tuple(
        (place, digit.length, digit.weight)
        for place, digits in enumerate(field.layout)
        for digit in digits
        if digit.axis == axis
    )
