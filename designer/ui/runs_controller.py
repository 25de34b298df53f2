"""Between the run folders and the runs dock: they are read in the background while the dock can be seen."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject, QUrl
from PySide6.QtGui import QDesktopServices

from designer.base.errors import BlockyardError
from designer.base.paths import runs_dir
from designer.ui.background import Background
from designer.ui.docks.runs import Runs
from designer.ui.docks.views import RunView
from designer.ui.document_controller import DocumentController
from designer.ui.presenters.reports import run_view


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
        dock.open_requested.connect(self._open)
        dock.folder_requested.connect(lambda folder: QDesktopServices.openUrl(QUrl.fromLocalFile(folder)))

    def refresh(self) -> None:
        """Read the runs again, where a person can see them."""
        if self._is_shown():
            self._reading.run(_views, self._dock.show_runs, self._refused, "runs")

    def let_go(self) -> None:
        """The window closes."""
        self._reading.forget()

    def _open(self, folder: str) -> None:
        from designer.runs.folder import DESIGN_FILE

        self._documents.open_copy(Path(folder) / DESIGN_FILE)

    def _refused(self, error: BlockyardError) -> None:
        self._documents.refused.emit(error)


def _views() -> list[RunView]:
    from designer.runs.listing import list_runs  # not before there is a list to show

    return [run_view(run) for run in list_runs(runs_dir())]
