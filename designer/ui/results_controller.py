"""Between a run's folder and the results dock: its evaluation is read in the background while the dock can be seen."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QObject

from designer.base.errors import BlockyardError
from designer.base.paths import runs_dir
from designer.engine.protocol import read_evaluation
from designer.ui.background import Background
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.results import TRY, Results
from designer.ui.docks.views import ResultsView, RunView
from designer.ui.help_controller import HelpController
from designer.ui.panels import Panels
from designer.ui.presenters.reports import run_view
from designer.ui.presenters.results import results_view
from designer.ui.trust_controller import TrustController
from designer.ui.trying_controller import TryingController


@dataclass(frozen=True)
class _Found:
    """A run as it was read. results: None where it has none yet."""

    run_dir: Path
    title: str
    results: ResultsView | None
    has_weights: bool
    has_best: bool = False


translate = QCoreApplication.translate


class ResultsController(QObject):
    """Shows the run that trains, or one that is asked for; images are tried on it."""

    def __init__(
        self,
        panels: Panels,
        canvas: CanvasController,
        trusting: TrustController,
        helping: HelpController,
    ) -> None:
        super().__init__(canvas)
        self.dock = dock = Results()
        self._panels, self._canvas = panels, canvas
        self._tell = canvas.refused.emit
        self._run: tuple[Path, str] | None = None
        self._reading = Background(self)
        self.trying = TryingController(dock.trying, trusting, self._tell, self)
        dock.files_dropped.connect(self.trying.add)
        dock.image_dropped.connect(self.trying.add_image)
        dock.trying.help_requested.connect(lambda: helping.open("features/trying"))
        panels.docks["results"].visibilityChanged.connect(lambda shown: shown and self.refresh())

    def follow(self, run_dir: Path, title: str) -> None:
        """From now on it is about this run, which trains: nothing is said where it has no results yet."""
        self._run = run_dir, title
        self.refresh()

    def show_run(self, run: RunView, page: str = "") -> None:
        """Show the results of a run of the list. page: which of the dock's, if not the one that was shown last."""
        self._panels.show("results")
        if page:
            self.dock.show_page(page)
        self._run = Path(run.run_dir), run.title
        self._reading.run(_reader(*self._run), self._found, self._tell, "results")

    def try_run(self, run: RunView) -> None:
        """Show the page to try images on a run of the list."""
        self.show_run(run, TRY)

    def try_on_design(self, images: Sequence[Path]) -> None:
        """Try images on the newest run of the design that is shown, or say that it has none."""

        def found(found: _Found) -> None:
            self._run = found.run_dir, found.title
            self._panels.show("results")
            self.dock.show_page(TRY)
            self._found(found)
            self.trying.add(images)

        self._reading.run(_newest_of(self._canvas.session.design.main), found, self._tell, "results")

    def refresh(self) -> None:
        """Read again, where a person can see it."""
        if self._run is not None and self._panels.is_shown("results"):
            self._reading.run(_reader(*self._run), self._found, lambda error: None, "results")

    def let_go(self) -> None:
        """The window closes."""
        self._reading.forget()
        self.trying.let_go()

    def _found(self, found: _Found) -> None:
        self.dock.show_run(found.title, found.results, found.has_weights)
        self.trying.set_run(found.run_dir, found.has_weights, found.has_best)


def _reader(run_dir: Path, title: str) -> Callable[[], _Found]:
    def read() -> _Found:
        from designer.runs.folder import has_best, has_checkpoint

        evaluation, has_weights = read_evaluation(run_dir), has_checkpoint(run_dir)
        if evaluation is None and not has_weights:
            raise BlockyardError(
                translate("ResultsController", "The run {0} has no results yet.").format(run_dir.name),
                expected=translate("ResultsController", "a run that has ended an epoch"),
                fix=translate("ResultsController", "Train it for an epoch."),
            )
        results = results_view(evaluation, title) if evaluation else None
        return _Found(run_dir, title, results, has_weights, has_best(run_dir))

    return read


def _newest_of(design: str) -> Callable[[], _Found]:
    def read() -> _Found:
        from designer.runs.listing import newest_trained

        run = newest_trained(runs_dir(), design)
        if run is None:
            raise BlockyardError(
                translate("ResultsController", "No run of {0} has saved weights to try the image on.").format(design),
                expected=translate("ResultsController", "a design that has trained for an epoch"),
                fix=translate("ResultsController", "Train it, then drop the image again."),
            )
        return _reader(run.path, run_view(run).title)()

    return read
