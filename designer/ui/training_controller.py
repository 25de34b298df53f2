"""Between the engine and the training dock: starts runs, hears them by a timer, tells how they end."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import asdict
from datetime import datetime

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from designer.base.errors import BlockyardError
from designer.engine.protocol import Batch, Epoch, Failed, Finished, Started, Warned
from designer.session.session import Session
from designer.session.training import EngineDied, Report, TrainingControl
from designer.ui.background import Background
from designer.ui.docks.training import Training, duration

_POLL_MS = 50


class TrainingController(QObject):
    """One training at a time, made ready in the background. `session` is that of the design that was trained last.

    running_changed(is running, device). refused(error): it cannot start. progressed(): an epoch is done.
    ended(kind of toast, text).
    """

    running_changed = Signal(bool, str)
    refused = Signal(object)
    progressed = Signal()
    ended = Signal(str, str)

    def __init__(self, dock: Training, parent: QObject) -> None:
        super().__init__(parent)
        self.dock = dock
        self.control: TrainingControl | None = None
        self.session: Session | None = None
        self.device = ""
        self._title, self._epochs = "", 0
        self._stop_asked = False
        self._starting = Background(self)
        self._started_at = 0.0
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._poll)
        dock.stop_requested.connect(self.stop)
        dock.open_run_requested.connect(self._open_folder)

    @property
    def running(self) -> bool:
        """Whether a training is under way."""
        return self._starting.busy or (self.control is not None and not self.control.done)

    def start(self, session: Session) -> None:
        """Train the design as it is now. Raises BlockyardError where its problems or another training forbid it."""
        if self.running:
            raise BlockyardError("A training is under way.", fix="Stop it first, or wait for its end.")
        if not session.analysis.ok:
            session.code()  # raises, and says which problem is first
        recipe = session.recipe
        self.session = session
        self.control, self._stop_asked = None, False
        self._title = f"{session.title} · {datetime.now():%H:%M}"
        self._started_at = time.monotonic()
        self._epochs = recipe.epochs
        self.dock.expect(self._title, recipe.epochs, self.tr("The engine is starting…"))
        self._starting.run(_with_plots(session.training_task(recipe)), self._started, self._not_started, "training")
        self.running_changed.emit(True, self.device)

    def _started(self, control: TrainingControl) -> None:
        self.control = control
        self.dock.begin(self._title, self._epochs, 1)
        self.dock.show_message(self.tr("The engine is starting…"), role="muted")
        if self._stop_asked:
            control.stop()
        self._timer.start()

    def _not_started(self, error: BlockyardError) -> None:
        self.running_changed.emit(False, self.device)
        self.dock.fail(error.message, " ".join(part for part in (_expected(error), error.fix) if part))
        self.refused.emit(error)

    def stop(self) -> None:
        """Stop at the end of the current batch."""
        self._stop_asked = True
        if self.control is not None:
            self.control.stop()

    def let_go(self) -> None:
        """The window closes: what is under way goes on by itself."""
        self._starting.forget()
        self._timer.stop()
        if self.control is not None:
            self.control.close()

    def _poll(self) -> None:
        for report in self.control.poll():
            self._take(report)
        if self.control.done:
            self._timer.stop()
            self.control.close()
            self.running_changed.emit(False, self.device)

    def _take(self, report: Report) -> None:
        match report:
            case Started():
                self.device = report.device
                self.dock.begin(self._title, report.epochs, report.batches_per_epoch, report.device)
                self.running_changed.emit(True, self.device)
            case Batch():
                self.dock.add_batch(asdict(report))
            case Epoch():
                self.dock.add_epoch(asdict(report))
                self.progressed.emit()
            case Warned():
                self.dock.show_message(report.message, report.fix, role="warn")
            case Failed():
                self.dock.fail(report.message, " ".join(part for part in (_expected(report), report.fix) if part))
                self.ended.emit("error", report.message)
            case EngineDied():
                self.dock.fail(report.message, report.fix)
                self.ended.emit("error", report.message)
            case Finished():
                took = duration(time.monotonic() - self._started_at)
                text = self.tr("Stopped after {0}") if report.stopped else self.tr("Finished in {0}")
                self.dock.finish(text.format(took))
                self.ended.emit("success", f"{self._title} · {text.format(took)}")

    def _open_folder(self) -> None:
        if self.control is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.control.run_dir)))


def _with_plots(task: Callable[[], TrainingControl]) -> Callable[[], TrainingControl]:
    """The task, which loads the plots too: that takes half a second, and the window has none to spare."""

    def both() -> TrainingControl:
        control = task()
        importlib.import_module("designer.ui.docks.plots")
        return control

    return both


def _expected(report: Failed | BlockyardError) -> str:
    return f"Expected {report.expected}." if report.expected else ""
