"""A template on the start page: a picture, a title, what it costs; and the grid in which templates flow."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QRect, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QKeyEvent, QPainter, QPainterPath, QPaintEvent, QPen, QPixmap, QResizeEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QWidget

from designer.ui.start.thumbnails import SIZE, Thumbnail
from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import figure_font, ui_font

_CORNER = 8.0
_TEXT_PX = 52  # under the picture
_GAP_PX = 16
_ARROWS = {Qt.Key.Key_Left: (-1, 0), Qt.Key.Key_Right: (1, 0), Qt.Key.Key_Up: (0, -1), Qt.Key.Key_Down: (0, 1)}


class TemplateCard(QAbstractButton):
    """Clicked by mouse, Space or Return."""

    def __init__(self, key: str, title: str, parent: QWidget) -> None:
        super().__init__(parent)
        self.key = key
        self._picture = QPixmap()
        self._facts = ""
        self.setText(title)
        self.setAccessibleName(title)
        self.setFixedSize(SIZE.width() + 2, SIZE.height() + _TEXT_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setAttribute(Qt.WidgetAttribute.WA_Hover)

    def show_thumbnail(self, thumbnail: Thumbnail) -> None:
        """Its picture and what it costs."""
        self._picture = QPixmap.fromImage(thumbnail.image)
        if thumbnail.facts:
            self._facts = self.tr("{0} parameters").format(thumbnail.facts)
            self.setAccessibleDescription(self._facts)
        self.update()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.click()
        elif event.key() in _ARROWS and isinstance(self.parentWidget(), TemplateGrid):
            self.parentWidget().step(self, *_ARROWS[event.key()])
        else:
            super().keyPressEvent(event)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        body = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        shape = QPainterPath()
        shape.addRoundedRect(body, _CORNER, _CORNER)
        painter.fillPath(shape, QColor(theme.card))
        painter.save()
        painter.setClipPath(shape)
        picture = QRect(1, 1, SIZE.width(), SIZE.height())
        painter.fillRect(picture, QColor(theme.ground))
        if not self._picture.isNull():
            painter.drawPixmap(picture, self._picture)
        painter.setPen(QColor(theme.line))
        painter.drawLine(0, SIZE.height(), self.width(), SIZE.height())
        painter.restore()
        is_marked = self.hasFocus() or self.underMouse()
        painter.setPen(QPen(QColor(theme.accent if is_marked else theme.line), 2 if self.hasFocus() else 1))
        painter.drawPath(shape)
        for top, font, colour, text in (
            (7, ui_font(weight=ui_font().Weight.DemiBold), theme.text, self.text()),
            (27, figure_font(-1), theme.muted, self._facts),
        ):
            painter.setFont(font)
            painter.setPen(QColor(colour))
            line = QRect(12, SIZE.height() + top, self.width() - 24, 18)
            shown = painter.fontMetrics().elidedText(text, Qt.TextElideMode.ElideRight, line.width())
            painter.drawText(line, Qt.AlignmentFlag.AlignVCenter, shown)
        painter.end()

    def focusInEvent(self, event: QEvent) -> None:
        super().focusInEvent(event)
        self.update()


class TemplateGrid(QWidget):
    """Cards in rows, as many to a row as there is room; the arrow keys go from one to the next."""

    def __init__(self) -> None:
        super().__init__()
        self.cards: list[TemplateCard] = []
        policy = QSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        policy.setHeightForWidth(True)
        self.setSizePolicy(policy)

    def set_cards(self, cards: Sequence[TemplateCard]) -> None:
        """The cards, in order; they are children of this widget."""
        self.cards = list(cards)
        self._place()

    def heightForWidth(self, width: int) -> int:
        rows = -(-len(self.cards) // self._columns(width))
        return max(0, rows * (SIZE.height() + _TEXT_PX + _GAP_PX) - _GAP_PX)

    def hasHeightForWidth(self) -> bool:
        return True

    def sizeHint(self) -> QSize:
        return QSize(4 * (SIZE.width() + _GAP_PX), self.heightForWidth(max(self.width(), SIZE.width())))

    def step(self, card: TemplateCard, columns: int, rows: int) -> None:
        """Move the focus by so many columns and rows."""
        index = self.cards.index(card) + columns + rows * self._columns(self.width())
        if 0 <= index < len(self.cards):
            self.cards[index].setFocus(Qt.FocusReason.OtherFocusReason)
        elif rows or columns:
            self.focusNextPrevChild(rows + columns > 0)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _columns(self, width: int) -> int:
        return max(1, (width + _GAP_PX) // (SIZE.width() + 2 + _GAP_PX))

    def _place(self) -> None:
        columns = self._columns(self.width())
        for index, card in enumerate(self.cards):
            row, column = divmod(index, columns)
            card.move(column * (card.width() + _GAP_PX), row * (card.height() + _GAP_PX))
        height = self.heightForWidth(self.width())
        if height != self.minimumHeight():
            self.setFixedHeight(height)
