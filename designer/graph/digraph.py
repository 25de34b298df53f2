"""A directed graph of names: what leads where, in which order, and what feeds itself. Immutable.

Blocks use it for their wiring, designs for which block stands in which. What a sound graph is asked at each key press
stands here and loads nothing, so that the window and the command line start at once; networkx tells faulty ones apart.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping
from functools import cached_property
from heapq import heapify, heappop, heappush


class Digraph:
    """`succ` and `pred`: for each node those that it leads to and those that lead to it, each once."""

    def __init__(self, nodes: Iterable[str], edges: Iterable[tuple[str, str]] = ()) -> None:
        """Edges whose ends are not among the nodes are left out."""
        succ: dict[str, dict[str, None]] = {key: {} for key in nodes}
        pred: dict[str, dict[str, None]] = {key: {} for key in succ}
        for source, target in edges:
            if source in succ and target in succ:
                succ[source][target] = pred[target][source] = None
        self.succ: Mapping[str, Collection[str]] = succ
        self.pred: Mapping[str, Collection[str]] = pred

    def __contains__(self, key: object) -> bool:
        return key in self.succ

    def __iter__(self) -> Iterator[str]:
        return iter(self.succ)

    def __len__(self) -> int:
        return len(self.succ)

    @property
    def edges(self) -> Iterator[tuple[str, str]]:
        """All pairs of a node and one that it leads to."""
        return ((source, target) for source, targets in self.succ.items() for target in targets)

    @property
    def reverse(self) -> Digraph:
        """This graph with every edge turned round."""
        turned = Digraph(())
        turned.succ, turned.pred = self.pred, self.succ
        return turned

    def subgraph(self, keys: Collection[str]) -> Digraph:
        """Some of the nodes, in the order that they have here, and the edges among them."""
        return Digraph((key for key in self.succ if key in keys), self.edges)

    def descendants(self, *starts: str) -> set[str]:
        """What can be reached from some nodes, without these themselves. Raises KeyError where one is not there."""
        seen, waiting = set(starts), list(starts)
        while waiting:
            new = [key for key in self.succ[waiting.pop()] if key not in seen]
            seen.update(new)
            waiting += new
        return seen.difference(starts)

    def ancestors(self, *ends: str) -> set[str]:
        """What some nodes can be reached from, without these themselves. Raises KeyError where one is not there."""
        return self.reverse.descendants(*ends)

    def has_path(self, start: str, end: str) -> bool:
        """Whether one leads to the other; a node leads to itself."""
        return start == end or end in self.descendants(start)

    @cached_property
    def order(self) -> tuple[str, ...]:
        """The nodes in topological order, the first in the graph first where there is a choice.

        Nodes on or behind a cycle are left out.
        """
        keys = list(self.succ)
        place = {key: index for index, key in enumerate(keys)}
        open_ends = {key: len(sources) for key, sources in self.pred.items()}
        ready = [place[key] for key, count in open_ends.items() if not count]
        heapify(ready)
        order = []
        while ready:
            key = keys[heappop(ready)]
            order.append(key)
            for target in self.succ[key]:
                open_ends[target] -= 1
                if not open_ends[target]:
                    heappush(ready, place[target])
        return tuple(order)

    @property
    def cycles(self) -> list[set[str]]:
        """The sets of nodes that feed themselves: strongly connected, of several nodes or of one with a loop."""
        if len(self.order) == len(self):
            return []
        import networkx as nx  # takes a tenth of the way to the first paint, and sound graphs do without

        faulty = self.subgraph(set(self.succ).difference(self.order))  # on or behind a cycle
        parts = nx.strongly_connected_components(nx.DiGraph(list(faulty.edges)))
        return [part for part in parts if len(part) > 1 or any(key in self.succ[key] for key in part)]
