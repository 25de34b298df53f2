"""Runs laid over each other: each a colour; and of exactly two, in words, what was done otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import QComboBox, QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from designer.ui.docks.curve import Look
from designer.ui.docks.figures import FIGURES
from designer.ui.docks.plot_grid import PlotChoice, PlotGrid
from designer.ui.docks.plots import CurvePlot
from designer.ui.docks.run_legend import RunLegend
from designer.ui.docks.series import Series
from designer.ui.language import translated
from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import figure_font
from designer.ui.widgets import Sentence, label

if TYPE_CHECKING:
    from designer.runs.curves import Curves, Points
    from designer.session.comparing import Change, Comparison

_SIZE = QSize(1040, 680)
_LEGEND_PX = 224
_NAME_PX = 160  # so that the tables have their columns below each other
_BY_BATCH = ""  # in place of the prefix of what is told of whole sets
_NO_POINTS: Points = ([], [])


@dataclass(frozen=True)
class ComparedRun:
    """One of them. tip: what else is to be known of it."""

    title: str
    tip: str
    curves: Curves


class Compare(QDialog):
    """Shows the runs. picture_requested(plot), csv_requested(plot): one is to be saved."""

    picture_requested = Signal(object)
    csv_requested = Signal(object)

    def __init__(self, parent: QWidget, runs: Sequence[ComparedRun], found: Comparison | None) -> None:
        """found: what differs between the two, where there are two."""
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        titles = [run.title for run in runs]
        together = self.tr("{0} and {1}").format(*titles) if len(titles) == 2 else self.tr("{0} runs")
        self.setWindowTitle(together.format(len(titles)))
        self._runs = runs
        colours = len(current_theme().runs)
        self._looks = [
            Look(title, number, is_dashed=number >= colours, has_trend=True) for number, title in enumerate(titles)
        ]
        self.plots: dict[str, CurvePlot] = {}
        self._grid, self.choice = PlotGrid(), PlotChoice()
        self.kind = self._make_kinds()
        self.legend = RunLegend(self._looks, [run.tip for run in runs])
        self._lay_out(found, titles)
        self.legend.toggled.connect(self._show_run)
        self.kind.currentIndexChanged.connect(self._fill_all)
        self.choice.changed.connect(self._show_plots)
        self._show_plots(self.choice.chosen)
        self.resize(_SIZE)

    def _make_kinds(self) -> QComboBox:
        kinds = QComboBox()
        kinds.setAccessibleName(self.tr("Which curves"))
        for prefix, words in (
            ("test_", self.tr("Test, by epoch")),
            ("validation_", self.tr("Validation, by epoch")),
            ("train_", self.tr("Train, by epoch")),
        ):
            if any(xs for run in self._runs for name, (xs, _) in run.curves.epochs.items() if name.startswith(prefix)):
                kinds.addItem(words, prefix)
        kinds.addItem(self.tr("Train, by batch"), _BY_BATCH)
        return kinds

    def _lay_out(self, found: Comparison | None, titles: Sequence[str]) -> None:
        legend = QScrollArea()
        legend.setWidgetResizable(True)
        legend.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        legend.setWidget(self.legend)
        head = QHBoxLayout()
        head.setSpacing(8)
        head.addWidget(self.kind, 1)
        head.addWidget(self.choice)
        side = QWidget()
        side.setFixedWidth(_LEGEND_PX)
        column = QVBoxLayout(side)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(8)
        column.addLayout(head)
        column.addWidget(legend, 1)
        upper = QHBoxLayout()
        upper.setSpacing(20)
        upper.addWidget(self._grid, 1)
        upper.addWidget(side)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(16)
        box.addLayout(upper, 1)
        if found is not None:
            box.addWidget(self._in_words(found, titles), 1)

    # -- the plots

    def _show_plots(self, keys: Sequence[str]) -> None:
        for key in keys:
            if key not in self.plots:
                self.plots[key] = self._make_plot(key)
                self._fill(key)
        self._grid.show_plots([self.plots[key] for key in keys])

    def _make_plot(self, key: str) -> CurvePlot:
        curves = [(look, Series()) for look in self._looks]
        plot = CurvePlot(FIGURES[key], self.tr("epoch"), curves, shows_keys=False)
        for index, shown in enumerate(self.legend.keys):
            plot.show_curve(index, shown.isChecked())
        plot.picture_requested.connect(lambda: self.picture_requested.emit(plot))
        plot.csv_requested.connect(lambda: self.csv_requested.emit(plot))
        return plot

    def _fill_all(self) -> None:
        for key in self.plots:
            self._fill(key)

    def _fill(self, key: str) -> None:
        plot, prefix = self.plots[key], self.kind.currentData() if FIGURES[key].of_sets else _BY_BATCH
        plot.clear()
        for curve, run in zip(plot.curves, self._runs, strict=True):
            told = run.curves.batches if prefix == _BY_BATCH else run.curves.epochs
            curve.series.extend(*told.get(f"{prefix}{key}", _NO_POINTS))
        plot.show_all()
        plot.redraw()

    def _show_run(self, index: int, shows: bool) -> None:
        for plot in self.plots.values():
            plot.show_curve(index, shows)

    # -- the words

    def _in_words(self, found: Comparison, titles: Sequence[str]) -> QScrollArea:
        body = QWidget()
        self._words = QVBoxLayout(body)
        self._words.setContentsMargins(0, 0, 12, 0)
        self._words.setSpacing(6)
        self._add_table(self.tr("Figures"), titles, found.figures, self.tr("Neither has any yet."))
        self._add_table(self.tr("Recipes"), titles, found.recipe, self.tr("Both have the same recipe."))
        heading = label(self.tr("Designs"), "section")
        heading.setContentsMargins(0, 8, 0, 0)
        self._words.addWidget(heading)
        self.design_lines = list(map(translated, found.design)) or [self.tr("Both train the same design.")]
        for line in self.design_lines:
            self._words.addWidget(Sentence(line))
        self._words.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        return scroll

    def _add_table(self, title: str, titles: Sequence[str], changes: Sequence[Change], none: str) -> None:
        heading = label(title, "section")
        heading.setContentsMargins(0, 8, 0, 0)
        self._words.addWidget(heading)
        if not changes:
            self._words.addWidget(label(none, "muted"))
            return
        grid = QGridLayout()
        grid.setHorizontalSpacing(16)
        grid.setVerticalSpacing(4)
        for column, text in enumerate(("", *titles)):
            grid.addWidget(label(text, "muted"), 0, column)
        for row, change in enumerate(changes, 1):
            grid.addWidget(label(change.name), row, 0)
            for column, text in enumerate((change.first, change.second), 1):
                figure = label(text if len(text) < 60 else text[:59] + "…")
                figure.setFont(figure_font())
                grid.addWidget(figure, row, column)
        grid.setColumnMinimumWidth(0, _NAME_PX)
        grid.setColumnStretch(3, 1)
        self._words.addLayout(grid)
