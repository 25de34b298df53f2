"""A block's own copy for one instance, and in how many places of a design a block stands."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import replace

from designer.graph.design import Design
from designer.graph.names import fresh


def with_own_block(design: Design, block_name: str, node_id: str) -> tuple[Design, str]:
    """Give an instance of a block its own copy of it. Returns the design and the copy's name.

    Raises KeyError where there is no such instance.
    """
    block = design.blocks[block_name]
    node = block.nodes[node_id]
    name = fresh(node.kind.rstrip("0123456789") or node.kind, {*design.blocks, *design.customs})
    design = design.with_block(replace(design.blocks[node.kind], name=name))
    return design.with_block(block.with_node(replace(node, kind=name))), name


def with_own_blocks(design: Design, path: Sequence[str]) -> tuple[Design, str]:
    """Let the blocks along a path of instances, from the outermost block down, stand there alone.

    Returns the design and the name of the innermost one. Raises KeyError where there is no such path.
    """
    name = design.main
    for key in path:
        kind = design.blocks[name].nodes[key].kind
        if places(design)[kind] > 1:
            design, kind = with_own_block(design, name, key)
        name = kind
    return design, name


def places(design: Design) -> Counter[str]:
    """In how many places each block stands in the network, `repeat` not counted; the outermost one in one."""
    counts: Counter[str] = Counter({design.main: 1})
    for name in design.uses.order:
        if counts[name]:
            for node in design.blocks[name].nodes.values():
                if node.kind in design.blocks and node.kind not in design.recursive:
                    counts[node.kind] += counts[name]
    return counts
