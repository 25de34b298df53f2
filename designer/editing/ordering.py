"""The second step of a layered layout: the order within each column, so that few wires cross.

Sweeps by barycentre, each followed by exchanges of neighbours where that helps; the best order seen is kept.
"""

from __future__ import annotations

from bisect import bisect_left, insort
from itertools import pairwise

from designer.editing.layering import Layered

_SWEEPS = 6
_MOST_EXCHANGED = 40  # vertices in a layer; in larger ones exchanges cost more than they bring
_EXCHANGES = 4  # rounds


def order(graph: Layered) -> None:
    """Put the vertices of each layer into a good order, in place."""
    place = [0] * len(graph.layer)
    for layer in graph.layers:
        _number(layer, place)
    best, fewest = [list(layer) for layer in graph.layers], _crossings(graph, place)
    for sweep in range(_SWEEPS):
        if not fewest:
            break
        forward = sweep % 2 == 0
        neighbours = graph.before if forward else graph.after
        for layer in graph.layers if forward else reversed(graph.layers):
            if len(layer) > 1:
                _sort(layer, neighbours, place)
        _exchange(graph, place)
        count = _crossings(graph, place)
        if count < fewest:
            best, fewest = [list(layer) for layer in graph.layers], count
    graph.layers[:] = best


def _number(layer: list[int], place: list[int]) -> None:
    for index, vertex in enumerate(layer):
        place[vertex] = index


def _sort(layer: list[int], neighbours: list[list[int]], place: list[int]) -> None:
    def barycentre(vertex: int) -> float:
        near = neighbours[vertex]
        return sum(place[other] for other in near) / len(near) if near else place[vertex]

    layer.sort(key=barycentre)
    _number(layer, place)


def _exchange(graph: Layered, place: list[int]) -> None:
    for layer in graph.layers:
        if not 1 < len(layer) <= _MOST_EXCHANGED:
            continue
        for _ in range(_EXCHANGES):
            better = False
            for index in range(len(layer) - 1):
                upper, lower = layer[index], layer[index + 1]
                gain = sum(
                    _between(side[upper], side[lower], place) - _between(side[lower], side[upper], place)
                    for side in (graph.before, graph.after)
                )
                if gain > 0:
                    layer[index], layer[index + 1] = lower, upper
                    place[upper], place[lower] = index + 1, index
                    better = True
            if not better:
                break


def _between(upper: list[int], lower: list[int], place: list[int]) -> int:
    """How often the wires of a vertex cross those of the one right below it."""
    if not upper or not lower:
        return 0
    below = [place[other] for other in lower]
    return sum(1 for other in upper for level in below if level < place[other])


def _crossings(graph: Layered, place: list[int]) -> int:
    count = 0
    for layer, following in pairwise(graph.layers):
        if len(layer) < 2 or len(following) < 2:
            continue
        seen: list[int] = []
        for vertex in layer:
            ends = sorted(place[other] for other in graph.after[vertex])
            count += sum(len(seen) - bisect_left(seen, end + 1) for end in ends)
            for end in ends:
                insort(seen, end)
    return count
