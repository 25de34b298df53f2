"""Which values of a data set's images are black and white: bytes have 0 and 255; others say it by what they hold.

Values are one of few ranges: fractions of 0 to 1 or of -1 to 1, or whole numbers of so many bits as their largest
needs. One range counts for all images of a data set.
"""

from __future__ import annotations

from typing import NamedTuple

WHITES = (1, 255, 1023, 4095, 16_383, 65_535)  # of 1, 8, 10, 12, 14 and 16 bits
_SLACK = 1e-3  # by which fractions may exceed their range, as resampling leaves them


class Levels(NamedTuple):
    """The values that become 0 and 255."""

    black: float
    white: float


SIXTEEN_BITS = Levels(0, 65_535)


def levels_of(low: float, high: float, fractions: bool) -> Levels | None:
    """The range of values between these two, None where it is none that images have.

    fractions: whether they are of a floating-point type. Values that are no numbers give None.
    """
    if fractions and low >= -_SLACK and high <= 1 + _SLACK:
        return Levels(0, 1)
    if fractions and -1 - _SLACK <= low < 0 and high <= 1 + _SLACK:
        return Levels(-1, 1)
    if not fractions and -128 <= low < 0 and high <= 127:
        return Levels(-128, 127)
    if not low >= (-_SLACK if fractions else 0):
        return None
    if fractions and not (high <= WHITES[1] or (float(low).is_integer() and float(high).is_integer())):
        return None
    return next((Levels(0, white) for white in WHITES if high <= white), None)
