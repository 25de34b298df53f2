"""Which cards lie in a part of the canvas: a grid of cells over the cards' bodies.

Quicker from Python than asking the graphics scene, and exact: rings, badges and shadows don't count.
"""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QRectF

CELL = 256.0


class CardGrid:
    """Bodies by card id, found by rectangle."""

    def __init__(self) -> None:
        self._bodies: dict[str, QRectF] = {}
        self._cells: dict[tuple[int, int], dict[str, None]] = {}

    def put(self, card_id: str, body: QRectF) -> None:
        """Set or move a card's body."""
        old = self._bodies.get(card_id)
        if old is not None:
            cells = list(self._covered(old))
            if cells == list(self._covered(body)):
                self._bodies[card_id] = body
                return
            for cell in cells:
                self._cells[cell].pop(card_id, None)
        self._bodies[card_id] = body
        for cell in self._covered(body):
            self._cells.setdefault(cell, {})[card_id] = None

    def remove(self, card_id: str) -> None:
        """Forget a card."""
        for cell in self._covered(self._bodies.pop(card_id)):
            self._cells[cell].pop(card_id, None)

    def within(self, rect: QRectF) -> list[str]:
        """Ids of the cards whose body touches a rectangle."""
        found: dict[str, None] = {}
        num_cells = (rect.width() / CELL + 2) * (rect.height() / CELL + 2)
        if num_cells > len(self._bodies):
            return [card_id for card_id, body in self._bodies.items() if body.intersects(rect)]
        for cell in self._covered(rect):
            found.update(self._cells.get(cell, {}))
        return [card_id for card_id in found if self._bodies[card_id].intersects(rect)]

    def is_free(self, rect: QRectF) -> bool:
        """Whether no card's body touches a rectangle."""
        for cell in self._covered(rect):
            for card_id in self._cells.get(cell, ()):
                if self._bodies[card_id].intersects(rect):
                    return False
        return True

    def bounds(self) -> QRectF:
        """The rectangle around all bodies; null without cards."""
        if not self._bodies:
            return QRectF()
        bodies = self._bodies.values()
        left, top = min(b.left() for b in bodies), min(b.top() for b in bodies)
        right, bottom = max(b.right() for b in bodies), max(b.bottom() for b in bodies)
        return QRectF(left, top, right - left, bottom - top)

    @staticmethod
    def _covered(rect: QRectF) -> Iterator[tuple[int, int]]:
        for column in range(int(rect.left() // CELL), int(rect.right() // CELL) + 1):
            for row in range(int(rect.top() // CELL), int(rect.bottom() // CELL) + 1):
                yield column, row
