"""A quiet frame that says something about what a dock shows, and offers what can be done."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QFrame, QPushButton, QVBoxLayout

from designer.ui.docks.views import NoticeView
from designer.ui.widgets import Sentence, label, set_state


class Notice(QFrame):
    """Hidden while there is nothing to say. answered(answer): a button was pressed."""

    answered = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setProperty("role", "notice")
        self._view: NoticeView | None = None
        self._title, self._lines = label(role="heading", wrap=True), Sentence(role="muted")
        self.buttons: list[QPushButton] = []
        self._box = QVBoxLayout(self)
        self._box.setContentsMargins(12, 8, 12, 8)
        self._box.setSpacing(4)
        self._box.addWidget(self._title)
        self._box.addWidget(self._lines)
        self.hide()

    def show_notice(self, view: NoticeView | None) -> None:
        """Say this, or nothing."""
        if view == self._view:
            return
        self._view = view
        for button in self.buttons:
            self._box.removeWidget(button)
            button.hide()
            button.deleteLater()
        self.buttons = []
        if view is not None:
            self._title.setText(view.title)
            self._lines.setText("\n".join(view.lines))
            for answer, words in view.answers:
                self._add(answer, words)
        self.setVisible(view is not None)

    def _add(self, answer: str, words: str) -> None:
        button = QPushButton(words)
        set_state(button, "link", True)
        button.clicked.connect(lambda: self.answered.emit(answer))
        self._box.addWidget(button, 0, Qt.AlignmentFlag.AlignLeft)
        self.buttons.append(button)
