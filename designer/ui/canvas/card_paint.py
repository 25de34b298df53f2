"""How a card looks: frame, stripe, texts, rings, badge, painted once into a picture for a zoom and a state.

Frames are drawn on whole device pixels and texts at the size in which they appear, so both are crisp at every zoom.
`CardItem` blits what this makes; nothing here knows of scenes or gestures.
"""

from __future__ import annotations

import math

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPen, QPixmap

from designer.ui.canvas.cards import Card
from designer.ui.canvas.geometry import (
    BADGE_RADIUS,
    CORNER,
    MARGIN,
    PAD_LEFT,
    PORT_RADIUS,
    STACK_STEP,
    STRIPE,
    CardFonts,
    CardLayout,
    card_fonts,
    text_width,
)
from designer.ui.canvas.heat import heat_colour
from designer.ui.canvas.pixmaps import Picture
from designer.ui.theme.colours import mixed, text_colour_on
from designer.ui.theme.tokens import Theme

_TWO_LINES = 56.0  # the height of a card that has room for two lines
_HEAT_BAR = 5.0  # the height of an overlay's bar, in scene units
PLAIN, HOVERED, SELECTED = "plain", "hovered", "selected"
_TEXT = Qt.TextFlag.TextSingleLine | Qt.AlignmentFlag.AlignVCenter
_LEFT = int(_TEXT | Qt.AlignmentFlag.AlignLeft)
_RIGHT = int(_TEXT | Qt.AlignmentFlag.AlignRight)
_MIDDLE = int(_TEXT | Qt.AlignmentFlag.AlignHCenter)


def card_picture(
    card: Card, layout: CardLayout, theme: Theme, zoom: float, ratio: float, state: str, *, title_only: bool
) -> Picture:
    """Paint a card for a zoom and so many device pixels (`ratio`) to a logical one."""
    scale = zoom * ratio
    offset = math.ceil(MARGIN * scale)
    width, height = round(layout.width * scale), round(layout.height * scale)
    pixmap = QPixmap(width + 2 * offset, height + 2 * offset)
    pixmap.fill(Qt.GlobalColor.transparent)
    painter = QPainter(pixmap)
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.translate(offset, offset)
    paint_card(painter, card, layout, theme, scale, state, title_only=title_only)
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return Picture(pixmap, offset, offset)


def paint_card(
    painter: QPainter, card: Card, layout: CardLayout, theme: Theme, scale: float, state: str, *, title_only: bool
) -> None:
    """Paint a card with its corner at the painter's origin. scale: of the painter's units to the layout's."""
    width, height = round(layout.width * scale), round(layout.height * scale)
    faint = card.muted or card.absent
    if faint:
        painter.setOpacity(0.5)
    _Frame(painter, card, theme, QRectF(0, 0, width, height), scale, state).paint()
    painter.scale(scale, scale)
    fonts = card_fonts()
    if title_only:
        _paint_overview(painter, card, layout, theme, fonts)
    else:
        _paint_texts(painter, card, layout, theme, fonts)
        _paint_rings(painter, layout, theme)
    if card.badge:
        painter.setOpacity(1.0)
        _paint_badge(painter, card, layout, theme)
    painter.setOpacity(1.0)


class _Frame:
    """The card's body in device pixels: shadow, stacked edges, ground, stripe, outline."""

    def __init__(self, painter: QPainter, card: Card, theme: Theme, body: QRectF, scale: float, state: str) -> None:
        self.painter, self.card, self.theme = painter, card, theme
        self.body, self.scale, self.state = body, scale, state
        self.corner = CORNER * scale
        self.hairline = max(1.0, round(scale))

    def paint(self) -> None:
        faint = self.card.muted or self.card.absent
        if not faint:
            self._paint_shadow()
        if self.card.repeat:
            self._paint_stack()
        family = "block" if self.card.is_block else self.card.family
        shape = QPainterPath()
        shape.addRoundedRect(self.body, self.corner, self.corner)
        ground = mixed(self.theme.card, self.theme.accent, 0.05) if self.state == HOVERED else None
        self.painter.fillPath(shape, ground or QColor(self.theme.card))
        stripe = max(round(STRIPE * self.scale), 3)
        self._fill(shape, QRectF(0, 0, stripe, self.body.height()), QColor(self.theme.family(family)))
        if self.card.heat is not None:
            self._paint_heat(shape, self.card.heat)
        self._paint_outline(faint)

    def _fill(self, shape: QPainterPath, rect: QRectF, colour: QColor) -> None:
        """Fill the part of the card's shape that lies in a rectangle."""
        part = QPainterPath()
        part.addRect(rect)
        self.painter.fillPath(part.intersected(shape), colour)

    def _paint_heat(self, shape: QPainterPath, share: float) -> None:
        """A wash over the card and a bar along its foot, as long as the share is."""
        colour = heat_colour(share, self.theme)
        wash = QColor(colour)
        wash.setAlphaF(0.24)
        self.painter.fillPath(shape, wash)
        bar = max(round(_HEAT_BAR * self.scale), 2)
        foot = QRectF(0, self.body.height() - bar, self.body.width() * share, bar)
        self._fill(shape, foot, colour)

    def _paint_shadow(self) -> None:
        strength = 34 if self.theme.name == "dark" else 9
        self.painter.setPen(Qt.PenStyle.NoPen)
        for step in range(3):
            self.painter.setBrush(QColor(0, 0, 0, strength - step * strength // 4))
            grown = self.body.adjusted(-step, step, step, 1 + step)
            self.painter.drawRoundedRect(grown, self.corner + step, self.corner + step)

    def _paint_stack(self) -> None:
        for step in (2, 1):
            shift = round(STACK_STEP * step * self.scale)
            edge = self._inset(self.body.translated(shift, shift), self.hairline)
            self.painter.setPen(QPen(mixed(self.theme.line, self.theme.muted, 0.25), self.hairline))
            self.painter.setBrush(mixed(self.theme.card, self.theme.ground, 0.3 * step))
            self.painter.drawRoundedRect(edge, self.corner, self.corner)

    def _paint_outline(self, faint: bool) -> None:
        width, colour = self.hairline, QColor(self.theme.line)
        if self.state == HOVERED:
            colour = mixed(self.theme.line, self.theme.muted, 0.6)
        if faint:
            colour = QColor(self.theme.muted)
        if self.card.badge:
            colour = QColor(self.theme.bad if self.card.badge == "error" else self.theme.warn)
            width = max(1.5 * self.scale, 1.5)
        if self.state == SELECTED:
            if not self.card.badge:
                colour = QColor(self.theme.accent)
            else:  # the fault keeps its outline; the selection stands around it
                self._paint_halo()
            width = max(2.0 * self.scale, 2.0)
        pen = QPen(colour, width)
        if faint:
            pen.setStyle(Qt.PenStyle.CustomDashLine)
            pen.setDashPattern([4, 3])
        self.painter.setPen(pen)
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        inset = self._inset(self.body, width)
        self.painter.drawRoundedRect(inset, self.corner - width / 2, self.corner - width / 2)

    def _paint_halo(self) -> None:
        around = self.body.adjusted(-3 * self.scale, -3 * self.scale, 3 * self.scale, 3 * self.scale)
        self.painter.setPen(QPen(QColor(self.theme.accent), max(1.5 * self.scale, 1.5)))
        self.painter.setBrush(Qt.BrushStyle.NoBrush)
        self.painter.drawRoundedRect(around, self.corner + 3 * self.scale, self.corner + 3 * self.scale)

    @staticmethod
    def _inset(body: QRectF, pen_width: float) -> QRectF:
        half = pen_width / 2
        return body.adjusted(half, half, -half, -half)


def _paint_overview(painter: QPainter, card: Card, layout: CardLayout, theme: Theme, fonts: CardFonts) -> None:
    """The title alone; of an overlay its figure too, under the title, or behind it where there is room for one line."""
    room = layout.body.adjusted(PAD_LEFT, 0, -4, 0)
    painter.setPen(QColor(theme.text))
    painter.setFont(fonts.overview)
    if card.heat is not None and layout.height >= _TWO_LINES:
        painter.drawText(room.adjusted(0, 0, 0, -room.height() / 2), _LEFT, layout.overview_title)
        painter.setFont(fonts.overview_figure)
        painter.drawText(room.adjusted(0, room.height() / 2 - 4, 0, -4), _LEFT, card.kind)
        return
    painter.drawText(room, _LEFT, layout.overview_title)
    title = text_width(layout.overview_title, "overview")
    if card.heat is not None and title + text_width(card.kind, "overview_figure") + 12 <= room.width() - 8:
        painter.setFont(fonts.overview_figure)
        painter.drawText(room.adjusted(0, 0, -8, 0), _RIGHT, card.kind)


def _paint_texts(painter: QPainter, card: Card, layout: CardLayout, theme: Theme, fonts: CardFonts) -> None:
    painter.setFont(fonts.title)
    painter.setPen(QColor(theme.text))
    painter.drawText(layout.title_rect, _LEFT, layout.title)
    if card.is_block:
        _paint_block_glyph(painter, layout, theme)
    if card.is_frozen:
        _paint_snowflake(painter, layout.kind_rect.left() - 15 - 13 * card.is_block, layout, theme)
    painter.setPen(QColor(theme.muted if card.heat is None else theme.text))  # muted is too faint on a colour
    painter.setFont(fonts.kind)
    painter.drawText(layout.kind_rect, _RIGHT, layout.kind)
    painter.setFont(fonts.brief)
    painter.drawText(layout.brief_rect, _LEFT, layout.brief)
    painter.setFont(fonts.small)
    for text, place, at_right in layout.labels:
        painter.drawText(place, _RIGHT if at_right else _LEFT, text)
    if layout.condition:
        painter.drawText(layout.condition_rect, _LEFT, layout.condition)
        y = layout.condition_rect.center().y()
        diamond = QPainterPath(QPointF(16, y))
        for point in (QPointF(20, y - 4), QPointF(24, y), QPointF(20, y + 4)):
            diamond.lineTo(point)
        diamond.closeSubpath()
        painter.strokePath(diamond, QPen(QColor(theme.muted), 1.2))
    if layout.pill:
        colour = theme.family("block" if card.is_block else card.family)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(colour))
        painter.drawRoundedRect(layout.pill_rect, 8.5, 8.5)
        painter.setPen(text_colour_on(colour))
        painter.drawText(layout.pill_rect, _MIDDLE, layout.pill)


def _paint_block_glyph(painter: QPainter, layout: CardLayout, theme: Theme) -> None:
    """Two nested squares beside the kind say in form, not in colour alone, that this card can be opened."""
    x, y = layout.kind_rect.left() - 13, layout.kind_rect.center().y() - 4
    painter.setPen(QPen(QColor(theme.muted), 1.1))
    painter.setBrush(Qt.BrushStyle.NoBrush)
    painter.drawRoundedRect(QRectF(x, y, 8.5, 8.5), 2, 2)
    painter.fillRect(QRectF(x + 2.75, y + 2.75, 3, 3), QColor(theme.muted))


def _paint_snowflake(painter: QPainter, x: float, layout: CardLayout, theme: Theme) -> None:
    """Three strokes across one another: training leaves this card as it is."""
    painter.save()
    painter.translate(x + 4.5, layout.kind_rect.center().y())
    painter.setPen(QPen(QColor(theme.accent), 1.2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    for _ in range(6):
        painter.drawLine(QPointF(0, 0), QPointF(0, -5))
        painter.drawLine(QPointF(0, -3), QPointF(1.5, -4.5))
        painter.drawLine(QPointF(0, -3), QPointF(-1.5, -4.5))
        painter.rotate(60)
    painter.restore()


def _paint_rings(painter: QPainter, layout: CardLayout, theme: Theme) -> None:
    painter.setPen(QPen(mixed(theme.muted, theme.text, 0.15), 1.4))
    painter.setBrush(QColor(theme.ground))
    for point in (*layout.inputs, *layout.outputs):
        painter.drawEllipse(point, PORT_RADIUS, PORT_RADIUS)


def _paint_badge(painter: QPainter, card: Card, layout: CardLayout, theme: Theme) -> None:
    colour = theme.bad if card.badge == "error" else theme.warn
    centre = QPointF(layout.width - 2, 2)
    painter.setPen(QPen(QColor(theme.ground), 2))
    painter.setBrush(QColor(colour))
    painter.drawEllipse(centre, BADGE_RADIUS, BADGE_RADIUS)
    ink = text_colour_on(colour)
    painter.setPen(QPen(ink, 2, Qt.PenStyle.SolidLine, Qt.PenCapStyle.RoundCap))
    painter.drawLine(centre + QPointF(0, -4.2), centre + QPointF(0, 0.8))
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(ink)
    painter.drawEllipse(centre + QPointF(0, 4.3), 1.25, 1.25)
