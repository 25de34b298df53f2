"""What is dropped on the canvas: files, and a kind from the palette, with a ghost of the card to come until then."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QMimeData, QPoint, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QDragEnterEvent, QDragMoveEvent, QDropEvent, QPainter, QPen, QTransform

from designer.ui.canvas.card_paint import PLAIN, card_picture
from designer.ui.canvas.cards import Card
from designer.ui.canvas.edge_scroll import EDGE_PX, EdgeScroll
from designer.ui.canvas.geometry import CORNER, card_layout, card_size, snapped
from designer.ui.theme.tokens import Theme

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

KIND_MIME = "application/x-blockyard-kind"
_GHOST_OPACITY = 0.9  # less, and what lies below it makes its name unreadable


def dragged_kind(data: QMimeData) -> str:
    """The kind that a drag carries; "" where it carries none."""
    if not data.hasFormat(KIND_MIME):
        return ""
    return bytes(data.data(KIND_MIME).data()).decode("utf-8", errors="replace").strip()


def kind_mime(kind: str) -> QMimeData:
    """What the palette hands to a drag so that the canvas takes it."""
    data = QMimeData()
    data.setData(KIND_MIME, kind.encode())
    return data


def dragged_files(data: QMimeData) -> tuple[Path, ...]:
    """The files of this machine that a drag or the clipboard carries."""
    return tuple(Path(url.toLocalFile()) for url in data.urls() if url.isLocalFile())


def place_under(card: Card, point: QPointF) -> QPointF:
    """Where a card's corner stands, on the grid, for its middle to be at a point."""
    width, height = card_size(card)
    return QPointF(snapped(point.x() - width / 2), snapped(point.y() - height / 2))


class Ghost:
    """The card to come, while the drag is over the canvas."""

    def __init__(self, kind: str, card: Card, point: QPointF) -> None:
        self.kind = kind
        self.card = card
        self.place = place_under(card, point)

    def move(self, point: QPointF) -> None:
        self.place = place_under(self.card, point)

    @property
    def body(self) -> QRectF:
        """Where the card would stand, in scene units."""
        return QRectF(self.place, QSizeF(*card_size(self.card)))

    def paint(self, painter: QPainter, to_viewport: QTransform, theme: Theme) -> None:
        """Paint the ghost, in viewport pixels: the card a little transparent, in a dashed accent outline."""
        zoom = to_viewport.m11()
        corner = to_viewport.map(self.place)
        layout = card_layout(self.card)
        ratio = painter.device().devicePixelRatioF()
        picture = card_picture(self.card, layout, theme, zoom, ratio, PLAIN, title_only=False)
        painter.setOpacity(_GHOST_OPACITY)
        painter.drawPixmap(corner - QPointF(picture.origin_x, picture.origin_y) / ratio, picture.pixmap)
        painter.setOpacity(1.0)
        pen = QPen(QColor(theme.accent), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rim = 3.0 * zoom
        body = QRectF(corner.x(), corner.y(), layout.width * zoom, layout.height * zoom)
        painter.drawRoundedRect(body.adjusted(-rim, -rim, rim, rim), CORNER * zoom + rim, CORNER * zoom + rim)


class Drops:
    """What the view does with a drag. `ghost` is the card to come, while a kind from the palette is over it."""

    def __init__(self, view: CanvasView) -> None:
        self.ghost: Ghost | None = None
        self._files: tuple[Path, ...] = ()
        self._view = view
        self._pointer = QPoint()
        self._has_come_in = False
        self._edge_scroll = EdgeScroll(self._pan, view)

    def enter(self, event: QDragEnterEvent) -> None:
        """Something is dragged over the canvas."""
        kind = dragged_kind(event.mimeData())
        self._files = tuple(path for path in dragged_files(event.mimeData()) if self._view.takes_file(path))
        if self._files:
            event.acceptProposedAction()
        elif kind:
            self.ghost = Ghost(kind, self._view.ghost_card(kind), self._view.to_scene(event.position()))
            self._view.viewport().update()
            event.acceptProposedAction()
        else:
            event.ignore()

    def move(self, event: QDragMoveEvent) -> None:
        """It was moved: the ghost follows, and at an edge the ground."""
        if self.ghost is not None:
            self._pointer = event.position().toPoint()
            area = self._view.viewport().rect()
            self._has_come_in |= area.adjusted(EDGE_PX, EDGE_PX, -EDGE_PX, -EDGE_PX).contains(self._pointer)
            if self._has_come_in:  # it comes over an edge, which is no wish to see what lies there
                self._edge_scroll.follow(self._pointer, area)
            self._follow()
            event.acceptProposedAction()
        elif self._files:
            event.acceptProposedAction()

    def leave(self) -> None:
        """It went away."""
        self.ghost, self._files, self._has_come_in = None, (), False
        self._edge_scroll.stop()
        self._view.mark_wire_under(None)
        self._view.viewport().update()

    def drop(self, event: QDropEvent) -> None:
        """It was let go: the view tells where, or on which wire."""
        ghost, files, view = self.ghost, self._files, self._view
        self.leave()
        if files:
            event.acceptProposedAction()
            view.files_dropped.emit(files)
        if ghost is None:
            return
        ghost.move(view.to_scene(event.position()))
        event.acceptProposedAction()
        view.setFocus(Qt.FocusReason.OtherFocusReason)
        wire = view.mark_wire_under(ghost.body) if view.can_insert_kind(ghost.kind) else ""
        view.mark_wire_under(None)
        if wire:
            view.drop_on_wire_requested.emit(ghost.kind, ghost.place, wire)
        else:
            view.drop_requested.emit(ghost.kind, ghost.place)

    def paint(self, painter: QPainter) -> None:
        """Paint the ghost over the canvas, in viewport pixels."""
        if self.ghost is not None:
            self.ghost.paint(painter, self._view.viewportTransform(), self._view.canvas.theme)

    def _pan(self, delta: QPointF) -> None:
        self._view.pan_by(delta)
        self._follow()

    def _follow(self) -> None:
        if self.ghost is not None:
            self.ghost.move(self._view.to_scene(self._pointer))
            is_for_wires = self._view.can_insert_kind(self.ghost.kind)
            self._view.mark_wire_under(self.ghost.body if is_for_wires else None)
            self._view.viewport().update()
