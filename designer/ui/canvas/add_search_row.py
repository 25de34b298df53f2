"""One row of the search: the family's stripe, the title with what was typed set off, the summary, the family."""

from __future__ import annotations

from PySide6.QtCore import QModelIndex, QObject, QPersistentModelIndex, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFont, QFontMetricsF, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.ui.canvas.ranking import match_positions
from designer.ui.theme.colours import mixed
from designer.ui.theme.tokens import Theme

ROW_HEIGHT = 30
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
TYPED_ROLE = ENTRY_ROLE + 1


class RowPainter(QStyledItemDelegate):
    """Paints rows in a theme."""

    def __init__(self, theme: Theme, parent: QObject) -> None:
        super().__init__(parent)
        self.theme = theme

    def sizeHint(self, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex) -> QSize:
        return QSize(200, ROW_HEIGHT)

    def paint(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex | QPersistentModelIndex
    ) -> None:
        theme, entry = self.theme, index.data(ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        row = QRectF(option.rect)
        if option.state & QStyle.StateFlag.State_Selected:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(mixed(theme.panel, theme.accent, 0.22))
            painter.drawRoundedRect(row, 5, 5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.family(entry.family)))
        painter.drawRoundedRect(QRectF(row.left() + 8, row.center().y() - 7, 4, 14), 1.5, 1.5)
        baseline = row.center().y() + 4.5
        right = row.right() - 10
        font = QFont(option.font)
        font.setPixelSize(11)
        metrics = QFontMetricsF(font)
        painter.setFont(font)
        painter.setPen(QColor(theme.muted))
        word = entry.word or entry.family
        family_width = metrics.horizontalAdvance(word)
        painter.drawText(QPointF(right - family_width, baseline), word)
        x = row.left() + 20
        bold = QFont(font)
        bold.setPixelSize(13)
        bold.setWeight(QFont.Weight.Bold)
        room = right - family_width - 12 - x
        title = QFontMetricsF(bold).elidedText(entry.title, Qt.TextElideMode.ElideRight, room)
        x = self._paint_title(painter, title, index.data(TYPED_ROLE) or "", x, baseline, font)
        room = right - family_width - 12 - (x + 10)
        if entry.summary and room > 40:
            painter.setFont(font)
            painter.setPen(QColor(theme.muted))
            shown = metrics.elidedText(entry.summary, Qt.TextElideMode.ElideRight, room)
            painter.drawText(QPointF(x + 10, baseline), shown)
        painter.restore()

    def _paint_title(self, painter: QPainter, title: str, typed: str, x: float, baseline: float, base: QFont) -> float:
        """Paint the title with the typed letters in bold accent. Returns where it ends."""
        lit: set[int] = set()
        for word in typed.split():
            match = match_positions(word, title)
            lit.update(match[1] if match else ())
        plain, bold = QFont(base), QFont(base)
        plain.setPixelSize(13)
        bold.setPixelSize(13)
        bold.setWeight(QFont.Weight.Bold)
        start = 0
        while start < len(title):
            end = start + 1
            while end < len(title) and (end in lit) == (start in lit):
                end += 1
            font = bold if start in lit else plain
            painter.setFont(font)
            painter.setPen(QColor(self.theme.accent if start in lit else self.theme.text))
            painter.drawText(QPointF(x, baseline), title[start:end])
            x += QFontMetricsF(font).horizontalAdvance(title[start:end])
            start = end
        return x
