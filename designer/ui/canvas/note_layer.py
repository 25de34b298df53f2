"""The notes and frames of a scene by id: kept equal to what is given, and found by where they lie.

The scene owns one. Selecting is the scene's business, as a note is selected with the cards.
"""

from __future__ import annotations

from collections.abc import Iterable, Set
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QPainter
from PySide6.QtWidgets import QStyleOptionGraphicsItem

from designer.ui.canvas.cards import NoteView
from designer.ui.canvas.note_item import TITLE_PX, NoteItem
from designer.ui.theme.tokens import Theme

if TYPE_CHECKING:
    from designer.ui.canvas.scene import CanvasScene

EDGE_PX = 6.0  # how near to a side a press takes hold of it


@dataclass(frozen=True)
class Sides:
    """The sides of a note that follow the hand: -1 the left or upper one, 1 the other, 0 neither."""

    across: int = 0
    down: int = 0

    def __bool__(self) -> bool:
        return bool(self.across or self.down)


NO_SIDES = Sides()


class NoteLayer:
    """The items of all notes by id."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.items: dict[str, NoteItem] = {}

    def show(self, notes: Iterable[NoteView], held: Set[str]) -> None:
        """Show exactly these notes. held: ids of those in somebody's hand, which stay where they are."""
        wanted = {note.id: note for note in notes}
        for key in [key for key in self.items if key not in wanted]:
            self._scene.removeItem(self.items.pop(key))
        for key, note in wanted.items():
            item = self.items.get(key)
            if item is None:
                self.items[key] = item = NoteItem(note, self._scene.theme)
                self._scene.addItem(item)
            elif key not in held:
                item.show_note(note)

    def show_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        for item in self.items.values():
            item.show_theme(theme)

    def paint(self, painter: QPainter) -> None:
        """Paint all notes in scene units, as they are seen from afar."""
        for item in sorted(self.items.values(), key=NoteItem.zValue):
            painter.save()
            painter.translate(item.pos())
            item.paint(painter, QStyleOptionGraphicsItem())
            painter.restore()

    def bounds(self) -> QRectF:
        """The rectangle around all notes; null where there are none."""
        rect = QRectF()
        for item in self.items.values():
            rect = rect.united(item.body_in_scene())
        return rect

    def at(self, point: QPointF, zoom: float) -> tuple[str, Sides] | None:
        """The uppermost note under a point, and which sides are taken there.

        Within a frame, below its title, is the ground.
        """
        reach = EDGE_PX / zoom
        later_first = list(self.items.items())[::-1]
        for key, item in sorted(later_first, key=lambda entry: -entry[1].zValue()):
            body = item.body_in_scene()
            if not body.adjusted(-reach, -reach, reach, reach).contains(point):
                continue
            sides = Sides(
                _side(point.x(), body.left(), body.right(), reach), _side(point.y(), body.top(), body.bottom(), reach)
            )
            if sides or not item.note.is_frame or point.y() <= body.top() + TITLE_PX:
                return key, sides
        return None

    def touched(self, rect: QRectF) -> list[str]:
        """The notes that a marquee touches, and the frames that it holds whole."""
        return [
            key
            for key, item in self.items.items()
            if (rect.contains(item.body_in_scene()) if item.note.is_frame else rect.intersects(item.body_in_scene()))
        ]

    def inside(self, frame_ids: Iterable[str]) -> dict[str, None]:
        """The ids of the cards and notes that lie in frames: what moves with them."""
        found: dict[str, None] = {}
        for key in frame_ids:
            frame = self.items[key]
            if not frame.note.is_frame:
                continue
            area = frame.body_in_scene()
            cards = self._scene.cards
            held = [card for card in self._scene.grid.within(area) if area.contains(cards[card].body_in_scene())]
            held += [other for other, item in self.items.items() if area.contains(item.body_in_scene())]
            found.update(dict.fromkeys(held))
        return found


def _side(at: float, low: float, high: float, reach: float) -> int:
    return -1 if abs(at - low) <= reach else 1 if abs(at - high) <= reach else 0
