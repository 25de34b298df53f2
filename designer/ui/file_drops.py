"""Files dropped on the canvas: designs are opened, images are tried on the newest run of the design that is shown."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QObject

from designer.document.format import EXTENSION
from designer.engine.protocol_data import IMAGE_SUFFIXES
from designer.ui.canvas.view import CanvasView
from designer.ui.document_controller import DocumentController
from designer.ui.results_controller import ResultsController


class FileDrops(QObject):
    """Leads each file to where it belongs."""

    def __init__(self, view: CanvasView, documents: DocumentController, results: ResultsController) -> None:
        super().__init__(view)
        self._documents, self._results = documents, results
        view.takes_file = lambda path: path.suffix.lower() in (EXTENSION, *IMAGE_SUFFIXES)
        view.files_dropped.connect(self._take)

    def _take(self, files: tuple[Path, ...]) -> None:
        images = tuple(path for path in files if path.suffix.lower() in IMAGE_SUFFIXES)
        for path in files:
            if path not in images:
                self._documents.open(str(path))
        if images:
            self._results.try_on_design(images)
