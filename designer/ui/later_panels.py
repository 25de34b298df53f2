"""The panels behind the others' tabs that take long to make: made when they are first seen, or in idle time.

Their modules are imported here at that time, too: the window stands sooner without them.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cached_property
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

if TYPE_CHECKING:
    from designer.ui.data_controller import DataController
    from designer.ui.results_controller import ResultsController
    from designer.ui.window import MainWindow

_MODULES = {"data": "designer.ui.data_controller", "results": "designer.ui.results_controller"}


class LaterPanels(QObject):
    """Whoever asks for `data` or `reviewing`, which lead the two panels, has them made."""

    def __init__(self, window: MainWindow) -> None:
        """window: with all its other parts."""
        super().__init__(window)
        self._window, self._panels = window, window.panels
        self._panels.makers.update(data=lambda: self.data, results=lambda: self.reviewing)
        self._panels.docks["data"].visibilityChanged.connect(lambda _shown: self.refresh())
        window.runs.results_requested.connect(lambda run: self.reviewing.show_run(run))
        window.runs.try_requested.connect(lambda run: self.reviewing.try_run(run))
        window.training.progressed.connect(lambda: self.reviewing.follow(*window.training.run))

    @cached_property
    def data(self) -> DataController:
        """Looks into the data of the design that is shown."""
        from designer.ui.data_controller import DataController

        window = self._window
        made = DataController(lambda: window.session, window.recipes.set_field, self._panels, window.helping, window)
        self._panels.put("data", made.dock)
        return made

    @cached_property
    def reviewing(self) -> ResultsController:
        """Shows what came of a run."""
        from designer.ui.results_controller import ResultsController

        window = self._window
        made = ResultsController(self._panels, window.canvas, window.trusting, window.helping)
        self._panels.put("results", made.dock)
        return made

    def prepare(self) -> Iterator[None]:
        """Make what is not made yet: a step for the modules of each panel, and one for the panel."""
        for key, module in _MODULES.items():
            yield
            import_module(module)
            yield
            self._panels.make(key)

    def try_on_design(self, images: Sequence[Path]) -> None:
        """Try images on the newest run of the design that is shown."""
        self.reviewing.try_on_design(images)

    def refresh(self) -> None:
        """The recipe or the design may have changed."""
        if self._is_made("data"):
            self.data.refresh()

    def let_go(self) -> None:
        """The window closes."""
        if self._is_made("data"):
            self.data.let_go()
        if self._is_made("results"):
            self.reviewing.let_go()

    def _is_made(self, key: str) -> bool:
        return key not in self._panels.makers
