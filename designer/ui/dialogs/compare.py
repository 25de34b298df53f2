"""Two runs side by side: their test curves laid over each other, and in words what was done otherwise."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QSize, Qt
from PySide6.QtWidgets import QDialog, QGridLayout, QHBoxLayout, QScrollArea, QVBoxLayout, QWidget

from designer.ui.docks.plots import CurvePlot
from designer.ui.theme.fonts import figure_font
from designer.ui.widgets import Sentence, label

if TYPE_CHECKING:
    from designer.session.comparing import Change, Comparison

_SIZE = QSize(880, 640)


class Compare(QDialog):
    """Shows a comparison. The first run is the solid curve, the second the dashed one."""

    def __init__(self, parent: QWidget, titles: tuple[str, str], found: Comparison) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        self.setWindowTitle(self.tr("{0} and {1}").format(*titles))
        names = (self.tr("first"), self.tr("second"), self.tr("epoch"))
        self.loss = CurvePlot(self.tr("Test loss"), "", names, 3)
        self.accuracy = CurvePlot(self.tr("Test accuracy"), "%", names, 1, 100.0)
        plots = QHBoxLayout()
        plots.setSpacing(20)
        for plot in (self.loss, self.accuracy):
            plot.menu.hide()
        for plot, curve in ((self.loss, "test_loss"), (self.accuracy, "test_accuracy")):
            for series, points in zip((plot.train, plot.test), found.curves[curve], strict=True):
                for epoch, value in points:
                    series.append(float(epoch), float(value))
            plot.redraw()
            plots.addWidget(plot)
        body = QWidget()
        self._words = QVBoxLayout(body)
        self._words.setContentsMargins(0, 0, 12, 0)
        self._words.setSpacing(6)
        self._add_table(self.tr("Figures"), titles, found.figures, self.tr("Neither has any yet."))
        self._add_table(self.tr("Recipes"), titles, found.recipe, self.tr("Both have the same recipe."))
        self._words.addWidget(label(self.tr("Designs"), "section"))
        self.design_lines = list(found.design) or [self.tr("Both train the same design.")]
        for line in self.design_lines:
            self._words.addWidget(Sentence(line))
        self._words.addStretch()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setWidget(body)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 16, 16, 16)
        box.setSpacing(16)
        box.addLayout(plots, 2)
        box.addWidget(scroll, 3)
        self.resize(_SIZE)

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
        grid.setColumnStretch(3, 1)
        self._words.addLayout(grid)
