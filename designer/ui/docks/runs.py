"""The runs dock: every run that was kept, newest first, with its last figures."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QPoint, QSize, QSortFilterProxyModel, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QGuiApplication, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QMenu, QStackedWidget, QTableView, QVBoxLayout, QWidget

from designer.ui.docks.views import RunView
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import figure_font
from designer.ui.widgets import EmptyState, copy_cell

_SORT_ROLE = int(Qt.ItemDataRole.UserRole)
_NAME, _DESIGN, _RECIPE, _EPOCHS, _LOSS, _ACCURACY, _STATE, _STARTED, _NOTE = range(9)
_FIGURES = (_EPOCHS, _LOSS, _ACCURACY)
_WIDTHS = {_DESIGN: 200, _RECIPE: 200, _EPOCHS: 90, _LOSS: 100, _ACCURACY: 124, _STATE: 110, _STARTED: 150, _NOTE: 120}


class RunsModel(QAbstractTableModel):
    """The runs as a Qt table. noted(run_dir, text): the person has written a note."""

    noted = Signal(str, str)

    def __init__(self) -> None:
        super().__init__()
        self.runs: tuple[RunView, ...] = ()
        self._figures = figure_font()

    def set_runs(self, runs: Sequence[RunView]) -> None:
        """Replace the rows; figures of the same runs change in place, so that the selection stays."""
        runs = tuple(runs)
        if [run.run_dir for run in runs] == [run.run_dir for run in self.runs]:
            self.runs = runs
            if runs:
                self.dataChanged.emit(self.index(0, 0), self.index(len(runs) - 1, _NOTE))
            return
        self.beginResetModel()
        self.runs = runs
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.runs)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else 9

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Run"),
                self.tr("Design"),
                self.tr("Recipe"),
                self.tr("Epochs"),
                self.tr("Test loss"),
                self.tr("Test accuracy"),
                self.tr("State"),
                self.tr("Started"),
                self.tr("Note"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        run, column = self.runs[index.row()], index.column()
        if role == Qt.ItemDataRole.DisplayRole or (role == Qt.ItemDataRole.EditRole and column == _NOTE):
            return self._texts(run)[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.FontRole and column in (*_FIGURES, _STARTED):
            return self._figures
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(self._colour(run, column))
        if role == Qt.ItemDataRole.ToolTipRole:
            return (run.problem if column == _STATE else "") or f"{self._texts(run)[column]}\n{run.run_dir}"
        if role == _SORT_ROLE:
            raw = {_LOSS: run.loss, _ACCURACY: run.accuracy, _STARTED: run.started}
            value = raw.get(column, self._texts(run)[column])
            return -1.0 if value is None else value
        return None

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        flags = super().flags(index)
        return flags | Qt.ItemFlag.ItemIsEditable if index.column() == _NOTE else flags

    def setData(self, index: QModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        text = str(value)
        if index.column() != _NOTE or role != Qt.ItemDataRole.EditRole or text == self.runs[index.row()].note:
            return False
        run = replace(self.runs[index.row()], note=text)
        self.runs = (*self.runs[: index.row()], run, *self.runs[index.row() + 1 :])
        self.dataChanged.emit(index, index)
        self.noted.emit(run.run_dir, text)
        return True

    def _texts(self, run: RunView) -> tuple[str, ...]:
        states = {
            "running": self.tr("running"),
            "paused": self.tr("paused"),
            "finished": self.tr("finished"),
            "stopped": self.tr("stopped"),
            "failed": self.tr("failed"),
            "starting": self.tr("starting"),
            "interrupted": self.tr("interrupted"),
        }
        loss = "–" if run.loss is None else f"{run.loss:.4f}"
        accuracy = "–" if run.accuracy is None else f"{100 * run.accuracy:.1f} %"
        started = datetime.fromtimestamp(run.started).strftime("%Y-%m-%d %H:%M")
        state = self.tr("damaged") if run.is_damaged else states.get(run.state, run.state)
        return (run.name, run.design, run.recipe, run.epochs, loss, accuracy, state, started, run.note)

    @staticmethod
    def _alignment(column: int) -> int:
        side = Qt.AlignmentFlag.AlignRight if column in _FIGURES else Qt.AlignmentFlag.AlignLeft
        return int(side | Qt.AlignmentFlag.AlignVCenter)

    @staticmethod
    def _colour(run: RunView, column: int) -> str:
        theme = current_theme()
        bad = dict.fromkeys(("failed", "interrupted"), theme.bad_text)
        states = bad | dict.fromkeys(("running", "starting", "paused"), theme.accent)
        if column == _STATE and run.is_damaged:
            return theme.bad_text
        if column == _STATE:
            return states.get(run.state, theme.good_text if run.state == "finished" else theme.muted)
        return theme.muted if column in (_RECIPE, _STARTED) else theme.text


class _Table(QTableView):
    open_requested = Signal(str)
    menu_requested = Signal(str, QPoint)

    def open_current(self, index: QModelIndex | None = None) -> None:
        index = self.currentIndex() if index is None else index
        if index.isValid() and index.column() != _NOTE:  # a note is edited
            proxy = self.model()
            self.open_requested.emit(proxy.sourceModel().runs[proxy.mapToSource(index).row()].run_dir)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        index = self.indexAt(event.pos()) if event.reason() == event.Reason.Mouse else self.currentIndex()
        if index.isValid():
            proxy = self.model()
            self.menu_requested.emit(
                proxy.sourceModel().runs[proxy.mapToSource(index).row()].run_dir, event.globalPos()
            )

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self.open_current()
        elif not copy_cell(self, event):
            super().keyPressEvent(event)


class Runs(QWidget):
    """open_requested(run_dir): a run was double-clicked, or Return pressed on it. folder_requested(run_dir).

    go_on_requested(run): a run that did not come to its end is to be trained on. results_requested(run): what its
    network gets right and wrong is to be shown. try_requested(run): it is to be tried on images. csv_requested(run).
    noted(run_dir, text). compare_requested(runs), tensorboard_requested(runs): two or more, the oldest first; one or
    more.
    """

    open_requested = Signal(str)
    go_on_requested = Signal(object)
    results_requested = Signal(object)
    try_requested = Signal(object)
    compare_requested = Signal(object)
    tensorboard_requested = Signal(object)
    csv_requested = Signal(object)
    noted = Signal(str, str)
    folder_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Runs"))
        self._model = RunsModel()
        self._model.noted.connect(self.noted)
        proxy = QSortFilterProxyModel(self)
        proxy.setSourceModel(self._model)
        proxy.setSortRole(_SORT_ROLE)
        self.table = _Table()
        self.table.setModel(proxy)
        self.table.setAccessibleName(self.tr("Runs"))
        self._dress()
        self._empty = EmptyState("history", self.tr("No runs yet"), self.tr("Each training leaves its record here."))
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.table)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(self._stack)
        self.table.open_requested.connect(self.open_requested)
        self.table.doubleClicked.connect(self.table.open_current)
        self.table.menu_requested.connect(self._open_menu)
        theme_source().changed.connect(self._retheme)

    def _dress(self) -> None:
        table = self.table
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.ExtendedSelection)
        table.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        table.setShowGrid(False)
        table.setWordWrap(False)
        table.setTabKeyNavigation(False)
        table.setSortingEnabled(True)
        table.sortByColumn(_STARTED, Qt.SortOrder.DescendingOrder)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(30)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setMinimumSectionSize(60)
        for column, width in _WIDTHS.items():
            table.setColumnWidth(column, width)
        header.moveSection(header.visualIndex(_STARTED), 0)
        table.setColumnHidden(_NAME, True)  # the folder's name says when and what, which other columns say better
        header.setStretchLastSection(True)

    def sizeHint(self) -> QSize:
        return QSize(900, 220)

    def show_runs(self, runs: Sequence[RunView]) -> None:
        """Show these runs."""
        self._model.set_runs(runs)
        self._stack.setCurrentIndex(1 if runs else 0)

    def selected(self) -> list[str]:
        """The folders of the selected runs."""
        proxy = self.table.model()
        rows = self.table.selectionModel().selectedRows()
        return [self._model.runs[proxy.mapToSource(row).row()].run_dir for row in rows]

    def _open_menu(self, run_dir: str, where: QPoint) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        run = next((run for run in self._model.runs if run.run_dir == run_dir), None)
        selected = self.selected()
        chosen = sorted((run for run in self._model.runs if run.run_dir in selected), key=lambda run: run.started)
        if run is not None and run.can_go_on:
            menu.addAction(self.tr("Go on"), lambda: self.go_on_requested.emit(run))
        if run is not None:
            menu.addAction(self.tr("Show its results"), lambda: self.results_requested.emit(run))
            menu.addAction(self.tr("Try it on an image"), lambda: self.try_requested.emit(run))
            menu.addAction(self.tr("Save its figures as CSV…"), lambda: self.csv_requested.emit(run))
            together = chosen if run in chosen else [run]
            menu.addAction(self.tr("Save for TensorBoard…"), lambda: self.tensorboard_requested.emit(together))
        if len(chosen) > 1:
            words = self.tr("Compare the two") if len(chosen) == 2 else self.tr("Compare the {0} runs")
            menu.addAction(words.format(len(chosen)), lambda: self.compare_requested.emit(chosen))
        menu.addAction(self.tr("Open a copy of its design"), lambda: self.open_requested.emit(run_dir))
        menu.addAction(self.tr("Open run folder"), lambda: self.folder_requested.emit(run_dir))
        menu.addAction(self.tr("Copy path"), lambda: QGuiApplication.clipboard().setText(run_dir))
        menu.popup(where)

    def _retheme(self, _theme: object) -> None:
        self.table.viewport().update()
