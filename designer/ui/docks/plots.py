"""A pyqtgraph plot of some curves that grow, which wears the theme.

pyqtgraph and numpy come with this module, so nothing may import it before a plot is really wanted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from itertools import pairwise

import numpy as np
import pyqtgraph as pg
from PySide6.QtCore import QSize, Signal
from PySide6.QtGui import QMouseEvent, QPainter, QResizeEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from designer.ui.docks.curve import Curve, Look
from designer.ui.docks.figures import Figure
from designer.ui.docks.plot_tools import Crosshair, PlotMenu, as_csv
from designer.ui.docks.series import Series
from designer.ui.rich_text import escaped
from designer.ui.theme.colours import mixed
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import SECTION_PX, UI_PX, figure_font
from designer.ui.theme.tokens import Theme
from designer.ui.widgets import ElidedLabel

_NAMES_PX, _ALL_KEYS_PX = 160, 105  # a curve of the legend, with its name and without; narrower, the first is alone
_LABEL_PX = 150  # lower: an x axis without its label
_TICK_X_PX, _TICK_Y_PX = 48, 26  # room for one tick
_TICK_EDGE_PX = 6  # nearer to the axis's end, a tick goes without its figure
_GRID_SHARE = 0.6  # of a line's colour
_FLAT_SHARE = 0.5  # of a value that never changes: how far the axis reaches to both sides
_LONGEST_NAME = 30  # characters, at the crosshair
_LEAST_PX = 128  # of width that a plot is drawn for


class _Axis(pg.AxisItem):
    def __init__(self, orientation: str, unit: str = "") -> None:
        super().__init__(orientation, maxTickLength=0)
        self._unit = f" {unit}" if unit else ""
        self.is_logarithmic = False  # then values are powers of ten
        self.enableAutoSIPrefix(False)
        self.setStyle(
            tickFont=figure_font(SECTION_PX - UI_PX),
            tickTextOffset=6,
            autoReduceTextSpace=False,
            maxTickLevel=0,
            tickAlpha=255,  # Qt draws what lets nothing through twenty times as fast
        )

    def paint(self, painter: QPainter, _option: object, _widget: object) -> None:
        """Draws at once what pyqtgraph would play from a QPicture, which looks the font up again for each text."""
        painter.setFont(self.style["tickFont"])
        if self.picture is None:
            self.picture = self.generateDrawSpecs(painter) or ()
        if self.picture:
            self.drawPicture(painter, *self.picture)

    def tickSpacing(self, low: float, high: float, px: float) -> list[tuple[float, float]]:
        """One level of ticks, as many as can be read, two at least, at steps of 1, 2 or 5; epochs whole unless few."""
        is_bottom = self.orientation == "bottom"
        wanted = max(2.0, px / (_TICK_X_PX if is_bottom else _TICK_Y_PX))
        raw = max((high - low) / wanted, 1e-12)
        power = 10.0 ** math.floor(math.log10(raw))
        smaller, step = next(
            (power * a, power * b) for a, b in pairwise((0.5, 1, 2, 5, 10)) if power * b >= raw * 0.999
        )
        edge = (high - low) * _TICK_EDGE_PX / max(px, 1.0)
        if (high - edge) // step <= -(-(low + edge) // step):  # fewer than two of them have room for their figure
            step = smaller
        return [(max(step, 1.0) if is_bottom and high - low >= 2 else step, 0.0)]

    def tickStrings(self, values, scale, spacing) -> list[str]:
        if self.is_logarithmic:
            return [f"{10**value:.2g}{self._unit}" for value in values]
        return [f"{_tick(value)}{self._unit}" for value in values]


def _tick(value: float) -> str:
    if abs(value) >= 1e7:
        return f"{value:.3g}"
    return f"{value:,.0f}" if abs(value) >= 1000 else f"{round(value, 10):.4g}"


def _short(name: str) -> str:
    half = _LONGEST_NAME // 2
    return name if len(name) <= _LONGEST_NAME else f"{name[: half - 1]}…{name[-half:]}"


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
    """One figure, in one or more curves over the same x.

    Drag pans, the wheel zooms, a double click shows all. picture_requested, csv_requested: it is to be saved.
    """

    picture_requested = Signal()
    csv_requested = Signal()

    def __init__(
        self, figure: Figure, x_name: str, curves: Sequence[tuple[Look, Series]], *, shows_keys: bool = True
    ) -> None:
        """shows_keys: whether the legend stands in the plot's own head."""
        super().__init__()
        self.title, self._figure, self._x_name, self._shows_keys = figure.title, figure, x_name, shows_keys
        self._is_logarithmic, self._smoothness, self._is_flat = False, 1, False
        self._x_axis = _Axis("bottom")
        self._axes = (self._x_axis, _Axis("left", figure.unit))
        self.plot = _Curves(axisItems={"bottom": self._x_axis, "left": self._axes[1]})
        self.plot.setAccessibleName(self.title)
        self.plot.setMenuEnabled(False)
        self.plot.hideButtons()
        self.plot.setAntialiasing(True)
        self.plot.showGrid(x=False, y=True)
        self.plot.getPlotItem().getViewBox().setDefaultPadding(0.03)
        for axis in self._axes:
            axis.setZValue(-1000)  # the grid stays behind the curves
        self.curves = tuple(Curve(look, series, self.plot) for look, series in curves)
        self._lay_out()
        self.crosshair = Crosshair(self)
        self.plot.reset.connect(self.show_all)
        self.plot.getPlotItem().getViewBox().sigXRangeChanged.connect(self._range_changed)
        theme_source().changed.connect(self._retheme)
        self._retheme(current_theme())
        self.show_all()
        self.redraw()

    @property
    def train(self) -> Series:
        """The points of the first curve."""
        return self.curves[0].series

    @property
    def test(self) -> Series:
        """The points of the second curve, where there are several."""
        return self.curves[1].series

    def _lay_out(self) -> None:
        top = QWidget()
        top.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)  # it gives way, see resizeEvent
        head = QHBoxLayout(top)
        head.setContentsMargins(2, 0, 2, 0)
        head.setSpacing(14)
        head.addWidget(ElidedLabel(self.title, "muted"), 1)
        for curve in self.curves if self._shows_keys else ():
            head.addWidget(curve.key)
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
        self._place_keys()
        self._x_axis.showLabel(self.height() >= _LABEL_PX)

    def clear(self) -> None:
        """Forget every point."""
        for curve in self.curves:
            curve.series.clear()
        self.show_all()
        self.redraw()

    def set_logarithmic(self, logarithmic: bool) -> None:
        """Whether equal ratios are equally far apart; values of zero and below are not shown then."""
        self._is_logarithmic = self._axes[1].is_logarithmic = logarithmic
        self._axes[1].picture = None
        self.show_all()

    def set_smoothness(self, factor: int) -> None:
        """How many points of a trend are joined into one."""
        self._smoothness = factor
        self._draw_lines()

    def show_curve(self, index: int, shows: bool) -> None:
        """Whether one of the curves is seen."""
        self.curves[index].show(shows)
        self._draw_lines()

    def told_at(self, x: float) -> str:
        """What the curves are at an x, in words; empty beyond their ends."""
        lines = [f"{curve.look.name} {value}" for curve, value in self._values_at(x)]
        return "\n".join([self._place_told(x), *lines]) if lines else ""

    def told_in_colour(self, x: float) -> str:
        """The same as rich text, each line led by its curve's colour."""
        theme = current_theme()
        lines = [
            f'<span style="color:{curve.look.colour(theme)}">●</span> {value}&nbsp; '
            f'<span style="color:{theme.muted}">{escaped(_short(curve.look.name))}</span>'
            for curve, value in self._values_at(x)  # values first: they stay in sight where there is little room
        ]
        return "<br>".join([self._place_told(x), *lines]) if lines else ""

    def _place_told(self, x: float) -> str:
        return f"{self._x_name} {x:.2f}"

    def _values_at(self, x: float) -> list[tuple[Curve, str]]:
        found = [(curve, curve.series.near(x)) for curve in self.curves if curve.is_shown]
        return [(curve, self._figure.say(value)) for curve, value in found if value is not None]

    def as_csv(self) -> str:
        """The points of all curves, as they were told."""
        told = [curve for curve in self.curves if curve.series.size] or self.curves[:1]
        return as_csv(self._x_name, [curve.look.name for curve in told], [curve.series.points() for curve in told])

    def show_all(self) -> None:
        """Fit the whole curves again."""
        self.plot.enableAutoRange()
        self._draw_lines()

    def redraw(self) -> None:
        """Draw what has been added. Cheap however many points there are: only what can be seen is passed on."""
        self._draw_lines()
        for curve in self.curves:
            last = curve.series.last()
            curve.key.show_value("" if last is None else self._figure.say(last))
        self._place_keys()
        has_points = any(curve.series.size for curve in self.curves)
        for axis in self._axes:
            axis.setStyle(showValues=has_points)  # no figures before there is a curve

    def _place_keys(self) -> None:
        told = sum(bool(curve.key.value()) for curve in self.curves)
        has_room = self.width() >= _ALL_KEYS_PX * told
        for index, curve in enumerate(self.curves):
            curve.key.show_name(self.width() >= _NAMES_PX * told and len(self.curves) > 1)
            curve.key.setVisible(self._shows_keys and bool(curve.key.value()) and (has_room or not index))

    def _draw_lines(self) -> None:
        box = self.plot.getPlotItem().getViewBox()
        low, high = (-math.inf, math.inf) if box.autoRangeEnabled()[0] else box.viewRange()[0]
        px = max(_LEAST_PX, int(self.plot.width()))
        for curve in self.curves:
            curve.draw(low, high, px, self._smoothness, self._placed)
        if box.autoRangeEnabled()[0]:
            self._fit_flat(box)

    def _fit_flat(self, box: pg.ViewBox) -> None:
        """Where all that is shown is one value, keep the axis near it: left alone, it would span one unit."""
        drawn = np.concatenate([curve.drawn() for curve in self.curves])
        was_flat, self._is_flat = self._is_flat, drawn.size > 0 and np.ptp(drawn) == 0.0
        if self._is_flat:
            half = _FLAT_SHARE * abs(drawn[0]) or 1.0
            box.setYRange(drawn[0] - half, drawn[0] + half, padding=0)
        elif was_flat:
            box.enableAutoRange(axis=pg.ViewBox.YAxis)

    def _placed(self, x: np.ndarray, y: np.ndarray) -> tuple[np.ndarray, np.ndarray]:
        y = y * self._figure.scale
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
            axis.setTickPen(pg.mkPen(mixed(theme.ground, theme.line, _GRID_SHARE)))
            axis.setTextPen(pg.mkPen(theme.muted))
        self._x_axis.setLabel(self._x_name, **{"color": theme.muted, "font-size": f"{SECTION_PX}px"})
        for curve in self.curves:
            curve.wear(theme)
