"""The plots of the run that is trained: they take in what is told and draw it in turns.

A thousand batches a second may be told; each plot is drawn at most twenty times a second. pyqtgraph is imported when
the first run begins and not before. What is not plotted is kept too, so that it can be chosen later.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from PySide6.QtCore import QTimer, Signal

from designer.ui.docks.figures import AT_FIRST, FIGURES
from designer.ui.docks.plot_grid import PlotGrid

if TYPE_CHECKING:
    from designer.ui.docks.plots import CurvePlot
    from designer.ui.docks.series import Series

_FRAME_MS = 25  # the plots take turns, so that no turn of the event loop is long


class PlotBoard(PlotGrid):
    """picture_requested(plot), csv_requested(plot). drawn(): each plot has had its turn."""

    picture_requested = Signal(object)
    csv_requested = Signal(object)
    drawn = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.plots: dict[str, CurvePlot] = {}  # those that are shown
        self._made: dict[str, CurvePlot] = {}
        self._train: dict[str, Series] = {}
        self._test: dict[str, Series] = {}
        self._chosen: tuple[str, ...] = AT_FIRST
        self._waiting: list[CurvePlot] = []  # for their turn in this round
        self._is_stale = False  # whether something was added since the round began
        self._frame = QTimer(self, singleShot=True, interval=_FRAME_MS)
        self._frame.timeout.connect(self._draw_next)

    def clear(self) -> None:
        """Forget every point."""
        for series in (*self._train.values(), *self._test.values()):
            series.clear()
        for plot in self._made.values():
            plot.show_all()
            plot.redraw()

    def begin(self) -> None:
        """Empty curves for a run. Loads the plots, the first time."""
        if not self._train:
            from designer.ui.docks.series import Series  # numpy: not before it is needed

            self._train = {key: Series() for key in FIGURES}
            self._test = {key: Series() for key, figure in FIGURES.items() if figure.of_sets}
            self.choose(self._chosen)
        self.clear()

    def choose(self, keys: tuple[str, ...]) -> None:
        """Show the plots of these figures, in this order."""
        self._chosen = keys
        if self._train:
            self.plots = {key: self._made.get(key) or self._make(key) for key in keys}
            self._waiting = []
            self.show_plots(list(self.plots.values()))
            self.redraw()

    def _make(self, key: str) -> CurvePlot:
        from designer.ui.docks.curve import Look  # pyqtgraph: not before it is needed
        from designer.ui.docks.plots import CurvePlot

        noisy = FIGURES[key].is_noisy
        curves = [(Look(self.tr("train"), "accent", has_trend=noisy, has_ground=noisy), self._train[key])]
        if key in self._test:
            curves.append((Look(self.tr("test"), "warn", is_dashed=True), self._test[key]))
        plot = self._made[key] = CurvePlot(FIGURES[key], self.tr("epoch"), curves)
        plot.picture_requested.connect(lambda: self.picture_requested.emit(plot))
        plot.csv_requested.connect(lambda: self.csv_requested.emit(plot))
        return plot

    def add_batch(self, x: float, figures: Mapping[str, Any]) -> None:
        """What some batches gave. x: in epochs."""
        self._add(self._train, x, figures)

    def add_epoch(self, x: float, figures: Mapping[str, Any]) -> None:
        """What the test set gave, under the names of batches. x: in epochs."""
        self._add(self._test, x, figures)

    def _add(self, curves: Mapping[str, Series], x: float, figures: Mapping[str, Any]) -> None:
        for key, series in curves.items():
            value = figures.get(key)
            if value is not None:
                series.append(x, float(value))
        self.draw_soon()

    def redraw(self) -> None:
        """Draw everything at once: at the beginning and the end of a run."""
        for plot in self.plots.values():
            plot.redraw()

    def draw_soon(self) -> None:
        """Draw what has been added, a plot after the other."""
        self._is_stale = True
        if not self._frame.isActive():
            self._frame.start()

    def _draw_next(self) -> None:
        if not self.isVisible():
            return  # drawn when shown
        if not self._waiting:
            self._waiting, self._is_stale = list(self.plots.values()), False
        if self._waiting:
            self._waiting.pop(0).redraw()
        if not self._waiting:
            self.drawn.emit()
        if self._waiting or self._is_stale:
            self._frame.start()
