"""Where nodes stand when they are aligned at a side or in the middle, or spread evenly. Pure geometry, in pixels."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum

from designer.editing.routing import Box

Places = dict[str, tuple[float, float]]


class Alignment(Enum):
    """What is brought onto one line, or spread."""

    LEFT = "left"
    CENTRE = "centre"
    RIGHT = "right"
    TOP = "top"
    MIDDLE = "middle"
    BOTTOM = "bottom"
    ACROSS = "across"  # equal gaps from left to right
    DOWN = "down"  # equal gaps from top to bottom


def aligned(boxes: Mapping[str, Box], how: Alignment) -> Places:
    """The upper left corners of all boxes when they are aligned or spread; as they are where there are too few."""
    places = {key: (box.x, box.y) for key, box in boxes.items()}
    is_spread = how in (Alignment.ACROSS, Alignment.DOWN)
    if len(boxes) < (3 if is_spread else 2):
        return places
    if is_spread:
        return _spread(boxes, how is Alignment.ACROSS)
    left, right = min(box.x for box in boxes.values()), max(box.right for box in boxes.values())
    top, bottom = min(box.y for box in boxes.values()), max(box.bottom for box in boxes.values())
    corner: dict[Alignment, Callable[[Box], tuple[float, float]]] = {
        Alignment.LEFT: lambda box: (left, box.y),
        Alignment.CENTRE: lambda box: ((left + right - box.width) / 2, box.y),
        Alignment.RIGHT: lambda box: (right - box.width, box.y),
        Alignment.TOP: lambda box: (box.x, top),
        Alignment.MIDDLE: lambda box: (box.x, (top + bottom - box.height) / 2),
        Alignment.BOTTOM: lambda box: (box.x, bottom - box.height),
    }
    return {key: corner[how](box) for key, box in boxes.items()}


def _spread(boxes: Mapping[str, Box], across: bool) -> Places:
    """Equal gaps between neighbours; the first and the last stay. Where there is no room, cards touch at least."""

    def start(box: Box) -> float:
        return box.x if across else box.y

    def extent(box: Box) -> float:
        return box.width if across else box.height

    order = sorted(boxes, key=lambda key: (start(boxes[key]), key))
    first, last = boxes[order[0]], boxes[order[-1]]
    room = start(last) + extent(last) - start(first) - sum(extent(box) for box in boxes.values())
    gap = max(room / (len(order) - 1), 0.0)
    places, at = {}, start(first)
    for key in order:
        box = boxes[key]
        places[key] = (at, box.y) if across else (box.x, at)
        at += extent(box) + gap
    return places
