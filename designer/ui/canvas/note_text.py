"""The Markdown of a note made a document that can be painted. Texts of strangers are inert here: no picture is loaded,
no HTML is read, no link can be followed, and what would take long to lay out is cut short.
"""

from __future__ import annotations

import re

from PySide6.QtGui import QColor, QFont, QTextCharFormat, QTextCursor, QTextDocument, QTextOption

from designer.ui.rich_text import COMMONMARK, SealedDocument
from designer.ui.theme.fonts import ui_font
from designer.ui.theme.tokens import Theme

MOST_SHOWN = 6_000  # characters that are laid out; the rest is there when the note is edited
_INDENT_PX = 16
# Six levels of quotes and lists at the start of a line, and what nests deeper.
_MARKERS = re.compile(r"^((?:[ \t]*(?:>|[*+-]|\d+[.)])(?=[\s>*+-]|$)){6})[\s>*+.)0-9-]*", re.MULTILINE)


def note_document(text: str, width: float, theme: Theme) -> QTextDocument:
    """A note's text laid out in a width, in scene units, in a theme's colours."""
    document = SealedDocument()
    document.setDocumentMargin(0)
    document.setIndentWidth(_INDENT_PX)
    document.setDefaultFont(ui_font(0))
    option = QTextOption(document.defaultTextOption())
    option.setWrapMode(QTextOption.WrapMode.WrapAtWordBoundaryOrAnywhere)
    document.setDefaultTextOption(option)
    document.read_markdown(_bounded(text), COMMONMARK)
    _dress(document, theme)
    document.setTextWidth(max(width, 1.0))
    return document


def _bounded(text: str) -> str:
    shown = text if len(text) <= MOST_SHOWN else text[:MOST_SHOWN] + "…"
    return _MARKERS.sub(r"\1 ", shown)


def _dress(document: QTextDocument, theme: Theme) -> None:
    """Give every word a colour of the theme, and leave of a link no more than its look."""
    plain, link = QTextCharFormat(), QTextCharFormat()
    plain.setForeground(QColor(theme.text))
    link.setForeground(QColor(theme.accent))
    link.setAnchor(False)
    link.setAnchorHref("")
    cursor = QTextCursor(document)
    cursor.select(QTextCursor.SelectionType.Document)
    spans, headings = [], []
    block = document.begin()
    while block.isValid():
        if level := block.blockFormat().headingLevel():
            headings.append((block.position(), block.position() + block.length() - 1, level))
        for entry in block:
            fragment = entry.fragment()
            if fragment.charFormat().isAnchor():
                spans.append((fragment.position(), fragment.position() + fragment.length()))
        block = block.next()
    cursor.mergeCharFormat(plain)
    for start, end in spans:
        _merge(cursor, start, end, link)
    for start, end, level in headings:  # by weight more than by size
        larger = QTextCharFormat()
        larger.setProperty(QTextCharFormat.Property.FontSizeAdjustment, max(2 - level, 0))
        larger.setFontWeight(QFont.Weight.DemiBold)
        _merge(cursor, start, end, larger)


def _merge(cursor: QTextCursor, start: int, end: int, style: QTextCharFormat) -> None:
    cursor.setPosition(start)
    cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
    cursor.mergeCharFormat(style)
