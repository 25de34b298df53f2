"""Between the file's structs and what a block holds for the eye alone: notes, frames, and the routes of wires.

Called by `convert`, which does the rest of a block.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable

from designer.base.text import Text
from designer.document.document import DocumentError
from designer.document.format import MAX_POINTS, BlockFile, NoteFile, RouteFile
from designer.graph.block import Block, Edge, Point
from designer.graph.note import MAX_NOTE_TEXT, Note

_MAX_POSITION = 1e7  # pixels


def check_place(place: Iterable[float], where: str) -> None:
    """Raises DocumentError where something lies too far out."""
    if any(abs(number) > _MAX_POSITION for number in place):
        raise DocumentError(
            Text("{where}: it lies too far out.", where=where), expected="a position of at most ±10,000,000 pixels"
        )


def to_notes(file: BlockFile, taken: Iterable[str], where: str) -> dict[str, Note]:
    """A block's notes by id. taken: the ids of its nodes. Raises DocumentError."""
    notes: dict[str, Note] = {}
    seen = set(taken)
    for note in file.notes:
        if note.id in seen:
            raise DocumentError(
                Text("{where}: two of its nodes and notes have the id '{id}'.", where=where, id=note.id),
                expected="each of them once",
                fix="Give one of them another id.",
            )
        seen.add(note.id)
        check_place(note.position, f"{where}, note {note.id}")
        notes[note.id] = Note(note.id, note.text, note.colour, note.frame, note.position, note.size)
    return notes


def to_routes(file: BlockFile, to_edge: Callable[[tuple[str, str]], Edge], where: str) -> dict[Edge, tuple[Point, ...]]:
    """The routes of a block's wires. to_edge: reads the two ends of one. Raises DocumentError."""
    routes: dict[Edge, tuple[Point, ...]] = {}
    for route in file.routes:
        for point in route.points:
            check_place(point, f"{where}, the route of {route.edge[0]} to {route.edge[1]}"[:200])
        routes[to_edge(route.edge)] = tuple(route.points)
    return routes


def from_notes(block: Block) -> list[NoteFile]:
    """The structs of a block's notes. Raises DocumentError where a text is too long."""
    for note in block.notes.values():
        if len(note.text) > MAX_NOTE_TEXT:
            raise DocumentError(
                Text("The note '{id}' has {count:,} characters.", id=note.id, count=len(note.text)),
                expected=Text("at most {limit:,}", limit=MAX_NOTE_TEXT),
                fix="Shorten it.",
            )
    return [
        NoteFile(note.id, note.text, note.colour, note.is_frame, from_place(note.position), from_place(note.size))
        for note in block.notes.values()
    ]


def from_routes(block: Block, from_edge: Callable[[Edge], tuple[str, str]]) -> list[RouteFile]:
    """The structs of the routes of a block's wires. from_edge: writes the two ends of one."""
    return [
        RouteFile(from_edge(wire), [from_place(point) for point in points[:MAX_POINTS]])
        for wire, points in block.routes.items()
    ]


def from_place(place: Point) -> tuple[float, float]:
    """Coordinates without `.0`, which is noise in a file that people compare. Raises DocumentError."""
    if not all(math.isfinite(number) for number in place):
        raise DocumentError("A node has no place on the canvas and cannot be saved.", fix="Arrange the design.")
    x, y = (int(number) if float(number).is_integer() else float(number) for number in place)
    return x, y
