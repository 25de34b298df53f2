"""Where wires bend so that they run around boxes and not across them, whatever places the nodes have.

A wire that leads forward bends where it has to; one that leads back runs on a level of its own, out to the right and
in from the left. Called by the canvas' presenter when nodes have moved.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Iterable, Iterator, Mapping, Set
from itertools import accumulate
from typing import NamedTuple

from designer.base.steps import Steps, finished
from designer.graph.block import Edge

Point = tuple[float, float]

CLEARANCE = 12.0  # pixels between a wire and a box that it runs along
LEAST_FORWARD = 20.0  # a target nearer than this in x is reached by a way back
REACH = 26.0  # how far a way back leaves and arrives straight
_GAP = 24.0  # between two nodes, for a way back to run through
_BELOW = 22.0  # between a way back and the nodes that it runs below
_SLACK = 2.0  # a wire may come so near to a box without bending
_LEAD = 16.0  # how far from a port a wire reaches its level at the earliest
_ROW = 256.0  # pixels: the height of the rows in which boxes are looked for


class Box(NamedTuple):
    """A node on the canvas, in pixels."""

    x: float
    y: float
    width: float
    height: float

    @property
    def right(self) -> float:
        """The x of its right side, where its outputs are."""
        return self.x + self.width

    @property
    def bottom(self) -> float:
        """The y of its lower side."""
        return self.y + self.height

    @property
    def middle(self) -> float:
        """The height of its ports, or of their middle."""
        return self.y + self.height / 2


def level_back(source: Box, target: Box) -> float:
    """The height on which a wire runs back where nothing is in its way: between the two nodes, or else below both."""
    if target.y - source.bottom >= _GAP:
        return (source.bottom + target.y) / 2
    if source.y - target.bottom >= _GAP:
        return (target.bottom + source.y) / 2
    return max(source.bottom, target.bottom) + _BELOW


def bends(edges: Iterable[Edge], boxes: Mapping[str, Box]) -> dict[Edge, tuple[Point, ...]]:
    """The points through which wires must pass, in order; a wire that may run straight is left out, and so is one that
    leads back on its `level_back`. Others that lead back have two, the right and the left end of their level: that of
    `level_back` again where there is no free one."""
    return dict(Router().route(tuple(edges), boxes))


class Router:
    """Routes the wires of one block, and after an edit only those that the edit may concern."""

    def __init__(self) -> None:
        self._edges: tuple[Edge, ...] = ()
        self._boxes: Mapping[str, Box] = {}
        self._bends: dict[Edge, tuple[Point, ...]] = {}

    def route(self, edges: tuple[Edge, ...], boxes: Mapping[str, Box]) -> Mapping[Edge, tuple[Point, ...]]:
        """The bends of all wires that have any, as `bends` finds them; not to be changed."""
        return finished(self.routing(edges, boxes))

    def routing(self, edges: tuple[Edge, ...], boxes: Mapping[str, Box]) -> Steps[Mapping[Edge, tuple[Point, ...]]]:
        """What `route` does, in steps. They have to be finished before others begin."""
        old, before = self._boxes, self._edges
        self._edges, self._boxes = edges, boxes
        changed = {key for key in old.keys() | boxes.keys() if old.get(key) != boxes.get(key)}
        if not changed and edges is before:
            return self._bends
        if len(changed) * 4 > len(boxes):
            self._bends = {}
            yield from self._lay(edges, boxes)
            return self._bends
        self._bends = dict(self._bends)
        there: Set[Edge] = set(edges)
        if edges is not before:
            old_edges = set(before)
            for wire in old_edges - there:
                self._bends.pop(wire, None)
            there = there & old_edges
        touched = [box for key in changed for box in (old.get(key), boxes.get(key)) if box]
        left, right = min((box.x for box in touched), default=0.0), max((box.right for box in touched), default=0.0)
        stale = [
            wire
            for wire in edges
            if wire not in there
            or wire.source.node in changed
            or wire.target.node in changed
            or (
                (source := boxes.get(wire.source.node)) is not None
                and (target := boxes.get(wire.target.node)) is not None
                and min(source.right, target.x) - REACH - _SLACK < right
                and max(source.right, target.x) + REACH + _SLACK > left
                and self._concerned(wire, source, target, touched)
            )
        ]
        yield from self._lay(stale, boxes)
        return self._bends

    def _concerned(self, wire: Edge, source: Box, target: Box, touched: Iterable[Box]) -> bool:
        """Whether a box that came, went or moved may have a say in the course of a wire."""
        if leads_back(source, target):
            points = self._bends.get(wire)
            return any(_matters_back(box, source, target, points) for box in touched)
        near = (box for box in touched if box.x < target.x and box.right > source.right)
        if wire in self._bends:
            return any(True for _ in near)
        start, end = (source.right, source.middle), (target.x, target.middle)
        return any(_meets(box, start, end) for box in near)

    def _lay(self, wires: Iterable[Edge], boxes: Mapping[str, Box]) -> Steps[None]:
        field = _Field(boxes)
        for wire in wires:
            yield
            self._bends.pop(wire, None)
            source, target = boxes.get(wire.source.node), boxes.get(wire.target.node)
            if source is None or target is None:
                continue
            if leads_back(source, target):
                if points := _back(source, target, field):
                    self._bends[wire] = points
                continue
            start, end = (source.right, source.middle), (target.x, target.middle)
            span = _Span(start[0], end[0], (wire.source.node, wire.target.node))
            near = field.within(span, min(start[1], end[1]) - _SLACK, max(start[1], end[1]) + _SLACK)
            if any(_meets(box, start, end) for box in near) and (points := _around(source, target, span, field)):
                self._bends[wire] = points


def leads_back(source: Box, target: Box) -> bool:
    """Whether a wire between them runs back, as the target does not stand clearly to the right of the source."""
    return target.x - source.right < LEAST_FORWARD


class _Span(NamedTuple):
    """From where to where a wire leads in x, and the ids of its ends."""

    left: float
    right: float
    ends: tuple[str, str]


class _Field:
    """Where the boxes lie: in rows, each from left to right, so that a wire looks at those near it only."""

    def __init__(self, boxes: Mapping[str, Box]) -> None:
        self.top = min((box.y for box in boxes.values()), default=0.0)
        self.bottom = max((box.bottom for box in boxes.values()), default=0.0)
        self._boxes = boxes
        self._widest = max((box.width for box in boxes.values()), default=0.0)
        self._all = sorted((box.x, key) for key, box in boxes.items())
        self._rows: dict[int, list[tuple[float, str]]] = {}
        for x, key in self._all:
            box = boxes[key]
            for row in range(int(box.y // _ROW), int(box.bottom // _ROW) + 1):
                self._rows.setdefault(row, []).append((x, key))
        self._heights = sorted(self._rows)
        self._lefts = [x for x, _ in self._all]
        self._furthest = list(accumulate((boxes[key].right for _, key in self._all), max))
        by_right = sorted(((box.right, box.x) for box in boxes.values()), reverse=True)
        self._rights = [-right for right, _ in by_right]
        self._nearest = list(accumulate((x for _, x in by_right), min))

    def within(self, span: _Span, top: float, bottom: float) -> list[Box]:
        """The boxes in a span of x, its ends left out, that may reach into a span of y."""
        first, last = bisect_left(self._heights, top // _ROW), bisect_right(self._heights, bottom // _ROW)
        found: dict[str, None] = {}
        for height in self._heights[first:last]:
            found.update((key, None) for key in self._between(span, self._rows[height]))
        return [self._boxes[key] for key in found]

    def extent(self, span: _Span) -> tuple[float, float]:
        """The least x and the greatest right side of the boxes in a span of x, its ends left out; there has to be one.

        Whatever lies wholly left or right of the span may be among those asked: the one in it reaches further.
        """
        return (
            self._nearest[bisect_left(self._rights, -span.left) - 1],
            self._furthest[bisect_left(self._lefts, span.right) - 1],
        )

    def _reach(self, span: _Span, row: list[tuple[float, str]]) -> tuple[int, int]:
        return bisect_left(row, (span.left - self._widest, "")), bisect_left(row, (span.right, ""))

    def _between(self, span: _Span, row: list[tuple[float, str]]) -> Iterator[str]:
        low, high = self._reach(span, row)
        boxes = self._boxes
        return (key for _, key in row[low:high] if key not in span.ends and boxes[key].right > span.left)


def _meets(box: Box, start: Point, end: Point) -> bool:
    """Whether the straight line from start to end crosses the box."""
    if box.bottom + _SLACK <= min(start[1], end[1]) or box.y - _SLACK >= max(start[1], end[1]):
        return False
    left, right = max(box.x, start[0]), min(box.right, end[0])
    if left >= right:
        return False
    slope = (end[1] - start[1]) / (end[0] - start[0])
    first, last = (start[1] + slope * (x - start[0]) for x in (left, right))
    return min(first, last) < box.bottom + _SLACK and max(first, last) > box.y - _SLACK


def _around(source: Box, target: Box, span: _Span, field: _Field) -> tuple[Point, ...]:
    """The bends of the flattest way: out to a level that is clear, along it, and in to the target.

    Levels are tried from the straight way outwards, in bands that double, as a clear one is seldom far.
    """
    leftmost, rightmost = field.extent(span)
    first = max(source.right + _LEAD, min(leftmost - CLEARANCE, target.x - _LEAD))
    last = min(target.x - _LEAD, max(rightmost + CLEARANCE, first))
    upper, lower = sorted((source.middle, target.middle))
    reach, tried = _ROW, set()
    while True:
        top, bottom = upper - reach, lower + reach
        near = field.within(span, top - 2 * CLEARANCE, bottom + 2 * CLEARANCE)
        levels = {source.middle, target.middle}
        for box in near:
            levels |= {box.y - CLEARANCE, box.bottom + CLEARANCE}
        levels = {level for level in levels if top <= level <= bottom} - tried
        for level in sorted(levels, key=lambda y: (abs(y - source.middle) + abs(y - target.middle), y)):
            start = source.right if level == source.middle else first
            end = target.x if level == target.middle else last
            if start < end and not any(_meets(box, (start, level), (end, level)) for box in near):
                return tuple(dict.fromkeys([(first, level), (last, level)]))
        if top < field.top - CLEARANCE and bottom > field.bottom + CLEARANCE:
            return ()
        tried |= levels
        reach *= 2


def _back(source: Box, target: Box, field: _Field) -> tuple[Point, ...]:
    """The ends of the level on which a wire runs back, where boxes are in the way of the usual one. Where they are in
    every way, as one stands close to a port, it is the usual one after all."""
    right, left = source.right + REACH, target.x - REACH
    span, usual = _Span(left - _SLACK, right + _SLACK, ("", "")), level_back(source, target)
    upper, lower = sorted((source.middle, target.middle))
    near = field.within(span, min(upper, usual) - _SLACK, max(lower, usual) + _SLACK)
    if _is_clear(usual, near, source, target):
        return ()
    reach, tried = _ROW, set()
    while True:
        top, bottom = upper - reach, lower + reach
        near = field.within(span, top - 2 * CLEARANCE, bottom + 2 * CLEARANCE)
        levels = {level for box in near for level in (box.y - CLEARANCE, box.bottom + CLEARANCE)}
        levels = {level for level in levels if top <= level <= bottom} - tried
        for level in sorted(levels, key=lambda y: (abs(y - source.middle) + abs(y - target.middle), abs(y - usual), y)):
            if _is_clear(level, near, source, target):
                return (right, level), (left, level)
        if top < field.top - CLEARANCE and bottom > field.bottom + CLEARANCE:
            return (right, usual), (left, usual)
        tried |= levels
        reach *= 2


def _is_clear(level: float, near: Iterable[Box], source: Box, target: Box) -> bool:
    """Whether a wire that runs back on a level meets no box. near: those that reach into its span of x."""
    ends = (source.right + REACH, source.middle), (target.x - REACH, target.middle)
    for box in near:
        top, bottom = box.y - _SLACK, box.bottom + _SLACK
        if top < level < bottom:
            return False
        for x, y in ends:
            if box.x - _SLACK < x < box.right + _SLACK and top < max(level, y) and bottom > min(level, y):
                return False
    return True


def _matters_back(box: Box, source: Box, target: Box, points: tuple[Point, ...] | None) -> bool:
    """Whether a box that came or went may have a say in the course of a wire that runs back and has these bends."""
    if box.x - _SLACK >= source.right + REACH or box.right + _SLACK <= target.x - REACH:
        return False
    usual = level_back(source, target)
    upper, lower = sorted((source.middle, target.middle))
    if not points:
        upper, lower = min(upper, usual), max(lower, usual)
    elif points[0][1] == usual:
        return True  # there was no way
    else:  # levels that are further away were not asked for
        away = max(upper - points[0][1], points[0][1] - lower, 0.0)
        upper, lower = min(upper - away, usual), max(lower + away, usual)
    return box.y - CLEARANCE - _SLACK <= lower and box.bottom + CLEARANCE + _SLACK >= upper
