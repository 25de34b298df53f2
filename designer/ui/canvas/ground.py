"""The ground of the canvas: a grid of dots that fades as one zooms out, kept as one picture and blitted."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPixmap, QTransform

from designer.ui.theme.tokens import Theme

STEP = 24.0  # between dots, in scene units
GONE_BELOW, WHOLE_ABOVE = 0.35, 0.8  # zoom between which the dots fade in


class Ground:
    """Paints the ground. The picture is a viewport full of dots, made anew when the zoom or the size changes."""

    def __init__(self) -> None:
        self._key: object = None
        self._dots: QPixmap | None = None

    def paint(self, painter: QPainter, exposed: QRectF, theme: Theme, size: tuple[int, int]) -> None:
        """Paint the exposed part of the scene; size: the viewport in logical pixels."""
        world = painter.worldTransform()
        zoom = world.m11()
        painter.fillRect(exposed, QColor(theme.ground))
        strength = min(max((zoom - GONE_BELOW) / (WHOLE_ABOVE - GONE_BELOW), 0.0), 1.0)
        if not strength:
            return
        ratio = painter.device().devicePixelRatioF()
        key = (theme.name, zoom, ratio, size)
        if key != self._key:
            self._dots, self._key = self._picture(theme, zoom * ratio, ratio, size, strength), key
        step = STEP * zoom * ratio
        # The picture starts with a dot: set it so that its dots fall on multiples of the step from the origin.
        x = round((world.dx() * ratio) % step - step)
        y = round((world.dy() * ratio) % step - step)
        place = QPointF(x / ratio, y / ratio)
        painter.save()
        painter.setWorldTransform(QTransform())
        painter.setClipRect(world.mapRect(exposed), Qt.ClipOperation.IntersectClip)
        painter.drawPixmap(place, self._dots)
        painter.restore()

    @staticmethod
    def _picture(theme: Theme, scale: float, ratio: float, size: tuple[int, int], strength: float) -> QPixmap:
        step = STEP * scale
        width, height = (round(length * ratio + 2 * step) for length in size)
        dot = max(round(1.2 * ratio), 1) if scale < 1.4 * ratio else max(round(1.6 * ratio), 2)
        colour = QColor(theme.muted)
        colour.setAlphaF(strength * (0.26 if theme.name == "dark" else 0.34))
        row = QPixmap(width, dot)
        row.fill(Qt.GlobalColor.transparent)
        painter = QPainter(row)
        for index in range(int(width / step) + 1):
            painter.fillRect(round(index * step), 0, dot, dot, colour)
        painter.end()
        dots = QPixmap(width, height)
        dots.fill(Qt.GlobalColor.transparent)
        painter = QPainter(dots)
        for index in range(int(height / step) + 1):
            painter.drawPixmap(0, round(index * step), row)
        painter.end()
        dots.setDevicePixelRatio(ratio)
        return dots
