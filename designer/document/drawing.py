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
        notes[note.id] = to_note(note, where)
    return notes


def to_note(file: NoteFile, where: str) -> Note:
    """The note in its structs. where: its block. Raises DocumentError."""
    check_place(file.position, f"{where}, note {file.id}")
    return Note(file.id, file.text, file.colour, file.frame, file.position, file.size)


def to_routes(file: BlockFile, to_edge: Callable[[tuple[str, str]], Edge], where: str) -> dict[Edge, tuple[Point, ...]]:
    """The routes of a block's wires. to_edge: reads the two ends of one. Raises DocumentError."""
    return dict(to_route(route, to_edge, where) for route in file.routes)


def to_route(file: RouteFile, to_edge: Callable[[tuple[str, str]], Edge], where: str) -> tuple[Edge, tuple[Point, ...]]:
    """A wire and the points that it is led through. to_edge: as of `to_routes`. Raises DocumentError."""
    for point in file.points:
        check_place(point, f"{where}, the route of {file.edge[0]} to {file.edge[1]}"[:200])
    return to_edge(file.edge), tuple(file.points)


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
