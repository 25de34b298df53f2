"""The code view, written in: the same line numbers and colours, and indentation that follows."""

from __future__ import annotations

from PySide6.QtCore import Qt, QTimer
from PySide6.QtGui import QKeyEvent, QTextCursor

from designer.ui.docks.code import CodeView

_INDENT = "    "
_COLOUR_MS = 30


class CodeEditor(CodeView):
    """A person's Python. Tab indents, Shift+Tab takes indentation back, Return keeps it."""

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(False)
        self.setUndoRedoEnabled(True)
        self.setTextInteractionFlags(Qt.TextInteractionFlag.TextEditorInteraction)
        self._colouring = QTimer(self, singleShot=True, interval=_COLOUR_MS)
        self._colouring.timeout.connect(self._colour)
        self.textChanged.connect(self._colouring.start)

    def set_source(self, source: str) -> None:
        """Show another source; what was typed before cannot be brought back."""
        self.highlighter.lex(source)
        self.text = source
        self.setPlainText(source)

    def source(self) -> str:
        """What stands here now."""
        return self.toPlainText()

    def _colour(self) -> None:
        now = self.toPlainText()
        if now != self.text:  # colouring is a change of the document too
            self.text = now
            self.highlighter.lex(now)
            self.highlighter.refresh(0)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        match event.key():
            case Qt.Key.Key_Tab if not event.modifiers():
                self._indent()
            case Qt.Key.Key_Backtab:
                self._outdent()
            case Qt.Key.Key_Return | Qt.Key.Key_Enter if not event.modifiers():
                line = self.textCursor().block().text()[: self.textCursor().positionInBlock()]
                lead = line[: len(line) - len(line.lstrip())]
                deeper = _INDENT if line.rstrip().endswith(":") else ""
                self.insertPlainText(f"\n{lead}{deeper}")
            case _:
                super().keyPressEvent(event)

    def _lines(self) -> list[QTextCursor]:
        """A cursor at the start of each selected line."""
        cursor = self.textCursor()
        first = self.document().findBlock(cursor.selectionStart())
        last = self.document().findBlock(cursor.selectionEnd())
        return [
            QTextCursor(self.document().findBlockByNumber(number))
            for number in range(first.blockNumber(), last.blockNumber() + 1)
        ]

    def _indent(self) -> None:
        if not self.textCursor().hasSelection():
            self.insertPlainText(_INDENT[self.textCursor().positionInBlock() % len(_INDENT) :])
            return
        self._change_lines(lambda cursor: cursor.insertText(_INDENT))

    def _outdent(self) -> None:
        def outdent(cursor: QTextCursor) -> None:
            text = cursor.block().text()
            count = min(len(_INDENT), len(text) - len(text.lstrip(" ")))
            cursor.movePosition(QTextCursor.MoveOperation.Right, QTextCursor.MoveMode.KeepAnchor, count)
            cursor.removeSelectedText()

        self._change_lines(outdent)

    def _change_lines(self, change: object) -> None:
        whole = self.textCursor()
        whole.beginEditBlock()  # one step for undo
        for cursor in self._lines():
            change(cursor)
        whole.endEditBlock()
