"""The confusion matrix, painted: right classes down, guesses across; mistakes in amber, hits in the accent."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QFontMetricsF, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QToolTip, QWidget

from designer.ui.theme.colours import mixed, text_colour_on
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import SMALL_PX, UI_PX, figure_font, ui_font

_LABEL_PX = 96  # at most, for the names at the left
_GAP_PX = 8
_FIGURES_PX = 24  # of a cell, for a figure in it
_NAMES_PX = 12  # of a cell, for names beside it


class Confusion(QWidget):
    """A square of cells as large as there is room; a cell's tooltip says what it counts."""

    def __init__(self) -> None:
        super().__init__()
        self._names: tuple[str, ...] = ()
        self._counts: tuple[tuple[int, ...], ...] = ()
        theme_source().changed.connect(self._retheme)

    def _retheme(self, _theme: object) -> None:
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(360, 280)

    def minimumSizeHint(self) -> QSize:
        return QSize(160, 120)

    def show_counts(self, names: Sequence[str], counts: Sequence[Sequence[int]]) -> None:
        """names: of the columns; the first of them are those of the rows."""
        self._names, self._counts = tuple(names), tuple(map(tuple, counts))
        right = sum(row[i] for i, row in enumerate(self._counts))
        self.setAccessibleName(self.tr("Confusion matrix"))
        self.setAccessibleDescription(self.tr("Images taken for what they are: {0}").format(right))
        self.update()

    def cell_at(self, where: QPointF) -> tuple[int, int] | None:
        """The row and column under a point."""
        if not self._counts:
            return None
        left, side = self._place()
        column, row = int((where.x() - left) // side), int(where.y() // side)
        is_inside = where.x() >= left and 0 <= row < len(self._counts) and 0 <= column < len(self._counts[0])
        return (row, column) if is_inside else None

    def _place(self) -> tuple[float, float]:
        """Where the first column begins, and the side of a cell."""
        metrics = QFontMetricsF(ui_font(SMALL_PX - UI_PX))
        widest = max((metrics.horizontalAdvance(name) for name in self._names[: len(self._counts)]), default=0)
        left = min(widest, _LABEL_PX) + _GAP_PX
        side = min((self.width() - left) / len(self._counts[0]), self.height() / len(self._counts))
        return left, max(side, 1.0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        if not self._counts:
            return
        painter = QPainter(self)
        left, side = self._place()
        gap = 2.0 if side >= 8 else 0.0
        for row, counts in enumerate(self._counts):
            total = max(1, sum(counts))
            for column, count in enumerate(counts):
                area = QRectF(left + column * side, row * side, side - gap, side - gap)
                self._paint_cell(painter, area, count, count / total, row == column)
            if side >= _NAMES_PX:
                self._paint_name(painter, row, QRectF(0, row * side, left - _GAP_PX, side - gap))
        painter.end()

    def _paint_cell(self, painter: QPainter, area: QRectF, count: int, share: float, is_hit: bool) -> None:
        theme = current_theme()
        tint = min(1.0, (0.85 * share if is_hit else 0.15 + 1.6 * share) if count else 0.0)
        ground = mixed(theme.raised, theme.accent if is_hit else theme.warn, tint)
        painter.fillRect(area, ground)
        if count and area.width() >= _FIGURES_PX:
            painter.setFont(figure_font(SMALL_PX - UI_PX))
            painter.setPen(text_colour_on(ground.name()))
            painter.drawText(area, Qt.AlignmentFlag.AlignCenter, str(count))

    def _paint_name(self, painter: QPainter, row: int, area: QRectF) -> None:
        font = ui_font(SMALL_PX - UI_PX)
        painter.setFont(font)
        painter.setPen(QColor(current_theme().muted))
        name = QFontMetricsF(font).elidedText(self._names[row], Qt.TextElideMode.ElideRight, area.width())
        painter.drawText(area, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, name)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ToolTip and isinstance(event, QHelpEvent):
            cell = self.cell_at(QPointF(event.pos()))
            QToolTip.showText(event.globalPos(), self.told(*cell) if cell else "", self)
            return True
        return super().event(event)

    def told(self, row: int, column: int) -> str:
        """What a cell counts, in words."""
        count, total = self._counts[row][column], sum(self._counts[row])
        if row == column:
            words = self.tr("Images of {0} taken for what they are: {1} of {2}")
            return words.format(self._names[row], count, total)
        names = (self._names[row], self._names[column])
        return self.tr("Images of {0} taken for {1}: {2} of {3}").format(*names, count, total)
