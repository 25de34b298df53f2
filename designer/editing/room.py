"""Room for a node that was put into a wire: what follows it on its way moves on, so that no card covers another.

Called by the canvas in the same step as the insertion; all else stays where it is.
"""

from __future__ import annotations

from collections.abc import Mapping

from designer.editing import notes
from designer.graph.block import Block, Point
from designer.graph.design import Design

CROWDED = 32.0  # pixels: nearer than this, two nodes on one wire leave no room for it
LEAST_GAP, MOST_GAP = 64.0, 112.0  # that moved nodes keep; as wide as the gap was before, within these

Sizes = Mapping[str, tuple[float, float]]  # width and height of each node's card, in pixels, by id


def make_room(design: Design, block_name: str, node_id: str, sizes: Sizes) -> Design:
    """The design with a node that stands in a wire moved off what feeds it, and what it feeds moved on.

    Only along the way that the block is drawn in, and only where two would cover or nearly touch each other. What moves
    takes along what follows it further on in the same direction; a chain that turns back is left where it turns.
    """
    block = design.blocks[block_name]
    along = 1 if block.is_downward else 0
    before = next(iter(block.graph.pred[node_id]), None)
    after = next(iter(block.graph.succ[node_id]), None)
    if before is None or after is None or not {before, after, node_id} <= sizes.keys():
        return design

    def start(key: str) -> float:
        return block.nodes[key].position[along]

    def end(key: str) -> float:
        return start(key) + sizes[key][along]

    gap = min(max(start(after) - end(before), LEAST_GAP), MOST_GAP)
    places: dict[str, Point] = {}
    here = start(node_id)
    if _share_a_lane(block, before, node_id, sizes, along) and start(before) <= here < end(before) + CROWDED:
        here = end(before) + gap
        places[node_id] = _moved(block, node_id, here - start(node_id), along)
    there = here + sizes[node_id][along]
    if (
        _share_a_lane(block, node_id, after, sizes, along)
        and start(node_id) < end(after)
        and start(after) < there + CROWDED
    ):
        step = there + gap - start(after)
        places |= {key: _moved(block, key, step, along) for key in _onward(block, after, along)}
    return notes.place(design, block_name, places) if places else design


def _share_a_lane(block: Block, one: str, other: str, sizes: Sizes, along: int) -> bool:
    """Whether two nodes would meet if they moved along the way that the block is drawn in."""
    across = 1 - along
    low, high = block.nodes[one].position[across], block.nodes[other].position[across]
    return low < high + sizes[other][across] and high < low + sizes[one][across]


def _onward(block: Block, first: str, along: int) -> list[str]:
    """A node, and those that follow it without turning back."""
    found, waiting = {first: None}, [first]
    while waiting:
        here = waiting.pop()
        for key in block.graph.succ[here]:
            if key not in found and block.nodes[key].position[along] >= block.nodes[here].position[along]:
                found[key] = None
                waiting.append(key)
    return list(found)


def _moved(block: Block, key: str, step: float, along: int) -> Point:
    x, y = block.nodes[key].position
    return (x, y + step) if along else (x + step, y)
