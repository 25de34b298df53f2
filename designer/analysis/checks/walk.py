"""How a check goes through a finished block and the blocks inside it: which layer takes what which other layer gives.

Two layers that meet across the border of a block are seen from the innermost block that holds both: there, and in no
other, is what they do together known. Each block remembers what was found behind its outputs and at its inputs, so that
a block is walked once however often it stands somewhere, and after an edit only where something has changed.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator
from itertools import pairwise
from typing import NamedTuple

from designer.analysis.facts import BlockFacts, NodeFacts
from designer.base.text import Text
from designer.graph.block import INPUT, INPUT_PORT, Endpoint, Node


class Place(NamedTuple):
    """A layer as it is seen from the block that is checked.

    path: ids, from the instance in that block down to the layer's own. within: the block that the layer stands in.
    """

    path: tuple[str, ...]
    within: BlockFacts

    @property
    def key(self) -> str:
        """The layer's id in the block that it stands in."""
        return self.path[-1]

    @property
    def facts(self) -> NodeFacts:
        """What is known of the layer."""
        return self.within.nodes[self.key]

    @property
    def node(self) -> Node:
        """The layer."""
        return self.facts.node

    def below(self, key: str) -> Place:
        """The same layer, seen from the block in which the instance `key` holds it."""
        return Place((key, *self.path), self.within)


class Meeting(NamedTuple):
    """A layer that takes what another gives, with nothing between that matters.

    target: the end of the wire between them in the block from which both are seen, or, between two copies of one node,
    that node.
    """

    first: Place
    second: Place
    target: Endpoint

    @property
    def is_within_one_block(self) -> bool:
        """Whether both stand in the block from which they are seen."""
        return len(self.first.path) == len(self.second.path) == 1


def nodes_of(facts: BlockFacts, kinds: Collection[str]) -> Iterator[tuple[str, NodeFacts]]:
    """The nodes of these kinds that are part of the network, with their ids, in topological order."""
    block = facts.block
    if block.kinds.isdisjoint(kinds):
        return
    live = block.live
    for key in block.order:
        node = facts.nodes[key]
        if node.node.kind in kinds and node.active and node.repeat > 0 and key in live:
            yield key, node


def before(facts: BlockFacts, key: str, through: frozenset[str] = frozenset(), port: int = 0) -> Place | None:
    """The layer whose result arrives at `key`, in whichever block it stands; None where there is none.

    Where the way leads out of the block, its Input node. through: kinds to look through; a node that is not there is
    looked through always. port: the index of the input.
    """
    for _ in facts.nodes:  # no more steps than nodes, should there be a cycle
        sources = facts.nodes[key].sources
        source = sources[port] if port < len(sources) else None
        node = facts.nodes.get(source or "")
        if node is None:
            return None
        port = 0
        if node.copies:
            found = _before_end_of(node, _port_between(facts, source, key), through)
            if found is None or found.node.kind != INPUT or found.within is not node.copies[0]:
                return found and found.below(source)
            port = _index(found)
        elif node.is_there and node.node.kind not in through:
            return Place((source,), facts)
        key = source
    return None


def _before_end_of(node: NodeFacts, output: int, through: frozenset[str]) -> Place | None:
    """The layer behind an output of an instance, seen from inside; the Input of its first copy where none is there."""
    found, seen = None, None
    for copy in reversed(node.copies):
        if copy is seen:
            continue  # what leads through one leads through its like
        seen = copy
        found = _before_output(copy, output, through)
        if found is None or found.node.kind != INPUT or found.within is not copy:
            return found
        output = 0  # copies in a row have one input and one output
    return found and Place((node.copies[0].block.inputs[_index(found)].id,), node.copies[0])


def _before_output(facts: BlockFacts, index: int, through: frozenset[str]) -> Place | None:
    known = (index, through)
    if known not in facts.memo:
        leaving = facts.block.outputs
        facts.memo[known] = before(facts, leaving[index].id, through) if index < len(leaving) else None
    return facts.memo[known]


def _port_between(facts: BlockFacts, source: str, key: str) -> int:
    """The index of the output port of `source` from which a wire leads to `key`."""
    ports = facts.nodes[source].ports
    if len(ports) < 2:
        return 0
    wires = facts.block.incoming[key].values()
    return next((ports.index(e.port) for e in wires if e.node == source and e.port in ports), 0)


def _index(entry: Place) -> int:
    """Which of its block's inputs an Input node is."""
    return [node.id for node in entry.within.block.inputs].index(entry.key)


def meetings(
    facts: BlockFacts, firsts: frozenset[str], seconds: frozenset[str], through: frozenset[str]
) -> Iterator[Meeting]:
    """Where a layer of the kinds `seconds` takes what one of `firsts` gives, as far as it shows first in this block."""
    if facts.kinds.isdisjoint(firsts) or facts.kinds.isdisjoint(seconds):
        return
    for key, node in nodes_of(facts, seconds):
        first = before(facts, key, through)
        if first is not None and first.node.kind in firsts:
            yield Meeting(first, Place((key,), facts), Endpoint(key, INPUT_PORT))
        if node.repeat > 1 and node.node.kind in firsts:
            place = Place((key,), facts)
            yield Meeting(place, place, Endpoint(key, ""))
    for key in facts.instances:
        yield from _meetings_at(facts, key, firsts, seconds, through)


def _meetings_at(
    facts: BlockFacts, key: str, firsts: frozenset[str], seconds: frozenset[str], through: frozenset[str]
) -> Iterator[Meeting]:
    """Of layers inside an instance with what stands before it, and with what its own copy before gives."""
    copies = facts.nodes[key].copies
    inputs = copies[0].block.inputs
    for second, index in _open(copies[0], seconds, through):
        first = before(facts, key, through, index)
        if first is not None and first.node.kind in firsts:
            yield Meeting(first, second.below(key), Endpoint(key, inputs[index].id))
    told: set[tuple[tuple[str, ...], tuple[str, ...]]] = set()
    for earlier, later in pairwise(copies):
        first = _before_output(earlier, 0, through)
        if first is None or first.node.kind not in firsts:
            continue
        for second, _ in _open(later, seconds, through):
            if (first.path, second.path) not in told:
                told.add((first.path, second.path))
                yield Meeting(first.below(key), second.below(key), Endpoint(key, ""))
        if earlier is later:
            break


def _open(facts: BlockFacts, seconds: frozenset[str], through: frozenset[str]) -> tuple[tuple[Place, int], ...]:
    """The layers of some kinds that take what enters the block, and at which of its inputs; each drawn layer once."""
    known = (seconds, through)
    if known in facts.memo:
        return facts.memo[known]
    found: dict[tuple[str, str, int], tuple[Place, int]] = {}
    reached: list[tuple[Place, Place | None]] = []
    if not facts.kinds.isdisjoint(seconds):
        reached = [(Place((key,), facts), before(facts, key, through)) for key, _ in nodes_of(facts, seconds)]
        for key in facts.instances:
            inside = _open(facts.nodes[key].copies[0], seconds, through)
            reached += [(place.below(key), before(facts, key, through, index)) for place, index in inside]
    for place, entry in reached:
        if entry is not None and entry.node.kind == INPUT and entry.within is facts:
            index = _index(entry)
            found.setdefault((place.within.block.name, place.key, index), (place, index))
    facts.memo[known] = tuple(found.values())
    return facts.memo[known]


def feeds_one(facts: BlockFacts, place: Place) -> bool:
    """Whether the result of a layer goes to a single node, out of each block around it too."""
    for key in place.path:
        if len(facts.block.graph.succ[key]) != 1:
            return False
        facts = facts.nodes[key].inside or facts
    return True


def where(place: Place, facts: BlockFacts) -> str:
    """What a fix's title adds for a layer that stands in another block than the one that is checked."""
    return "" if place.within is facts else Text(" in {name}", name=place.within.block.name)
