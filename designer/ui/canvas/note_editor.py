"""Editing a note where it lies: the Markdown of a note in several lines, the title of a frame in one.

Ctrl+Return or leaving it takes the text, Escape drops it.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRect, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QPlainTextEdit, QWidget

from designer.graph.note import MAX_NOTE_TEXT
from designer.ui.canvas.note_item import TITLE_PX
from designer.ui.canvas.view import CanvasView
from designer.ui.theme.fonts import mono_font, ui_font
from designer.ui.theme.tokens import Theme

LEAST_WIDTH_PX, LEAST_HEIGHT_PX = 220, 96
LINE_PX = 32


class NoteEditor(QPlainTextEdit):
    """A field over a note. `edited` tells what was typed."""

    edited = Signal(str, str)  # note id, new text

    def __init__(self, view: CanvasView, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = view
        self._id: str | None = None
        self.setAccessibleName(self.tr("Text of the note"))
        self.setPlaceholderText(self.tr("Markdown: # heading, **bold**, - list"))
        self.hide()
        view.viewport_changed.connect(lambda: self.finish())

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
        self._id = note_id
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self, keep: bool = True) -> None:
        """End editing, and tell the text if it is to be kept and is another one."""
        note_id, self._id = self._id, None
        if note_id is None:
            return
        had_focus = self.hasFocus()
        self.hide()
        if had_focus:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        item = self._view.canvas.notes.items.get(note_id)
        text = self.toPlainText()
        if item is not None and item.note.is_frame:
            text = " ".join(text.split())
        if keep and item is not None and text != item.note.text:
            self.edited.emit(note_id, text[:MAX_NOTE_TEXT])

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # letters are text here, not the window's shortcuts
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        is_return = event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter)
        is_line = self.height() <= LINE_PX
        if event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        elif is_return and (is_line or event.modifiers() & Qt.KeyboardModifier.ControlModifier):
            self.finish()
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self.setStyleSheet(
            f"QPlainTextEdit {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.accent};"
            f" border-radius: 6px; padding: 2px 4px; selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent}; }}"
        )
