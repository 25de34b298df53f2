"""Where everything on a card stands, in scene units, computed without painting.

`card_size` is what a layout needs; `card_layout` adds the places of texts and ports for painting and hit tests. Sizes
follow the text in the application's font. Heights are 8 more than a multiple of 16 and ports stand 16 apart, so that
ports of cards of any height line up on one 8-unit grid and wires between them run straight.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache

from PySide6.QtCore import QPointF, QRectF, Qt
from PySide6.QtGui import QFont, QFontMetricsF, QGuiApplication

from designer.ui.canvas.cards import Card, CardLook

GRID = 8.0
STRIPE = 5.0
CORNER = 7.0
PORT_RADIUS = 4.5
BADGE_RADIUS = 9.0
STACK_STEP = 3.0  # how far each of the two edges behind a repeated card stands out
MARGIN = 12.0  # around the body: rings, badge, stacked edges and shadow stay within it
MIN_WIDTH, MAX_WIDTH = 96.0, 256.0
MIN_WIDTH_OF_TWO_LINES = 128.0
_BETWEEN = " · "  # the parts of a brief
PAD_LEFT, PAD_RIGHT = 16.0, 14.0
LINE_1, LINE_2, LINE_3 = 20.0, 38.0, 55.0  # centres of the text lines
ROW = 16.0  # between ports
ACROSS = 24.0  # likewise, where they stand above and below


@dataclass(frozen=True)
class CardFonts:
    """The fonts of the canvas; all figures are tabular so that shapes line up."""

    title: QFont
    kind: QFont
    brief: QFont
    small: QFont
    figures: QFont
    overview: QFont  # the title when only it is shown
    overview_figure: QFont  # what an overlay measures, beside it


@dataclass(frozen=True)
class CardLayout:
    """Places on a card, relative to the upper left corner of its body, and its texts as they fit."""

    width: float
    height: float
    title: str
    title_rect: QRectF
    kind: str
    kind_rect: QRectF
    brief: str
    brief_rect: QRectF
    pill: str
    pill_rect: QRectF
    condition: str
    condition_rect: QRectF
    overview_title: str
    inputs: tuple[QPointF, ...]
    outputs: tuple[QPointF, ...]
    labels: tuple[tuple[str, QRectF, bool], ...]  # port labels: text, place, stands at the right

    @property
    def body(self) -> QRectF:
        """The card without rings, badge and shadow."""
        return QRectF(0, 0, self.width, self.height)


def card_size(card: Card) -> tuple[float, float]:
    """Width and height of a card's body in scene units: what an automatic layout must keep free."""
    layout = card_layout(card)
    return layout.width, layout.height


def card_layout(card: Card) -> CardLayout:
    """The places of a card's parts. Equal looks share one layout."""
    return look_layout(card.look)


def look_layout(look: CardLook) -> CardLayout:
    """The places of the parts of a card that looks like this."""
    return _layout(look, QGuiApplication.font().family())


def card_fonts() -> CardFonts:
    """The canvas's fonts for the application's present font."""
    return _fonts(QGuiApplication.font().family())


_snapping = {"grid": True}


def snap_to_grid(wanted: bool) -> None:
    """Whether what is moved comes to lie on the grid."""
    _snapping["grid"] = wanted


def snapped(value: float) -> float:
    """The nearest line of the grid."""
    return math.floor(value / GRID + 0.5) * GRID if _snapping["grid"] else value


@lru_cache(maxsize=8)
def _fonts(family: str) -> CardFonts:
    def font(size_px: int, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
        made = QFont(family)
        made.setPixelSize(size_px)
        made.setWeight(weight)
        # Widths must grow with the zoom exactly, or text laid out at zoom 1 would spill at 1.5.
        made.setHintingPreference(QFont.HintingPreference.PreferNoHinting)
        made.setFeature(QFont.Tag("tnum"), 1)
        return made

    return CardFonts(
        title=font(13, QFont.Weight.DemiBold),
        kind=font(11),
        brief=font(12),
        small=font(11),
        figures=font(11),
        overview=font(20, QFont.Weight.DemiBold),
        overview_figure=font(17),
    )


@lru_cache(maxsize=8)
def _metrics(family: str) -> dict[str, QFontMetricsF]:
    fonts = _fonts(family)
    return {name: QFontMetricsF(getattr(fonts, name)) for name in CardFonts.__dataclass_fields__}


def text_width(text: str, font: str) -> float:
    """Width of a text in one of the canvas's fonts, by its name in `CardFonts`."""
    return _width(text, font, QGuiApplication.font().family())


@lru_cache(maxsize=65536)
def _width(text: str, font: str, family: str) -> float:
    return _metrics(family)[font].horizontalAdvance(text)


def _up_to(value: float, step: float) -> float:
    return math.ceil(value / step) * step


@lru_cache(maxsize=16384)  # ten thousand cards, no two of which look the same, are asked about more than once
def _layout(look: CardLook, family: str) -> CardLayout:
    title, kind, _family, brief, input_labels, output_labels, is_block, repeat, condition, *_ = look
    is_frozen, is_downward = look[-2:]
    metrics = _metrics(family)
    title_width = _width(title, "title", family) + 1
    kind_width = _width(kind, "kind", family) + 1 if kind else 0.0
    glyph_width = 13.0 * is_block + 15.0 * is_frozen
    brief_width = _width(brief, "brief", family) + 1 if brief else 0.0
    pill_width = min(_width(repeat, "small", family) + 13, 112.0) if repeat else 0.0
    condition_width = _width(condition, "small", family) + 13 if condition else 0.0

    labelled = not is_downward and max(len(input_labels), len(output_labels)) > 1 and any(input_labels + output_labels)
    row_width = left = right = 0.0
    if labelled:
        left = max((_width(text, "small", family) for text in input_labels), default=0.0)
        right = max((_width(text, "small", family) for text in output_labels), default=0.0)
        row_width = left + right + 24
    tail = (16 + kind_width if kind else 0.0) + (glyph_width + (0 if kind else 12) if glyph_width else 0.0)
    wanted = max(
        title_width + tail,
        brief_width + (pill_width + 12 if brief and repeat else pill_width),
        condition_width,
        row_width,
    )
    num_lines = 3 if condition else 2 if brief or repeat else 1
    least = MIN_WIDTH if num_lines == 1 else MIN_WIDTH_OF_TWO_LINES
    num_rows = max(len(input_labels), len(output_labels))
    if is_downward:
        least = max(least, ACROSS * (num_rows + 1))  # the more ports, the wider: even beyond the usual
    width = max(min(_up_to(wanted + PAD_LEFT + PAD_RIGHT, 2 * GRID), MAX_WIDTH), _up_to(least, 2 * GRID))
    header = 24.0 + 16.0 * num_lines
    height = header + ROW * num_rows if labelled else max(header, 8.0 + ROW * num_rows)
    if is_downward:
        height = header
    elif not labelled and num_rows > 1:
        height = max(height, 56.0)

    def port_points(labels: tuple[str, ...], at_end: bool) -> tuple[QPointF, ...]:
        if is_downward:
            left = width / 2 - ACROSS * (len(labels) - 1) / 2
            return tuple(QPointF(left + ACROSS * index, height if at_end else 0.0) for index in range(len(labels)))
        x = width if at_end else 0.0
        first = header + 4 if labelled else height / 2 - ROW * (len(labels) - 1) / 2
        return tuple(QPointF(x, first + ROW * index) for index in range(len(labels)))

    inputs, outputs = port_points(input_labels, False), port_points(output_labels, True)
    inside = width - PAD_LEFT - PAD_RIGHT
    # One line stands in the middle of its card; more start from the top.
    shift = (height - header) / 2 if not labelled else 0.0
    kind_room = min(kind_width, max(inside - 16 - glyph_width - min(title_width, inside * 0.6), 0.0))
    title_room = inside - (kind_room + 16 if kind else 0) - glyph_width
    brief_room = inside - (pill_width + 8 if repeat else 0)
    line_2 = LINE_2 if brief or repeat else LINE_1 + 17
    condition_y = LINE_3 if brief or repeat else line_2
    labels = []
    if labelled:
        left_room = inside * left / max(left + right, 1)
        for texts, points, at_right in ((input_labels, inputs, False), (output_labels, outputs, True)):
            room = min(inside - left_room, right + 8) if at_right else min(left_room, left + 8)
            for text, point in zip(texts, points, strict=True):
                x = width - PAD_RIGHT - room if at_right else PAD_LEFT
                shown = metrics["small"].elidedText(text, Qt.TextElideMode.ElideRight, room)
                labels.append((shown, QRectF(x, point.y() - 8, room, 16), at_right))

    def elided(text: str, font: str, room: float) -> str:
        if not text or _width(text, font, family) <= room:
            return text
        return metrics[font].elidedText(text, Qt.TextElideMode.ElideRight, room)

    def shortened(text: str, room: float) -> str:
        """The first parts of a line that has too many of them: half of a name would say nothing."""
        parts = text.split(_BETWEEN)
        while len(parts) > 1 and _width(text, "brief", family) > room:
            parts.pop()
            text = _BETWEEN.join((*parts, "…"))
        return text

    return CardLayout(
        width=width,
        height=height,
        title=elided(title, "title", title_room),
        title_rect=QRectF(PAD_LEFT, LINE_1 + shift - 10, title_room, 20),
        kind=elided(kind, "kind", kind_room) if kind_room > 18 else "",
        kind_rect=QRectF(width - PAD_RIGHT - kind_room, LINE_1 + shift - 10, kind_room, 20),
        brief=elided(shortened(brief, brief_room), "brief", brief_room),
        brief_rect=QRectF(PAD_LEFT, LINE_2 + shift - 10, brief_room, 20),
        pill=elided(repeat, "small", pill_width - 12),
        pill_rect=QRectF(width - pill_width - 8, LINE_2 + shift - 8.5, pill_width, 17),
        condition=elided(condition, "small", inside - 12),
        condition_rect=QRectF(PAD_LEFT + 12, condition_y + shift - 9, inside - 12, 18),
        overview_title=elided(title, "overview", width - PAD_LEFT - 4),
        inputs=inputs,
        outputs=outputs,
        labels=tuple(labels),
    )
