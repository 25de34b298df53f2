"""Between the recipe chip and the session: what is typed becomes the recipe, what is refused stays and is told."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Signal
from PySide6.QtWidgets import QWidget

from designer.base.errors import BlockyardError
from designer.engine.protocol import EngineError, replace_file
from designer.engine.recipe import Recipe, RecipeError, read_recipe
from designer.session.session import Session
from designer.ui import files
from designer.ui.docks.recipe_form import RecipeChip, RecipeForm
from designer.ui.docks.recipe_text import RecipeText
from designer.ui.presenters import recipe as presenter

translate = QCoreApplication.translate

_SOURCE = "data.source"
_KINDS = QT_TRANSLATE_NOOP("RecipeController", "Recipes (*.json);;All files (*)")


class RecipeController(QObject):
    """Keeps the chip and its form as the open design's recipe is. refused(error): a file cannot be read or written."""

    refused = Signal(object)

    def __init__(self, chip: RecipeChip, current: Callable[[], Session], window: QWidget) -> None:
        super().__init__(window)
        self._chip = chip
        self._current = current
        self._window = window
        self._refused: dict[str, presenter.Refused] = {}
        self._confirmed: dict[str, Recipe] = {}  # by the field that is typed in: the recipe from before
        self._shown: object = None  # the recipe that the chip shows, and what was refused
        self._text: RecipeText | None = None
        self._is_filled = False  # whether the form shows all of that
        chip.form_made.connect(self._lead)
        chip.form_wanted.connect(self._fill)

    def _lead(self, form: RecipeForm) -> None:
        form.edited.connect(self.set_field)
        form.finished.connect(self._confirm)
        form.browse_requested.connect(self.browse)
        form.text_requested.connect(self.open_text)
        form.load_requested.connect(self.load)
        form.save_requested.connect(self.save)

    def refresh(self) -> str:
        """Show the recipe as it is now. Returns it in one line."""
        recipe = self._current().recipe
        line = presenter.line(recipe)
        if self._shown != (recipe, self._refused):  # an edit of the design leaves them as they are
            self._shown = recipe, dict(self._refused)
            self._is_filled = False
            self._chip.show_line(line)
            if self._chip.has_form:
                self._fill()
            if self._text is not None and self._text.isVisible():
                self._text.show_text(presenter.to_text(recipe))
        return line

    def _fill(self) -> None:
        if not self._is_filled:
            self._is_filled = True
            self._chip.form.show_sections(presenter.sections(self._current().recipe, self._refused))

    def prepare(self) -> Iterator[None]:
        """Make the form before somebody opens it, a section a step."""
        sections = presenter.sections(self._current().recipe, self._refused)
        form = self._chip.form  # from here on an edit fills it at once
        for section in sections:
            yield
            if self._is_filled:
                return
            form.show_sections([section])

    def forget(self) -> None:
        """Another design is open: what was refused before is of no interest."""
        self._refused, self._confirmed, self._shown = {}, {}, None

    def set_field(self, name: str, text: str) -> None:
        """Set one field to what was typed."""
        session = self._current()
        self._shown = None  # what was typed may be shown in other words
        before = self._confirmed.setdefault(name, session.recipe)
        try:
            recipe = presenter.changed(session.recipe, name, text)
            if name == _SOURCE:
                _require_path(recipe.data.source)
        except RecipeError as error:
            self._refused[name] = text, presenter.told(name, error)
            if name != "name":  # half of what was typed is not what was meant
                session.set_recipe(presenter.taken_back(session.recipe, name, before))
            self.refresh()
            return
        if name == "name":
            self._refused = {}
        self._refused.pop(name, None)
        session.set_recipe(recipe)
        self.refresh()  # what has a meaning may be other fields now

    def _confirm(self, name: str) -> None:
        if name not in self._refused:
            self._confirmed.pop(name, None)

    def browse(self, name: str) -> None:
        """Let the person choose a folder or a file for a field; the form comes back with it."""
        self._chip.popup.close()  # a popup and a dialog cannot be open together

        def chosen(path: Path) -> None:
            self.set_field(name, str(path))
            self._chip.open_form()

        if name == _SOURCE:
            files.ask_data(self._window, self._chip.mapToGlobal(self._chip.rect().bottomLeft()), chosen)
        else:
            kinds = self.tr("Weights (*.safetensors *.pt *.pth);;All files (*)")
            files.ask_file(self._window, self.tr("Choose trained weights"), kinds, chosen)

    def open_text(self) -> None:
        """Show the recipe as text to edit."""
        self._chip.popup.close()
        if self._text is None:
            self._text = RecipeText(self._window)
            self._text.typed.connect(self._take_text)
        self._text.editor.clearFocus()
        self._text.show_text(presenter.to_text(self._current().recipe))
        self._text.show()
        self._text.activateWindow()
        self._text.editor.setFocus()

    def _take_text(self, text: str) -> None:
        try:
            recipe = presenter.from_text(text)
        except RecipeError as error:
            self._text.judge(presenter.in_words(error))
            return
        self._text.judge("")
        self._take_up(recipe)

    def _take_up(self, recipe: Recipe) -> None:
        self._refused, self._confirmed = {}, {}
        self._current().set_recipe(recipe)
        self.refresh()

    def load(self) -> None:
        """Take up the recipe in a file that the person chooses."""
        self._chip.popup.close()
        files.ask_file(self._window, self.tr("Open a recipe"), self.tr(_KINDS), self._load)

    def _load(self, path: Path) -> None:
        try:
            self._take_up(read_recipe(path))
        except EngineError as error:
            self.refused.emit(BlockyardError(error.message, expected=error.expected, fix=error.fix))

    def save(self) -> None:
        """Write the recipe into a file that the person chooses."""
        self._chip.popup.close()
        recipe, said = self._current().recipe, self.tr("The recipe cannot be saved to {0}: {1}.")

        def write(path: Path) -> None:
            try:
                replace_file(path, presenter.to_text(recipe))
            except OSError as error:
                self.refused.emit(BlockyardError(said.format(path, error.strerror)))

        suggestion = Path(f"{recipe.name}.json")
        files.ask_target(self._window, self.tr("Save the recipe"), suggestion, self.tr(_KINDS), write)


def _require_path(source: str) -> None:
    """Raise RecipeError where a path is typed that is not there. Names of data sets are the engine's matter."""
    if not any(mark in source for mark in ("/", "\\", "~")):
        return
    try:
        found = Path(source).expanduser().exists()
    except (OSError, RuntimeError, ValueError):  # a path too long, a home that is not known, a NUL
        found = False
    if not found:
        raise RecipeError(
            translate("RecipeController", "There is no folder or file '{0}'.").format(source[:80]),
            fix=translate("RecipeController", "Choose one with the button at the right."),
        )
