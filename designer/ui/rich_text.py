"""The one place where text becomes rich. Elsewhere text is text: what a document says is shown as it stands.

Qt takes a text for HTML where it looks like it, and then reads the pictures that it names, from any file and without
an end. So labels are made by `widgets.label`, message boxes here; tooltips are plain by the style sheet, wherever they
are set. Markdown becomes a document here, which holds no picture but those that it is given, and reads nothing.
"""

from __future__ import annotations

import html
from collections.abc import Mapping

from PySide6.QtCore import Qt, QUrl
from PySide6.QtGui import QImage, QTextCharFormat, QTextCursor, QTextDocument
from PySide6.QtWidgets import QLabel, QMessageBox, QWidget

_FEATURES = QTextDocument.MarkdownFeature
GITHUB = _FEATURES.MarkdownDialectGitHub | _FEATURES.MarkdownNoHTML
COMMONMARK = _FEATURES.MarkdownDialectCommonMark | _FEATURES.MarkdownNoHTML


def escaped(text: str) -> str:
    """A text as a part of HTML that means just this text."""
    return html.escape(text)


def menu_text(text: str) -> str:
    """A text on a button, a tab or in a menu, where `&` would underline a letter."""
    return text.replace("&", "&&")


def window_title(text: str) -> str:
    """A text in the title of a window, where `[*]` would stand for changes that are not saved."""
    return text.replace("[*]", "[*][*]")


def message_box(parent: QWidget, text: str, details: str = "") -> QMessageBox:
    """A question or a message above a window. It is gone when it is closed."""
    box = QMessageBox(parent)
    box.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    box.setWindowTitle("Blockyard")
    box.setTextFormat(Qt.TextFormat.PlainText)
    box.setText(text)
    box.setInformativeText(details)
    for part in box.findChildren(QLabel):
        part.setTextFormat(Qt.TextFormat.PlainText)
    return box


class SealedDocument(QTextDocument):
    """A text that reads nothing: neither files nor the network. pictures: all that it may show, by file name."""

    def __init__(self, pictures: Mapping[str, QImage] | None = None) -> None:
        super().__init__()
        self.pictures = dict(pictures or {})
        self._nothing = QImage(1, 1, QImage.Format.Format_ARGB32)  # where there were none Qt would look for a file
        self._nothing.fill(Qt.GlobalColor.transparent)

    def loadResource(self, _kind: int, name: QUrl) -> QImage:
        """Qt asks for what the text names."""
        return self.pictures.get(name.fileName(), self._nothing)

    def read_markdown(self, text: str, features: QTextDocument.MarkdownFeature) -> None:
        """Take a text in. A picture that it was not given is its words."""
        self.setMarkdown(text, features)
        for start, end, words in self._strange_pictures():
            cursor = QTextCursor(self)
            cursor.setPosition(start)
            cursor.setPosition(end, QTextCursor.MoveMode.KeepAnchor)
            cursor.insertText(words, QTextCharFormat())

    def _strange_pictures(self) -> list[tuple[int, int, str]]:
        """The places of pictures that it was not given, the last first, and what they are called."""
        found = []
        block = self.begin()
        while block.isValid():
            for entry in block:
                fragment = entry.fragment()
                picture = fragment.charFormat().toImageFormat()
                if picture.isValid() and QUrl(picture.name()).fileName() not in self.pictures:
                    words = str(picture.property(QTextCharFormat.Property.ImageAltText) or "")
                    found.append((fragment.position(), fragment.position() + fragment.length(), words))
            block = block.next()
        return found[::-1]
