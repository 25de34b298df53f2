"""How the canvas is looked at: zoom at the cursor, pan, fit, and the ground behind the cards.

`CanvasView` adds gestures, keys and signals on top.
"""

from __future__ import annotations

from collections.abc import Iterable

from PySide6.QtCore import QEvent, QPoint, QPointF, QRectF, Qt, QTimer, Signal
from PySide6.QtGui import QPainter, QPaintEvent, QResizeEvent, QTransform, QWheelEvent
from PySide6.QtWidgets import QFrame, QGraphicsView, QWidget

from designer.ui.canvas.afar import FLAT_BELOW
from designer.ui.canvas.card_item import TITLE_ONLY_BELOW
from designer.ui.canvas.ground import Ground
from designer.ui.canvas.scene import CanvasScene

LEAST_ZOOM, MOST_ZOOM = 0.05, 4.0
ROOM = 60_000.0  # how far one can pan beyond the scene's rectangle, in scene units
FIT_MARGIN_PX = 56
MARGIN = 24.0  # around what is panned to, in scene units
ZOOM_RESTS_AFTER_MS = 140
FILL_PAINTED_EVERY_MS = 100  # from afar everything is painted again, and each time takes as long as a slice or two
_UPDATES = QGraphicsView.ViewportUpdateMode.MinimalViewportUpdate
WHEEL_PAN = 0.5  # viewport pixels to an eighth of a degree


class ZoomPanView(QGraphicsView):
    """A view of the scene that zooms and pans. `canvas` is its scene."""

    zoom_changed = Signal(float)
    viewport_changed = Signal()  # panned, zoomed or resized

    def __init__(self, scene: CanvasScene, parent: QWidget | None = None) -> None:
        super().__init__(scene, parent)
        self.canvas = scene
        self._ground = Ground()
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setViewportUpdateMode(_UPDATES)
        self.setOptimizationFlag(QGraphicsView.OptimizationFlag.DontSavePainterState)
        self.setTransformationAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setResizeAnchor(QGraphicsView.ViewportAnchor.NoAnchor)
        self.setRenderHint(QPainter.RenderHint.Antialiasing)
        self.is_fitted = False  # all is shown, and nobody has looked elsewhere since: so it stays when the size changes
        self._zoom_rests = QTimer(self, singleShot=True, interval=ZOOM_RESTS_AFTER_MS)
        self._zoom_rests.timeout.connect(self._sharpen)
        self._filling = QTimer(self, interval=FILL_PAINTED_EVERY_MS)
        self._filling.timeout.connect(self.viewport().update)
        scene.content_changed.connect(self._show_filled)
        self._keep_room(scene.sceneRect())
        scene.sceneRectChanged.connect(self._keep_room)
        scene.afar.changed.connect(self._repaint_from_afar)

    @property
    def zoom(self) -> float:
        """Viewport pixels to a scene unit."""
        return self.transform().m11()

    def zoom_to(self, zoom: float, anchor: QPointF | None = None) -> None:
        """Zoom with the point under `anchor`, in viewport pixels, staying where it is; the middle by default."""
        self.is_fitted = False
        zoom = min(max(zoom, LEAST_ZOOM), MOST_ZOOM)
        if abs(zoom - 1) < min(0.03, abs(self.zoom - 1)):
            zoom = 1.0  # the size for which texts are drawn is easy to come back to, and small steps lead away from it
        if anchor is None:
            anchor = QRectF(self.viewport().rect()).center()
        fixed = self.to_scene(anchor)
        self.setTransform(QTransform.fromScale(zoom, zoom))
        self.setRenderHint(QPainter.RenderHint.Antialiasing, zoom >= FLAT_BELOW)
        self._scroll_by(self.viewportTransform().map(fixed) - anchor)
        self.zoom_changed.emit(zoom)
        self.viewport_changed.emit()

    def zoom_smoothly(self, factor: float, anchor: QPointF) -> None:
        """One of many small steps of zoom: cards are stretched for now and sharp when the zoom rests."""
        self.canvas.pictures.is_zooming = True
        self._zoom_rests.start()
        self.zoom_to(self.zoom * factor, anchor)

    def _sharpen(self) -> None:
        self.canvas.pictures.is_zooming = False
        self.viewport().update()

    def pan_by(self, delta: QPoint | QPointF) -> None:
        """Move what is seen by viewport pixels, as if the ground were pushed."""
        self._scroll_by(QPointF(-delta.x(), -delta.y()))

    def centre_on(self, point: QPointF) -> None:
        """Bring a point of the scene to the middle of the viewport."""
        middle = QRectF(self.viewport().rect()).center()
        self._scroll_by(self.viewportTransform().map(point) - middle)

    def fit_all(self) -> None:
        """Show every card and note; nothing is enlarged. It stays so while the view grows or shrinks."""
        self._fit(self.canvas.bounds(), 1.0)
        self.is_fitted = True

    def fit_again(self) -> None:
        """Show everything still, in a view of another size, unless somebody has looked elsewhere."""
        if self.is_fitted and self.canvas.is_extent_known:
            self.fit_all()

    def fit_cards(self, card_ids: Iterable[str]) -> None:
        """Show these cards and notes whole and large, or all where there are none."""
        chosen = list(card_ids)
        self._fit(self.canvas.bounds(chosen or None), 1.5 if chosen else 1.0)

    def show_card(self, card_id: str) -> None:
        """Pan just so far that a card is seen whole."""
        self.show_area(self.canvas.cards[card_id].body_in_scene())

    def find_card(self, card_id: str) -> None:
        """Bring a card that was looked for to where it can be read: pan, and come nearer from far off."""
        if self.zoom < TITLE_ONLY_BELOW:
            self.zoom_to(1.0)
            self.centre_on(self.canvas.cards[card_id].body_in_scene().center())
        else:
            self.show_card(card_id)

    def show_area(self, area: QRectF) -> None:
        """Pan just so far that a part of the scene is seen whole."""
        seen = self.seen()
        body = area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
        if not seen.contains(body):
            dx = min(body.left() - seen.left(), 0) + max(body.right() - seen.right(), 0)
            dy = min(body.top() - seen.top(), 0) + max(body.bottom() - seen.bottom(), 0)
            self._scroll_by(QPointF(dx, dy) * self.zoom)

    def bring_into_view(self, card_ids: Iterable[str]) -> None:
        """Show these cards and notes whole where none of them is seen."""
        ids, seen = [card_id for card_id in card_ids if self.canvas.has(card_id)], self.seen()
        if ids and not any(self.canvas.standing(card_id).body_in_scene().intersects(seen) for card_id in ids):
            self.show_cards(ids)

    def show_cards(self, card_ids: Iterable[str]) -> None:
        """Pan just so far that these cards and notes are seen whole, or step back where they are too far apart."""
        area, seen = self.canvas.bounds(card_ids), self.seen()
        if area.isNull():
            return
        if area.width() + 2 * MARGIN < seen.width() and area.height() + 2 * MARGIN < seen.height():
            self.show_area(area)
        else:
            self._fit(area, self.zoom)

    def seen(self) -> QRectF:
        """The part of the scene that the viewport shows."""
        area = QRectF(self.viewport().rect())
        return self.viewportTransform().inverted()[0].mapRect(area)

    def visible_cards(self) -> list[str]:
        """Ids of the cards that are seen, at least in part."""
        return self.canvas.grid.within(self.seen())

    def to_scene(self, pos: QPoint | QPointF) -> QPointF:
        """The point of the scene under a viewport pixel."""
        return self.viewportTransform().inverted()[0].map(QPointF(pos))

    def _fit(self, rect: QRectF, most_zoom: float) -> None:
        if rect.isNull():
            self.zoom_to(1.0)
            return
        area = self.viewport().size()
        zoom = min(
            (area.width() - 2 * FIT_MARGIN_PX) / rect.width(),
            (area.height() - 2 * FIT_MARGIN_PX) / rect.height(),
            most_zoom,
        )
        self.zoom_to(max(zoom, LEAST_ZOOM))
        self.centre_on(rect.center())

    def _scroll_by(self, delta: QPointF) -> None:
        self.is_fitted = False
        for bar, amount in ((self.horizontalScrollBar(), delta.x()), (self.verticalScrollBar(), delta.y())):
            bar.setValue(bar.value() + round(amount))

    def _keep_room(self, rect: QRectF) -> None:
        self.setSceneRect(rect.adjusted(-ROOM, -ROOM, ROOM, ROOM))

    def scrollContentsBy(self, dx: int, dy: int) -> None:
        super().scrollContentsBy(dx, dy)
        if self._filling.isActive():
            self.viewport().update()
        self.viewport_changed.emit()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self.fit_again()
        self.viewport_changed.emit()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Show, QEvent.Type.DevicePixelRatioChange):
            self.canvas.set_pixel_ratio(self.devicePixelRatioF())
        elif event.type() in (QEvent.Type.ApplicationFontChange, QEvent.Type.FontChange):
            self.canvas.measure_again()
        return super().event(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        is_touchpad = event.phase() != Qt.ScrollPhase.NoScrollPhase and not event.pixelDelta().isNull()
        turned, modifiers = event.angleDelta(), event.modifiers()
        if is_touchpad and not modifiers & Qt.KeyboardModifier.ControlModifier:
            self.pan_by(event.pixelDelta())
        elif modifiers & Qt.KeyboardModifier.ShiftModifier:
            self.pan_by(QPointF(turned.y() or turned.x(), 0) * WHEEL_PAN)
        elif turned.y():
            self.zoom_smoothly(1.0015 ** turned.y(), event.position())
        else:
            self.pan_by(QPointF(turned.x(), 0) * WHEEL_PAN)  # a wheel that is tilted
        event.accept()

    def paintEvent(self, event: QPaintEvent) -> None:
        if self.zoom >= FLAT_BELOW:
            super().paintEvent(event)
            return
        painter = QPainter(self.viewport())
        painter.setRenderHints(self.renderHints())
        painter.setWorldTransform(self.viewportTransform())
        exposed = self.mapToScene(event.rect()).boundingRect()
        self.drawBackground(painter, exposed)
        self.canvas.afar.paint(painter, self.zoom)
        self.drawForeground(painter, exposed)
        painter.end()

    def _repaint_from_afar(self) -> None:
        if self.zoom >= FLAT_BELOW:
            return
        if self.canvas.slices.is_busy:  # Qt would have all of it painted with each slice
            self.setViewportUpdateMode(QGraphicsView.ViewportUpdateMode.NoViewportUpdate)
            self._filling.start()
        else:
            self.viewport().update()

    def _show_filled(self) -> None:
        """All that was to come is there."""
        if self._filling.isActive() and not self.canvas.slices.is_busy:
            self._filling.stop()
            self.setViewportUpdateMode(_UPDATES)
            self.viewport().update()

    def drawBackground(self, painter: QPainter, rect: QRectF) -> None:
        size = self.viewport().size()
        self._ground.paint(painter, rect, self.canvas.theme, (size.width(), size.height()))
