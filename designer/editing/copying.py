"""What goes along when nodes are copied: the wires among them with their routes, and notes.

Called by duplicate (`nodes`) and paste (`fragments`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace

from designer.graph.block import Block, Edge, Endpoint, Point
from designer.graph.names import fresh
from designer.graph.note import STEM, Note


def with_wires_of(block: Block, part: Block, ids: Mapping[str, str], shift: Point) -> Block:
    """A block with the wires among a part's nodes, and their routes, for copies of the nodes.

    ids: each copy's by its original's; shift: how far off the copies stand.
    """
    copies = {
        wire: Edge(*(Endpoint(ids[end.node], end.port) for end in wire))
        for wire in part.edges
        if all(end.node in ids for end in wire)
    }
    if not copies:
        return block
    routes = {copies[wire]: _moved(points, shift) for wire, points in part.routes.items() if wire in copies}
    return replace(block, edges=(*block.edges, *copies.values())).with_routes(routes)


def with_notes_of(block: Block, notes: Iterable[Note], shift: Point) -> tuple[Block, dict[str, str]]:
    """A block with copies of notes, so far off; and each copy's id by its original's."""
    taken = {*block.nodes, *block.notes}
    ids: dict[str, str] = {}
    copies = []
    for note in notes:
        ids[note.id] = key = fresh(STEM, taken)
        taken.add(key)
        copies.append(replace(note, id=key, position=_moved([note.position], shift)[0]))
    return (block.with_notes(copies) if copies else block), ids


def _moved(points: Iterable[Point], shift: Point) -> tuple[Point, ...]:
    return tuple((x + shift[0], y + shift[1]) for x, y in points)
