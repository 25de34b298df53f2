"""Files dropped on the canvas: designs are opened, images are tried on the newest run of the design that is shown."""

from __future__ import annotations

from collections.abc import Callable, Collection
from pathlib import Path

from PySide6.QtCore import QObject

from designer.document.format import EXTENSION
from designer.ui.canvas.view import CanvasView
from designer.ui.document_controller import DocumentController


class FileDrops(QObject):
    """Leads each file to where it belongs."""

    def __init__(
        self, view: CanvasView, documents: DocumentController, try_on_design: Callable[[tuple[Path, ...]], object]
    ) -> None:
        """try_on_design(images): shows what the design makes of them."""
        super().__init__(view)
        self._documents, self._try = documents, try_on_design
        view.takes_file = lambda path: path.suffix.lower() in (EXTENSION, *_image_suffixes())
        view.files_dropped.connect(self._take)

    def _take(self, files: tuple[Path, ...]) -> None:
        images = tuple(path for path in files if path.suffix.lower() in _image_suffixes())
        for path in files:
            if path not in images:
                self._documents.open(str(path))
        if images:
            self._try(images)


def _image_suffixes() -> Collection[str]:
    from designer.engine.protocol_data import IMAGE_SUFFIXES  # with all messages about data, which wait for a drop

    return IMAGE_SUFFIXES
