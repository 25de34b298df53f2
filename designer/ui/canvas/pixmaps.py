"""Pictures painted once and blitted often, kept within a budget of bytes. The scene owns one such store.

While one zooms, a picture made for a nearby zoom is stretched instead of painting a hundred new ones a step; when the
zoom rests, each is made afresh for its exact size.
"""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Hashable
from dataclasses import dataclass

from PySide6.QtCore import QRectF
from PySide6.QtGui import QPainter, QPixmap, QTransform

BUDGET_BYTES = 96 * 2**20


@dataclass(frozen=True, slots=True)
class Picture:
    """A pixmap, and where in it the item's origin lies, in device pixels."""

    pixmap: QPixmap
    origin_x: int
    origin_y: int


class PictureStore:
    """Least recently used pictures leave first once the budget is spent."""

    def __init__(self, budget_bytes: int = BUDGET_BYTES) -> None:
        self.budget_bytes = budget_bytes
        self.used_bytes = 0
        self.is_zooming = False
        self._kept: OrderedDict[Hashable, Picture] = OrderedDict()

    def find(self, key: Hashable) -> Picture | None:
        """The picture under a key, if it is there."""
        found = self._kept.get(key)
        if found is not None:
            self._kept.move_to_end(key)
        return found

    def get(self, key: Hashable, make: Callable[[], Picture]) -> Picture:
        """The picture under `key`, painted by `make` where it is not there yet."""
        found = self.find(key)
        if found is not None:
            return found
        made = self._kept[key] = make()
        self.used_bytes += _size_bytes(made)
        while self.used_bytes > self.budget_bytes and len(self._kept) > 1:
            _, dropped = self._kept.popitem(last=False)
            self.used_bytes -= _size_bytes(dropped)
        return made

    def clear(self) -> None:
        """Forget every picture: the theme or the font changed."""
        self._kept.clear()
        self.used_bytes = 0

    def __len__(self) -> int:
        return len(self._kept)


class Stamp:
    """Puts one item's picture on the canvas, on whole device pixels, so that it is copied and not resampled."""

    def __init__(self, store: PictureStore) -> None:
        self._store = store
        self._last: tuple[Hashable, float, Picture] | None = None

    def put(self, painter: QPainter, look: Hashable, make: Callable[[float, float], Picture]) -> None:
        """Draw the picture of a look at the painter's place and zoom.

        make: paints it, given the zoom and the number of device pixels to a logical one.
        """
        world = painter.worldTransform()
        zoom = world.m11()
        ratio = painter.device().devicePixelRatioF()
        scale = round(zoom * ratio, 4)
        key = (look, scale, ratio)
        last = self._last
        if self._store.is_zooming and last is not None and last[0] == look and last[1] != scale:
            picture = self._store.find(key)
            if picture is None:
                _stretch(painter, world, last[2], scale / last[1], ratio)
                return
        else:
            picture = self._store.get(key, lambda: make(zoom, ratio))
        self._last = (look, scale, picture)
        x = (round(world.dx() * ratio) - picture.origin_x) / ratio
        y = (round(world.dy() * ratio) - picture.origin_y) / ratio
        painter.setWorldTransform(QTransform.fromTranslate(x, y))
        painter.drawPixmap(0, 0, picture.pixmap)
        painter.setWorldTransform(world)


def _stretch(painter: QPainter, world: QTransform, picture: Picture, factor: float, ratio: float) -> None:
    pixmap, grown = picture.pixmap, factor / ratio
    target = QRectF(
        world.dx() - picture.origin_x * grown,
        world.dy() - picture.origin_y * grown,
        pixmap.width() * grown,
        pixmap.height() * grown,
    )
    painter.setWorldTransform(QTransform())
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, True)
    painter.drawPixmap(target, pixmap, QRectF(pixmap.rect()))
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, False)
    painter.setWorldTransform(world)


def _size_bytes(picture: Picture) -> int:
    return picture.pixmap.width() * picture.pixmap.height() * 4
