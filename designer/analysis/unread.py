"""Operations on the way to an output that code does not work out, as what takes their value is never there.

A node that is never there passes its first input on. Layers that lead to its other inputs stay parts of the network
where they are modules, with their weights; an operation between tensors has no other place than where its value is
read. The sums over a block leave it out.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from designer.graph.block import Block

if TYPE_CHECKING:
    from designer.analysis.facts import NodeFacts


def unread_operations(block: Block, nodes: Mapping[str, NodeFacts]) -> frozenset[str]:
    """The ids of the operations among the nodes of a block that lead to an Output, but whose values nothing reads."""
    if not any(map(_is_never_there, nodes.values())):
        return frozenset()
    read: set[str | None] = set()
    unread: list[str] = []
    for key in filter(block.live.__contains__, reversed(block.order)):
        node = nodes[key]
        is_passed = _is_never_there(node)
        if key not in read and (is_passed or _is_operation(node)):
            unread.append(key)
        else:
            read.update(node.sources[:1] if is_passed else node.sources)
    return frozenset(unread)


def _is_never_there(node: NodeFacts) -> bool:
    """Whether no value of a parameter brings a node back."""
    return node.node.when is False or node.node.repeat == 0


def _is_operation(node: NodeFacts) -> bool:
    """Whether code keeps nothing of a layer and writes it where its value is read."""
    return node.spec is not None and node.spec.function is not None and node.spec.state is None
