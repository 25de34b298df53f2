"""The third step of a layered layout: heights, so that chains and long wires run straight and nothing overlaps.

Each column in turn takes the heights that its neighbours ask for. Where two would overlap, the least squares solution
under the given order is taken (pool adjacent violators); long wires weigh so much that nodes make way for them.
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise

from designer.editing.layering import Layered

GRID = 8.0  # pixels; the canvas' cards have ports that meet on it
NODE_GAP = 32.0  # between two nodes of a column
WIRE_GAP = 16.0  # between a passing wire and what is next to it
WIRE_HEIGHT = 8.0
_WIRE_WEIGHT = 1000.0
_ROUNDS = 5


def heights(graph: Layered, sizes: Sequence[float]) -> list[float]:
    """The centre of each vertex, in pixels downward. sizes: the heights of the nodes."""
    tall = [*sizes, *([WIRE_HEIGHT] * (len(graph.layer) - len(sizes)))]
    centre = [0.0] * len(tall)
    gaps = [_distances(graph, layer, tall) for layer in graph.layers]
    for layer, distances in zip(graph.layers, gaps, strict=True):
        _settle(graph, layer, distances, [0.0] * len(layer), centre)
    for _ in range(_ROUNDS):
        before = list(centre)
        _sweep(graph, gaps, graph.after, True, centre)
        _sweep(graph, gaps, graph.before, False, centre)
        if centre == before:
            break
    for layer, distances in zip(graph.layers, gaps, strict=True):
        for index, distance in enumerate(distances):  # whatever rounding left: nothing overlaps
            upper, lower = layer[index], layer[index + 1]
            centre[lower] = max(centre[lower], centre[upper] + distance)
    return centre


def _distances(graph: Layered, layer: Sequence[int], tall: Sequence[float]) -> list[float]:
    """The least distance from each vertex of a layer to the one below it, centre to centre."""
    found = []
    for upper, lower in pairwise(layer):
        gap = WIRE_GAP if graph.is_dummy(upper) or graph.is_dummy(lower) else NODE_GAP
        found.append((tall[upper] + tall[lower]) / 2 + gap)
    return found


def _sweep(
    graph: Layered, gaps: list[list[float]], neighbours: list[list[int]], backward: bool, centre: list[float]
) -> None:
    numbers = range(len(graph.layers))
    for number in reversed(numbers) if backward else numbers:
        layer = graph.layers[number]
        if len(layer) == 1:
            centre[layer[0]] = _on_grid(_wanted(graph, neighbours[layer[0]], centre, centre[layer[0]]))
            continue
        wanted = [_wanted(graph, neighbours[vertex], centre, centre[vertex]) for vertex in layer]
        _settle(graph, layer, gaps[number], wanted, centre)


def _wanted(graph: Layered, near: Sequence[int], centre: Sequence[float], own: float) -> float:
    """The height at which a vertex would stand best: at its one neighbour, at a long wire, or amid several."""
    if not near:
        return own
    if len(near) == 1:
        return centre[near[0]]
    long = [other for other in near if graph.is_dummy(other)]
    if len(long) == 1 and len(near) == 2:
        return centre[long[0]]
    levels = sorted(centre[other] for other in near)
    middle = len(levels) // 2
    return levels[middle] if len(levels) % 2 else (levels[middle - 1] + levels[middle]) / 2


def _settle(
    graph: Layered, layer: Sequence[int], distances: Sequence[float], wanted: Sequence[float], centre: list[float]
) -> None:
    """Put a layer's vertices as near as possible to where they want to be, in order and with their distances."""
    # With each vertex's offset in a close stack taken off, "in order and apart" is "not falling".
    offsets = [0.0]
    for distance in distances:
        offsets.append(offsets[-1] + distance)
    pools: list[tuple[float, float, int]] = []  # (weighted mean, weight, vertices)
    for vertex, goal, offset in zip(layer, wanted, offsets, strict=True):
        mean, weight, count = goal - offset, _WIRE_WEIGHT if graph.is_dummy(vertex) else 1.0, 1
        while pools and pools[-1][0] > mean:
            other_mean, other_weight, other_count = pools.pop()
            mean = (mean * weight + other_mean * other_weight) / (weight + other_weight)
            weight += other_weight
            count += other_count
        pools.append((mean, weight, count))
    index = 0
    for mean, _, count in pools:
        start = _on_grid(mean + offsets[index]) - offsets[index]
        for vertex in layer[index : index + count]:
            centre[vertex] = start + offsets[index]
            index += 1


def _on_grid(height: float) -> float:
    return GRID * round(height / GRID)
