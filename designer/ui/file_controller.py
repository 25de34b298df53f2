"""What a person decides about a file that others have in hand too: reload it, keep both, compare, overwrite."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from itertools import islice

from PySide6.QtCore import QObject, Signal
from PySide6.QtWidgets import QMessageBox, QWidget

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.document.document import Document
from designer.document.on_disk import DiskState, OnDisk
from designer.document.reading import read_document
from designer.document.versions import version_name
from designer.editing.differences import differences
from designer.session.session import Session
from designer.ui.banner import Banner
from designer.ui.document_controller import DocumentController
from designer.ui.file_watch import FileWatch
from designer.ui.language import translated
from designer.ui.rich_text import menu_text, message_box
from designer.ui.tabs_controller import OpenDesign, TabsController

_MOST_TOLD = 25  # differences that are told one by one
_MOST_COUNTED = 10_000

Read = tuple[Document, OnDisk]


class FileController(QObject):
    """Shows a notice above the design whose file is not what it was, and puts the question when it is to be saved.
    done(text), refused(error): to be told."""

    done = Signal(str)
    refused = Signal(object)

    def __init__(self, window: QWidget, banner: Banner, tabs: TabsController, documents: DocumentController) -> None:
        super().__init__(window)
        self._window, self._banner, self._tabs, self._documents = window, banner, tabs, documents
        self._told: tuple[object, ...] = ()  # what the notice says, so that it is said once
        self.watch = FileWatch(tabs)
        self.watch.looked.connect(self._show)
        tabs.shown.connect(lambda _design: self._show(anew=True))
        tabs.state_changed.connect(self._show)
        documents.conflicted.connect(self.ask)

    def let_go(self) -> None:
        """The window closes."""
        self.watch.let_go()

    def _show(self, anew: bool = False) -> None:
        design = self._tabs.current
        if design is None:
            return
        session = design.session
        told = (design, session.path, session.disk_state, session.disk, self.watch.is_elsewhere(design))
        if told == self._told and not anew:
            return
        self._told = told
        words = self._words(design)
        if words is None:
            self._banner.hide()
        else:
            self._banner.ask(words[0], *words[1])

    def _words(self, design: OpenDesign) -> tuple[str, Sequence[tuple[str, Callable[[], object]]]] | None:
        session = design.session
        if session.path is None:
            return None
        name = session.path.name
        if session.disk_state is DiskState.CHANGED:
            return self.tr("{0} was changed by another program.").format(name), (
                (self.tr("Reload"), lambda: self.reload(session)),
                (self.tr("Compare…"), lambda: self.compare(session, lambda: None)),
                (self.tr("Keep both…"), lambda: self.keep_both(session, lambda: None)),
            )
        if session.disk_state is DiskState.GONE:
            text = self.tr("{0} is not there any more: it was moved, renamed or deleted. Saving puts it back.")
            return text.format(name), (
                (self.tr("Save"), lambda: self._documents.save(session=session)),
                (self.tr("Save as…"), lambda: self._documents.save_as(session=session)),
            )
        if self.watch.is_elsewhere(design):
            text = self.tr("{0} is open in another window of Blockyard. Save here only what is not edited there.")
            return text.format(name), ()
        return None

    # -- when it is to be saved ---------------------------------------------------------------------------------------

    def ask(self, session: Session, then: Callable[[], object], details: str = "") -> None:
        """Ask what to do with a file that was changed by somebody else. then: called once the design is saved."""
        name = session.path.name
        told = self.tr("Saving would write over that. What is overwritten is kept beside the file as {0}.")
        question = self.tr("{0} was changed by another program.").format(name)
        box = message_box(self._window, question, details or told.format(version_name(session.path, 1).name))
        ways = [
            (self.tr("Keep both"), lambda: self.keep_both(session, then)),
            (self.tr("Reload"), lambda: self.reload(session)),
            (self.tr("Overwrite"), lambda: self._documents.save_to(session, session.path, then, overwrite=True)),
        ]
        if not details:
            ways.insert(2, (self.tr("Compare…"), lambda: self.compare(session, then)))
        answers = {}
        for title, way in ways:
            answers[box.addButton(menu_text(title), QMessageBox.ButtonRole.ActionRole)] = way
        box.setDefaultButton(next(iter(answers)))
        box.setEscapeButton(box.addButton(QMessageBox.StandardButton.Cancel))
        box.buttonClicked.connect(lambda button: answers.get(button, lambda: None)())
        box.open()

    def keep_both(self, session: Session, then: Callable[[], object]) -> None:
        """Save what is here beside the file, under a name that is free, and go on with that."""
        path = session.path
        names = (path.with_name(f"{path.stem}-{number}{path.suffix}") for number in range(2, 10_000))
        beside = next((name for name in names if not name.exists()), None)
        if beside is None:
            self._documents.save_as(then, session)
        else:
            self._documents.save_to(session, beside, then)

    def reload(self, session: Session) -> None:
        """Take what the file holds; undo takes it back."""

        def take(read: Read) -> None:
            try:
                kept = session.reload(*read)
            except BlockyardError as error:
                self.refused.emit(error)
                return
            name = session.path.name
            text = self.tr("Reloaded {0}; undo brings back what was here").format(name)
            saved = self.tr("Reloaded {0}; undo brings back what was here, and it is kept as {1}")
            self.done.emit(saved.format(name, kept.name) if kept else text)

        self._read(session, take)

    def compare(self, session: Session, then: Callable[[], object]) -> None:
        """Say what the file holds that is not here, and what is here and not there; then ask."""

        path, here = session.path, session.document

        def work() -> tuple[list[str], int]:
            document = read_document(path)
            found: list[str] = list(islice(differences(here.design, document.design), _MOST_COUNTED))
            if document.recipe != here.recipe:
                found.insert(0, Text("The recipe is another one."))
            return found[:_MOST_TOLD], len(found)

        def tell(found: tuple[list[str], int]) -> None:
            lines, count = found
            said = [f"•  {translated(line)}" for line in lines]
            if count > len(lines):
                said.append(self.tr("and {0} more").format(f"{count - len(lines):,}"))
            head = self.tr("The file, compared with what is here:")
            same = self.tr("The file holds the same design and the same recipe, written in another way.")
            self.ask(session, then, "\n".join([head, *said]) if count else same)

        self._documents.work(work, tell, "comparing")

    def _read(self, session: Session, take: Callable[[Read], object]) -> None:
        path = session.path

        def work() -> Read:
            disk = OnDisk.of(path)
            return read_document(path), disk

        self._documents.work(work, take, "reloading a design")
