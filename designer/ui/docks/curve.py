"""One curve of a plot: its points, how it is drawn, and its key in the legend."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF
from PySide6.QtGui import QColor, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QHBoxLayout, QWidget

from designer.ui.docks.series import Series
from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import SMALL_PX, UI_PX, figure_font
from designer.ui.theme.tokens import Theme
from designer.ui.widgets import label

_LINE_PX, _DASHED_PX, _DOT_PX = 1.6, 1.8, 5
_RAW_PX = 4  # of a plot for each lowest and highest of the batches
_TREND_PX = 4  # of a plot for each point of the trend
_RAW_OPACITY = 0.38
_FEWEST_BUCKETS = 8
Place = Callable[[np.ndarray, np.ndarray], tuple[np.ndarray, np.ndarray]]


@dataclass(frozen=True)
class Look:
    """How a curve looks. ink: a colour of the theme by its name, or the number of a run among those compared.

    has_trend: many points are drawn as their trend. has_ground: with all of them faintly behind it.
    """

    name: str
    ink: str | int
    is_dashed: bool = False
    is_dotted: bool = False
    has_trend: bool = False
    has_ground: bool = False

    def colour(self, theme: Theme) -> str:
        """As `#rrggbb`."""
        return getattr(theme, self.ink) if isinstance(self.ink, str) else theme.run(self.ink)

    def pen(self, theme: Theme, width: float) -> QPen:
        """The width is the same at any zoom."""
        pen = QPen(QColor(self.colour(theme)), width)
        pen.setCosmetic(True)
        if self.is_dashed or self.is_dotted:
            pen.setDashPattern([3.0, 2.0] if self.is_dashed else [1.0, 1.5])
        return pen


class Curve:
    """A series in a plot. `draw` passes on what can be seen of it, however many points there are."""

    def __init__(self, look: Look, series: Series, plot: pg.PlotWidget) -> None:
        self.look, self.series = look, series
        self.key = Key(look)
        self.is_shown = True
        self.ground = plot.plot(antialias=True) if look.has_ground else None
        self.line = plot.plot(antialias=True)
        if self.ground is not None:
            self.ground.curve.setSegmentedLineMode("off")
        # A noisy path of this width takes 100 times as long in one piece; segments would break the dashes.
        self.line.curve.setSegmentedLineMode("off" if look.is_dashed or look.is_dotted else "on")

    def show(self, shows: bool) -> None:
        """Whether it is seen, and counts where the plot is fitted."""
        self.is_shown = shows
        for line in (self.ground, self.line):
            if line is not None:
                line.setVisible(shows)

    def draw(self, low: float, high: float, px: int, smoothness: int, place: Place) -> None:
        """Draw what lies between two x. px: the plot's width. smoothness: so many points of a trend are joined.

        place: from x and y to where they stand in the plot.
        """
        buckets = px // _TREND_PX
        if smoothness > 1:
            buckets = max(_FEWEST_BUCKETS, buckets // smoothness)
        if not self.look.has_trend:
            line, ground = self.series.thinned(low, high, px // 2), None
        elif smoothness == 1 and self.series.count(low, high) <= 2 * buckets:
            line, ground = self.series.thinned(low, high, buckets), None
        else:
            line, ground = self.series.averaged(low, high, buckets), self.series
        self.line.setData(*place(*line))
        self._show_dot(len(line[0]) == 1)
        if self.ground is not None:
            self.ground.setData(*(place(*ground.thinned(low, high, px // _RAW_PX)) if ground else ([], [])))

    def _show_dot(self, shows: bool) -> None:
        if shows != (self.line.opts["symbol"] is not None):  # a line of one point cannot be seen
            self.line.setSymbol("o" if shows else None)

    def drawn(self) -> np.ndarray:
        """Where the points of its line stand, from bottom to top; none while it is hidden."""
        y = self.line.getOriginalDataset()[1]
        return np.empty(0) if y is None or not self.is_shown else y

    def wear(self, theme: Theme) -> None:
        """Take the theme's colours."""
        self.line.setPen(self.look.pen(theme, _DASHED_PX if self.look.is_dashed or self.look.is_dotted else _LINE_PX))
        self.line.setSymbolPen(None)
        self.line.setSymbolBrush(QColor(self.look.colour(theme)))
        self.line.setSymbolSize(_DOT_PX)
        if self.ground is not None:
            raw = self.look.pen(theme, 1.0)  # at this width Qt draws even noise fast
            faint = raw.color()
            faint.setAlphaF(_RAW_OPACITY)
            raw.setColor(faint)
            self.ground.setPen(raw)


class Key(QWidget):
    """A short sample of a line, its name and its last value."""

    def __init__(self, look: Look) -> None:
        super().__init__()
        self._look = look
        self._name, self._value = label(look.name, "muted"), label("")
        for part in (self._name, self._value):
            part.setFont(figure_font(SMALL_PX - UI_PX))
        box = QHBoxLayout(self)
        box.setContentsMargins(20, 0, 0, 0)
        box.setSpacing(5)
        box.addWidget(self._name)
        box.addWidget(self._value)

    def show_value(self, text: str) -> None:
        """An empty text is no value."""
        if self._value.text() != text:
            self._value.setText(text)
            self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance(text) + 3)

    def show_name(self, shows: bool) -> None:
        """Whether there is room for it."""
        self._name.setVisible(shows)

    def value(self) -> str:
        """What stands there."""
        return self._value.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(self._look.pen(current_theme(), 2.0))
        painter.drawLine(QLineF(1, self.height() / 2, 15, self.height() / 2))
        painter.end()
