"""Plots beside and below each other, as there is room; and the button that chooses which. Knows no plot library."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QResizeEvent
from PySide6.QtWidgets import QFrame, QGridLayout, QMenu, QScrollArea, QToolButton, QWidget

from designer.ui.docks.figures import AT_FIRST, FIGURES
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import set_state

_COLUMN_PX, _NARROW_PX, _ROW_PX = 208, 152, 148  # the least of a plot among several
_GAP_PX = 20


class PlotGrid(QScrollArea):
    """Shows widgets in rows of equal columns; scrolls where they would become too low."""

    def __init__(self) -> None:
        super().__init__()
        self._plots: list[QWidget] = []
        self._columns = 0
        self._body = QWidget()
        self._grid = QGridLayout(self._body)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP_PX)
        self._grid.setVerticalSpacing(_GAP_PX // 2)
        self.setWidget(self._body)
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)

    @property
    def columns(self) -> int:
        """How many stand beside each other."""
        return self._columns

    def minimumSizeHint(self) -> QSize:
        return QSize(_COLUMN_PX // 2, _ROW_PX // 2)

    def show_plots(self, plots: Sequence[QWidget]) -> None:
        """Show these, in order, and hide those that were shown before."""
        for plot in self._plots:
            self._grid.removeWidget(plot)
            if plot not in plots:
                plot.hide()
        self._plots = list(plots)
        self._columns = 0
        self._arrange()
        for plot in plots:
            plot.setParent(self._body)
            plot.show()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._arrange()

    def _fitting(self, least_px: int) -> int:
        return max(1, min(len(self._plots), (self.viewport().width() + _GAP_PX) // (least_px + _GAP_PX)))

    def _arrange(self) -> None:
        count = len(self._plots)
        columns = self._fitting(_COLUMN_PX)
        if -(-count // columns) * _ROW_PX > self.viewport().height():
            columns = self._fitting(_NARROW_PX)  # a low dock: rather narrow than out of sight
        rows = -(-count // columns)
        columns = max(1, -(-count // max(1, rows)))  # rows of equal length
        self._body.setMinimumHeight(rows * _ROW_PX if rows > 1 else 0)
        if columns == self._columns:
            return
        for column in range(max(columns, self._columns)):
            self._grid.setColumnStretch(column, 1 if column < columns else 0)
        self._columns = columns
        for index, plot in enumerate(self._plots):
            self._grid.addWidget(plot, index // columns, index % columns)


class PlotChoice(QToolButton):
    """Which figures are plotted, one at least. changed(keys of them, in their order)."""

    changed = Signal(tuple)

    def __init__(self) -> None:
        super().__init__()
        set_state(self, "small", True)
        wear_icon(self, "chart-line", size=14)
        self.setToolTip(self.tr("Choose the plots"))
        self.setAccessibleName(self.tr("Choose the plots"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.entries = {key: menu.addAction(figure.title) for key, figure in FIGURES.items()}
        for key, entry in self.entries.items():
            entry.setCheckable(True)
            entry.triggered.connect(lambda _=False, key=key: self._toggled(key))
        self.setMenu(menu)
        self.choose(AT_FIRST)

    @property
    def chosen(self) -> tuple[str, ...]:
        """Their keys."""
        return tuple(key for key, entry in self.entries.items() if entry.isChecked())

    def choose(self, keys: Sequence[str]) -> None:
        """Choose these; what is not known is left out, and where nothing is left, nothing changes."""
        known = [key for key in keys if key in self.entries]
        if known:
            for key, entry in self.entries.items():
                entry.setChecked(key in known)
            self.changed.emit(self.chosen)

    def _toggled(self, key: str) -> None:
        if not self.chosen:
            self.entries[key].setChecked(True)  # the last one stays
        self.changed.emit(self.chosen)
