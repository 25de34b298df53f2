"""A note: Markdown that lies on the ground of the canvas, or a frame with a title around some nodes. Immutable.

Notes are for people: analysis and generated code do not look at them.
"""

from __future__ import annotations

from dataclasses import dataclass

STEM = "note-"  # of the ids, a number follows; no identifier has a dash, and the ids of new nodes are identifiers
COLOURS = ("grey", "blue", "violet", "pink", "amber", "green", "cyan")
MAX_NOTE_TEXT = 20_000  # characters
LEAST_SIZE, MOST_SIZE = 48.0, 100_000.0  # pixels


@dataclass(frozen=True)
class Note:
    """One note or frame of a block. Its id, `note-3`, is no node's: both are selected and moved together.

    text: Markdown; of a frame, its title. position: the upper left corner, size: width and height, in pixels.
    """

    id: str
    text: str = ""
    colour: str = COLOURS[0]
    is_frame: bool = False
    position: tuple[float, float] = (0.0, 0.0)
    size: tuple[float, float] = (240.0, 120.0)

    def holds(self, position: tuple[float, float], size: tuple[float, float]) -> bool:
        """Whether a rectangle lies within this one."""
        return all(
            own <= other and other + extent <= own + own_extent
            for own, own_extent, other, extent in zip(self.position, self.size, position, size, strict=True)
        )
