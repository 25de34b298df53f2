"""Exporting a picture of the canvas: how, where to, and the file itself."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QWidget

from designer.base.errors import BlockyardError
from designer.document.writing import write_atomically
from designer.ui import files
from designer.ui.canvas_controller import CanvasController

if TYPE_CHECKING:
    from designer.ui.canvas.portrait import PictureWish
    from designer.ui.dialogs.picture import PictureDialog


class Pictures(QObject):
    """done(words): a picture was written. refused(error): it could not be."""

    done = Signal(str)
    refused = Signal(object)

    def __init__(self, window: QWidget, canvas: Callable[[], CanvasController]) -> None:
        super().__init__(window)
        self._window, self._canvas = window, canvas
        self.dialog: PictureDialog | None = None

    def ask(self) -> None:
        """Ask how the picture shall be, and then where to write it."""
        from designer.ui.dialogs.picture import PictureDialog

        self.dialog = PictureDialog(self._window, self._canvas().chosen)
        self.dialog.wished.connect(self._ask_where)
        self.dialog.open()

    def _ask_where(self, wish: PictureWish) -> None:
        suffix = wish.format.value
        suggestion = Path(f"{self._canvas().block.name.lower()}.{suffix}")
        title, kinds = self.tr("Export a picture"), f"{suffix.upper()} (*.{suffix})"
        files.ask_target(self._window, title, suggestion, kinds, lambda path: self.write(path, wish))

    def write(self, path: Path, wish: PictureWish) -> None:
        """Write the picture into a file."""
        from designer.ui.canvas.portrait import picture_bytes

        try:
            write_atomically(path, picture_bytes(self._canvas().panel.scene, wish))
        except BlockyardError as error:
            self.refused.emit(error)
            return
        self.done.emit(self.tr("Exported {0}").format(path.name))
