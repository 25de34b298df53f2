"""A note or a frame in the scene, and how it is painted: below wires and cards, the text always sharp."""

from __future__ import annotations

from PySide6.QtCore import QPointF, QRectF, QSizeF, Qt
from PySide6.QtGui import QAbstractTextDocumentLayout, QColor, QFontMetricsF, QPainter, QPen, QTextDocument
from PySide6.QtWidgets import QGraphicsRectItem, QStyleOptionGraphicsItem, QWidget

from designer.ui.canvas.cards import NoteView
from designer.ui.canvas.geometry import card_fonts
from designer.ui.canvas.note_text import note_document
from designer.ui.theme.colours import mixed
from designer.ui.theme.tokens import Theme

NOTE_COLOURS = {
    "grey": "#8b95a5",
    "blue": "#4f8ef7",
    "violet": "#7c6cf2",
    "pink": "#ec6a8b",
    "amber": "#f0a33a",
    "green": "#2fb38a",
    "cyan": "#25a9c0",
}
TITLE_PX = 28.0  # the height of a frame's title, in scene units
PAD = 12.0
CORNER = 8.0
TEXT_FROM_ZOOM = 0.3  # the zoom below which texts are not worth painting
Z_FRAME, Z_NOTE = -20.0, -10.0
_HALO = 3.0


def note_colour(name: str) -> str:
    """The colour of a name, grey where it is none."""
    return NOTE_COLOURS.get(name, NOTE_COLOURS["grey"])


class NoteItem(QGraphicsRectItem):
    """A note on the canvas. State is set by the scene."""

    def __init__(self, note: NoteView, theme: Theme) -> None:
        super().__init__()
        self.setPen(Qt.PenStyle.NoPen)
        self.theme = theme
        self.is_selected = self.is_hovered = False
        self.show_note(note)

    def show_note(self, note: NoteView) -> None:
        """Take another note's content, place and size."""
        self.note = note
        self._document: QTextDocument | None = None
        self.setZValue(Z_FRAME if note.is_frame else Z_NOTE)
        self.setPos(*note.position)
        self.show_size(QSizeF(*note.size))

    def show_size(self, size: QSizeF) -> None:
        """Be as large as this for now; the next content decides."""
        if size.width() != self.rect().width() - 2 * _HALO:
            self._document = None
        self.setRect(QRectF(QPointF(), size).adjusted(-_HALO, -_HALO, _HALO, _HALO))

    def show_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self.theme, self._document = theme, None
        self.update()

    def mark(self, *, selected: bool | None = None, hovered: bool | None = None) -> None:
        """Change how the note is marked."""
        self.is_selected = self.is_selected if selected is None else selected
        self.is_hovered = self.is_hovered if hovered is None else hovered
        self.update()

    @property
    def body(self) -> QRectF:
        """The note without its halo, relative to its corner."""
        return self.rect().adjusted(_HALO, _HALO, -_HALO, -_HALO)

    def body_in_scene(self) -> QRectF:
        """The note in scene units."""
        return self.body.translated(self.pos())

    def paint(self, painter: QPainter, option: QStyleOptionGraphicsItem, widget: QWidget | None = None) -> None:
        shows_text = painter.worldTransform().m11() >= TEXT_FROM_ZOOM
        if self._document is None and shows_text and not self.note.is_frame:
            self._document = note_document(self.note.text, self.body.width() - 2 * PAD, self.theme)
        document = self._document if shows_text else None
        paint_note(painter, self.note, self.body, self.theme, document, shows_title=shows_text)
        if self.is_selected or self.is_hovered:
            pen = QPen(QColor(self.theme.accent) if self.is_selected else QColor(self.theme.muted), 1.5)
            pen.setCosmetic(True)
            painter.setPen(pen)
            painter.setBrush(Qt.BrushStyle.NoBrush)
            painter.drawRoundedRect(self.body.adjusted(-1, -1, 1, 1), CORNER, CORNER)


def paint_note(
    painter: QPainter,
    note: NoteView,
    body: QRectF,
    theme: Theme,
    document: QTextDocument | None,
    *,
    shows_title: bool = True,
) -> None:
    """Paint a note or frame in scene units. document: the text of a note; None leaves it out."""
    colour = note_colour(note.colour)
    painter.setPen(QPen(mixed(theme.ground, colour, 0.45), 1))
    if note.is_frame:
        painter.setBrush(mixed(theme.ground, colour, 0.07))
        painter.drawRoundedRect(body, CORNER, CORNER)
        if shows_title:
            _paint_title(painter, note, body, theme)
        return
    painter.setBrush(mixed(theme.panel, colour, 0.14))
    painter.drawRoundedRect(body, CORNER, CORNER)
    if document is not None:
        painter.save()
        painter.translate(body.topLeft() + QPointF(PAD, PAD))
        clip = QRectF(0, 0, body.width() - 2 * PAD, max(body.height() - 2 * PAD, 0.0))
        context = QAbstractTextDocumentLayout.PaintContext()
        context.clip = clip
        painter.setClipRect(clip, Qt.ClipOperation.IntersectClip)
        document.documentLayout().draw(painter, context)
        painter.restore()


def _paint_title(painter: QPainter, note: NoteView, body: QRectF, theme: Theme) -> None:
    font = card_fonts().title
    title = " ".join(note.text.split())
    line = QRectF(body.left() + PAD, body.top(), max(body.width() - 2 * PAD, 0.0), TITLE_PX)
    painter.setFont(font)
    painter.setPen(mixed(theme.text, note_colour(note.colour), 0.25))
    shown = QFontMetricsF(font).elidedText(title[:400], Qt.TextElideMode.ElideRight, line.width())
    painter.drawText(line, int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter), shown)
