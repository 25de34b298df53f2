"""The summary dock: torchinfo's table of the real module, which the engine makes when it is asked."""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QHBoxLayout,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.ui.theme.fonts import mono_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import EmptyState, label, set_state


class Summary(QWidget):
    """refresh_requested: a person wants the table computed. Then show_busy, and show_table or show_error."""

    refresh_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Summary"))
        self.button = QPushButton(self.tr("Compute"))
        wear_icon(self.button, "refresh-cw")
        self.button.clicked.connect(self.refresh_requested)
        self.note = label("", "muted", wrap=True)
        self.note.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        self.busy = QProgressBar()
        self.busy.setRange(0, 0)
        self.busy.setTextVisible(False)
        self.busy.setFixedWidth(80)
        self.busy.setAccessibleName(self.tr("Computing"))
        self.busy.hide()
        self.text = QPlainTextEdit()
        self.text.setReadOnly(True)
        self.text.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.text.setFont(mono_font(-1))
        self.text.document().setDocumentMargin(8)
        self.text.setAccessibleName(self.tr("Summary of the network"))
        hint = self.tr("Compute builds the network and lists its modules, shapes and costs.")
        self._empty = EmptyState("table", self.tr("No summary yet"), hint)
        self._stack = QStackedWidget()
        self._stack.addWidget(self._empty)
        self._stack.addWidget(self.text)
        top = QHBoxLayout()
        top.setContentsMargins(16, 8, 12, 8)
        top.setSpacing(12)
        top.addWidget(self.note, 1)
        top.addWidget(self.busy)
        top.addWidget(self.button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(top)
        box.addWidget(self._stack, 1)

    def sizeHint(self) -> QSize:
        return QSize(720, 260)

    def show_busy(self) -> None:
        """The engine is at work."""
        self._say(self.tr("The engine is building the network…"), "muted", busy=True)

    def show_table(self, text: str, note: str = "") -> None:
        """Show the table; `note` is a quiet remark beside the button."""
        position = self.text.verticalScrollBar().value()
        self.text.setPlainText(text)
        self.text.verticalScrollBar().setValue(position)
        self._stack.setCurrentWidget(self.text)
        self.button.setText(self.tr("Refresh"))
        self._say(note, "muted")

    def clear(self) -> None:
        """Show no table: another design is open."""
        self._stack.setCurrentWidget(self._empty)
        self.button.setText(self.tr("Compute"))
        self._say("", "muted")

    def show_stale(self) -> None:
        """The design has changed since the table was made."""
        if self._stack.currentWidget() is self.text:
            self._say(self.tr("The design has changed since."), "warn")

    def show_error(self, message: str, fix: str = "") -> None:
        """It could not be made: what happened and what to do. An older table stays."""
        self._say(" ".join(part for part in (message, fix) if part), "error")

    def _say(self, text: str, role: str, *, busy: bool = False) -> None:
        self.note.setText(text)
        set_state(self.note, "role", role)
        self.busy.setVisible(busy)
        self.button.setEnabled(not busy)
