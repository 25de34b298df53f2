"""What transforms make of a few images: a row each, as it is stored, as it is evaluated, and a few draws of chance."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QRect, QSize, Qt
from PySide6.QtGui import QColor, QHelpEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QScrollArea, QToolTip, QWidget

from designer.ui.docks.data_views import PictureView, TransformedView
from designer.ui.docks.picture_grid import draw_picture
from designer.ui.theme.current import current_theme, theme_source

_PICTURE_PX = 72
_STEP_PX = _PICTURE_PX + 12
_HEAD_PX = 24
_CAPTION_PX = 96


class _Sheet(QWidget):
    """The rows, painted in one go."""

    def __init__(self) -> None:
        super().__init__()
        self.rows: tuple[TransformedView, ...] = ()
        self.setMouseTracking(True)
        theme_source().changed.connect(self.update)

    def set_rows(self, rows: Sequence[TransformedView]) -> None:
        self.rows = tuple(rows)
        columns = 2 + max((len(row.draws) for row in rows), default=0)
        size = QSize(_CAPTION_PX + columns * _STEP_PX + 24, _HEAD_PX + len(rows) * _STEP_PX)
        self.setMinimumSize(size)
        self.resize(size)
        self.setAccessibleDescription(", ".join(row.caption for row in rows))
        self.update()

    def _pictures(self, row: TransformedView) -> tuple[PictureView, ...]:
        return (row.stored, row.evaluated, *row.draws)

    def _left(self, column: int) -> int:
        gap = 12 if column > 0 else 0
        return _CAPTION_PX + column * _STEP_PX + gap + (12 if column > 1 else 0)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme = QPainter(self), current_theme()
        painter.setPen(QColor(theme.muted))
        heads = ((0, self.tr("stored")), (1, self.tr("evaluated")), (2, self.tr("as training may see it")))
        for column, words in heads if self.rows else ():
            wide = _PICTURE_PX if column < 2 else 4 * _STEP_PX
            painter.drawText(QRect(self._left(column), 0, wide, _HEAD_PX), int(Qt.AlignmentFlag.AlignVCenter), words)
        for number, row in enumerate(self.rows):
            top = _HEAD_PX + number * _STEP_PX
            painter.setPen(QColor(theme.text))
            words = QRect(0, top, _CAPTION_PX - 12, _PICTURE_PX)
            shown = self.fontMetrics().elidedText(row.caption, Qt.TextElideMode.ElideRight, words.width())
            painter.drawText(words, int(Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight), shown)
            for column, picture in enumerate(self._pictures(row)):
                draw_picture(painter, QRect(self._left(column), top, _PICTURE_PX, _PICTURE_PX), picture)
        painter.end()

    def event(self, event: object) -> bool:
        if isinstance(event, QHelpEvent):
            row = self._row_at(event.pos())
            QToolTip.showText(event.globalPos(), row.stored.tip if row else "", self)
            return True
        return super().event(event)

    def _row_at(self, where: QPoint) -> TransformedView | None:
        number = (where.y() - _HEAD_PX) // _STEP_PX
        return self.rows[number] if 0 <= number < len(self.rows) and where.y() >= _HEAD_PX else None


class TransformGrid(QScrollArea):
    """Scrolls the rows."""

    def __init__(self) -> None:
        super().__init__()
        self._sheet = _Sheet()
        self.setWidget(self._sheet)
        self.setFrameShape(QScrollArea.Shape.NoFrame)
        self.setAccessibleName(self.tr("What the transforms do"))

    @property
    def rows(self) -> tuple[TransformedView, ...]:
        """Those that are shown."""
        return self._sheet.rows

    def show_rows(self, rows: Sequence[TransformedView]) -> None:
        """Show these in place of the others."""
        self._sheet.set_rows(rows)
