"""Quiet words on the canvas: what to do with an empty one, the few keys worth knowing, and what can be done with what
is under the pointer or in hand."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QLabel, QVBoxLayout, QWidget

from designer.ui.canvas.hits import Target
from designer.ui.theme.tokens import Theme

KEYS_AIR_PX = 6  # around the words on their ground

_UNDER_THE_POINTER = {
    Target.PORT: QT_TRANSLATE_NOOP("CanvasHints", "Drag or click to wire · Ctrl+drag moves its wires · Alt+click cuts"),
    Target.WIRE: QT_TRANSLATE_NOOP("CanvasHints", "Alt+click cuts · Ctrl+drag or a double-click adds a point"),
    Target.POINT: QT_TRANSLATE_NOOP("CanvasHints", "Drag to move · a double-click takes it out"),
}
KNIFE = QT_TRANSLATE_NOOP("CanvasHints", "Drag across wires to cut them · Esc gives up")


def words_under_pointer(target: Target) -> str:
    """What can be done with what is under the pointer, in English; "" where there is nothing to say."""
    return _UNDER_THE_POINTER.get(target, "")


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
    """A few keys in the lower left, or what can be done here and now, on a quiet ground: cards may lie below. The mouse
    goes through it."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setAttribute(Qt.WidgetAttribute.WA_TransparentForMouseEvents)
        self._words = ""
        self._actions: tuple[tuple[QAction, str], ...] = ()

    def name_keys(self, actions: Mapping[str, QAction]) -> None:
        """Name the keys of some of the commands by id, also once they are others."""
        words = {"fit": self.tr("{0} fit"), "add": self.tr("{0} add"), "arrange": self.tr("{0} arrange")}
        words["commands"] = self.tr("{0} all commands")
        self._actions = tuple((actions[key], word) for key, word in words.items())
        for action, _word in self._actions:
            action.changed.connect(self._draw)
        self._draw()

    def show_words(self, words: str) -> None:
        """Say something of the moment, given in English; the usual where there is nothing."""
        self._words = words
        self._draw()

    def _draw(self) -> None:
        text = QCoreApplication.translate("CanvasHints", self._words) if self._words else self._usual()
        if text != self.text():
            self.setText(text)
            self.resize(self.sizeHint())

    def _usual(self) -> str:
        shown = QKeySequence.SequenceFormat.NativeText
        keys = ((action.shortcut().toString(shown), word) for action, word in self._actions)
        return " · ".join(word.format(key) for key, word in keys if key)

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        shape = f"padding: 3px {KEYS_AIR_PX}px; border-radius: 5px"
        self.setStyleSheet(f"color: {theme.muted}; font-size: 11px; background: {theme.ground}; {shape};")
        self.adjustSize()
