"""Code that came from elsewhere, to be read before one trusts it: a window that stays while one goes on."""

from __future__ import annotations

from PySide6.QtCore import QSize, Signal
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from designer.ui.docks.code import CodeView
from designer.ui.widgets import Sentence, hairline, set_state


class ReadingDialog(QDialog):
    """trusted(): the person has read it, and wants it run."""

    trusted = Signal()

    def __init__(self, parent: QWidget, code: str, answer: str) -> None:
        """answer: the words of the button that trusts it."""
        super().__init__(parent)
        self.setWindowTitle(self.tr("Code of this document"))
        self.view = CodeView()
        self.view.setAccessibleName(self.windowTitle())
        self.view.set_text(code)
        self.trust_button, close = QPushButton(answer), QPushButton(self.tr("Close"))
        self.trust_button.clicked.connect(self.close)
        self.trust_button.clicked.connect(self.trusted)
        close.clicked.connect(self.close)
        close.setDefault(True)
        set_state(self.trust_button, "quiet", True)
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 8, 16, 12)
        foot.addWidget(self.trust_button)
        foot.addStretch()
        foot.addWidget(close)
        words = Sentence(self.tr("It runs with your rights, and can do whatever you can: read files, delete them, go "
                                 "online. Trust it if you know what it does, or who wrote it."), "muted")  # fmt: skip
        head = QVBoxLayout()
        head.setContentsMargins(16, 12, 16, 12)
        head.addWidget(words)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(head)
        box.addWidget(hairline())
        box.addWidget(self.view, 1)
        box.addWidget(hairline())
        box.addLayout(foot)

    def sizeHint(self) -> QSize:
        return QSize(720, 520)
