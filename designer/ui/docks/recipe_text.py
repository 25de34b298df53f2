"""The recipe as text: JSON, judged while it is typed. What can be followed is taken up at once."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, QTimer, Signal
from PySide6.QtWidgets import QDialog, QPlainTextEdit, QVBoxLayout, QWidget

from designer.ui.theme.fonts import mono_font
from designer.ui.widgets import Sentence, set_state

_JUDGE_MS = 250  # after the last key
_SIZE = QSize(520, 640)


class RecipeText(QDialog):
    """typed(text): the text is to be judged; answered by `judge`."""

    typed = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent, Qt.WindowType.Tool)
        self.setWindowTitle(self.tr("Recipe as text"))
        self.editor = QPlainTextEdit()
        self.editor.setFont(mono_font())
        self.editor.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.editor.setAccessibleName(self.tr("Recipe as text"))
        self.verdict = Sentence(role="good")
        box = QVBoxLayout(self)
        box.setContentsMargins(12, 12, 12, 12)
        box.setSpacing(8)
        box.addWidget(self.editor, 1)
        box.addWidget(self.verdict)
        self._pause = QTimer(self, singleShot=True, interval=_JUDGE_MS)
        self._pause.timeout.connect(lambda: self.typed.emit(self.editor.toPlainText()))
        self.editor.textChanged.connect(self._pause.start)
        self.resize(_SIZE)

    def show_text(self, text: str) -> None:
        """Show a recipe's text, unless the person is at work on it here."""
        if text != self.editor.toPlainText() and not self.editor.hasFocus():
            self.editor.setPlainText(text)
            self._pause.stop()
            self.judge("")

    def judge(self, problem: str) -> None:
        """Say what is wrong with the text, or that it is in use."""
        set_state(self.verdict, "role", "error" if problem else "good")
        self.verdict.setText(problem or self.tr("In use: the next training goes by it."))
