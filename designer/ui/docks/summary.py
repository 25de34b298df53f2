"""The summary dock: the memory of a training, the table of layers, and torchinfo's table of the real module.

The layers follow every edit; torchinfo's table is made by the engine when a person asks for it.
"""

from __future__ import annotations

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtWidgets import (
    QButtonGroup,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QProgressBar,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from designer.ui.docks.layer_table import LayerTable
from designer.ui.docks.views import MemoryView
from designer.ui.theme.fonts import figure_font, mono_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import ElidedLabel, EmptyState, label, set_state, show_text

_LIMIT_PX = 96


class Summary(QWidget):
    """refresh_requested: a person wants torchinfo's table. Then show_busy, and show_table or show_error.

    limit_edited(text): the memory that a training may take, as typed; empty for the device's.
    """

    refresh_requested = Signal()
    limit_edited = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Summary"))
        self._make_modules()
        self._make_memory()
        self.layers = LayerTable()
        self.pages = QStackedWidget()
        self.pages.addWidget(self.layers)
        self.pages.addWidget(self._modules)
        self.layers_tab, self.modules_tab = QPushButton(self.tr("Layers")), QPushButton(self.tr("Modules"))
        self.layers_tab.setToolTip(self.tr("The design's own layers, as they are now"))
        self.modules_tab.setToolTip(self.tr("torchinfo's table of the module that the code makes"))
        choice = QButtonGroup(self)
        top = QHBoxLayout()
        top.setContentsMargins(12, 8, 12, 8)
        top.setSpacing(4)
        for page, tab in enumerate((self.layers_tab, self.modules_tab)):
            tab.setCheckable(True)
            set_state(tab, "quiet", True)
            choice.addButton(tab)
            tab.clicked.connect(lambda _checked, page=page: self.pages.setCurrentIndex(page))
            top.addWidget(tab)
        self.layers_tab.setChecked(True)
        top.addSpacing(12)
        top.addWidget(self.memory, 1)
        top.addWidget(self._limit_name)
        top.addWidget(self.limit)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(top)
        box.addWidget(self.pages, 1)

    def _make_memory(self) -> None:
        self.memory = ElidedLabel(role="muted")
        self.memory.setFont(figure_font())
        self._limit_name = label(self.tr("fit into"), "muted")
        self.limit = QLineEdit()
        self.limit.setFixedWidth(_LIMIT_PX)
        self.limit.setFont(figure_font())
        self.limit.setAccessibleName(self.tr("Memory to fit the training into"))
        self._limit_hint = self.tr("Memory that a training may take, such as 8 GiB; empty for the device's own")
        self.limit.editingFinished.connect(self._finish_limit)
        self._shown_limit = ""

    def _finish_limit(self) -> None:
        self.limit.setModified(False)
        if self.limit.text().strip() != self._shown_limit:
            self.limit_edited.emit(self.limit.text().strip())

    def _make_modules(self) -> None:
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
        foot = QHBoxLayout()
        foot.setContentsMargins(16, 0, 12, 8)
        foot.setSpacing(12)
        foot.addWidget(self.note, 1)
        foot.addWidget(self.busy)
        foot.addWidget(self.button)
        self._modules = QWidget()
        box = QVBoxLayout(self._modules)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addWidget(self._stack, 1)
        box.addLayout(foot)

    def sizeHint(self) -> QSize:
        return QSize(720, 260)

    def show_memory(self, view: MemoryView) -> None:
        """Show what a training takes, and into what it has to fit."""
        self.memory.setText(view.parts)
        self.limit.setPlaceholderText(view.device_limit)
        set_state(self.limit, "state", "invalid" if view.limit_error else "")
        self.limit.setToolTip(
            view.limit_error or self.tr("Memory that a training may take; empty for the device's own")
        )
        if not view.limit_error:
            self._shown_limit = view.limit
            show_text(self.limit, view.limit)

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
