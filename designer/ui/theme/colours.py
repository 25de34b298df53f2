"""Colours made from those of the palette."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtGui import QColor


@lru_cache(maxsize=512)
def mixed(first: str, second: str, share: float) -> QColor:
    """A colour between two, `share` of the way from the first to the second. Shared: not to be changed."""
    a, b = QColor(first), QColor(second)
    parts = ((getattr(a, c)(), getattr(b, c)()) for c in ("red", "green", "blue"))
    return QColor(*(round(x + (y - x) * share) for x, y in parts))


def text_colour_on(ground: str) -> QColor:
    """Near-black or white, whichever reads better on a ground."""
    colour = QColor(ground)
    light = 0.2126 * colour.redF() ** 2.2 + 0.7152 * colour.greenF() ** 2.2 + 0.0722 * colour.blueF() ** 2.2
    return QColor("#10131a") if light > 0.24 else QColor("#ffffff")
