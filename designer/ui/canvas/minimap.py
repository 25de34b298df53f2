"""The whole canvas in a corner: where one looks, and a drag or click to look elsewhere. Hidden when all is seen, and
where the canvas is too small to spare the room."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, QRectF, QSize, QSizeF, Qt, QTimer
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QPixmap, QWheelEvent
from PySide6.QtWidgets import QWidget

from designer.ui.canvas.view import CanvasView
from designer.ui.theme.colours import mixed

WIDTH, HEIGHT = 176, 108
INSET = 10.0
REST_MS = 90  # after the last change, before the picture is made anew: an edit must not wait for it
ROOM_FOR_IT = 3.5  # the canvas is so many times as wide and high, or the minimap would cover too much of it
WORDS_PX = 300  # to the left of here, words at the pointer may reach under the minimap


class Minimap(QWidget):
    """A small picture of all cards with the seen part framed. It shows and hides itself."""

    def __init__(self, view: CanvasView, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._view = view
        self._cards: QPixmap | None = None
        self._grabbed_at: QPointF | None = None
        self._rest = QTimer(self, singleShot=True, interval=REST_MS)
        self._rest.timeout.connect(self._redraw)
        self.setFixedSize(WIDTH, HEIGHT)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAccessibleName(self.tr("Overview of the canvas"))
        self.setVisible(False)
        view.viewport_changed.connect(self._follow)
        view.gesture_moved.connect(self._make_way)
        view.gesture_ended.connect(self._follow)
        view.canvas.content_changed.connect(self._content_changed)
        view.canvas.selection_changed.connect(lambda _cards, _wires: self._follow())

    def sizeHint(self) -> QSize:
        return QSize(WIDTH, HEIGHT)

    def _content_changed(self) -> None:
        self._rest.start()
        self._follow()

    def _redraw(self) -> None:
        self._cards = None
        self.update()

    def _follow(self) -> None:
        bounds = self._view.canvas.shown_bounds()
        is_all_seen = bounds.isNull() or self._view.seen().contains(bounds)
        if self._grabbed_at is None:  # it stays under the hand that drags it
            area = self._view.viewport().size()
            has_room = area.width() >= ROOM_FOR_IT * WIDTH and area.height() >= ROOM_FOR_IT * HEIGHT
            self.setVisible(not is_all_seen and has_room and not self._covers_the_selected())
        self.update()

    def _covers_the_selected(self) -> bool:
        """Whether the one card or note that is selected lies below it: what was just added, found or clicked."""
        chosen = self._view.canvas.selected
        if len(chosen) != 1 or not self._view.canvas.has(chosen[0]):
            return False
        body = self._view.canvas.standing(chosen[0]).body_in_scene()
        return self._view.viewportTransform().mapRect(body).intersects(QRectF(self.geometry()))

    def _make_way(self, pointer: QPoint) -> None:
        """Step aside for what is dragged here, and for the words beside it."""
        if self.isVisible() and self.geometry().adjusted(-WORDS_PX, -60, 20, 20).contains(pointer):
            self.hide()

    def _scale(self) -> tuple[float, QPointF]:
        """Minimap pixels to a scene unit, and the scene's point in the upper left corner."""
        bounds = self._view.canvas.shown_bounds()
        scale = min(
            (self.width() - 2 * INSET) / max(bounds.width(), 1.0),
            (self.height() - 2 * INSET) / max(bounds.height(), 1.0),
            0.12,
        )
        return scale, bounds.center() - QPointF(self.width(), self.height()) / (2 * scale)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._view.canvas.theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        if self._cards is None or self._cards.devicePixelRatioF() != self.devicePixelRatioF():
            self._cards = self._picture()
        painter.drawPixmap(0, 0, self._cards)
        scale, origin = self._scale()
        seen = self._view.seen()
        frame = QRectF((seen.topLeft() - origin) * scale, seen.size() * scale)
        frame = frame.intersected(QRectF(self.rect()).adjusted(2, 2, -2, -2))
        accent = QColor(theme.accent)
        painter.setPen(QPen(accent, 1.2))
        accent.setAlpha(26)
        painter.setBrush(accent)
        painter.drawRoundedRect(frame, 3, 3)
        painter.end()

    def _picture(self) -> QPixmap:
        scale, origin = self._scale()
        ratio = self.devicePixelRatioF()
        pixmap = QPixmap(round(self.width() * ratio), round(self.height() * ratio))
        pixmap.setDevicePixelRatio(ratio)
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.scale(scale, scale)
        painter.translate(-origin)
        scene, theme = self._view.canvas, self._view.canvas.theme
        least = 2.0 / scale
        by_colour: dict[str, list[QRectF]] = {}
        for key, item in scene.shown_cards.items():
            card, body = item.card, scene.grid.rect(key)
            if item.layout.width < least or item.layout.height < least:
                body = QRectF(body.topLeft(), QSizeF(max(body.width(), least), max(body.height(), least)))
            family = "error" if card.badge == "error" else "block" if card.is_block else card.family
            by_colour.setdefault(family, []).append(body)
        for family, bodies in by_colour.items():
            painter.setBrush(QColor(theme.bad) if family == "error" else mixed(theme.panel, theme.family(family), 0.85))
            painter.drawRects(bodies)
        painter.end()
        return pixmap

    # Panning and zooming

    def wheelEvent(self, event: QWheelEvent) -> None:
        self._view.zoom_smoothly(1.0015 ** event.angleDelta().y(), QRectF(self._view.viewport().rect()).center())
        event.accept()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        scale, origin = self._scale()
        point = origin + event.position() / scale
        seen = self._view.seen()
        # A press within the frame drags it from where it was taken; elsewhere the frame jumps there first.
        self._grabbed_at = point - seen.center() if seen.contains(point) else QPointF(0, 0)
        self.mouseMoveEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        if self._grabbed_at is not None:
            scale, origin = self._scale()
            self._view.centre_on(origin + event.position() / scale - self._grabbed_at)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        self._grabbed_at = None
        self._follow()
