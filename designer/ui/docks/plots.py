"""Curves that grow: numpy buffers thinned to what the screen can show, and a pyqtgraph plot that wears the theme.

pyqtgraph and numpy come with this module, so nothing may import it before a plot is really wanted.
"""

from __future__ import annotations

import math

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QLineF, QSize, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from designer.ui.docks.plot_tools import Crosshair, PlotMenu, as_csv
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import SECTION_PX, SMALL_PX, UI_PX, figure_font
from designer.ui.theme.tokens import Theme
from designer.ui.widgets import label

_FIRST_CAPACITY = 1024
_LINE_PX = 1.6
_RAW_PX = 4  # of a plot for each lowest and highest of the batches
_TREND_PX = 4  # of a plot for each point of the trend
_RAW_OPACITY = 0.38
_NAMES_PX, _BOTH_KEYS_PX = 260, 210  # narrower: a legend without names, then with the train curve alone
_LABEL_PX = 150  # lower: an x axis without its label
_TICK_X_PX, _TICK_Y_PX = 48, 26  # room for one tick


class Series:
    """Points with rising x, in buffers that double; `thinned` keeps every peak, `averaged` shows the trend."""

    def __init__(self) -> None:
        self._x, self._y = np.empty(_FIRST_CAPACITY), np.empty(_FIRST_CAPACITY)
        self.size = 0

    def append(self, x: float, y: float) -> None:
        """Add a point at the end. A y that is no finite number is left out."""
        if not math.isfinite(y):
            return
        if self.size == len(self._x):
            self._x = np.concatenate([self._x, np.empty_like(self._x)])
            self._y = np.concatenate([self._y, np.empty_like(self._y)])
        self._x[self.size], self._y[self.size] = x, y
        self.size += 1

    def last(self) -> float | None:
        """The newest y, if there is one."""
        return float(self._y[self.size - 1]) if self.size else None

    def points(self) -> tuple[list[float], list[float]]:
        """All points, x and y."""
        return self._x[: self.size].tolist(), self._y[: self.size].tolist()

    def near(self, x: float) -> float | None:
        """The y of the point next to x, None where x lies beyond the curve's ends."""
        if not self.size or not self._x[0] <= x <= self._x[self.size - 1]:
            return None
        after = int(np.searchsorted(self._x[: self.size], x))
        before = max(0, after - 1)
        nearest = before if x - self._x[before] < self._x[after] - x else after
        return float(self._y[nearest])

    def count(self, low: float, high: float) -> int:
        """How many points `thinned` would choose from."""
        first, last = self._bounds(low, high)
        return last - first

    def thinned(self, low: float, high: float, buckets: int) -> tuple[np.ndarray, np.ndarray]:
        """The points with low <= x <= high and one on either side; the lowest and highest of each bucket if many."""
        first, last = self._bounds(low, high)
        each = _bucket_size(last - first, 2 * buckets)
        x, y = self._x[first:last], self._y[first:last]
        if each == 1:
            return x.copy(), y.copy()
        whole = (last - first) // each * each
        rows, start = y[:whole].reshape(-1, each), np.arange(0, whole, each)
        picks = [start + rows.argmin(1), start + rows.argmax(1), [0, len(x) - 1]]
        if whole < len(x):
            picks.append([whole + y[whole:].argmin(), whole + y[whole:].argmax()])
        chosen = np.unique(np.concatenate(picks))
        return x[chosen], y[chosen]

    def averaged(self, low: float, high: float, buckets: int) -> tuple[np.ndarray, np.ndarray]:
        """The mean of each bucket between `low` and `high`. Buckets lie at the same points while the series grows."""
        first, last = self._bounds(low, high)
        each = _bucket_size(last - first, buckets)
        first = first // each * each
        starts = np.arange(first, last, each)
        if not len(starts):
            return np.empty(0), np.empty(0)
        sizes = np.minimum(each, last - starts)
        means = (np.add.reduceat(axis[first:last], starts - first) / sizes for axis in (self._x, self._y))
        return tuple(means)

    def _bounds(self, low: float, high: float) -> tuple[int, int]:
        x = self._x[: self.size]
        first = max(0, int(np.searchsorted(x, low)) - 1)
        return first, min(self.size, int(np.searchsorted(x, high, side="right")) + 1)


def _bucket_size(points: int, buckets: int) -> int:
    """The power of two that puts `points` into `buckets` at most: it changes seldom while points are added."""
    return 1 << max(0, math.ceil(points / max(1, buckets)) - 1).bit_length()


class _Axis(pg.AxisItem):
    def __init__(self, orientation: str, unit: str = "") -> None:
        super().__init__(orientation, maxTickLength=0)
        self._unit = f" {unit}" if unit else ""
        self.is_logarithmic = False  # then values are powers of ten
        self.enableAutoSIPrefix(False)
        self.setStyle(
            tickFont=figure_font(SECTION_PX - UI_PX), tickTextOffset=6, autoReduceTextSpace=False, maxTickLevel=0
        )

    def tickSpacing(self, low: float, high: float, px: float) -> list[tuple[float, float]]:
        """One level of ticks, as many as can be read, at steps of 1, 2 or 5; epochs are whole unless few."""
        is_bottom = self.orientation == "bottom"
        wanted = max(2.0, px / (_TICK_X_PX if is_bottom else _TICK_Y_PX))
        raw = max((high - low) / wanted, 1e-12)
        power = 10.0 ** math.floor(math.log10(raw))
        step = next(power * nice for nice in (1, 2, 5, 10) if power * nice >= raw * 0.999)
        return [(max(step, 1.0) if is_bottom and high - low >= 2 else step, 0.0)]

    def tickStrings(self, values, scale, spacing) -> list[str]:
        if self.is_logarithmic:
            return [f"{10**value:.2g}{self._unit}" for value in values]
        return [f"{round(value, 10):.4g}{self._unit}" for value in values]


class _Key(QWidget):
    """A short sample of a line, its name and its last value."""

    def __init__(self, name: str, role: str, dashed: bool) -> None:
        super().__init__()
        self._role, self._dashed = role, dashed
        self._name, self._value = label(name, "muted"), label("")
        for part in (self._name, self._value):
            part.setFont(figure_font(SMALL_PX - UI_PX))
        box = QHBoxLayout(self)
        box.setContentsMargins(20, 0, 0, 0)
        box.setSpacing(5)
        box.addWidget(self._name)
        box.addWidget(self._value)

    def show_value(self, text: str) -> None:
        if self._value.text() != text:
            self._value.setText(text)
            self._value.setMinimumWidth(self._value.fontMetrics().horizontalAdvance(text) + 3)

    def show_name(self, shows: bool) -> None:
        self._name.setVisible(shows)

    def value(self) -> str:
        return self._value.text()

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(line_pen(current_theme(), self._role, self._dashed, 2.0))
        painter.drawLine(QLineF(1, self.height() / 2, 15, self.height() / 2))
        painter.end()


def line_pen(theme: Theme, role: str, dashed: bool, width: float = _LINE_PX) -> QPen:
    """The pen of a curve: its width is the same at any zoom."""
    pen = QPen(QColor(getattr(theme, role)), width)
    pen.setCosmetic(True)
    if dashed:
        pen.setDashPattern([3.0, 2.0])
    return pen


class _Curves(pg.PlotWidget):
    reset = Signal()

    def sizeHint(self) -> QSize:
        return QSize(320, 160)

    def minimumSizeHint(self) -> QSize:
        return QSize(110, 70)

    def mouseDoubleClickEvent(self, event: QMouseEvent) -> None:
        self.reset.emit()
        event.accept()


class CurvePlot(QWidget):
    """One figure of a run: train by batch (the trend, each batch faintly behind it), test by epoch.

    Drag pans, the wheel zooms, a double click shows all. picture_requested, csv_requested: it is to be saved.
    """

    picture_requested = Signal()
    csv_requested = Signal()

    def __init__(self, title: str, unit: str, names: tuple[str, str, str], decimals: int, scale: float = 1.0) -> None:
        """names: of the train curve, the test curve and the x axis. scale: of values before they are shown."""
        super().__init__()
        self._unit, self._decimals, self._scale, self._x_name = unit, decimals, scale, names[2]
        self.title, self._names = title, names
        self._is_logarithmic, self._smoothness = False, 1
        self.train, self.test = Series(), Series()
        self.train_key, self.test_key = _Key(names[0], "accent", False), _Key(names[1], "warn", True)
        self._x_axis = _Axis("bottom")
        self._axes = (self._x_axis, _Axis("left", unit))
        self.plot = _Curves(axisItems={"bottom": self._x_axis, "left": self._axes[1]})
        self.plot.setAccessibleName(title)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setAntialiasing(True)
        self.plot.showGrid(x=False, y=True, alpha=0.6)
        self.plot.getPlotItem().getViewBox().setDefaultPadding(0.03)
        for axis in self._axes:
            axis.setZValue(-1000)  # the grid stays behind the curves
        self._raw_line, self._train_line, self._test_line = (self.plot.plot(antialias=True) for _ in range(3))
        self._raw_line.curve.setSegmentedLineMode("off")
        self._train_line.curve.setSegmentedLineMode("on")  # a noisy path of this width takes 100 times as long
        self._test_line.curve.setSegmentedLineMode("off")  # segments would break the dashes
        self._lay_out(title)
        self.crosshair = Crosshair(self)
        self.plot.reset.connect(self.show_all)
        self.plot.getPlotItem().getViewBox().sigXRangeChanged.connect(self._range_changed)
        theme_source().changed.connect(self._retheme)
        self._retheme(current_theme())
        self.clear()

    def _lay_out(self, title: str) -> None:
        top = QWidget()
        top.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # it gives way, see resizeEvent
        head = QHBoxLayout(top)
        head.setContentsMargins(2, 0, 2, 0)
        head.setSpacing(14)
        head.addWidget(label(title, "muted"))
        head.addStretch()
        head.addWidget(self.train_key)
        head.addWidget(self.test_key)
        self.menu = PlotMenu(self)
        head.addWidget(self.menu)
        frame = QFrame()
        frame.setProperty("role", "plot")
        inner = QVBoxLayout(frame)
        inner.setContentsMargins(6, 8, 10, 4)
        inner.addWidget(self.plot)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        box.addWidget(top)
        box.addWidget(frame, 1)

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        for key in (self.train_key, self.test_key):
            key.show_name(self.width() >= _NAMES_PX)
        self._place_keys()
        self._x_axis.showLabel(self.height() >= _LABEL_PX)

    def clear(self) -> None:
        """Forget every point."""
        self.train, self.test = Series(), Series()
        self.show_all()
        self.redraw()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Whether equal ratios are equally far apart; values of zero and below are not shown then."""
        self._is_logarithmic = self._axes[1].is_logarithmic = logarithmic
        self._axes[1].picture = None
        self.show_all()

    def set_smoothness(self, factor: int) -> None:
        """How many points of the trend are joined into one."""
        self._smoothness = factor
        self._draw_lines()

    def told_at(self, x: float) -> str:
        """What the curves are at an x, in words; empty beyond their ends."""
        unit = f" {self._unit}" if self._unit else ""
        found = [(name, series.near(x)) for name, series in zip(self._names, (self.train, self.test), strict=False)]
        lines = [f"{name} {value * self._scale:.{self._decimals}f}{unit}" for name, value in found if value is not None]
        return "\n".join([f"{self._names[2]} {x:.2f}", *lines]) if lines else ""

    def as_csv(self) -> str:
        """The points of both curves, as they were told."""
        return as_csv(self._names, [self.train.points(), self.test.points()])

    def show_all(self) -> None:
        """Fit the whole curves again."""
        self.plot.enableAutoRange()
        self._draw_lines()

    def redraw(self) -> None:
        """Draw what has been added. Cheap however many points there are: only what can be seen is passed on."""
        self._draw_lines()
        for key, series in ((self.train_key, self.train), (self.test_key, self.test)):
            last = series.last()
            unit = f" {self._unit}" if self._unit else ""
            key.show_value("" if last is None else f"{last * self._scale:.{self._decimals}f}{unit}")
        self._place_keys()
        for axis in self._axes:
            axis.setStyle(showValues=bool(self.train.size or self.test.size))  # no figures before there is a curve

    def _place_keys(self) -> None:
        self.train_key.setVisible(bool(self.train_key.value()))
        self.test_key.setVisible(bool(self.test_key.value()) and self.width() >= _BOTH_KEYS_PX)

    def _draw_lines(self) -> None:
        box = self.plot.getPlotItem().getViewBox()
        low, high = (-math.inf, math.inf) if box.autoRangeEnabled()[0] else box.viewRange()[0]
        px = max(128, int(self.plot.width()))
        buckets = px // _TREND_PX
        if self._smoothness > 1:
            buckets = max(8, buckets // self._smoothness)
            raw, trend = self.train.thinned(low, high, px // _RAW_PX), self.train.averaged(low, high, buckets)
        elif self.train.count(low, high) <= 2 * buckets:
            raw, trend = (np.empty(0), np.empty(0)), self.train.thinned(low, high, buckets)
        else:
            raw, trend = self.train.thinned(low, high, px // _RAW_PX), self.train.averaged(low, high, buckets)
        test = self.test.thinned(low, high, px // 2)
        for line, (x, y) in ((self._raw_line, raw), (self._train_line, trend), (self._test_line, test)):
            line.setData(*self._placed(x, y * self._scale))

    def _placed(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        if not self._is_logarithmic:
            return x, y
        return x[y > 0], np.log10(y[y > 0])

    def _range_changed(self, *_args: object) -> None:
        if not self.plot.getPlotItem().getViewBox().autoRangeEnabled()[0]:
            self._draw_lines()

    def _retheme(self, theme: Theme) -> None:
        self.plot.setBackground(theme.ground)
        for axis in self._axes:
            axis.setPen(pg.mkPen(theme.line))
            axis.setTextPen(pg.mkPen(theme.muted))
        self._x_axis.setLabel(self._x_name, **{"color": theme.muted, "font-size": f"{SECTION_PX}px"})
        self._train_line.setPen(line_pen(theme, "accent", False))
        raw = line_pen(theme, "accent", False, 1.0)  # at this width Qt draws even noise fast
        faint = raw.color()
        faint.setAlphaF(_RAW_OPACITY)
        raw.setColor(faint)
        self._raw_line.setPen(raw)
        self._test_line.setPen(line_pen(theme, "warn", True, 1.8))
