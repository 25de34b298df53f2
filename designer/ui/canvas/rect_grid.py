"""Which things lie in a part of the canvas: a grid of cells over their rectangles.

Quicker from Python than asking the graphics scene, and exact: of a card its body, without rings, badge and shadow.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable

from PySide6.QtCore import QPointF, QRectF

CELL = 256.0


def bounds_of(rects: Collection[QRectF]) -> QRectF:
    """The rectangle around others; null where there are none."""
    corners = zip(*(rect.getCoords() for rect in rects), strict=True)
    lefts, tops, rights, bottoms = corners if rects else [(0.0,)] * 4
    return QRectF(QPointF(min(lefts), min(tops)), QPointF(max(rights), max(bottoms)))


class RectGrid:
    """Rectangles by id, found by where they lie."""

    def __init__(self) -> None:
        self._rects: dict[str, QRectF] = {}
        self._cells: dict[tuple[int, int], dict[str, None]] = {}
        self._bounds: QRectF | None = None  # of everything, until something at their edge changes

    def put(self, key: str, rect: QRectF) -> None:
        """Set or move a rectangle."""
        old = self._rects.get(key)
        if old == rect:
            return
        self._doubt_bounds(rect, *([] if old is None else [old]))
        if old is not None:
            cells = self._covered(old)
            if cells == self._covered(rect):
                self._rects[key] = rect
                return
            for cell in cells:
                self._cells[cell].pop(key, None)
        self._rects[key] = rect
        for cell in self._covered(rect):
            self._cells.setdefault(cell, {})[key] = None

    def discard(self, key: str) -> None:
        """Forget a rectangle, if it is here."""
        rect = self._rects.pop(key, None)
        if rect is None:
            return
        self._doubt_bounds(rect)
        for cell in self._covered(rect):
            self._cells[cell].pop(key, None)

    def rect(self, key: str) -> QRectF:
        """The rectangle of an id. Shared: not to be changed."""
        return self._rects[key]

    def rects(self, keys: Iterable[str]) -> list[QRectF]:
        """Rectangles by their ids. Shared: not to be changed."""
        return [self._rects[key] for key in keys]

    def within(self, rect: QRectF) -> list[str]:
        """Ids of what touches a rectangle."""
        found: dict[str, None] = {}
        num_cells = (rect.width() / CELL + 2) * (rect.height() / CELL + 2)
        if num_cells > len(self._rects):
            return [key for key, each in self._rects.items() if each.intersects(rect)]
        for cell in self._covered(rect):
            found.update(self._cells.get(cell, {}))
        return [key for key in found if self._rects[key].intersects(rect)]

    def is_free(self, rect: QRectF) -> bool:
        """Whether nothing touches a rectangle."""
        for cell in self._covered(rect):
            for key in self._cells.get(cell, ()):
                if self._rects[key].intersects(rect):
                    return False
        return True

    def bounds(self) -> QRectF:
        """The rectangle around everything; null where there is nothing."""
        if self._bounds is None:
            self._bounds = bounds_of(self._rects.values())
        return QRectF(self._bounds)

    def _doubt_bounds(self, *changed: QRectF) -> None:
        """Have the bounds made anew, unless all that changed lies inside them and does not touch their edge."""
        if self._bounds is None:
            return
        left, top, right, bottom = self._bounds.getCoords()
        for rect in changed:
            if rect.left() <= left or rect.top() <= top or rect.right() >= right or rect.bottom() >= bottom:
                self._bounds = None
                return

    @staticmethod
    def _covered(rect: QRectF) -> list[tuple[int, int]]:
        left, top, right, bottom = rect.getCoords()
        first, last = (int(left // CELL), int(top // CELL)), (int(right // CELL), int(bottom // CELL))
        if first == last:
            return [first]
        columns, rows = range(first[0], last[0] + 1), range(first[1], last[1] + 1)
        return [(column, row) for column in columns for row in rows]
