"""Lengths that are scaled by a number with a fraction."""

from __future__ import annotations

from fractions import Fraction
from math import floor

_LARGEST_DENOMINATOR = 1000  # of factors that a person writes: 0.75, 1.5, 2.125


def scaled(length: int, factor: float) -> int:
    """`length` times `factor`, rounded down as PyTorch does it, in floating point.

    Calculated with `*` and `//` on whole numbers, so that a length that remembers how it was calculated still does.
    Source: torch.nn.functional.interpolate.
    """
    if isinstance(factor, int):
        return length * factor
    wanted = floor(float(length) * factor)
    for way in (Fraction(factor).limit_denominator(_LARGEST_DENOMINATOR), Fraction(factor)):
        found = length * way.numerator // way.denominator
        if found == wanted:
            return found
    return wanted
