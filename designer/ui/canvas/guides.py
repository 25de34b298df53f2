"""Lines that show what a card in hand stands in line with: the middles of others, their left or upper sides.

Cards move on the grid on which their ports meet, so being in line is exact. Where another one lies off the grid,
`pulls` says how to come into line with it.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QLineF, QRectF

_EXACT = 0.5  # scene units; closer is the same
_OVERHANG = 16.0  # how far a guide reaches beyond the cards that it joins


def guides(body: QRectF, others: Iterable[QRectF]) -> list[QLineF]:
    """The lines, in scene units: at most one across, through middles before upper sides, and one down, at left sides.

    Each reaches to the nearest card that is in line.
    """
    rest = list(others)
    across = _nearest(
        [other for other in rest if abs(other.center().y() - body.center().y()) < _EXACT], body, is_across=True
    )
    level = body.center().y()
    if across is None:
        across = _nearest([other for other in rest if abs(other.top() - body.top()) < _EXACT], body, is_across=True)
        level = body.top()
    down = _nearest([other for other in rest if abs(other.left() - body.left()) < _EXACT], body, is_across=False)
    lines = []
    if across is not None:
        both = body.united(across)
        lines.append(QLineF(both.left() - _OVERHANG, level, both.right() + _OVERHANG, level))
    if down is not None:
        both = body.united(down)
        lines.append(QLineF(body.left(), both.top() - _OVERHANG, body.left(), both.bottom() + _OVERHANG))
    return lines


def pulls(body: QRectF, others: Iterable[QRectF], reach: float) -> tuple[float | None, float | None]:
    """How far a card has to move, right and down, to come into line with another: at most `reach`, None where none is
    so near. In scene units."""
    rest = list(others)
    right = _least((other.left() - body.left() for other in rest), reach)
    down = _least((other.center().y() - body.center().y() for other in rest), reach)
    return right, down if down is not None else _least((other.top() - body.top() for other in rest), reach)


def _least(ways: Iterable[float], reach: float) -> float | None:
    return min((way for way in ways if abs(way) <= reach), key=abs, default=None)


def _nearest(found: list[QRectF], body: QRectF, is_across: bool) -> QRectF | None:
    def away(other: QRectF) -> float:
        apart = other.center() - body.center()
        return abs(apart.x() if is_across else apart.y())

    return min(found, key=away, default=None)
