"""The course of a wire: a quiet curve forward, a rounded detour where the target lies behind the source.

Pure geometry in scene units; wires leave to the right and arrive from the left. Where a block is drawn from top to
bottom they leave below and arrive from above: the same with the axes exchanged.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainterPath, QTransform

from designer.editing.routing import LEAST_FORWARD, REACH, Box, level_back

EXCHANGED = QTransform(0, 1, 1, 0, 0, 0)  # the axes, the one for the other
TURN = 12.0  # radius of a detour's corners


def wire_path(
    start: QPointF,
    end: QPointF,
    start_body: QRectF | None = None,
    end_body: QRectF | None = None,
    bends: Sequence[tuple[float, float]] = (),
    points: Sequence[tuple[float, float]] = (),
    is_downward: bool = False,
) -> QPainterPath:
    """The path from an output port to an input port.

    start_body, end_body: the cards that the wire leaves and reaches; a detour goes around them. bends: points to pass
    through in order, each crossed in the direction of the flow, or the ends of a detour's level, the right one first.
    points: to pass through, wherever they lie, before all else.
    """
    if is_downward:
        turned = [EXCHANGED.mapRect(body) if body is not None else None for body in (start_body, end_body)]
        turned += [[(y, x) for x, y in places] for places in (bends, points)]
        return EXCHANGED.map(wire_path(EXCHANGED.map(start), EXCHANGED.map(end), *turned))
    path = QPainterPath(start)
    if points:
        _through(path, start, [QPointF(*point) for point in points], end)
    elif bends and bends[0][0] > bends[-1][0]:
        _detour(path, start, end, *bends[0], bends[-1][0])
    elif bends:
        previous = start
        for x, y in bends:
            _curve(path, previous, previous := QPointF(x, y))
        _curve(path, previous, end)
    elif end.x() - start.x() >= LEAST_FORWARD:
        _curve(path, start, end)
    else:
        level = level_back(_box(start_body, start), _box(end_body, end))
        _detour(path, start, end, start.x() + REACH, level, end.x() - REACH)
    return path


def _through(path: QPainterPath, start: QPointF, points: list[QPointF], end: QPointF) -> None:
    """A smooth curve through points: in each it runs as from the one before to the one after."""
    stops = [start, *points, end]
    ways = [QPointF(1, 0), *(_direction(a, b) for a, b in zip(stops, stops[2:], strict=False)), QPointF(1, 0)]
    for (here, way), (there, next_way) in pairwise(zip(stops, ways, strict=True)):
        reach = hypot((there - here).x(), (there - here).y()) * 0.4
        path.cubicTo(here + way * reach, there - next_way * reach, there)


def _direction(a: QPointF, b: QPointF) -> QPointF:
    length = hypot((b - a).x(), (b - a).y())
    return (b - a) / length if length > 1e-6 else QPointF(1, 0)


def _curve(path: QPainterPath, start: QPointF, end: QPointF) -> None:
    across = abs(end.x() - start.x())
    if abs(end.y() - start.y()) < 0.5:
        path.lineTo(end)
        return
    # Long flat wires turn near their ends, so that they do not lean all the way over what lies between.
    reach = max(across * 0.5, 24.0)
    path.cubicTo(start.x() + reach, start.y(), end.x() - reach, end.y(), end.x(), end.y())


def _box(body: QRectF | None, port: QPointF) -> Box:
    return Box(*(body or QRectF(port, port)).getRect())


def _detour(path: QPainterPath, start: QPointF, end: QPointF, out_x: float, level: float, in_x: float) -> None:
    corners = [QPointF(out_x, start.y()), QPointF(out_x, level), QPointF(in_x, level), QPointF(in_x, end.y())]
    stops = [start, *corners, end]
    for before, corner, after in zip(stops, corners, stops[2:], strict=False):
        leg_in, leg_out = _length(before, corner), _length(corner, after)
        turn = min(TURN, leg_in / 2, leg_out / 2)
        if turn < 1:
            path.lineTo(corner)
            continue
        path.lineTo(_towards(corner, before, turn))
        path.quadTo(corner, _towards(corner, after, turn))
    path.lineTo(end)


def _length(a: QPointF, b: QPointF) -> float:
    return abs(a.x() - b.x()) + abs(a.y() - b.y())  # legs run along the axes


def _towards(origin: QPointF, goal: QPointF, distance: float) -> QPointF:
    length = _length(origin, goal)
    return origin + (goal - origin) * (distance / length)
