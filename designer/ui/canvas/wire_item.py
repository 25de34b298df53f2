"""Wires in the scene, and the chips with the shapes that flow through them.

A wire is a plain path to Qt with a cosmetic one-pixel pen, so that a thousand of them cost little; only its pen changes
with its state. A chip is an item of its own, below the cards, and paints nothing when zoomed out.
"""

from __future__ import annotations

import itertools
import math
from enum import IntEnum
from functools import lru_cache
from typing import NamedTuple

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap
from PySide6.QtWidgets import (
    QGraphicsEllipseItem,
    QGraphicsPathItem,
    QGraphicsRectItem,
    QStyleOptionGraphicsItem,
    QWidget,
)

from designer.ui.canvas.afar import Afar, WireLook
from designer.ui.canvas.card_item import TITLE_ONLY_BELOW
from designer.ui.canvas.cards import Wire
from designer.ui.canvas.geometry import card_fonts, text_width
from designer.ui.canvas.pixmaps import Picture, PictureStore, Stamp
from designer.ui.theme.colours import mixed
from designer.ui.theme.tokens import Theme

Z_WIRE, Z_PATH, Z_CHIP = 0.0, 1.0, 2.0
DOT_RADIUS = 4.0  # of a point that a wire is led through
CHIP_HEIGHT = 16.0
CHIP_PAD = 5.0
CHIP_PLACES = (0.5, 0.38, 0.62, 0.25, 0.75)  # along the wire, tried in order until one is free


class Emphasis(IntEnum):
    """How far a wire stands out, from quiet to the one in hand."""

    QUIET = 0
    PATH = 1  # up- or downstream of the selection
    ADJACENT = 2  # ends at a selected card
    SELECTED = 3


class ChipItem(QGraphicsRectItem):
    """The shape on a wire, on a patch of the ground's colour."""

    def __init__(self, theme: Theme, pictures: PictureStore) -> None:
        super().__init__()
        self.setPen(Qt.PenStyle.NoPen)
        self.setZValue(Z_CHIP)
        self.theme = theme
        self._stamp = Stamp(pictures)
        self.text = ""
        self.ink = theme.muted

    def show_text(self, text: str) -> None:
        self.text = text
        width = text_width(text, "figures") + 2 * CHIP_PAD
        self.setRect(-width / 2, -CHIP_HEIGHT / 2, width, CHIP_HEIGHT)
        self.update()

    @property
    def room(self) -> QRectF:
        """What the chip takes around the point where it stands, with a little air."""
        return self.rect().adjusted(-8, -3, 8, 3)

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        if painter.worldTransform().m11() < TITLE_ONLY_BELOW:
            return
        self._stamp.put(painter, ("chip", self.text, self.theme.name, self.ink), self._picture)

    def _picture(self, zoom: float, ratio: float) -> Picture:
        scale = zoom * ratio
        rect = self.rect()
        pixmap = QPixmap(math.ceil(rect.width() * scale), math.ceil(rect.height() * scale))
        pixmap.fill(Qt.GlobalColor.transparent)
        painter = QPainter(pixmap)
        painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
        painter.scale(scale, scale)
        painter.translate(-rect.topLeft())
        paint_chip(painter, self.text, rect, self.theme, self.ink)
        painter.end()
        pixmap.setDevicePixelRatio(ratio)
        return Picture(pixmap, pixmap.width() // 2, pixmap.height() // 2)


def paint_chip(painter: QPainter, text: str, rect: QRectF, theme: Theme, ink: str) -> None:
    """Paint a wire's shape on a patch of the ground."""
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(theme.ground))
    painter.drawRoundedRect(rect, 4, 4)
    painter.setFont(card_fonts().figures)
    painter.setPen(QColor(ink))
    painter.drawText(rect, int(Qt.AlignmentFlag.AlignCenter), text)


class WireItem(QGraphicsPathItem):
    """A wire between two cards. The scene sets its course and emphasis."""

    def __init__(self, wire: Wire, theme: Theme, chip: ChipItem, afar: Afar, pixel_ratio: float = 1.0) -> None:
        super().__init__()
        self.wire = wire
        self.theme = theme
        self.chip = chip
        self._afar = afar
        self.emphasis = Emphasis.QUIET
        self.is_hovered = False
        self._z = Z_WIRE
        self.pixel_ratio = pixel_ratio
        self.points: tuple[tuple[float, float], ...] = ()
        self.chosen_point: int | None = None
        self._dots: list[QGraphicsEllipseItem] = []
        self.show_wire(wire)

    def show_wire(self, wire: Wire) -> None:
        """Take another wire's label and state; its course follows with `lay`."""
        self.wire = wire
        self.show_points(wire.points)
        self.chip.show_text(wire.label)
        self._dress()

    def show_theme(self, theme: Theme) -> None:
        self.theme = self.chip.theme = theme
        self._dress()

    def show_points(self, points: tuple[tuple[float, float], ...]) -> None:
        """Have dots where a person leads the wire through; its course follows with `lay`."""
        if points == self.points:
            return
        self.points, self.chosen_point = points, None
        while len(self._dots) > len(points):
            dot = self._dots.pop()
            dot.setParentItem(None)
            self.scene().removeItem(dot)
        while len(self._dots) < len(points):
            rect = QRectF(-DOT_RADIUS, -DOT_RADIUS, 2 * DOT_RADIUS, 2 * DOT_RADIUS)
            self._dots.append(QGraphicsEllipseItem(rect, self))
        for dot, place in zip(self._dots, points, strict=True):
            dot.setPos(*place)
        self._dress_dots()

    def choose_point(self, number: int | None) -> None:
        """Mark one of the dots: it is what Delete takes out."""
        self.chosen_point = number
        self._dress_dots()

    def set_shown(self, shown: bool) -> None:
        """Hide the wire while something stands for it, or show it again."""
        self.setVisible(shown)
        self.chip.setVisible(shown)
        self._afar.show_wire(self)

    def paint_points(self, painter: QPainter) -> None:
        """Paint the dots where a person leads the wire through."""
        for dot in self._dots if self.isVisible() else ():
            painter.setPen(dot.pen())
            painter.setBrush(dot.brush())
            painter.drawEllipse(dot.rect().translated(dot.pos()))

    def _dress_dots(self) -> None:
        for number, dot in enumerate(self._dots):
            is_chosen = number == self.chosen_point
            line = self.theme.accent if is_chosen or self.emphasis is not Emphasis.QUIET else self.theme.muted
            dot.setPen(QPen(QColor(line), 1.4))
            dot.setBrush(QColor(self.theme.accent if is_chosen else self.theme.ground))

    def show_pixel_ratio(self, pixel_ratio: float) -> None:
        """Keep the wire's width in the eye on a denser screen."""
        self.pixel_ratio = pixel_ratio
        self._dress()

    def mark(self, *, emphasis: Emphasis | None = None, hovered: bool | None = None) -> None:
        """Change how far the wire stands out."""
        before = (self.emphasis, self.is_hovered)
        if emphasis is not None:
            self.emphasis = emphasis
        if hovered is not None:
            self.is_hovered = hovered
        if before != (self.emphasis, self.is_hovered):
            self._dress()

    def lay(self, path: QPainterPath, chip_at: QPointF | None) -> None:
        """Set the wire's course, and where its chip stands; None hides it."""
        self.setPath(path)
        if chip_at is None:
            self.chip.setVisible(False)
        else:
            self.chip.setPos(chip_at)
            self.chip.setVisible(self.isVisible())
        self._afar.show_wire(self)

    def distance_to(self, point: QPointF) -> float:
        """How far a point lies from the wire, in scene units."""
        path = self.path()
        if not path.controlPointRect().adjusted(-24, -24, 24, 24).contains(point):
            return math.inf
        x, y = point.x(), point.y()
        nearest = math.inf
        for polygon in path.toSubpathPolygons():
            corners = [(corner.x(), corner.y()) for corner in polygon]
            for (ax, ay), (bx, by) in itertools.pairwise(corners):
                dx, dy = bx - ax, by - ay
                along = dx * dx + dy * dy
                t = max(0.0, min(1.0, ((x - ax) * dx + (y - ay) * dy) / along)) if along else 0.0
                nearest = min(nearest, math.hypot(ax + t * dx - x, ay + t * dy - y))
        return nearest

    def _dress(self) -> None:
        dress = wire_dress(self.theme, self.wire.faulty, self.emphasis, self.is_hovered, self.pixel_ratio)
        self.setPen(dress.pen)
        self._dress_dots()
        self.flat_look = dress.flat_look
        if dress.z != self._z:
            self._z = dress.z
            self.setZValue(dress.z)
        if dress.ink != self.chip.ink:
            self.chip.ink = dress.ink
            self.chip.update()
        self._afar.show_wire(self)


class WireDress(NamedTuple):
    """How a wire looks. Shared: not to be changed."""

    pen: QPen
    flat_look: WireLook
    z: float
    ink: str  # of its chip


@lru_cache(maxsize=64)
def wire_dress(theme: Theme, faulty: bool, emphasis: Emphasis, hovered: bool, pixel_ratio: float) -> WireDress:
    """How a wire looks in this state."""
    strong = hovered or emphasis in (Emphasis.ADJACENT, Emphasis.SELECTED)
    return WireDress(
        wire_pen(theme, faulty, emphasis, hovered, pixel_ratio),
        WireLook(emphasis, faulty, hovered),
        Z_WIRE if emphasis is Emphasis.QUIET else Z_PATH,
        theme.bad if faulty else theme.text if strong else theme.muted,
    )


@lru_cache(maxsize=64)
def wire_pen(theme: Theme, faulty: bool, emphasis: Emphasis, hovered: bool, pixel_ratio: float) -> QPen:
    """The pen of a wire, cosmetic: its width is in device pixels, whatever the zoom. Shared: not to be changed."""
    quiet = mixed(theme.line, theme.muted, 0.55)
    # A pen of one device pixel is the cheapest there is, and its bounds need no stroking: Qt calls it width 0.
    colour, width = quiet, 0.0 if pixel_ratio < 1.5 else 1.0
    if emphasis is Emphasis.PATH:
        colour = mixed(quiet.name(), theme.accent, 0.5)
    elif emphasis is not Emphasis.QUIET:
        colour, width = QColor(theme.accent), 2.6 if emphasis is Emphasis.SELECTED else 1.8
    if hovered:
        colour = QColor(theme.muted) if emphasis is Emphasis.QUIET else colour
        width = max(width, 2.4)
    pen = QPen(QColor(theme.bad) if faulty else colour, width * pixel_ratio)
    pen.setCosmetic(True)
    if faulty:
        pen.setDashPattern([5, 3])
    return pen
