"""What happens to the open design as a document: another one in its place, saving, exporting."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from pathlib import Path

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMenu, QWidget

from designer.base.errors import BlockyardError
from designer.document.presets import list_presets, open_design
from designer.session.session import Session
from designer.ui import files
from designer.ui.background import Background

_FAMILIES = {"lenet": "LeNet", "alexnet": "AlexNet", "vgg": "VGG", "nin": "NiN", "googlenet": "GoogLeNet",
             "resnet": "ResNet"}  # fmt: skip
_STEM = re.compile(r"[a-z]+")


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
    """opened(session): show it in place of the open one. done(text), refused(error): to be told."""

    opened = Signal(object)
    done = Signal(str)
    refused = Signal(object)

    def __init__(self, window: QWidget, current: Callable[[], Session]) -> None:
        super().__init__(window)
        self._window = window
        self._current = current
        self._titles: dict[str, str] = {}  # of the presets, by id
        self._reading = Background(self)

    def read_presets(self) -> None:
        """Learn what the presets are called, in the background, so that their menu opens at once."""
        self._reading.run(_preset_titles, self._know_presets, self.refused.emit, "preset titles")

    def _know_presets(self, titles: dict[str, str]) -> None:
        self._titles = titles

    def fill_presets(self, menu: QMenu) -> None:
        """Put all presets into a menu: a family of several in a menu of its own."""
        menu.clear()
        if not self._titles:
            self._titles = _preset_titles()
        for family, names in preset_families(self._titles):
            part = menu.addMenu(family) if len(names) > 1 else menu
            for name in names:
                action = part.addAction(self._titles[name])
                action.triggered.connect(lambda _=False, name=name: self.open(name))

    def new(self) -> None:
        """An empty canvas in place of the open design."""
        self._replace(Session)

    def ask_open(self) -> None:
        """Open a file that the person chooses."""
        files.ask_open(self._window, lambda path: self.open(str(path)))

    def open(self, name_or_path: str) -> None:
        """Open a preset or a file."""
        self._replace(lambda: Session.open(name_or_path))

    def open_copy(self, path: Path) -> None:
        """Open what a file holds as a design of its own, so that saving leaves the file alone."""
        self._replace(lambda: Session(open_design(str(path))))

    def _replace(self, make: Callable[[], Session]) -> None:
        """Put another design in the place of the open one; whatever goes wrong, the open one stays."""
        try:
            session = make()
        except BlockyardError as error:
            self.refused.emit(error)
            return
        self.leave(lambda: self.opened.emit(session))

    def leave(self, then: Callable[[], object]) -> None:
        """Call `then` when the open design may go: nothing would be lost, or the person wants it so."""
        if self._current().is_saved:
            then()
        else:
            files.ask_before_loss(self._window, self._current(), lambda: self.save(then), then)

    def save(self, then: Callable[[], object] = lambda: None) -> None:
        """Save to the design's file, asking for one where it has none, and call `then` when it is saved."""
        path = self._current().path
        if path is None:
            self.save_as(then)
        else:
            self._save_to(path, then)

    def save_as(self, then: Callable[[], object] = lambda: None) -> None:
        """Save to a file that the person chooses, and call `then` when it is saved."""
        files.ask_save(self._window, self._current(), lambda path: self._save_to(path, then))

    def _save_to(self, path: Path, then: Callable[[], object]) -> None:
        if self._try(lambda: self._current().save_as(path), self.tr("Saved {0}").format(path.name)):
            then()

    def export_module(self) -> None:
        """Write the generated module where the person says."""
        session = self._current()
        files.ask_export(
            self._window,
            session,
            lambda path: self._try(lambda: session.export_module(path), self.tr("Exported {0}").format(path.name)),
        )

    def export_project(self) -> None:
        """Write a training project where the person says."""
        session = self._current()
        files.ask_folder(
            self._window,
            self.tr("Export a training project into a folder"),
            lambda path: self._try(lambda: session.export_project(path), self.tr("Exported {0}").format(path.name)),
        )

    def _try(self, work: Callable[[], object], done: str) -> bool:
        try:
            work()
        except BlockyardError as error:
            self.refused.emit(error)
            return False
        self.done.emit(done)
        return True
