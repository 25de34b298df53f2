"""Between the run folders and the runs dock: they are read in the background while the dock can be seen."""

from __future__ import annotations

import importlib
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from designer.base.errors import BlockyardError
from designer.base.paths import runs_dir
from designer.ui import files
from designer.ui.background import Background
from designer.ui.docks.runs import Runs
from designer.ui.docks.views import RunView
from designer.ui.document_controller import DocumentController
from designer.ui.presenters.reports import run_view

if TYPE_CHECKING:
    from designer.session.comparing import Comparison


class RunsController(QObject):
    """Lists the runs, and opens what one of them trained."""

    def __init__(
        self, dock: Runs, documents: DocumentController, is_shown: Callable[[], bool], parent: QObject
    ) -> None:
        super().__init__(parent)
        self._dock = dock
        self._documents = documents
        self._is_shown = is_shown
        self._reading = Background(self)
        self._comparing = Background(self)
        dock.open_requested.connect(self._open)
        dock.noted.connect(self._note)
        dock.csv_requested.connect(self._save_csv)
        dock.compare_requested.connect(self._compare)
        dock.folder_requested.connect(lambda folder: QDesktopServices.openUrl(QUrl.fromLocalFile(folder)))

    def refresh(self) -> None:
        """Read the runs again, where a person can see them."""
        if self._is_shown():
            self._reading.run(_views, self._dock.show_runs, self._refused, "runs")

    def let_go(self) -> None:
        """The window closes."""
        self._reading.forget()
        self._comparing.forget()

    def _open(self, folder: str) -> None:
        from designer.runs.folder import DESIGN_FILE

        self._documents.open_copy(Path(folder) / DESIGN_FILE)

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

    def _compare(self, first: RunView, second: RunView) -> None:
        titles = first.title, second.title
        self._comparing.run(
            _comparison(Path(first.run_dir), Path(second.run_dir)),
            lambda found: self._show_comparison(titles, found),
            self._refused,
            "compare runs",
        )

    def _show_comparison(self, titles: tuple[str, str], found: Comparison) -> None:
        from designer.ui.dialogs.compare import Compare

        self.comparison = Compare(self._dock.window(), titles, found)
        self.comparison.show()

    def _refused(self, error: BlockyardError) -> None:
        self._documents.refused.emit(error)


def _views() -> list[RunView]:
    from designer.runs.listing import list_runs  # not before there is a list to show

    return [run_view(run) for run in list_runs(runs_dir())]


def _comparison(first: Path, second: Path) -> Callable[[], Comparison]:
    def compare() -> Comparison:
        importlib.import_module("designer.ui.docks.plots")  # which takes half a second
        return importlib.import_module("designer.session.comparing").compare_runs(first, second)

    return compare
