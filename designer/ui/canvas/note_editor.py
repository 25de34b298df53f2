"""Editing a note where it lies: the Markdown of a note in several lines, the title of a frame in one.

Ctrl+Return or leaving it takes the text, Escape drops it.
"""

from __future__ import annotations

from PySide6.QtCore import QRect, QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from designer.graph.note import MAX_NOTE_TEXT
from designer.ui.canvas.in_place import InPlace
from designer.ui.canvas.note_item import TITLE_PX
from designer.ui.canvas.view import CanvasView
from designer.ui.theme.fonts import mono_font, ui_font

LEAST_WIDTH_PX, LEAST_HEIGHT_PX = 220, 96
LINE_PX = 32


class NoteEditor(InPlace, QPlainTextEdit):
    """A field over a note. `edited` tells what was typed."""

    edited = Signal(str, str)  # note id, new text
    shape_style = "border-radius: 6px; padding: 2px 4px;"

    def __init__(self, view: CanvasView, parent: QWidget) -> None:
        super().__init__(parent)
        self.setAccessibleName(self.tr("Text of the note"))
        self.setPlaceholderText(self.tr("Markdown: # heading, **bold**, - list"))
        self._stand_over(view)

    def edit(self, note_id: str) -> None:
        """Begin to edit a note's text."""
        item = self._view.canvas.notes.items[note_id]
        is_frame = item.note.is_frame
        body = item.body_in_scene()
        if is_frame:
            body.setHeight(TITLE_PX)
        self._view.show_area(body)
        place = QRectF(self._view.viewportTransform().mapRect(body)).toRect()
        place.moveTopLeft(self._view.viewport().mapTo(self.parentWidget(), place.topLeft()))
        width = max(place.width(), LEAST_WIDTH_PX)
        height = LINE_PX if is_frame else max(place.height(), LEAST_HEIGHT_PX)
        self.setGeometry(QRect(place.x(), place.y(), width, height).intersected(self.parentWidget().rect()))
        self.setFont(ui_font() if is_frame else mono_font())
        bars = Qt.ScrollBarPolicy.ScrollBarAlwaysOff if is_frame else Qt.ScrollBarPolicy.ScrollBarAsNeeded
        self.setVerticalScrollBarPolicy(bars)
        self.setPlainText(item.note.text)
        self._begin(note_id)

    def finish(self, keep: bool = True) -> None:
        """End editing, and tell the text if it is to be kept and is another one."""
        note_id = self._end()
        item = self._view.canvas.notes.items.get(note_id)
        text = self.toPlainText()
        if item is not None and item.note.is_frame:
            text = " ".join(text.split())
        if keep and item is not None and text != item.note.text:
            self.edited.emit(note_id, text[:MAX_NOTE_TEXT])

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        is_line = self.height() <= LINE_PX
        if event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        elif is_return and (is_line or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.finish()
        else:
            super().keyPressEvent(event)
