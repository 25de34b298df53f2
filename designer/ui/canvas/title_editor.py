"""Editing a card's title where it stands. It offers the new text; whether that is a good name is not decided here."""

from __future__ import annotations

from PySide6.QtCore import QEvent, QRectF, Qt, Signal
from PySide6.QtGui import QFocusEvent, QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from designer.ui.canvas.geometry import card_fonts
from designer.ui.canvas.view import CanvasView
from designer.ui.theme.tokens import Theme

LEAST_WIDTH_PX = 120


class TitleEditor(QLineEdit):
    """One line over a card's title. Enter or leaving it takes the text, Escape drops it."""

    renamed = Signal(str, str)  # card id, new title
    block_renamed = Signal(str, str)  # card id, and another name for the block that it is an instance of

    def __init__(self, view: CanvasView, parent: QWidget) -> None:
        super().__init__(parent)
        self._view = view
        self._card_id: str | None = None
        self._is_of_block = False
        self.setAccessibleName(self.tr("Name of the node"))
        self.hide()
        view.viewport_changed.connect(lambda: self.finish())

    def edit_block(self, card_id: str) -> None:
        """Begin to edit the name of the block that a card is an instance of."""
        self.edit(card_id, of_block=True)

    def edit(self, card_id: str, of_block: bool = False) -> None:
        """Begin to edit a card's title."""
        item = self._view.canvas.cards[card_id]
        self._view.show_card(card_id)
        place = QRectF(self._view.viewportTransform().mapRect(item.layout.title_rect.translated(item.pos())))
        height = max(round(24 * min(self._view.zoom, 1.4)), 24)
        left = self._view.mapTo(self.parentWidget(), place.topLeft().toPoint()).x() - 6
        middle = self._view.mapTo(self.parentWidget(), place.center().toPoint()).y()
        self.setGeometry(left, middle - height // 2, max(round(place.width()) + 12, LEAST_WIDTH_PX), height)
        font = card_fonts().title
        self.setFont(font)
        self.setText(item.card.kind if of_block else item.card.title)
        self._card_id, self._is_of_block = card_id, of_block
        self.show()
        self.raise_()
        self.selectAll()
        self.setFocus(Qt.FocusReason.OtherFocusReason)

    def finish(self, keep: bool = True) -> None:
        """End editing, and offer the text if it is to be kept and says something new."""
        card_id, self._card_id = self._card_id, None
        if card_id is None:
            return
        had_focus = self.hasFocus()
        self.hide()
        if had_focus:
            self._view.setFocus(Qt.FocusReason.OtherFocusReason)
        item = self._view.canvas.cards.get(card_id)
        title = self.text().strip()
        if not keep or item is None or not title:
            return
        if self._is_of_block and title != item.card.kind:
            self.block_renamed.emit(card_id, title)
        elif not self._is_of_block and title != item.card.title:
            self.renamed.emit(card_id, title)

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # letters are text here, not the window's shortcuts
            return True
        return super().event(event)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        else:
            super().keyPressEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.finish()

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self.setStyleSheet(
            f"QLineEdit {{ background: {theme.panel}; color: {theme.text}; border: 1px solid {theme.accent};"
            f" border-radius: 5px; padding: 0 5px; selection-background-color: {theme.accent};"
            f" selection-color: {theme.on_accent}; }}"
        )
