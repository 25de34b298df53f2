"""Between the data dock and the engine: looks into the open design's data while the dock is seen, and only then."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial
from pathlib import Path

from PySide6.QtCore import QObject, QTimer
from PySide6.QtWidgets import QWidget

from designer.base.errors import BlockyardError
from designer.base.text import joined
from designer.engine.protocol import Preparing
from designer.engine.protocol_data import Answer, Described, Refused, Samples, Transforms
from designer.engine.recipe import AugmentRecipe, Recipe
from designer.session.data_facts import described_facts
from designer.session.data_view import DataView
from designer.session.session import Session
from designer.ui import files
from designer.ui.docks.data import Data
from designer.ui.help_controller import HelpController
from designer.ui.language import translated
from designer.ui.panels import Panels
from designer.ui.presenters import data as presenter
from designer.ui.presenters.reports import progress_line

_POLL_MS = 50
_SETTLE_MS = 300  # after the last change of the recipe
_IDLE_MS = 60_000  # an engine that nobody looks at is let go
_PAGE = 48  # samples at a time
_ROWS, _DRAWS = 4, 4


class DataController(QObject):
    """One data set at a time. set_field(key, text): changes the recipe, as its form does."""

    def __init__(
        self,
        current: Callable[[], Session],
        set_field: Callable[[str, str], object],
        panels: Panels,
        helping: HelpController,
        window: QWidget,
    ) -> None:
        super().__init__(window)
        self.dock = dock = Data()
        self._current, self._set_field = current, set_field
        self._is_shown = partial(panels.is_shown, "data")
        self._window = window
        self._view = DataView()
        self._recipe: Recipe | None = None  # what was last asked about
        self._asked_for: Session | None = None  # whose recipe it is of
        self._described: Described | None = None
        self._description = 0  # the number of the request
        self._part, self._label = "train", None
        self._seed = 0
        self._poll_timer = self._timer(_POLL_MS, self._poll)
        self._settle = self._timer(_SETTLE_MS, self._look, single=True)
        self._idle = self._timer(_IDLE_MS, self.let_go, single=True)
        dock.help_requested.connect(lambda: helping.open("features/data"))
        dock.refresh_requested.connect(self.look_again)
        dock.cancel_requested.connect(self._cancel)
        dock.fetch_requested.connect(lambda: self._describe(fetch=True))
        dock.browse_requested.connect(self._browse)
        dock.dropped.connect(self._take_up)
        dock.skip_requested.connect(lambda: self._set_field("data.skip_broken", "True"))
        dock.part_chosen.connect(self._choose_part)
        dock.label_chosen.connect(self._choose_label)
        dock.more_wanted.connect(self._more)
        dock.reroll_requested.connect(self.reroll)

    def _timer(self, interval: int, slot: Callable[[], object], single: bool = False) -> QTimer:
        timer = QTimer(self, interval=interval, singleShot=single)
        timer.timeout.connect(slot)
        return timer

    # -- when to look -----------------------------------------------------------------------------------------------

    def refresh(self) -> None:
        """The recipe, the design or the dock's visibility may have changed: look again soon, if anybody sees it."""
        if self._is_shown():
            self._idle.stop()
            self._settle.start()
        elif self._view.alive and not self._idle.isActive():
            self._idle.start()

    def look_again(self) -> None:
        """Describe the data anew, whatever is known of them."""
        self._recipe = None
        self._look()

    def reroll(self) -> None:
        """Other images, and other chances."""
        self._seed += 1
        self._ask_transforms()

    def let_go(self) -> None:
        """End the engine; what is shown stays."""
        self._poll_timer.stop()
        self._settle.stop()
        self._view.close()

    def _look(self) -> None:
        from designer.session.preparing import fitted  # brings the code generator; not before it is needed

        if not self._is_shown():
            return
        session = self._current()
        recipe, before = fitted(session.recipe, session.analysis), self._recipe
        other, self._asked_for = session is not self._asked_for, session
        self._recipe = recipe
        if other or before is None or _data_of(before) != _data_of(recipe):
            self._describe()
        elif self._described is not None and (before.data, before.augment) != (recipe.data, recipe.augment):
            self._ask_transforms()

    # -- asking -----------------------------------------------------------------------------------------------------

    def _describe(self, fetch: bool = False) -> None:
        recipe = self._recipe
        if recipe is None:
            return
        self._described = None
        self.dock.show_progress(self.tr("Looking into {0}…").format(Path(recipe.data.source).name))
        self._description = self._asked(lambda: self._view.describe(recipe, fetch)) or 0

    def _ask_samples(self, first: int = 0) -> None:
        recipe = self._recipe
        if recipe is not None and self._described is not None:
            self._asked(lambda: self._view.samples(recipe, self._part, self._label, first, _PAGE))

    def _ask_transforms(self) -> None:
        recipe = self._recipe
        if recipe is not None and self._described is not None:
            self._asked(lambda: self._view.transforms(recipe, self._seed, _ROWS, _DRAWS))

    def _asked(self, ask: Callable[[], int]) -> int | None:
        try:
            number = ask()
        except BlockyardError as error:
            self.dock.show_refusal(translated(error.message), translated(error.fix))
            return None
        self._poll_timer.start()
        return number

    def _choose_part(self, part: str) -> None:
        self._part = part or "train"
        if self._described is not None:
            self.dock.show_classes(presenter.classes_of(self._described, self._part))
        self._begin_samples()

    def _choose_label(self, label: int | None) -> None:
        self._label = label
        self._begin_samples()

    def _begin_samples(self) -> None:
        self.dock.clear_samples()
        self._ask_samples()

    def _more(self, first: int) -> None:
        self._ask_samples(first)

    def _cancel(self) -> None:
        self.let_go()
        self.dock.show_note(self.tr("Cancelled; what was fetched is kept, to go on from."))

    def _browse(self) -> None:
        button = self.dock.browse
        files.ask_data(self._window, button.mapToGlobal(button.rect().bottomLeft()), self._take_up)

    def _take_up(self, path: Path) -> None:
        self._set_field("data.source", str(path))

    # -- hearing ----------------------------------------------------------------------------------------------------

    def _poll(self) -> None:
        for answer in self._view.poll():
            self._take(answer)
        if not self._view.busy:
            self._poll_timer.stop()

    def _take(self, answer: Answer | Preparing) -> None:
        match answer:
            case Preparing():
                share = answer.done / answer.total if answer.total else None
                self.dock.show_progress(progress_line(answer), share)
            case Refused() if answer.request == self._description and self._recipe is not None:
                fetch = presenter.to_fetch(self._recipe) if "not on this machine" in answer.message else ""
                self.dock.show_refusal(translated(answer.message), translated(answer.fix), fetch)
            case Refused():
                self.dock.show_note(translated(joined(answer.message, answer.fix)), "error")
            case Described():
                self._take_description(answer)
            case Samples() if answer.part == self._part and answer.first == len(self.dock.grid.pictures):
                views = [presenter.sample_view(sample, self._classes) for sample in answer.samples]
                self.dock.add_samples(views, answer.total)
            case Transforms():
                self.dock.show_transforms(presenter.transformed_views(answer, self._classes))

    def _take_description(self, described: Described) -> None:
        if self._recipe is None:
            return
        self._described = described
        if self._asked_for is not None:
            self._asked_for.know_data(described_facts(described, self._asked_for.recipe))
        if all(part.name != self._part for part in described.parts):
            self._part = "train"
        if self._label is not None and self._label >= len(described.classes):
            self._label = None
        self.dock.show_facts(presenter.facts_of(described, self._recipe))
        self.dock.show_classes(presenter.classes_of(described, self._part))
        self._begin_samples()
        self._ask_transforms()

    @property
    def _classes(self) -> tuple[str, ...]:
        return self._described.classes if self._described else ()


def _data_of(recipe: Recipe) -> tuple[object, AugmentRecipe]:
    """What decides which images there are: the rest only changes what is done to them."""
    data = replace(recipe.data, normalise="unit", mean=(), std=())
    return data, AugmentRecipe(scale=recipe.augment.scale)
