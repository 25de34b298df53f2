"""The results dock: what the network gets right and wrong, class by class, and its worst mistakes as pictures."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt
from PySide6.QtGui import QImage, QPixmap
from PySide6.QtWidgets import (
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QScrollArea,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer.ui.docks.confusion import Confusion
from designer.ui.docks.views import MistakeView, ResultsView
from designer.ui.theme.fonts import figure_font
from designer.ui.widgets import ElidedLabel, EmptyState, label

_PICTURE_PX = 56
_TILE_PX = 156
_GAP_PX = 8
_ROW_PX = 26


class Results(QWidget):
    """Shows one `ResultsView` at a time."""

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Results"))
        self.heading = ElidedLabel(role="heading")
        self.confusion = Confusion()
        self.classes = self._make_table()
        self._tiles = QWidget()
        self._pictures: list[QWidget] = []
        self._across = 0  # pictures in a row
        self._grid = QGridLayout(self._tiles)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setSpacing(_GAP_PX)
        self._scroll = QScrollArea()
        self._scroll.setWidgetResizable(True)
        self._scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self._scroll.setWidget(self._tiles)
        self._scroll.viewport().installEventFilter(self)
        columns = QHBoxLayout()
        columns.setSpacing(20)
        for title, widget, stretch in (
            (self.tr("Right class by row, guess by column"), self.confusion, 4),
            (self.tr("Classes"), self.classes, 3),
            (self.tr("Worst mistakes"), self._scroll, 4),
        ):
            column = QVBoxLayout()
            column.setSpacing(6)
            column.addWidget(label(title, "section"))
            column.addWidget(widget, 1)
            columns.addLayout(column, stretch)
        page = QWidget()
        box = QVBoxLayout(page)
        box.setContentsMargins(16, 12, 16, 12)
        box.setSpacing(8)
        box.addWidget(self.heading)
        box.addLayout(columns, 1)
        self._stack = QStackedWidget()
        hint = self.tr("After each epoch, the classes and the worst mistakes stand here.")
        self._stack.addWidget(EmptyState("grid-3x3", self.tr("No results yet"), hint))
        self._stack.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.addWidget(self._stack)

    def _make_table(self) -> QTableWidget:
        table = QTableWidget(0, 4)
        headings = (self.tr("Class"), self.tr("Images"), self.tr("Precision"), self.tr("Recall"))
        table.setHorizontalHeaderLabels(headings)
        table.setAccessibleName(self.tr("Classes"))
        table.setEditTriggers(QTableWidget.EditTrigger.NoEditTriggers)
        table.setSelectionMode(QTableWidget.SelectionMode.NoSelection)
        table.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_PX)
        table.horizontalHeader().setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 64), (2, 80), (3, 72)):
            table.setColumnWidth(column, width)
        return table

    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    def show_results(self, results: ResultsView) -> None:
        """Show what a run's last epoch came to."""
        text = self.tr("{0}: {1} of {2} images right after epoch {3}")
        right = f"{100 * results.accuracy:.1f} %"
        self.heading.setText(text.format(results.title, right, f"{results.images:,}", results.epoch))
        self.confusion.show_counts(results.names, results.confusion)
        self.classes.setRowCount(len(results.classes))
        for row, view in enumerate(results.classes):
            texts = (view.name, f"{view.images:,}", _percent(view.precision), _percent(view.recall))
            for column, text in enumerate(texts):
                self.classes.setItem(row, column, _cell(text, is_figure=column > 0))
        self._show_mistakes(results.mistakes)
        self._stack.setCurrentIndex(1)

    def _show_mistakes(self, mistakes: tuple[MistakeView, ...]) -> None:
        while (item := self._grid.takeAt(0)) is not None:
            item.widget().hide()
            item.widget().deleteLater()
        words = self.tr("{guess}, {confidence}\nis {label}")
        self._pictures = [_tile(mistake, words) for mistake in mistakes]
        self._place_pictures()

    def _place_pictures(self) -> None:
        across = max(1, (self._scroll.viewport().width() + _GAP_PX) // (_TILE_PX + _GAP_PX))
        self._grid.setColumnStretch(self._across, 0)
        self._across = across
        for number, tile in enumerate(self._pictures):
            self._grid.addWidget(tile, number // across, number % across, Qt.AlignmentFlag.AlignLeft)
        self._grid.setColumnStretch(across, 1)
        self._grid.setRowStretch(len(self._pictures), 1)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize:
            self._place_pictures()
        return False


def _percent(share: float | None) -> str:
    return "–" if share is None else f"{100 * share:.1f} %"


def _cell(text: str, *, is_figure: bool) -> QTableWidgetItem:
    cell = QTableWidgetItem(text)
    if is_figure:
        cell.setFont(figure_font())
        cell.setTextAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
    return cell


def _tile(mistake: MistakeView, text: str) -> QWidget:
    picture = QLabel()
    kind = QImage.Format.Format_Grayscale8 if mistake.grey else QImage.Format.Format_RGB888
    stride = mistake.width * (1 if mistake.grey else 3)
    image = QImage(mistake.pixels, mistake.width, mistake.height, stride, kind)
    keep, smooth = Qt.AspectRatioMode.KeepAspectRatio, Qt.TransformationMode.SmoothTransformation
    picture.setPixmap(QPixmap.fromImage(image.scaled(_PICTURE_PX, _PICTURE_PX, keep, smooth)))
    picture.setFixedSize(_PICTURE_PX, _PICTURE_PX)
    confidence = f"{100 * mistake.confidence:.0f}\N{NO-BREAK SPACE}%"
    told = text.format(guess=mistake.guess, confidence=confidence, label=mistake.label)
    words = label(told, "muted", wrap=True)
    tile = QWidget()
    tile.setFixedWidth(_TILE_PX)
    tile.setToolTip(words.text())
    row = QHBoxLayout(tile)
    row.setContentsMargins(0, 0, 0, 0)
    row.setSpacing(8)
    row.addWidget(picture)
    row.addWidget(words, 1)
    return tile
