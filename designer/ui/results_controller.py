"""Between a run's folder and the results dock: its evaluation is read in the background while the dock can be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject

from designer.base.errors import BlockyardError
from designer.engine.protocol import read_evaluation
from designer.ui.background import Background
from designer.ui.docks.results import Results
from designer.ui.docks.views import ResultsView, RunView
from designer.ui.panels import Panels
from designer.ui.presenters.results import results_view

translate = QCoreApplication.translate


class ResultsController(QObject):
    """Shows the run that trains, or one that is asked for. refused(error) is told by `tell`."""

    def __init__(
        self, dock: Results, panels: Panels, tell: Callable[[BlockyardError], object], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._dock = dock
        self._panels = panels
        self._tell = tell
        self._run: tuple[Path, str] | None = None
        self._reading = Background(self)

    def follow(self, run_dir: Path, title: str) -> None:
        """From now on it is about this run, which trains: nothing is said where it has no results yet."""
        self._run = run_dir, title
        self.refresh()

    def show_run(self, run: RunView) -> None:
        """Show the results of a run of the list."""
        self._panels.show("results")
        self._run = Path(run.run_dir), run.title
        self._reading.run(_reader(*self._run), self._found, self._tell, "results")

    def refresh(self) -> None:
        """Read again, where a person can see it."""
        if self._run is not None and self._panels.is_shown("results"):
            self._reading.run(_reader(*self._run), self._found, lambda error: None, "results")

    def let_go(self) -> None:
        """The window closes."""
        self._reading.forget()

    def _found(self, results: ResultsView) -> None:
        self._dock.show_results(results)


def _reader(run_dir: Path, title: str) -> Callable[[], ResultsView]:
    def read() -> ResultsView:
        evaluation = read_evaluation(run_dir)
        if evaluation is None:
            raise BlockyardError(
                translate("ResultsController", "The run {0} has no results yet.").format(run_dir.name),
                expected=translate("ResultsController", "a run that has ended an epoch"),
                fix=translate("ResultsController", "Train it for an epoch."),
            )
        return results_view(evaluation, title)

    return read
