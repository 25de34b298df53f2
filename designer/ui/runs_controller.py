"""Between the run folders and the runs dock: they are read in the background while the dock can be seen."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl, Signal
from PySide6.QtGui import QDesktopServices

from designer.base.errors import BlockyardError
from designer.base.paths import runs_dir
from designer.ui import files
from designer.ui.background import Background
from designer.ui.docks.runs import Runs
from designer.ui.docks.views import RunView
from designer.ui.document_controller import DocumentController
from designer.ui.plot_saving import PlotSaver
from designer.ui.presenters.reports import run_view, told_apart

if TYPE_CHECKING:
    from designer.runs.curves import Curves
    from designer.session.comparing import Comparison

    Compared = tuple[list[Curves], Comparison | None]


class RunsController(QObject):
    """Lists the runs, compares them, and opens what one of them trained. done(text): said to the person."""

    done = Signal(str)

    def __init__(
        self, dock: Runs, documents: DocumentController, is_shown: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._dock = dock
        self._documents = documents
        self._is_shown = is_shown
        self._reading = Background(self)
        self._comparing, self._exporting = Background(self), Background(self)
        dock.open_requested.connect(self._open)
        dock.noted.connect(self._note)
        dock.csv_requested.connect(self._save_csv)
        dock.compare_requested.connect(self._compare)
        dock.tensorboard_requested.connect(self._ask_for_tensorboard)
        dock.folder_requested.connect(lambda folder: QDesktopServices.openUrl(QUrl.fromLocalFile(folder)))

    def refresh(self) -> None:
        """Read the runs again, where a person can see them."""
        if self._is_shown():
            self._reading.run(_views, self._dock.show_runs, self._refused, "runs")

    def let_go(self) -> None:
        """The window closes."""
        self._reading.forget()
        self._comparing.forget()
        self._exporting.forget()

    def _open(self, folder: str) -> None:
        from designer.runs.folder import DESIGN_FILE

        path = Path(folder) / DESIGN_FILE
        if path.exists() and not path.is_file():  # a pipe would keep the window waiting
            text = self.tr("{0} of the run {1} is not a regular file.").format(DESIGN_FILE, Path(folder).name)
            self._refused(BlockyardError(text, fix=self.tr("Open a design that Blockyard saved.")))
            return
        self._documents.open_copy(path)

    def _note(self, folder: str, text: str) -> None:
        from designer.runs.notes import write_note

        try:
            write_note(Path(folder), text)
        except BlockyardError as error:
            self._refused(error)

    def _save_csv(self, run: RunView) -> None:
        from designer.runs.table import write_csv

        def write(path: Path) -> None:
            try:
                write_csv(Path(run.run_dir), path)
            except BlockyardError as error:
                self._refused(error)

        kinds = self.tr("CSV (*.csv)")
        files.ask_target(self._dock.window(), self.tr("Save the figures"), Path(f"{run.name}.csv"), kinds, write)

    def _ask_for_tensorboard(self, runs: list[RunView]) -> None:
        folders = [Path(run.run_dir) for run in runs]

        def write(folder: Path) -> None:
            words = self.tr("Written. Look at it with: tensorboard --logdir {0}").format(folder)
            self._exporting.run(
                _export_to(folders, folder), lambda _files: self.done.emit(words), self._refused, "export runs"
            )

        files.ask_folder(self._dock.window(), self.tr("A folder for TensorBoard"), write)

    def _compare(self, runs: list[RunView]) -> None:
        self._comparing.run(
            _comparison([Path(run.run_dir) for run in runs]),
            lambda found: self._show_comparison(runs, *found),
            self._refused,
            "compare runs",
        )

    def _show_comparison(self, runs: list[RunView], curves: list[Curves], found: Comparison | None) -> None:
        from designer.ui.dialogs.compare import Compare, ComparedRun

        tips = ["\n".join(filter(None, (run.title, run.recipe, run.note, run.run_dir))) for run in runs]
        compared = [ComparedRun(*each) for each in zip(told_apart(runs), tips, curves, strict=True)]
        self.comparison = Compare(self._dock.window(), compared, found)
        PlotSaver(self.comparison, self._refused, self.comparison)
        self.comparison.show()

    def _refused(self, error: BlockyardError) -> None:
        self._documents.refused.emit(error)


def _views() -> list[RunView]:
    from designer.runs.listing import list_runs  # not before there is a list to show

    return [run_view(run) for run in list_runs(runs_dir())]


def _comparison(folders: list[Path]) -> Callable[[], Compared]:
    def compare() -> Compared:
        importlib.import_module("designer.ui.docks.plots")  # which takes half a second
        read_curves = importlib.import_module("designer.runs.curves").read_curves
        comparing = importlib.import_module("designer.session.comparing")
        found = comparing.compare_runs(*folders) if len(folders) == 2 else None
        return [read_curves(folder) for folder in folders], found

    return compare


def _export_to(folders: list[Path], target: Path) -> Callable[[], list[Path]]:
    def export() -> list[Path]:
        export_tensorboard = importlib.import_module("designer.exchange.tensorboard").export_tensorboard
        return [export_tensorboard(folder, target) for folder in folders]

    return export
