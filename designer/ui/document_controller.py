"""What happens to the open designs as documents: opening, closing, saving, exporting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from pathlib import Path
from typing import TypeVar

from PySide6.QtCore import QObject, Qt, Signal
from PySide6.QtWidgets import QMenu, QWidget

from designer.base.errors import BlockyardError
from designer.document.document import DocumentError
from designer.document.presets import list_presets, open_design
from designer.session.session import ChangedOnDiskError, Session
from designer.ui import files
from designer.ui.background import Background
from designer.ui.language import translated
from designer.ui.start.recents import Recents
from designer.ui.tabs_controller import OpenDesign, TabsController

_FAMILIES = {"lenet": "LeNet", "alexnet": "AlexNet", "vgg": "VGG", "nin": "NiN", "googlenet": "GoogLeNet",
             "resnet": "ResNet"}  # fmt: skip
_STEM = re.compile(r"[a-z]+")
Made = TypeVar("Made")


def preset_families(names: Iterable[str]) -> list[tuple[str, list[str]]]:
    """The presets by family, the word that their ids begin with: those of the course first, in its order."""
    found: dict[str, list[str]] = {}
    for name in sorted(names, key=_natural):
        stem = _STEM.match(name)
        found.setdefault(stem[0] if stem else name, []).append(name)
    order = [*(stem for stem in _FAMILIES if stem in found), *sorted(found.keys() - _FAMILIES.keys())]
    return [(_FAMILIES.get(stem, stem.capitalize()), found[stem]) for stem in order]


def _natural(name: str) -> list[tuple[int, str]]:
    return [(int(part), "") if part.isdigit() else (0, part) for part in re.split(r"(\d+)", name)]


def _preset_titles() -> dict[str, str]:
    return {preset.id: preset.title for preset in list_presets()}


class DocumentController(QObject):
    """opened(session): show it in a tab. titles_known(titles): of the presets, by id. done(text), refused(error): to be
    told. conflicted(session, then): its file was changed by somebody else; `then` is called once it is saved."""

    opened = Signal(object)
    titles_known = Signal(dict)
    done = Signal(str)
    refused = Signal(object)
    conflicted = Signal(object, object)

    def __init__(self, window: QWidget, tabs: TabsController, recents: Recents) -> None:
        super().__init__(window)
        self._recents = recents
        self._window = window
        self._tabs = tabs
        self._titles: dict[str, str] = {}  # of the presets, by id
        self._reading = Background(self)
        self._working: set[Background] = set()  # what is being read or written

    def read_presets(self) -> None:
        """Learn what the presets are called, in the background, so that their menu opens at once."""
        if self._titles:
            self.titles_known.emit(self._titles)
        elif not self._reading.busy:
            self._reading.run(_preset_titles, self._know_presets, self.refused.emit, "preset titles")

    def _know_presets(self, titles: dict[str, str]) -> None:
        self._titles = {key: translated(title) for key, title in titles.items()}
        self.titles_known.emit(self._titles)

    def fill_presets(self, menu: QMenu) -> None:
        """Put all presets into a menu: a family of several in a menu of its own."""
        menu.clear()
        if not self._titles:
            self._know_presets(_preset_titles())
        for family, names in preset_families(self._titles):
            part = menu.addMenu(family) if len(names) > 1 else menu
            for name in names:
                action = part.addAction(self._titles[name])
                action.triggered.connect(lambda _=False, name=name: self.open(name))

    @property
    def _current(self) -> Session:
        return self._tabs.current.session

    # -- opening ------------------------------------------------------------------------------------------------------

    def new(self) -> None:
        """A tab with an empty canvas."""
        self.opened.emit(Session())

    def ask_open(self) -> None:
        """Open a file that the person chooses."""
        files.ask_open(self._window, lambda path: self.open(str(path)))

    def open(self, name_or_path: str) -> None:
        """Open a preset or a file; of a file that is open, its tab is shown."""
        open_already = self._tabs.find(Path(name_or_path))
        if open_already is not None:
            self._tabs.show(open_already)
        else:
            self.load(lambda: Session.open(name_or_path), self._show)

    def open_copy(self, path: Path) -> None:
        """Open what a file holds as a design of its own, so that saving leaves the file alone."""
        self.load(lambda: Session(open_design(str(path))), self._show)

    def _show(self, session: Session) -> None:
        open_already = self._tabs.find(session.path) if session.path else None  # asked for twice in a row
        if open_already is not None:
            self._tabs.show(open_already)
        else:
            self.opened.emit(session)
            if session.path is not None:
                self._recents.add(session.path)

    def load(self, make: Callable[[], Session], then: Callable[[Session], object]) -> None:
        """Read and check a design in the background, then call `then` with it; whatever goes wrong is told."""
        self.work(make, then, "opening a design")

    def work(self, make: Callable[[], Made], then: Callable[[Made], object], name: str) -> None:
        """Call `make` in the background, then `then` with what it made; whatever goes wrong is told."""
        working = Background(self)

        def ended() -> None:
            self._working.discard(working)
            working.deleteLater()
            if not self._working:
                self._window.unsetCursor()

        def ready(made: Made) -> None:
            ended()
            then(made)

        def refused(error: BlockyardError) -> None:
            ended()
            self.refused.emit(error)

        self._working.add(working)
        self._window.setCursor(Qt.CursorShape.BusyCursor)
        working.run(make, ready, refused, name)

    def let_go(self) -> None:
        """The window closes: what is being read is of no interest any more."""
        self._reading.forget()
        for working in self._working:
            working.forget()

    # -- leaving and saving -------------------------------------------------------------------------------------------

    def close(self, design: OpenDesign) -> None:
        """Close a tab, where nothing would be lost or the person wants it so."""
        self.leave([design.session], lambda: self._tabs.close(design))

    def leave(self, sessions: Iterable[Session], then: Callable[[], object]) -> None:
        """Call `then` when these designs may go: nothing would be lost, or the person wants it so."""
        unsaved = [session for session in sessions if not session.is_saved]
        if unsaved:
            files.ask_before_loss(self._window, unsaved, lambda: self._save_all(unsaved, then), then)
        else:
            then()

    def _save_all(self, sessions: Sequence[Session], then: Callable[[], object]) -> None:
        if sessions:
            self.save(lambda: self._save_all(sessions[1:], then), sessions[0])
        else:
            then()

    def save(self, then: Callable[[], object] = lambda: None, session: Session | None = None) -> None:
        """Save a design, by default the one that is shown, to its file, asking for one where it has none; call `then`
        when it is saved."""
        session = session or self._current
        if session.path is None:
            self.save_as(then, session)
        else:
            self.save_to(session, session.path, then)

    def save_as(self, then: Callable[[], object] = lambda: None, session: Session | None = None) -> None:
        """Save to a file that the person chooses, and call `then` when it is saved."""
        session = session or self._current
        files.ask_save(self._window, session, lambda path: self.save_to(session, path, then))

    def save_to(self, session: Session, path: Path, then: Callable[[], object], *, overwrite: bool = False) -> None:
        """Save a design to a file, and call `then` when it is saved. overwrite: also what another program wrote."""
        other = self._tabs.find(path)
        if other is not None and other.session is not session:
            self.refused.emit(
                DocumentError(
                    self.tr("{0} is open in another tab.").format(path.name),
                    fix=self.tr("Choose another name, or close that tab."),
                )
            )
        elif self._save(session, path, then, overwrite):
            then()

    def _save(self, session: Session, path: Path, then: Callable[[], object], overwrite: bool) -> bool:
        try:
            copy = session.save_as(path, overwrite=overwrite)
        except ChangedOnDiskError:
            self.conflicted.emit(session, then)
            return False
        except BlockyardError as error:
            self.refused.emit(error)
            return False
        self._recents.add(session.path)
        text = self.tr("Saved {0}").format(path.name)
        self.done.emit(self.tr("{0}; the damaged file is kept as {1}").format(text, copy.name) if copy else text)
        return True

    def export_module(self, *, lazy: bool = False) -> None:
        """Write the generated module where the person says. lazy: with PyTorch's lazy layers."""
        session = self._current

        def write(path: Path) -> None:
            self._try(lambda: session.export_module(path, lazy=lazy), self.tr("Exported {0}").format(path.name))

        files.ask_export(self._window, session, write)

    def export_project(self, *, lazy: bool = False) -> None:
        """Write a training project where the person says, with the weights that it starts from if they say so too.
        lazy: with PyTorch's lazy layers."""
        session = self._current
        weights = session.recipe.start.weights

        def chosen(folder: Path) -> None:
            if weights:
                files.ask_weights(self._window, weights, lambda wanted: write(folder, wanted))
            else:
                write(folder, False)

        def write(folder: Path, with_weights: bool) -> None:
            task = session.export_task(folder, lazy=lazy, with_weights=with_weights)
            done = self.tr("Exported {0}").format(folder.name)
            self.work(task, lambda _files: self.done.emit(done), "exporting a project")

        files.ask_folder(self._window, self.tr("Export a training project into a folder"), chosen)

    def _try(self, work: Callable[[], object], done: str) -> bool:
        try:
            work()
        except BlockyardError as error:
            self.refused.emit(error)
            return False
        self.done.emit(done)
        return True
