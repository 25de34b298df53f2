"""What one can do with a plot: look at a point, change its scale and its smoothness, take it away as picture or CSV."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

import pyqtgraph as pg
from PySide6.QtCore import QObject, QPointF, Qt
from PySide6.QtGui import QActionGroup
from PySide6.QtWidgets import QMenu, QToolButton

from designer.base.spreadsheet import csv_text
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import SMALL_PX, UI_PX, figure_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import set_state

if TYPE_CHECKING:
    from designer.ui.docks.plots import CurvePlot

SMOOTHNESS = (1, 4, 16)  # points of the trend that are joined into one


class PlotMenu(QToolButton):
    """The button at the end of a plot's head. What is saved is asked for by the plot's own signals."""

    def __init__(self, plot: CurvePlot) -> None:
        super().__init__()
        set_state(self, "small", True)
        wear_icon(self, "ellipsis", size=14)
        self.setToolTip(self.tr("Scale, smoothing, saving"))
        self.setAccessibleName(self.tr("Scale, smoothing, saving"))
        self.setPopupMode(QToolButton.ToolButtonPopupMode.InstantPopup)
        menu = QMenu(self)
        self.logarithmic = menu.addAction(self.tr("Logarithmic"))
        self.logarithmic.setCheckable(True)
        self.logarithmic.toggled.connect(plot.set_logarithmic)
        menu.addSeparator()
        group = QActionGroup(self)
        names = (self.tr("As it is"), self.tr("Smooth"), self.tr("Very smooth"))
        self.smoothness = [menu.addAction(name) for name in names]
        for action, factor in zip(self.smoothness, SMOOTHNESS, strict=True):
            action.setCheckable(True)
            action.setChecked(factor == 1)
            action.setActionGroup(group)
            action.triggered.connect(lambda _=False, factor=factor: plot.set_smoothness(factor))
        menu.addSeparator()
        menu.addAction(self.tr("Save as picture…"), plot.picture_requested)
        menu.addAction(self.tr("Save as CSV…"), plot.csv_requested)
        self.setMenu(menu)


class Crosshair(QObject):
    """A thin line under the mouse, and what the curves are there."""

    def __init__(self, plot: CurvePlot) -> None:
        super().__init__(plot)
        self._plot = plot
        self._line = pg.InfiniteLine(angle=90, movable=False)
        self.label = pg.TextItem(anchor=(0, 0))
        self.label.setFont(figure_font(SMALL_PX - UI_PX))
        for item in (self._line, self.label):
            item.setZValue(1000)
            item.hide()
            plot.plot.addItem(item, ignoreBounds=True)
        plot.plot.scene().sigMouseMoved.connect(self.look_at)
        theme_source().changed.connect(self._retheme)
        self._retheme(current_theme())

    def look_at(self, where: QPointF) -> None:
        """where: in the scene."""
        box = self._plot.plot.getPlotItem().getViewBox()
        room, x, text = box.sceneBoundingRect(), 0.0, ""
        if room.contains(where):
            x = box.mapSceneToView(where).x()
            text = self._plot.told_in_colour(x)
        self._line.setVisible(bool(text))
        self.label.setVisible(bool(text))
        if text:
            self._line.setPos(x)
            self.label.setHtml(text)
            width = self.label.boundingRect().width()
            beside = where.x() if where.x() < room.center().x() else where.x() - width
            left = max(room.left(), min(beside, room.right() - width))  # the names of runs may be long
            self.label.setPos(box.mapSceneToView(QPointF(left, room.top())))

    def _retheme(self, theme: object) -> None:
        pen = pg.mkPen(theme.muted, width=1, style=Qt.PenStyle.DotLine)
        pen.setCosmetic(True)
        self._line.setPen(pen)
        self.label.setColor(theme.text)
        self.label.border = pg.mkPen(theme.line)
        self.label.fill = pg.mkBrush(theme.raised)


def as_csv(x_name: str, names: Sequence[str], curves: Sequence[tuple[list[float], list[float]]]) -> str:
    """Curves as a table, an x a row. names: theirs, in order. A cell without a point is empty."""
    values: dict[float, list[object]] = {}
    for column, (xs, ys) in enumerate(curves):
        for x, y in zip(xs, ys, strict=True):
            values.setdefault(x, [None] * len(curves))[column] = y
    return csv_text([(x_name, *names), *((x, *values[x]) for x in sorted(values))])
