"""What the canvas shows as a picture for papers and slides: SVG and PDF as true lines and letters, PNG at any scale.

Nothing of the view is in it: no selection, no grid, no minimap; and it may wear another theme than the window.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QBuffer, QCoreApplication, QIODevice, QMarginsF, QRectF, QSize, QSizeF, Qt
from PySide6.QtGui import QColor, QImage, QPageSize, QPainter, QPdfWriter, QPen
from PySide6.QtSvg import QSvgGenerator

from designer.base.errors import BlockyardError
from designer.ui.canvas.card_paint import PLAIN, paint_card
from designer.ui.canvas.note_item import PAD, paint_note
from designer.ui.canvas.note_text import note_document
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.wire_item import Emphasis, paint_chip, wire_pen
from designer.ui.theme.tokens import Theme

translate = QCoreApplication.translate

MARGIN = 24.0  # around what is shown, in scene units
_MOST_PIXELS = 16_000  # along a side of a PNG
_MOST_POINTS = 14_400.0  # along a side of a PDF: 200 inches
_POINTS = 0.75  # to a pixel
_PDF_DPI = 720


class PictureFormat(Enum):
    """The kinds of files; each value is the suffix."""

    SVG = "svg"
    PNG = "png"
    PDF = "pdf"


@dataclass(frozen=True)
class PictureWish:
    """How a picture shall be. only: ids of the cards and notes in it, all where there are none."""

    format: PictureFormat
    theme: Theme
    scale: float = 2.0  # of a PNG
    is_transparent: bool = False
    only: tuple[str, ...] = ()


def picture_bytes(scene: CanvasScene, wish: PictureWish) -> bytes:
    """The bytes of the picture's file. Raises BlockyardError where there is nothing to show, or it is too large."""
    area = scene.bounds(wish.only or None)
    if area.isNull():
        fix = translate("Portrait", "Put something on the canvas first.")
        raise BlockyardError(translate("Portrait", "There is nothing to show."), fix=fix)
    area = area.adjusted(-MARGIN, -MARGIN, MARGIN, MARGIN)
    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    writers = {PictureFormat.SVG: _write_svg, PictureFormat.PNG: _write_png, PictureFormat.PDF: _write_pdf}
    writers[wish.format](buffer, scene, area, wish)
    return bytes(buffer.data().data())


def _write_svg(buffer: QBuffer, scene: CanvasScene, area: QRectF, wish: PictureWish) -> None:
    made = QSvgGenerator(QSvgGenerator.SvgVersion.Svg11)
    made.setOutputDevice(buffer)
    made.setSize(QSize(round(area.width()), round(area.height())))
    made.setViewBox(QRectF(0, 0, area.width(), area.height()))
    made.setTitle("Blockyard")
    _paint(QPainter(made), scene, area, wish, 1.0)


def _write_png(buffer: QBuffer, scene: CanvasScene, area: QRectF, wish: PictureWish) -> None:
    width, height = round(area.width() * wish.scale), round(area.height() * wish.scale)
    if max(width, height) > _MOST_PIXELS:
        raise BlockyardError(
            translate("Portrait", "The picture would have {0} × {1} pixels.").format(f"{width:,}", f"{height:,}"),
            expected=translate("Portrait", "at most {0} along a side").format(f"{_MOST_PIXELS:,}"),
            fix=translate("Portrait", "Choose a smaller scale, or SVG or PDF."),
        )
    image = QImage(width, height, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    _paint(QPainter(image), scene, area, wish, wish.scale)
    image.save(buffer, "PNG")


def _write_pdf(buffer: QBuffer, scene: CanvasScene, area: QRectF, wish: PictureWish) -> None:
    points = min(_POINTS, _MOST_POINTS / max(area.width(), area.height()))
    made = QPdfWriter(buffer)
    made.setResolution(_PDF_DPI)
    made.setPageSize(QPageSize(QSizeF(area.width() * points, area.height() * points), QPageSize.Unit.Point))
    made.setPageMargins(QMarginsF())
    made.setTitle("Blockyard")
    _paint(QPainter(made), scene, area, wish, points * _PDF_DPI / 72)


def _paint(painter: QPainter, scene: CanvasScene, area: QRectF, wish: PictureWish, scale: float) -> None:
    painter.setRenderHints(QPainter.RenderHint.Antialiasing | QPainter.RenderHint.TextAntialiasing)
    painter.scale(scale, scale)
    painter.translate(-area.topLeft())
    if not wish.is_transparent:
        painter.fillRect(area, QColor(wish.theme.ground))
    shown = set(wish.only) or {*scene.cards, *scene.notes.items}
    _paint_notes(painter, scene, shown, wish.theme)
    _paint_wires(painter, scene, shown, wish)
    for card_id, item in scene.cards.items():
        if card_id in shown:
            painter.save()
            painter.translate(item.pos())
            paint_card(painter, item.card, item.layout, wish.theme, 1.0, PLAIN, title_only=False)
            painter.restore()
    painter.end()


def _paint_notes(painter: QPainter, scene: CanvasScene, shown: Collection[str], theme: Theme) -> None:
    notes = [item for key, item in scene.notes.items.items() if key in shown]
    for item in sorted(notes, key=lambda item: item.zValue()):
        body = item.body_in_scene()
        document = None if item.note.is_frame else note_document(item.note.text, body.width() - 2 * PAD, theme)
        paint_note(painter, item.note, body, theme, document)


def _paint_wires(painter: QPainter, scene: CanvasScene, shown: Collection[str], wish: PictureWish) -> None:
    items = [i for i in scene.wires.values() if i.wire.source_card in shown and i.wire.target_card in shown]
    for item in items:
        pen = QPen(wire_pen(wish.theme, item.wire.faulty, Emphasis.QUIET, False, 1.0))
        pen.setCosmetic(False)
        pen.setWidthF(1.2)
        painter.setPen(pen)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.drawPath(item.path())
    for item in items:
        chip = item.chip
        if item.wire.label and chip.isVisible():
            ink = wish.theme.bad if item.wire.faulty else wish.theme.muted
            paint_chip(painter, chip.text, chip.rect().translated(chip.pos()), wish.theme, ink)
