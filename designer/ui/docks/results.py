"""The results dock: what the network gets right and wrong, class by class, its worst mistakes as pictures, and a page
to try it on other images."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QObject, QSize, Qt, Signal
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QImage, QPixmap
from PySide6.QtWidgets import (
    QButtonGroup,
    QGridLayout,
    QHBoxLayout,
    QHeaderView,
    QLabel,
    QPushButton,
    QScrollArea,
    QStackedWidget,
    QTableWidget,
    QTableWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer.ui.canvas.dropping import dragged_files
from designer.ui.docks.confusion import Confusion
from designer.ui.docks.trying import Trying
from designer.ui.docks.views import MistakeView, ResultsView
from designer.ui.theme.fonts import figure_font
from designer.ui.widgets import ElidedLabel, EmptyState, label

_PICTURE_PX = 56
_TILE_PX = 156
_GAP_PX = 8
_ROW_PX = 26
_FIGURES_PX = (64, 80, 72)  # at least, the columns of a class' figures
_NAME_PX = 200  # of a class, at most
_BAR_PX = 12  # a scroll bar
OVERVIEW, TRY = "overview", "try"


class Results(QWidget):
    """Shows one run at a time: its `ResultsView`, and a page to try images on it.

    files_dropped(paths), image_dropped(QImage): to be tried.
    """

    files_dropped = Signal(tuple)
    image_dropped = Signal(QImage)

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
        self._overview = QWidget()
        self._overview.setLayout(columns)
        columns.setContentsMargins(16, 0, 16, 12)
        self.trying = Trying()
        self._can_try = self._has_results = False
        self._title = self._told = ""  # of the run: its name, and with what it came to
        hint = self.tr("After each epoch, the classes and the worst mistakes stand here.")
        self._empty = EmptyState("grid-3x3", self.tr("No results yet"), hint)
        self._stack = QStackedWidget()
        for page in (self._empty, self._overview, self.trying):
            self._stack.addWidget(page)
        outer = QVBoxLayout(self)
        outer.setContentsMargins(0, 0, 0, 0)
        outer.setSpacing(0)
        outer.addWidget(self._make_bar())
        outer.addWidget(self._stack, 1)
        self.setAcceptDrops(True)

    def _make_bar(self) -> QWidget:
        self.pages = {OVERVIEW: QPushButton(self.tr("Classes")), TRY: QPushButton(self.tr("Try an image"))}
        group = QButtonGroup(self)
        self._bar = QWidget()
        row = QHBoxLayout(self._bar)
        row.setContentsMargins(12, 8, 12, 8)
        row.setSpacing(8)
        for key, button in self.pages.items():
            button.setCheckable(True)
            group.addButton(button)
            button.clicked.connect(lambda _checked=False, key=key: self.show_page(key))
            row.addWidget(button)
        row.addSpacing(4)
        row.addWidget(self.heading, 1)
        row.addWidget(self.trying.tools, 3)
        self.pages[OVERVIEW].setChecked(True)
        self._bar.hide()
        self.trying.tools.hide()
        return self._bar

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
        return table

    def sizeHint(self) -> QSize:
        return QSize(900, 260)

    def show_page(self, key: str) -> None:
        """Show the classes, `OVERVIEW`, or the images that are tried, `TRY`."""
        self.pages[key].setChecked(True)
        self._show_chosen_page()
        if key == TRY:
            self.trying.setFocus()

    def _show_chosen_page(self) -> None:
        is_trying = self.pages[TRY].isChecked()
        self.trying.tools.setVisible(is_trying)
        self.heading.setText(self._title if is_trying else self._told)
        overview = self._overview if self._has_results else self._empty
        self._stack.setCurrentWidget(self.trying if is_trying else overview)

    def show_run(self, title: str, results: ResultsView | None, can_try: bool) -> None:
        """Show a run, and what its last epoch came to. can_try: whether images can be tried on it."""
        self._can_try, self._has_results = can_try, results is not None
        self._title = self._told = title
        self._bar.show()
        if results is None:
            hint = self.tr("It has no whole epoch yet, or more classes than can be shown.")
            self._empty.set_texts(self.tr("No results of this run"), hint)
        else:
            self._show_results(results)
        self._show_chosen_page()

    def _show_results(self, results: ResultsView) -> None:
        text = self.tr("{0}: {1} of {2} images right after epoch {3}")
        right = f"{100 * results.accuracy:.1f} %"
        self._told = text.format(results.title, right, f"{results.images:,}", results.epoch)
        self.confusion.show_counts(results.names, results.confusion)
        self.classes.setRowCount(len(results.classes))
        for row, view in enumerate(results.classes):
            texts = (view.name, f"{view.images:,}", _percent(view.precision), _percent(view.recall))
            for column, text in enumerate(texts):
                self.classes.setItem(row, column, _cell(text, is_figure=column > 0))
            self.classes.item(row, 0).setToolTip(view.name)
        names = min(self.classes.sizeHintForColumn(0), _NAME_PX)
        head = self.classes.horizontalHeader()
        for column, least in enumerate(_FIGURES_PX, 1):
            needed = max(self.classes.sizeHintForColumn(column), head.sectionSizeHint(column))
            self.classes.setColumnWidth(column, max(least, needed))
        figures = sum(self.classes.columnWidth(column) for column in range(1, 4))
        self.classes.setMinimumWidth(names + figures + _BAR_PX)
        self._show_mistakes(results.mistakes)

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

    def dragEnterEvent(self, event: QDragEnterEvent) -> None:
        if self._can_try and (dragged_files(event.mimeData()) or event.mimeData().hasImage()):
            self.show_page(TRY)
            event.acceptProposedAction()

    def dropEvent(self, event: QDropEvent) -> None:
        event.acceptProposedAction()
        if files := dragged_files(event.mimeData()):
            self.files_dropped.emit(files)
        else:
            self.image_dropped.emit(QImage(event.mimeData().imageData()))

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
