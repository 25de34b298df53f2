"""Arranging as an edit: nodes at the places that a layout gave them, wires without the routes of before, frames around
what they held.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import replace

from designer.editing import nodes
from designer.editing.layout import SizeOf, arrange
from designer.editing.notes import FRAME_AIR, TITLE_HEIGHT
from designer.editing.routing import Box
from designer.graph.block import Block, Point
from designer.graph.design import Design
from designer.graph.note import Note

Places = dict[str, Point]
_GRID = 8.0


def places(block: Block, size_of: SizeOf, only: Collection[str], is_downward: bool) -> Places:
    """Where nodes go: all of them, or some alone, and these around the middle where they are now.

    size_of: a node's width and height in pixels by its id. only: the ids of those; empty for all.
    """
    found = arrange(block, size_of, set(only) or None, is_downward)
    if not only or not found:
        return found
    before = _around({key: block.nodes[key].position for key in found}, size_of)
    after = _around(found, size_of)
    dx = _GRID * round((before.x + before.width / 2 - after.x - after.width / 2) / _GRID)
    dy = _GRID * round((before.y + before.height / 2 - after.y - after.height / 2) / _GRID)
    return {key: (x + dx, y + dy) for key, (x, y) in found.items()}


def arranged(design: Design, block_name: str, found: Mapping[str, Point], size_of: SizeOf, is_downward: bool) -> Design:
    """The design with nodes where `places` put them. is_downward: how the block is drawn from now on."""
    block = design.blocks[block_name]
    held = {
        key: inside
        for key, note in block.notes.items()
        if note.is_frame and (inside := [n.id for n in block.nodes.values() if note.holds(n.position, size_of(n.id))])
    }
    routes = {wire: () for wire in block.routes if wire.source.node in found or wire.target.node in found}
    design = nodes.move(design, block_name, found)
    block = design.blocks[block_name].drawn_downward(is_downward).with_routes(routes)
    frames = []
    for key, inside in held.items():
        if any(node in found for node in inside):
            frames.append(_wrapped(block, key, inside, size_of))
    return design.with_block(block.with_notes(frames))


def _wrapped(block: Block, key: str, inside: Collection[str], size_of: SizeOf) -> Note:
    box = _around({node: block.nodes[node].position for node in inside}, size_of)
    position = (box.x - FRAME_AIR, box.y - FRAME_AIR - TITLE_HEIGHT)
    size = (box.width + 2 * FRAME_AIR, box.height + 2 * FRAME_AIR + TITLE_HEIGHT)
    return replace(block.notes[key], position=position, size=size)


def _around(corners: Mapping[str, Point], size_of: SizeOf) -> Box:
    sizes = {key: size_of(key) for key in corners}
    left, top = min(x for x, _ in corners.values()), min(y for _, y in corners.values())
    right = max(x + sizes[key][0] for key, (x, _) in corners.items())
    bottom = max(y + sizes[key][1] for key, (_, y) in corners.items())
    return Box(left, top, right - left, bottom - top)
