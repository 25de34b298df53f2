"""A kind dragged from the palette over the canvas: a ghost of the card to come, and where it would stand."""

from __future__ import annotations

from PySide6.QtCore import QMimeData, QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QColor, QPainter, QPen, QTransform

from designer.ui.canvas.card_paint import PLAIN, card_picture
from designer.ui.canvas.cards import Card
from designer.ui.canvas.geometry import CORNER, card_layout, card_size, snapped
from designer.ui.theme.tokens import Theme

KIND_MIME = "application/x-blockyard-kind"


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
        """Paint the ghost, in viewport pixels: the card half transparent, in a dashed accent outline."""
        zoom = to_viewport.m11()
        corner = to_viewport.map(self.place)
        layout = card_layout(self.card)
        ratio = painter.device().devicePixelRatioF()
        picture = card_picture(self.card, layout, theme, zoom, ratio, PLAIN, title_only=False)
        painter.setOpacity(0.6)
        painter.drawPixmap(corner - QPointF(picture.origin_x, picture.origin_y) / ratio, picture.pixmap)
        painter.setOpacity(1.0)
        pen = QPen(QColor(theme.accent), 1.5, Qt.PenStyle.DashLine)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        rim = 3.0 * zoom
        body = QRectF(corner.x(), corner.y(), layout.width * zoom, layout.height * zoom)
        painter.drawRoundedRect(body.adjusted(-rim, -rim, rim, rim), CORNER * zoom + rim, CORNER * zoom + rim)
