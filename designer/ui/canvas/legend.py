"""What the colours of the canvas mean while an overlay is on: its name, the scale with both ends, a way out."""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QFontMetricsF, QLinearGradient, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QWidget

from designer.ui.canvas.geometry import card_fonts
from designer.ui.canvas.heat import VIRIDIS, heat_colour
from designer.ui.theme.tokens import DARK, Theme

LEAST_WIDTH, HEIGHT = 216, 60
_PAD = 12.0
_CROSS_PX = 20.0
_SCALE_PX = 6.0


class Legend(QWidget):
    """Shown by `show_scale`; a click on the cross asks for the overlay to be put away."""

    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self._theme = DARK
        self.title = self.least = self.most = ""
        self.setFixedSize(self.sizeHint())

    def sizeHint(self) -> QSize:
        title = _PAD + QFontMetricsF(card_fonts().title).horizontalAdvance(self.title)
        return QSize(max(LEAST_WIDTH, math.ceil(title + _PAD + _CROSS_PX)), HEIGHT)

    def show_scale(self, title: str, least: str, most: str) -> None:
        """Show what is measured, and the least and the most of it on the canvas; nothing where there is no title."""
        self.title, self.least, self.most = title, least, most
        right = self.geometry().right()
        self.setFixedSize(self.sizeHint())
        self.move(right - self.width() + 1, self.y())
        self.setVisible(bool(title))
        self.setAccessibleName(self.tr("Overlay: {0}").format(title))
        self.setAccessibleDescription(self.tr("from {0} to {1}").format(least, most))
        self.update()

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self._theme = theme
        self.update()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        if self._cross().contains(event.position()):
            self.closed.emit()

    def paintEvent(self, event: QPaintEvent) -> None:
        theme = self._theme
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(QPen(QColor(theme.line), 1))
        painter.setBrush(QColor(theme.panel))
        painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 7, 7)
        fonts = card_fonts()
        right = self.width() - _PAD
        painter.setFont(fonts.title)
        painter.setPen(QColor(theme.text))
        painter.drawText(QPointF(_PAD, 20), self.title)
        scale = QRectF(_PAD, 29, right - _PAD, _SCALE_PX)
        colours = QLinearGradient(scale.topLeft(), scale.topRight())
        for index in range(len(VIRIDIS)):
            share = index / (len(VIRIDIS) - 1)
            colours.setColorAt(share, heat_colour(share, theme))
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(colours)
        painter.drawRoundedRect(scale, 3, 3)
        painter.setFont(fonts.figures)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QPointF(_PAD, 50), self.least)
        painter.drawText(QPointF(right - painter.fontMetrics().horizontalAdvance(self.most), 50), self.most)
        centre, arm = self._cross().center(), 3.5
        painter.setPen(QPen(QColor(theme.muted), 1.4, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
        painter.drawLine(centre + QPointF(-arm, -arm), centre + QPointF(arm, arm))
        painter.drawLine(centre + QPointF(-arm, arm), centre + QPointF(arm, -arm))
        painter.end()

    def _cross(self) -> QRectF:
        return QRectF(self.width() - _CROSS_PX - 6, 6, _CROSS_PX, _CROSS_PX)
