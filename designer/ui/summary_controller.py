"""Between the summary dock and the engine: torchinfo's table, asked for and waited for by a timer."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from designer.base.errors import BlockyardError
from designer.engine.protocol import Summary as SummaryMessage
from designer.session.question import Question
from designer.session.session import Session
from designer.ui.docks.summary import Summary
from designer.ui.language import translated
from designer.ui.trust_controller import TrustController

_POLL_MS = 100


class SummaryController(QObject):
    """One table at a time."""

    def __init__(self, dock: Summary, current: Callable[[], Session], trusting: TrustController) -> None:
        super().__init__(trusting)
        self._dock = dock
        self._current = current
        self._process: Question[SummaryMessage] | None = None
        self._trusting = trusting
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._poll)
        dock.refresh_requested.connect(self.ask)

    def ask(self) -> None:
        """Ask the engine for the table of the design as it is now."""
        self._trusting.of_design(self._current().design, self.tr("Trust and make the table"), self._ask)

    def _ask(self) -> None:
        try:
            process = self._current().summary()
        except BlockyardError as error:
            self._dock.show_error(translated(error.message), translated(error.fix))
            return
        self.cancel()
        self._dock.show_busy()
        self._process = process
        self._timer.start()

    def forget(self) -> None:
        """Another design is open: what is under way or shown is no summary of it."""
        self.cancel()
        self._dock.clear()

    def cancel(self) -> None:
        """Give up what is under way."""
        self._timer.stop()
        if self._process is not None:
            self._process.cancel()

    def _poll(self) -> None:
        answer = self._process.poll()
        if answer is None:
            return
        self._timer.stop()
        if isinstance(answer, SummaryMessage):
            self._dock.show_table(answer.text)
        else:
            self._dock.show_error(translated(answer.message), translated(answer.fix))
