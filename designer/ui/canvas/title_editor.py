"""Editing a card's title where it stands. It offers the new text; whether that is a good name is not decided here."""

from __future__ import annotations

from PySide6.QtCore import QRectF, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QLineEdit, QWidget

from designer.ui.canvas.geometry import card_fonts
from designer.ui.canvas.in_place import InPlace
from designer.ui.canvas.view import CanvasView

LEAST_WIDTH_PX = 120


class TitleEditor(InPlace, QLineEdit):
    """One line over a card's title. Enter or leaving it takes the text, Escape drops it."""

    renamed = Signal(str, str)  # card id, new title
    block_renamed = Signal(str, str)  # card id, and another name for the block that it is an instance of
    shape_style = "border-radius: 5px; padding: 0 5px;"

    def __init__(self, view: CanvasView, parent: QWidget) -> None:
        super().__init__(parent)
        self._is_of_block = False
        self.setAccessibleName(self.tr("Name of the node"))
        self._stand_over(view)

    def edit_block(self, card_id: str) -> None:
        """Begin to edit the name of the block that a card is an instance of."""
        self.edit(card_id, of_block=True)

    def edit(self, card_id: str, of_block: bool = False) -> None:
        """Begin to edit a card's title."""
        item = self._view.canvas.cards[card_id]
        self._view.show_card(card_id)
        row = item.layout.title_rect.translated(item.pos())
        row.setRight(item.body_in_scene().right())  # over the kind too: half of a word would look out
        place = QRectF(self._view.viewportTransform().mapRect(row))
        height = max(round(24 * min(self._view.zoom, 1.4)), 24)
        left = self._view.mapTo(self.parentWidget(), place.topLeft().toPoint()).x() - 6
        middle = self._view.mapTo(self.parentWidget(), place.center().toPoint()).y()
        self.setGeometry(left, middle - height // 2, max(round(place.width()), LEAST_WIDTH_PX), height)
        font = card_fonts().title
        self.setFont(font)
        self.setText(item.card.kind if of_block else item.card.title)
        self._is_of_block = of_block
        self._begin(card_id)

    def finish(self, keep: bool = True) -> None:
        """End editing, and offer the text if it is to be kept and says something new."""
        card_id = self._end()
        item = self._view.canvas.shown_cards.get(card_id)
        title = self.text().strip()
        if not keep or item is None or not title:
            return
        if self._is_of_block and title != item.card.kind:
            self.block_renamed.emit(card_id, title)
        elif not self._is_of_block and title != item.card.title:
            self.renamed.emit(card_id, title)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Tab):
            self.finish()
        elif event.key() == Qt.Key.Key_Escape:
            self.finish(keep=False)
        else:
            super().keyPressEvent(event)
