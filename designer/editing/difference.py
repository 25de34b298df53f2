"""What differs between two states of a block: what a canvas has to repaint. A comparison by identity, so it costs
little whatever the size of the block."""

from __future__ import annotations

from dataclasses import dataclass

from designer.graph.block import Block, Edge


@dataclass(frozen=True)
class Difference:
    """Ids of nodes, and edges. changed: the nodes that are there before and after and are not the same."""

    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()
    changed: tuple[str, ...] = ()
    added_edges: tuple[Edge, ...] = ()
    removed_edges: tuple[Edge, ...] = ()

    def __bool__(self) -> bool:
        return any((self.added, self.removed, self.changed, self.added_edges, self.removed_edges))


def difference(before: Block, after: Block) -> Difference:
    """What turns `before` into `after`, in the order of `after`; what is removed in the order of `before`."""
    if before is after:
        return Difference()
    old, new = before.nodes, after.nodes
    added_edges: tuple[Edge, ...] = ()
    removed_edges: tuple[Edge, ...] = ()
    if before.edges is not after.edges:
        old_edges, new_edges = set(before.edges), set(after.edges)
        added_edges = tuple(e for e in after.edges if e not in old_edges)
        removed_edges = tuple(e for e in before.edges if e not in new_edges)
    return Difference(
        added=tuple(key for key in new if key not in old),
        removed=tuple(key for key in old if key not in new),
        changed=tuple(key for key, node in new.items() if key in old and old[key] is not node),
        added_edges=added_edges,
        removed_edges=removed_edges,
    )
