"""Between the recipe chip and the session: what is typed becomes the recipe, what is refused stays and is told."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QObject
from PySide6.QtWidgets import QWidget

from designer.engine.recipe import RecipeError
from designer.session.session import Session
from designer.ui import files
from designer.ui.docks.recipe_form import RecipeChip
from designer.ui.presenters import recipe as presenter

_SOURCE = "data.source"


class RecipeController(QObject):
    """Keeps the chip and its form as the open design's recipe is."""

    def __init__(self, chip: RecipeChip, current: Callable[[], Session], window: QWidget) -> None:
        super().__init__(window)
        self._chip = chip
        self._current = current
        self._window = window
        self._refused: dict[str, presenter.Refused] = {}
        chip.edited.connect(self.set_field)
        chip.browse_requested.connect(self.browse)

    def refresh(self) -> str:
        """Show the recipe as it is now. Returns it in one line."""
        recipe = self._current().recipe
        line = presenter.line(recipe)
        self._chip.show_recipe(line, presenter.fields(recipe, self._refused))
        return line

    def forget(self) -> None:
        """Another design is open: what was refused before is of no interest."""
        self._refused = {}

    def set_field(self, name: str, text: str) -> None:
        """Set one field to what was typed."""
        session = self._current()
        try:
            recipe = presenter.changed(session.recipe, name, text)
            if name == _SOURCE:
                _require_folder(recipe.data.source)
        except RecipeError as error:
            self._refused[name] = text, presenter.told(name, error)
            self.refresh()
            return
        if name == "name":
            self._refused = {}
        if self._refused.pop(name, None) is not None or name == "name":
            self.refresh()
        session.set_recipe(recipe)

    def browse(self, name: str) -> None:
        """Let the person choose a folder for a field; the form comes back with it."""
        self._chip.popup.close()  # a popup and a dialog cannot be open together

        def chosen(folder: Path) -> None:
            self.set_field(name, str(folder))
            self._chip.open_form()

        files.ask_folder(self._window, self.tr("Choose a folder of images"), chosen)


def _require_folder(source: str) -> None:
    """Raise RecipeError where a path of data is typed that is no folder. Names of data sets are the engine's matter."""
    if not any(mark in source for mark in ("/", "\\", "~")):
        return
    try:
        found = Path(source).expanduser().is_dir()
    except (OSError, RuntimeError, ValueError):  # a path too long, a home that is not known, a NUL
        found = False
    if not found:
        raise RecipeError(f"There is no folder '{source[:80]}'.", fix="Choose one with the button at the right.")
