"""Between the recipe chip and the session: what is typed becomes the recipe, what is refused stays and is told."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from designer.engine.recipe import RecipeError
from designer.session.session import Session
from designer.ui.docks.recipe_form import RecipeChip
from designer.ui.presenters import recipe as presenter


class RecipeController(QObject):
    """Keeps the chip and its form as the open design's recipe is."""

    def __init__(self, chip: RecipeChip, current: Callable[[], Session], parent: QObject) -> None:
        super().__init__(parent)
        self._chip = chip
        self._current = current
        self._errors: dict[str, str] = {}
        chip.edited.connect(self.set_field)

    def refresh(self) -> str:
        """Show the recipe as it is now. Returns it in one line."""
        recipe = self._current().recipe
        line = presenter.line(recipe)
        self._chip.show_recipe(line, presenter.fields(recipe, self._errors))
        return line

    def forget(self) -> None:
        """Another design is open: what was refused before is of no interest."""
        self._errors = {}

    def set_field(self, name: str, text: str) -> None:
        """Set one field to what was typed."""
        session = self._current()
        try:
            recipe = presenter.changed(session.recipe, name, text)
        except RecipeError as error:
            expected = f" Expected {error.expected}." if error.expected else ""
            self._errors[name] = f"{error.message}{expected} {error.fix}".strip()
            self.refresh()
            return
        if self._errors.pop(name, None) is not None:
            self.refresh()
        session.set_recipe(recipe)
