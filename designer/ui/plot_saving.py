"""Saves a plot that a person looks at: as a picture, or its points as CSV."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from designer.base.errors import BlockyardError
from designer.ui import files

if TYPE_CHECKING:
    from designer.ui.dialogs.compare import Compare
    from designer.ui.docks.plots import CurvePlot
    from designer.ui.docks.training import Training


class PlotSaver(QObject):
    """Asks where to, and writes there. tell: says what went wrong."""

    def __init__(self, plots: Training | Compare, tell: Callable[[BlockyardError], object], window: QWidget) -> None:
        super().__init__(window)
        self._window = window
        self._tell = tell
        plots.picture_requested.connect(self.save_picture)
        plots.csv_requested.connect(self.save_csv)

    def save_picture(self, plot: CurvePlot) -> None:
        """As it is on the screen."""
        picture = plot.grab()
        plot.window().activateWindow()
        self._ask(plot, "png", self.tr("Pictures (*.png)"), lambda path: picture.save(str(path)))

    def save_csv(self, plot: CurvePlot) -> None:
        """Each point of its curves."""
        text = plot.as_csv()
        self._ask(plot, "csv", self.tr("CSV (*.csv)"), lambda path: path.write_text(text, "utf-8") >= 0)

    def _ask(self, plot: CurvePlot, ending: str, kinds: str, save: Callable[[Path], bool]) -> None:
        def write(path: Path) -> None:
            try:
                saved = save(path)
            except OSError:
                saved = False
            if not saved:
                said = self.tr("The plot cannot be written to {0}.")
                self._tell(BlockyardError(said.format(path), fix=self.tr("Choose another place.")))

        suggestion = Path(f"{plot.title.lower()}.{ending}")
        files.ask_target(self._window, self.tr("Save the plot"), suggestion, kinds, write)
