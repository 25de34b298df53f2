"""The notes and frames of the open block, as the canvas shows them."""

from __future__ import annotations

from designer.graph.block import Block
from designer.ui.canvas.cards import NoteView


def note_views(block: Block) -> list[NoteView]:
    """All notes of a block, the later over the earlier."""
    return [
        NoteView(note.id, note.text, note.colour, note.is_frame, note.position, note.size)
        for note in block.notes.values()
    ]
