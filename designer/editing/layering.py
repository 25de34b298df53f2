"""The first step of a layered layout: in which column each node stands, and the dummies that long wires pass through.

Source: Sugiyama, Tagawa and Toda, Methods for visual understanding of hierarchical system structures, 1981.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from designer.graph.block import INPUT, OUTPUT, Block

MAX_DUMMIES = 20_000  # long wires beyond them take no part: the layout stays quick, and is only less tidy


@dataclass
class Layered:
    """Vertices by number: the first `len(ids)` are nodes, the others dummies. Wires lead from a layer to the next.

    ids: of the nodes. layer: the layer of each vertex. layers: the vertices of each layer, from top to bottom once
    they are ordered. before, after: for each vertex, its neighbours in the layer before and after.
    """

    ids: list[str]
    layer: list[int]
    layers: list[list[int]] = field(default_factory=list)
    before: list[list[int]] = field(default_factory=list)
    after: list[list[int]] = field(default_factory=list)

    def is_dummy(self, vertex: int) -> bool:
        """Whether a vertex is a point that a long wire passes through."""
        return vertex >= len(self.ids)


def layered(block: Block, ids: Sequence[str]) -> Layered:
    """The layers of some of a block's nodes: each wire leads forward, inputs come first and outputs last."""
    number = {key: index for index, key in enumerate(ids)}
    successors = _forward(block, number)
    result = Layered(list(ids), _longest_paths(block, ids, successors))
    result.before = [[] for _ in ids]
    result.after = [[] for _ in ids]
    for source, targets in enumerate(successors):
        _wire(result, source, sorted(targets, key=lambda target: (result.layer[target], target)))
    result.layers = [[] for _ in range(max(result.layer, default=-1) + 1)]
    for vertex, layer in enumerate(result.layer):
        result.layers[layer].append(vertex)
    return result


def _forward(block: Block, number: dict[str, int]) -> list[set[int]]:
    """For each node, those that it feeds; a wire that leads back, on a cycle, is left out."""
    place = {key: index for index, key in enumerate(dict.fromkeys((*block.order, *block.nodes)))}
    successors: list[set[int]] = [set() for _ in number]
    for source, target in block.graph.edges:
        if source in number and target in number and place[source] < place[target]:
            successors[number[source]].add(number[target])
    return successors


def _longest_paths(block: Block, ids: Sequence[str], successors: list[set[int]]) -> list[int]:
    layer = [0] * len(ids)
    waiting = [0] * len(ids)
    for targets in successors:
        for target in targets:
            waiting[target] += 1
    fed = [count > 0 for count in waiting]
    ready = [vertex for vertex, count in enumerate(waiting) if not count]
    for vertex in ready:
        for target in successors[vertex]:
            layer[target] = max(layer[target], layer[vertex] + 1)
            waiting[target] -= 1
            if not waiting[target]:
                ready.append(target)
    last = max(layer, default=0)
    for vertex, key in enumerate(ids):
        kind = block.nodes[key].kind
        if kind == OUTPUT and fed[vertex]:
            layer[vertex] = last
        elif not fed[vertex] and kind != INPUT and successors[vertex]:
            layer[vertex] = min(layer[target] for target in successors[vertex]) - 1  # beside what it feeds
    return layer


def _wire(result: Layered, source: int, targets: Sequence[int]) -> None:
    """Wire one node to its targets. Its long wires share their dummies, as they share their way on the canvas."""
    at = source
    for target in targets:
        missing = result.layer[target] - result.layer[at] - 1
        if len(result.layer) + missing - len(result.ids) > MAX_DUMMIES:
            continue
        for _ in range(missing):
            dummy = len(result.layer)
            result.layer.append(result.layer[at] + 1)
            result.before.append([at])
            result.after.append([])
            result.after[at].append(dummy)
            at = dummy
        result.after[at].append(target)
        result.before[target].append(at)
