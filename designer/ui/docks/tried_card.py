"""One image that was tried: as the network sees it, and the likeliest classes as bars. Painted in one go."""

from __future__ import annotations

from PySide6.QtCore import QRect, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QWidget

from designer.ui.docks.picture_grid import draw_picture
from designer.ui.docks.trying_views import GuessView, TriedView
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import figure_font, ui_font

CARD_PX = 328
_PICTURE_PX, _TITLE_PX, _ROW_PX, _GAP_PX, _VALUE_PX = 96, 24, 24, 12, 64
_LEFT = int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
_RIGHT = int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)


class TriedCard(QWidget):
    """Shows one `TriedView`."""

    def __init__(self) -> None:
        super().__init__()
        self.view = TriedView("")
        self.setFixedSize(CARD_PX, _TITLE_PX + 5 * _ROW_PX + 4)
        theme_source().changed.connect(self.update)

    def sizeHint(self) -> QSize:
        return self.size()

    def show_view(self, view: TriedView) -> None:
        """Show this image in place of the one before."""
        if view == self.view:
            return
        self.view = view
        told = ", ".join(f"{guess.name} {guess.value}" for guess in view.guesses)
        self.setAccessibleName(view.name)
        self.setAccessibleDescription(view.problem or told)
        self.setToolTip(view.tip)
        self.update()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter, theme, view = QPainter(self), current_theme(), self.view
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        head = QRect(0, 0, self.width() - _GAP_PX, _TITLE_PX)
        painter.setFont(ui_font())
        painter.setPen(QColor(theme.text))
        painter.drawText(head, _LEFT, self._elided(view.name, head.width(), Qt.TextElideMode.ElideMiddle))
        frame = QRect(0, _TITLE_PX + 4, _PICTURE_PX, _PICTURE_PX)
        body = QRect(_PICTURE_PX + _GAP_PX, _TITLE_PX, self.width() - _PICTURE_PX - 2 * _GAP_PX, 5 * _ROW_PX)
        if view.picture is not None:
            draw_picture(painter, frame, view.picture)
        else:
            painter.setPen(QColor(theme.line))
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(frame.adjusted(0, 0, -1, -1), 6, 6)
        painter.setPen(QColor(theme.muted))
        painter.drawText(QRect(0, frame.bottom() + 1, _PICTURE_PX, 20), int(Qt.AlignmentFlag.AlignCenter), view.size)
        if view.problem:
            painter.setPen(QColor(theme.bad_text))
            painter.drawText(body.adjusted(0, 4, 0, 0), int(Qt.TextFlag.TextWordWrap), view.problem)
        elif view.picture is None:
            painter.drawText(body.adjusted(0, 4, 0, 0), int(Qt.TextFlag.TextWordWrap), self.tr("Trying…"))
        for number, guess in enumerate(view.guesses):
            row = QRect(body.left(), body.top() + number * _ROW_PX, body.width(), _ROW_PX)
            self._paint_guess(painter, row, guess, is_best=number == 0)
        painter.end()

    def _paint_guess(self, painter: QPainter, row: QRect, guess: GuessView, *, is_best: bool) -> None:
        theme = current_theme()
        words = row.adjusted(0, 0, 0, -4)
        painter.setFont(ui_font())
        painter.setPen(QColor(theme.text if is_best else theme.muted))
        name = self._elided(guess.name, words.width() - _VALUE_PX, Qt.TextElideMode.ElideRight)
        painter.drawText(words.adjusted(0, 0, -_VALUE_PX, 0), _LEFT, name)
        painter.setFont(figure_font())
        painter.drawText(words, _RIGHT, guess.value)
        painter.setPen(Qt.PenStyle.NoPen)
        track = QRect(row.left(), row.bottom() - 4, row.width(), 3)
        painter.setBrush(QColor(theme.line))
        painter.drawRoundedRect(track, 1.5, 1.5)
        length = round(track.width() * guess.share)
        if length:
            painter.setBrush(QColor(theme.accent if is_best else theme.muted))
            painter.drawRoundedRect(QRect(track.topLeft(), QSize(max(length, 2), 3)), 1.5, 1.5)

    def _elided(self, text: str, width: int, mode: Qt.TextElideMode) -> str:
        return self.fontMetrics().elidedText(text, mode, width)
