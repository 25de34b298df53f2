"""Where wires bend so that they run around boxes and not across them, whatever places the nodes have.

Only wires that lead forward are routed here; a canvas takes a wire that leads back around the outside by itself. Called
by the canvas' presenter when nodes have moved.
"""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Iterable, Mapping, Set
from typing import NamedTuple

from designer.graph.block import Edge

Point = tuple[float, float]

CLEARANCE = 12.0  # pixels between a wire and a box that it runs along
_SLACK = 2.0  # a wire may come so near to a box without bending
_LEAD = 16.0  # how far from a port a wire reaches its level at the earliest


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


def bends(edges: Iterable[Edge], boxes: Mapping[str, Box]) -> dict[Edge, tuple[Point, ...]]:
    """The points through which wires must pass, in order; a wire that may run straight is left out."""
    return dict(Router().route(tuple(edges), boxes))


class Router:
    """Routes the wires of one block, and after an edit only those that the edit may concern."""

    def __init__(self) -> None:
        self._edges: tuple[Edge, ...] = ()
        self._boxes: Mapping[str, Box] = {}
        self._bends: dict[Edge, tuple[Point, ...]] = {}

    def route(self, edges: tuple[Edge, ...], boxes: Mapping[str, Box]) -> Mapping[Edge, tuple[Point, ...]]:
        """The bends of all wires that have any, as `bends` finds them; not to be changed."""
        old, before = self._boxes, self._edges
        self._edges, self._boxes = edges, boxes
        changed = {key for key in old.keys() | boxes.keys() if old.get(key) != boxes.get(key)}
        if not changed and edges is before:
            return self._bends
        if len(changed) * 4 > len(boxes):
            self._bends = {}
            self._lay(edges, boxes)
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
                and source.right < right
                and target.x > left
                and self._concerned(wire, source, target, touched)
            )
        ]
        self._lay(stale, boxes)
        return self._bends

    def _concerned(self, wire: Edge, source: Box, target: Box, touched: Iterable[Box]) -> bool:
        """Whether a box that came, went or moved may have a say in the course of a wire."""
        if target.x <= source.right:
            return False
        near = (box for box in touched if box.x < target.x and box.right > source.right)
        if wire in self._bends:
            return any(True for _ in near)
        start, end = (source.right, source.middle), (target.x, target.middle)
        return any(_meets(box, start, end) for box in near)

    def _lay(self, wires: Iterable[Edge], boxes: Mapping[str, Box]) -> None:
        by_left = sorted((box.x, key) for key, box in boxes.items())
        widest = max((box.width for box in boxes.values()), default=0.0)
        for wire in wires:
            self._bends.pop(wire, None)
            source, target = boxes.get(wire.source.node), boxes.get(wire.target.node)
            if source is None or target is None or target.x <= source.right:
                continue
            low = bisect_left(by_left, (source.right - widest, ""))
            high = bisect_left(by_left, (target.x, ""))
            ends = (wire.source.node, wire.target.node)
            between = [boxes[key] for _, key in by_left[low:high] if key not in ends]
            start, end = (source.right, source.middle), (target.x, target.middle)
            if any(_meets(box, start, end) for box in between):
                points = _around(source, target, [box for box in between if box.right > source.right])
                if points:
                    self._bends[wire] = points


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


def _around(source: Box, target: Box, between: list[Box]) -> tuple[Point, ...]:
    """The bends of the flattest way: out to a level that is clear, along it, and in to the target."""
    first = max(source.right + _LEAD, min(min(box.x for box in between) - CLEARANCE, target.x - _LEAD))
    last = min(target.x - _LEAD, max(max(box.right for box in between) + CLEARANCE, first))
    levels = {source.middle, target.middle}
    for box in between:
        levels |= {box.y - CLEARANCE, box.bottom + CLEARANCE}
    for level in sorted(levels, key=lambda y: (abs(y - source.middle) + abs(y - target.middle), y)):
        start = source.right if level == source.middle else first
        end = target.x if level == target.middle else last
        if start < end and not any(_meets(box, (start, level), (end, level)) for box in between):
            return tuple(dict.fromkeys([(first, level), (last, level)]))
    return ()
