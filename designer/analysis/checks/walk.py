"""How a check goes through a finished block: its nodes of some kinds, and what stands before a node."""

from __future__ import annotations

from collections.abc import Collection, Iterator

from designer.analysis.facts import BlockFacts, NodeFacts


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


def before(facts: BlockFacts, key: str, through: Collection[str] = ()) -> NodeFacts | None:
    """The node whose result arrives first at `key`, None where there is none.

    through: kinds to look through; a node that is not there is looked through always.
    """
    node = facts.nodes[key]
    for _ in facts.nodes:  # no more steps than nodes, should there be a cycle
        source = facts.nodes.get(node.sources[0] or "") if node.sources else None
        if source is None or (source.is_there and source.node.kind not in through):
            return source
        node = source
    return None


def feeds_one(facts: BlockFacts, key: str) -> bool:
    """Whether the result of a node goes along a single wire."""
    return sum(wire.source.node == key for wire in facts.block.edges) == 1
