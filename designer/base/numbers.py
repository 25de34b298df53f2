"""Numbers as people read them: `11.19 M`, `1.9 GiB`, `64×54×54`."""

from __future__ import annotations

from collections.abc import Sequence
from fractions import Fraction

from designer.base.text import Text

_COUNTS = ((1e12, "T"), (1e9, "G"), (1e6, "M"), (1e3, "k"))
_LARGEST_DENOMINATOR = 16  # of a fraction that a person reads as one
_BYTES = ((1 << 40, "TiB"), (1 << 30, "GiB"), (1 << 20, "MiB"), (1 << 10, "KiB"))


def count(value: float) -> str:
    """A count with a decimal prefix and four significant digits at most: 11193610 -> `11.19 M`."""
    for size, prefix in _COUNTS:
        if abs(value) >= size:
            return f"{value / size:.2f} {prefix}"
    return f"{value:g}"


def size_bytes(value: float) -> str:
    """A size in bytes with a binary prefix: 2040109466 -> `1.9 GiB`."""
    for size, prefix in _BYTES:
        if abs(value) >= size:
            scaled = value / size
            return f"{scaled:.1f} {prefix}" if scaled < 100 else f"{scaled:.0f} {prefix}"
    return f"{value:g} B"


def progress(done: int, total: int | None, unit: str) -> str:
    """How much of something is done: `1,200 of 6,000 images`, `12.0 MiB of 26.3 MiB`. total: None where unknown."""
    told = size_bytes if unit == "bytes" else "{:,}".format
    amount = told(done) if total is None else Text("{done} of {total}", done=told(done), total=told(total))
    return amount if unit == "bytes" else Text("{amount} {unit}", amount=amount, unit=Text(unit))


def shape(dimensions: Sequence[int]) -> str:
    """A tensor's shape as the canvas shows it: (64, 54, 54) -> `64×54×54`; a scalar is `scalar`."""
    return "×".join(str(int(d)) for d in dimensions) or "scalar"


def figures(values: Sequence[float | Fraction | None]) -> str:
    """Figures along axes, once where they agree: (8, 8) -> `8`, (8, Fraction(1, 2)) -> `8×1/2`, (None, 1) -> `–×1`."""
    texts = [_figure(value) for value in values]
    return texts[0] if len(set(texts)) == 1 else "×".join(texts)


def _figure(value: float | Fraction | None) -> str:
    if value is None:
        return "–"
    if isinstance(value, Fraction) and value.denominator <= _LARGEST_DENOMINATOR:
        return str(value)
    return f"{float(value):.4g}"
