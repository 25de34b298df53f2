"""Offers names while an expression is typed: the last word is completed, what stands before it stays."""

from __future__ import annotations

import re

from PySide6.QtCore import QModelIndex, QStringListModel, Qt
from PySide6.QtWidgets import QCompleter, QLineEdit

_LAST_WORD = re.compile(r"[A-Za-z_]\w*$")
_NO_WORD = "\0"


class NameCompleter(QCompleter):
    """Completes the word before the end of a line edit's text."""

    def __init__(self, edit: QLineEdit) -> None:
        super().__init__(edit)
        self.names = QStringListModel(self)
        self.setModel(self.names)
        self.setCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)

    def splitPath(self, path: str) -> list[str]:
        word = _LAST_WORD.search(path)
        return [word.group() if word else _NO_WORD]

    def pathFromIndex(self, index: QModelIndex) -> str:
        name = str(index.data())
        typed = self.widget().text() if self.widget() else ""
        return _LAST_WORD.sub("", typed) + name

    def close(self) -> None:
        """Take the list away, if it is open."""
        if self.popup().isVisible():
            self.popup().hide()
