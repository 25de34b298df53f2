"""Quiet words on the canvas: what to do with an empty one, and the few keys worth knowing."""

from __future__ import annotations

from PySide6.QtCore import Qt
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from designer.ui.theme.tokens import Theme


class EmptyHint(QWidget):
    """What one can do on a canvas without cards. The mouse goes through it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._title = QLabel(self.tr("Nothing here yet"), self)
        self._words = QLabel(self.tr("Drag a layer here, press Tab to search, or open a preset"), self)
        column = QVBoxLayout(self)
        column.setSpacing(6)
        for label in (self._title, self._words):
            label.setAlignment(Qt.AlignmentFlag.AlignCenter)
            column.addWidget(label)

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self._title.setStyleSheet(f"color: {theme.text}; font-size: 15px; font-weight: 600;")
        self._words.setStyleSheet(f"color: {theme.muted}; font-size: 13px;")


class KeyHint(QLabel):
    """A few keys in the lower left. The mouse goes through it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self.setText(self.tr("H fit · Tab add · L arrange · Ctrl+Shift+P all commands"))

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        plate = f"background: {theme.ground}; border-radius: 5px; padding: 3px 6px;"  # cards may lie below it
        self.setStyleSheet(f"color: {theme.muted}; font-size: 11px; {plate}")
        self.adjustSize()
