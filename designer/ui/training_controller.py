"""Between the engine and the training dock: starts runs or takes them up, hears them by a timer, leads them, tells how
they end."""

from __future__ import annotations

import importlib
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from PySide6.QtCore import QObject, QTimer, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from designer.base.errors import BlockyardError, advice
from designer.base.text import joined
from designer.engine.protocol import (
    Batch,
    Epoch,
    Failed,
    Finished,
    Kept,
    Paused,
    Preparing,
    Resumed,
    Started,
    WarmStarted,
    Warned,
)
from designer.runs.silence import silence
from designer.session.leading import EngineDied, Leading, Report
from designer.session.session import Session
from designer.ui.background import Background
from designer.ui.docks.training import Training, duration
from designer.ui.language import translated
from designer.ui.panels import window_settings
from designer.ui.presenters.recipe import with_batch
from designer.ui.presenters.reports import best_line, progress_line

_POLL_MS = 50
_PLOTS = "plots"  # the chosen ones, among what the window remembers


@dataclass(frozen=True)
class _Planned:
    """A training that is to begin. task: starts it, in another thread. session: the open design that it is of."""

    title: str
    epochs: int
    task: Callable[[], Leading]
    session: Session | None = None


class TrainingController(QObject):
    """One training at a time, made ready in the background; others wait in a queue for its end.

    session: of the design that was trained last; None where a run was taken up that no open design began.
    running_changed(is running, device). paused_changed(is paused). refused(error): it cannot start. progressed(): an
    epoch is done, and what came of it is in the run's folder. ended(kind of toast, text). node_requested(session, path
    of names): a node is to be shown.
    """

    running_changed = Signal(bool, str)
    paused_changed = Signal(bool)
    refused = Signal(object)
    progressed = Signal()
    ended = Signal(str, str)
    node_requested = Signal(object, object)

    def __init__(self, dock: Training, parent: QObject) -> None:
        super().__init__(parent)
        self.dock = dock
        self.control: Leading | None = None
        self.session: Session | None = None
        self.device = ""
        self.paused = False
        self._title, self._epochs = "", 0
        self._start_report = self._anew = ""  # which trained layers the run began with, told once it is under way
        self._best = ""  # which epoch was the best so far, told at the end
        self._stop_asked = False
        self._queue: list[_Planned] = []
        self._starting = Background(self)
        self._started_at, self._silent_s = 0.0, 0
        self._timer = QTimer(self, interval=_POLL_MS)
        self._timer.timeout.connect(self._poll)
        dock.stop_requested.connect(self.stop)
        dock.pause_requested.connect(self.pause_or_resume)
        dock.go_on_requested.connect(self._go_on_again)
        dock.remedy_requested.connect(self._apply_remedy)
        dock.end_requested.connect(self._end_now)
        dock.clear_queue_requested.connect(self.clear_queue)
        dock.open_run_requested.connect(self._open_folder)
        kept = str(window_settings().value(_PLOTS, ""))
        dock.choice.choose(kept.split(","))
        dock.choice.changed.connect(lambda keys: window_settings().setValue(_PLOTS, ",".join(keys)))

    @property
    def running(self) -> bool:
        """Whether a training is under way."""
        return self._starting.busy or (self.control is not None and not self.control.done)

    @property
    def run(self) -> tuple[Path, str]:
        """The folder of the run that is under way, or was last, and what it is called."""
        return self.control.run_dir, self._title

    def start(self, session: Session) -> bool:
        """Train the design as it is now, or put it into the queue behind the training that is under way.

        Returns whether it begins at once. Raises BlockyardError where its problems forbid it.
        """
        if not session.analysis.ok:
            session.code()  # raises, and says which problem is first
        recipe = session.recipe
        title = f"{session.title} · {datetime.now():%H:%M}"
        return self._begin_or_queue(_Planned(title, recipe.epochs, session.training_task(recipe), session))

    def go_on(self, run_dir: Path, title: str) -> bool:
        """Start the engine again on a run that was stopped, crashed or was killed; or queue it, as `start` does."""
        return self._begin_or_queue(_Planned(title, 1, _resuming(run_dir)))

    def follow(self, run_dir: Path, title: str) -> None:
        """Take up a run whose engine is at work though this window did not start it."""
        self._begin(_Planned(title, 1, _following(run_dir)))

    def clear_queue(self) -> None:
        """Forget what waits for the end of this training."""
        self._queue.clear()
        self._show_queue()

    def _begin_or_queue(self, planned: _Planned) -> bool:
        if self.running:
            self._queue.append(planned)
            self._show_queue()
            return False
        self._begin(planned)
        return True

    def _begin(self, planned: _Planned) -> None:
        self.control, self.session, self._stop_asked = None, planned.session, False
        self._title, self._epochs = planned.title, planned.epochs
        self._start_report = self._anew = self._best = ""
        self._started_at, self._silent_s = time.monotonic(), 0
        self.dock.expect(planned.title, planned.epochs, self.tr("The engine is starting…"))
        self._starting.run(_with_plots(planned.task), self._started, self._not_started, "training")
        self.running_changed.emit(True, self.device)

    def _begin_next(self) -> None:
        if self._queue and not self.running:
            planned = self._queue.pop(0)
            self._show_queue()
            self._begin(planned)

    def _show_queue(self) -> None:
        self.dock.show_queue([planned.title for planned in self._queue])

    def _started(self, control: Leading) -> None:
        self.control = control
        self.dock.begin(self._title, self._epochs, 1)
        self.dock.show_message(self.tr("The engine is starting…"))
        if self._stop_asked:
            control.stop()
        self._timer.start()

    def _not_started(self, error: BlockyardError) -> None:
        self.running_changed.emit(False, self.device)
        self._fail(error.message, error.expected, error.fix)
        self.refused.emit(error)
        self._begin_next()

    def _fail(self, message: str, expected: str, fix: str) -> None:
        self.dock.fail(translated(message), translated(advice(expected, fix)))

    def stop(self) -> None:
        """Stop at the end of the current batch."""
        self._stop_asked = True
        if self.control is not None:
            self.control.stop()

    def pause_or_resume(self) -> None:
        """Let the training wait at the end of the current batch, or go on."""
        if self.control is None or self.control.done:
            return
        if self.paused:
            self.control.resume()
        else:
            self.control.pause()

    def _end_now(self) -> None:
        if self.control is not None and not self.control.done and not self.control.kill():
            self.dock.warn(self.tr("The engine is not on this machine, or has ended: it cannot be ended from here."))

    def let_go(self) -> None:
        """The window closes: what is under way goes on by itself."""
        self._starting.forget()
        self._timer.stop()
        if self.control is not None:
            self.control.close()

    def _poll(self) -> None:
        for report in self.control.poll():
            self._take(report)
        if (silent_s := int(self.control.silent_s)) != self._silent_s:
            self._silent_s = silent_s
            self.dock.show_silence(translated(silence(silent_s)) if silent_s else "")
        if self.control.done:
            self._timer.stop()
            self.control.close()
            self._set_paused(False)
            self.running_changed.emit(False, self.device)
            self.dock.offer_to_go_on(self._may_go_on())
            self._offer_remedy()
            self._begin_next()

    def _take(self, report: Report) -> None:
        match report:
            case Started():
                self.device = report.device
                self.dock.begin(self._title, report.epochs, report.batches_per_epoch, report.device)
                self.dock.show_message(self._start_report, self._anew)
                self.running_changed.emit(True, self.device)
            case WarmStarted():
                text = self.tr("Took {0} of {1} layers from {2}")
                self._start_report = text.format(len(report.taken), report.layers, Path(report.source).name)
                self._anew = self.tr("Anew: {0}").format("; ".join(report.left)) if report.left else ""
            case Preparing():
                self.dock.show_message(progress_line(report))
            case Batch():
                self.dock.add_batch(vars(report))
            case Epoch():
                self.dock.add_epoch(vars(report))
            case Kept():
                self._best = best_line(report)
                self.progressed.emit()
            case Paused():
                self._set_paused(True)
                self.dock.show_message(self.tr("Paused. All that was reached is saved."))
            case Resumed():
                self._set_paused(False)
                self.dock.show_message("")
            case Warned():
                self.dock.warn(translated(joined(report.message, report.fix)))
            case Failed():
                self._fail(report.message, report.expected, report.fix)
                self.ended.emit("error", translated(report.message))
            case EngineDied():
                self._fail(report.message, "", report.fix)
                self.ended.emit("error", translated(report.message))
            case Finished():
                took = duration(time.monotonic() - self._started_at)
                text = self.tr("Stopped after {0}") if report.stopped else self.tr("Finished in {0}")
                self.dock.finish(" · ".join(filter(None, (text.format(took), self._best))))
                self.ended.emit("success", f"{self._title} · {text.format(took)}")

    def _set_paused(self, paused: bool) -> None:
        self.paused = paused
        self.dock.show_paused(paused)
        self.paused_changed.emit(paused)

    def _may_go_on(self) -> bool:
        match self.control.outcome:
            case Finished(stopped=stopped):
                return stopped
            case Failed() | EngineDied():
                return True
        return False

    def _offer_remedy(self) -> None:
        outcome = self.control.outcome
        if self.session is None or not isinstance(outcome, Failed):
            return
        if outcome.batch_size:
            self.dock.offer_remedy(self.tr("Train with batches of {0}").format(outcome.batch_size))
        elif outcome.node:
            self.dock.offer_remedy(self.tr("Show {0}").format(outcome.node))

    def _apply_remedy(self) -> None:
        outcome = self.control.outcome if self.control is not None else None
        if self.session is None or not isinstance(outcome, Failed):
            return
        if outcome.batch_size:
            self.session.set_recipe(with_batch(self.session.recipe, outcome.batch_size))
            self.start(self.session)
        elif outcome.node:
            self.node_requested.emit(self.session, tuple(outcome.node.split(".")))

    def _go_on_again(self) -> None:
        if self.control is not None and self.control.done:
            self.go_on(self.control.run_dir, self._title)

    def _open_folder(self) -> None:
        if self.control is not None:
            QDesktopServices.openUrl(QUrl.fromLocalFile(str(self.control.run_dir)))


def _resuming(run_dir: Path) -> Callable[[], Leading]:
    def task() -> Leading:
        from designer.session.resuming import resume_run

        return resume_run(run_dir, recalls=True)

    return task


def _following(run_dir: Path) -> Callable[[], Leading]:
    def task() -> Leading:
        from designer.session.following import Followed

        followed = Followed(run_dir)
        followed.begin()
        return followed

    return task


def _with_plots(task: Callable[[], Leading]) -> Callable[[], Leading]:
    """The task, which loads the plots too: that takes half a second, and the window has none to spare."""

    def both() -> Leading:
        control = task()
        importlib.import_module("designer.ui.docks.plots")
        return control

    return both
