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
        self._sets: dict[str, dict[str, Series]] = {"test": {}, "validation": {}}
        self._chosen: tuple[str, ...] = AT_FIRST
        self._waiting: list[CurvePlot] = []  # for their turn in this round
        self._is_stale = False  # whether something was added since the round began
        self._frame = QTimer(self, singleShot=True, interval=_FRAME_MS)
        self._frame.timeout.connect(self._draw_next)

    def clear(self) -> None:
        """Forget every point."""
        for curves in (self._train, *self._sets.values()):
            for series in curves.values():
                series.clear()
        for plot in self._made.values():
            plot.show_all()
            plot.redraw()

    def begin(self) -> None:
        """Empty curves for a run. Loads the plots, the first time."""
        if not self._train:
            from designer.ui.docks.series import Series  # numpy: not before it is needed

            self._train = {key: Series() for key in FIGURES}
            for curves in self._sets.values():
                curves.update((key, Series()) for key, figure in FIGURES.items() if figure.of_sets)
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
        if FIGURES[key].of_sets:
            curves.append((Look(self.tr("test"), "warn", is_dashed=True), self._sets["test"][key]))
            curves.append((Look(self.tr("validation"), "good", is_dotted=True), self._sets["validation"][key]))
        plot = self._made[key] = CurvePlot(FIGURES[key], self.tr("epoch"), curves)
        plot.picture_requested.connect(lambda: self.picture_requested.emit(plot))
        plot.csv_requested.connect(lambda: self.csv_requested.emit(plot))
        return plot

    def add_batch(self, x: float, figures: Mapping[str, Any]) -> None:
        """What some batches gave. x: in epochs."""
        self._add(self._train, x, figures)

    def add_epoch(self, x: float, figures: Mapping[str, Any]) -> None:
        """What whole sets gave, by names such as `test_loss`. x: in epochs."""
        for name, curves in self._sets.items():
            mark = f"{name}_"
            own = {key.removeprefix(mark): value for key, value in figures.items() if key.startswith(mark)}
            self._add(curves, x, own)

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
