"""The buttons under a run's figures: pause, stop, go on, its folder; and the line that says what is trained next."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QPushButton, QVBoxLayout, QWidget

from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import ElidedLabel, set_state

_REMEDY_PX = 168  # of its words: as wide as the narrowest side of the dock has room for


class RunButtons(QWidget):
    """Each signal is what a button asks for."""

    pause_requested = Signal()
    stop_requested = Signal()
    go_on_requested = Signal()
    clear_queue_requested = Signal()
    open_run_requested = Signal()
    remedy_requested = Signal()
    end_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.pause, self.go_on = QPushButton(self.tr("Pause")), QPushButton(self.tr("Go on"))
        self.stop, self.open = QPushButton(self.tr("Stop")), QPushButton()
        self.go_on.setToolTip(self.tr("Train on from where the run was saved last"))
        self.open.setToolTip(self.tr("Open run folder"))
        self.open.setAccessibleName(self.tr("Open run folder"))
        wear_icon(self.open, "folder-open")
        wear_icon(self.stop, "square", size=14)
        wear_icon(self.go_on, "play", size=14)
        self.go_on.hide()
        self.pause.clicked.connect(self._ask_to_pause)
        self.stop.clicked.connect(self._ask_to_stop)
        self.go_on.clicked.connect(self.go_on_requested)
        self.open.clicked.connect(self.open_run_requested)
        self.remedy = QPushButton()
        self.remedy.clicked.connect(self.remedy_requested)
        self.remedy.hide()
        self.end = QPushButton(self.tr("End it now"))
        self.end.setToolTip(self.tr("End the engine at once; what was trained since the last checkpoint is lost"))
        self.end.clicked.connect(self.end_requested)
        self.end.hide()
        row = QHBoxLayout()
        row.setSpacing(8)
        for button in (self.go_on, self.pause, self.stop):
            row.addWidget(button)
        row.addStretch()
        row.addWidget(self.open)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(8)
        box.addWidget(self._make_queue_line())
        box.addWidget(self.end)
        box.addWidget(self.remedy)  # it may have a long name to say
        box.addLayout(row)
        self.show_paused(False)

    def _make_queue_line(self) -> QWidget:
        self.queue_line, self.clear = ElidedLabel(role="muted"), QPushButton(self.tr("Clear"))
        self.clear.setToolTip(self.tr("Train none of those that wait"))
        set_state(self.clear, "link", True)
        self.clear.clicked.connect(self.clear_queue_requested)
        self._queue = QWidget()
        row = QHBoxLayout(self._queue)
        row.setContentsMargins(0, 0, 0, 0)
        row.addWidget(self.queue_line, 1)
        row.addWidget(self.clear)
        self._queue.hide()
        return self._queue

    def show_running(self, running: bool) -> None:
        """Whether a run is under way; it begins not paused."""
        self.stop.setText(self.tr("Stop"))
        self.stop.setEnabled(True)
        self.show_paused(False)
        self.stop.setVisible(running)
        self.pause.setVisible(running)
        for button in (self.go_on, self.remedy, self.end):
            button.hide()

    def offer_end(self, offered: bool) -> None:
        """Whether the engine, which does not answer, may be ended at once."""
        self.end.setVisible(offered)

    def offer_remedy(self, text: str) -> None:
        """What would help a run that failed, in a few words."""
        shown = self.remedy.fontMetrics().elidedText(text, Qt.TextElideMode.ElideMiddle, _REMEDY_PX)
        self.remedy.setText(shown)
        self.remedy.setToolTip(text if shown != text else "")
        self.remedy.show()

    def show_paused(self, paused: bool) -> None:
        """Whether the run waits."""
        self.pause.setText(self.tr("Resume") if paused else self.tr("Pause"))
        wear_icon(self.pause, "play" if paused else "pause", size=14)
        self.pause.setEnabled(True)

    def offer_to_go_on(self, offered: bool) -> None:
        """Whether the run that ended can be trained on."""
        self.go_on.setVisible(offered)

    def show_queue(self, titles: Sequence[str]) -> None:
        """What is trained next, in order."""
        self._queue.setVisible(bool(titles))
        self._queue.setToolTip("\n".join(titles))
        if titles:
            more = self.tr(", +{0}").format(len(titles) - 1) if len(titles) > 1 else ""
            self.queue_line.setText(self.tr("Next: {0}{1}").format(titles[0], more))

    def _ask_to_pause(self) -> None:
        self.pause.setEnabled(False)
        self.pause_requested.emit()

    def _ask_to_stop(self) -> None:
        self.stop.setEnabled(False)
        self.stop.setText(self.tr("Stopping…"))
        self.stop_requested.emit()
