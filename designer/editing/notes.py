"""Commands on what lies on the canvas for people: notes, frames, the routes of wires. Pure functions on designs.

`place` and `remove` take the ids of nodes and notes alike, as a person selects them.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from designer.base.text import Text
from designer.editing import nodes
from designer.editing.errors import EditError
from designer.editing.routing import Box
from designer.graph.block import Block, Edge, Point
from designer.graph.design import Design
from designer.graph.names import fresh
from designer.graph.note import COLOURS, LEAST_SIZE, MAX_NOTE_TEXT, MOST_SIZE, STEM, Note

FRAME_AIR = 24.0  # pixels between a frame and what it was drawn around
TITLE_HEIGHT = 32.0  # of a frame, above that


def add_note(design: Design, block_name: str, note: Note) -> tuple[Design, str]:
    """The design with a note, and the id that it has there."""
    block = design.blocks[block_name]
    key = fresh(STEM, {*block.nodes, *block.notes})
    return design.with_block(block.with_notes([replace(note, id=key)])), key


def frame_around(
    design: Design, block_name: str, boxes: Collection[Box], text: str = "", colour: str = COLOURS[1]
) -> tuple[Design, str]:
    """The design with a frame around boxes, and the frame's id. Raises EditError where there are none."""
    if not boxes:
        raise EditError("There is nothing to frame.", expected="nodes", fix="Select some first.")
    left, right = min(box.x for box in boxes) - FRAME_AIR, max(box.right for box in boxes) + FRAME_AIR
    top = min(box.y for box in boxes) - FRAME_AIR - TITLE_HEIGHT
    bottom = max(box.bottom for box in boxes) + FRAME_AIR
    frame = Note("", text, colour, True, (left, top), (right - left, bottom - top))
    return add_note(design, block_name, frame)


def change_note(
    design: Design,
    block_name: str,
    key: str,
    *,
    text: str | None = None,
    colour: str | None = None,
    box: Box | None = None,
) -> Design:
    """The design with another text, colour or place and size of a note. Raises EditError."""
    block = design.blocks[block_name]
    note = block.notes.get(key)
    if note is None:
        raise EditError("The note is not there any more.", fix="It may have been deleted.")
    if text is not None and len(text) > MAX_NOTE_TEXT:
        raise EditError(
            Text("The text has {count:,} characters.", count=len(text)),
            expected=Text("at most {limit:,}", limit=MAX_NOTE_TEXT),
            fix="Shorten it, or split it.",
        )
    if colour is not None and colour not in COLOURS:
        raise EditError(
            Text("There is no colour '{colour}'.", colour=colour[:40]),
            expected=Text("one of these: {known}", known=", ".join(COLOURS)),
        )
    made = replace(note, text=note.text if text is None else text, colour=colour or note.colour)
    if box is not None:
        size = tuple(min(max(extent, LEAST_SIZE), MOST_SIZE) for extent in (box.width, box.height))
        made = replace(made, position=(box.x, box.y), size=size)
    return design.with_block(block.with_notes([made])) if made != note else design


def place(design: Design, block_name: str, places: Mapping[str, Point]) -> Design:
    """The design with nodes and notes at other places. The route of a wire goes along where both of its ends do."""
    block = design.blocks[block_name]
    routes = _carried(block, places)
    moved = [
        replace(note, position=(float(at[0]), float(at[1])))
        for key, at in places.items()
        if (note := block.notes.get(key)) and note.position != tuple(at)
    ]
    design = nodes.move(design, block_name, places)
    if not moved and not routes:
        return design
    block = design.blocks[block_name]
    return design.with_block(block.with_notes(moved).with_routes(routes))


def _carried(block: Block, places: Mapping[str, Point]) -> dict[Edge, tuple[Point, ...]]:
    """The routes between nodes that go the same way, there."""
    carried = {}
    for wire, points in block.routes.items():
        ends = [block.nodes.get(end.node) for end in wire]
        if all(node is not None and node.id in places for node in ends):
            shifts = {
                tuple(round(new - old, 1) for new, old in zip(places[node.id], node.position, strict=True))
                for node in ends
            }
            if len(shifts) == 1 and (shift := shifts.pop()) != (0.0, 0.0):
                carried[wire] = tuple((x + shift[0], y + shift[1]) for x, y in points)
    return carried


def remove(design: Design, block_name: str, keys: Collection[str] = (), edges: Iterable[Edge] = ()) -> Design:
    """The design without some nodes, the edges at them, notes, and some other edges."""
    design = nodes.delete(design, block_name, keys, edges)
    block = design.blocks[block_name]
    gone = [key for key in keys if key in block.notes]
    return design.with_block(block.without_notes(gone)) if gone else design


def set_route(design: Design, block_name: str, wire: Edge, points: Iterable[Point]) -> Design:
    """The design with a wire led through points, in order; straight to its end where there are none."""
    block = design.blocks[block_name]
    route = tuple((float(x), float(y)) for x, y in points)
    if wire not in block.edges or block.routes.get(wire, ()) == route:
        return design
    return design.with_block(block.with_routes({wire: route}))
