"""When the window opens: runs under way are taken up again, and runs that died since are told of, once."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject

from designer.base.paths import runs_dir
from designer.ui.background import Background
from designer.ui.docks.views import RunView
from designer.ui.panels import window_settings
from designer.ui.presenters.reports import run_view
from designer.ui.toasts import Toasts
from designer.ui.training_controller import TrainingController
from designer.ui.trust_controller import TrustController

_KEY = "runs_told_of"
_MOST_REMEMBERED = 200
_LIVE = ("starting", "running", "paused")


class PickUp(QObject):
    """Looks at the runs once, in the background."""

    def __init__(
        self,
        training: TrainingController,
        trusting: TrustController,
        toasts: Toasts,
        tell_of_start: Callable[[bool], object],
    ) -> None:
        """tell_of_start: shows a training that begins at once (True), or says that it waits in the queue."""
        super().__init__(training)
        self._training, self._trusting = training, trusting
        self._toasts = toasts
        self._tell_of_start = tell_of_start
        self._reading = Background(self)

    def look(self) -> None:
        """Look for runs that want attention."""
        self._reading.run(_unfinished, self._found, lambda error: None, "unfinished runs")

    def let_go(self) -> None:
        """The window closes."""
        self._reading.forget()

    def _found(self, runs: list[RunView]) -> None:
        live = [run for run in runs if run.state in _LIVE]
        if live and not self._training.running:
            self._take_up(live[0], len(live))
        # One without epochs has no engine yet: it may just be starting.
        self._tell_of_dead([run for run in runs if run.state == "interrupted" and run.epochs])

    def _take_up(self, run: RunView, count: int) -> None:
        self._training.follow(Path(run.run_dir), run.title)
        text = self.tr("{0} is still training: it is shown again.").format(run.design)
        if count == 2:
            text += " " + self.tr("Another run is under way.")
        elif count > 2:
            text += " " + self.tr("{0} more runs are under way.").format(count - 1)
        self._toasts.show(text, "info", self.tr("Show"), lambda: self._tell_of_start(True))

    def _tell_of_dead(self, runs: list[RunView]) -> None:
        settings = window_settings()
        told = settings.value(_KEY, [])
        told = [told] if isinstance(told, str) else list(told or [])
        fresh = [run for run in runs if run.name not in told]
        if not fresh:
            return
        settings.setValue(_KEY, (told + [run.name for run in fresh])[-_MOST_REMEMBERED:])
        newest = fresh[0]
        text = self.tr("The training of {0} ended before its time ({1} epochs).").format(newest.design, newest.epochs)
        if len(fresh) == 2:
            text += " " + self.tr("So did another one: see the runs.")
        elif len(fresh) > 2:
            text += " " + self.tr("So did {0} others: see the runs.").format(len(fresh) - 1)
        self._toasts.show(text, "error", self.tr("Go on"), lambda: self.go_on(newest))

    def go_on(self, run: RunView) -> None:
        """Train a run on from where it was saved last, once the person trusts its code."""
        folder = Path(run.run_dir)
        self._trusting.of_run(
            folder,
            self.tr("Trust and go on"),
            lambda: self._tell_of_start(self._training.go_on(folder, run.title)),
        )


def _unfinished() -> list[RunView]:
    from designer.runs.listing import list_runs

    return [run_view(run) for run in list_runs(runs_dir()) if run.state in (*_LIVE, "interrupted")]
