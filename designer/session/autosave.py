"""Autosave: each edit of a session goes into a journal while something is unsaved, to be offered after a crash."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from designer.base.errors import BlockyardError
from designer.base.paths import data_dir
from designer.base.text import Text
from designer.document.document import DocumentError
from designer.document.journal import Journal, Recoverable, find_recoverable
from designer.session.session import Session


def journals_dir() -> Path:
    """The folder of the journals."""
    return data_dir() / "journals"


def recoverable() -> list[Recoverable]:
    """What was not saved when Blockyard stopped, the latest first."""
    return find_recoverable(journals_dir())


class Autosave:
    """Keeps the journal of one session. failed(error): it cannot be kept; told once until it can again."""

    def __init__(self, session: Session, failed: Callable[[BlockyardError], object]) -> None:
        self._session = session
        self._failed = failed
        self._has_failed = False
        self._journal: Journal | None = None
        self._stop = (
            session.changed.connect(lambda _before, _after, name: self._note(name)),
            session.state_changed.connect(self._state_changed),
        )
        self._note("")

    def sync(self) -> None:
        """Bring the journal to the disk, so that it outlives the machine too. May be called in another thread."""
        journal = self._journal
        if journal is not None:
            journal.sync()

    def close(self) -> None:
        """The design is closed: nothing of it is to be offered."""
        for stop in self._stop:
            stop()
        self._discard()

    def _state_changed(self) -> None:
        if self._session.is_saved:
            self._discard()
        else:
            self._note("")

    def _note(self, name: str) -> None:
        session, journal = self._session, self._journal
        if journal is None and session.is_saved:
            return
        try:
            if journal is None:
                self._journal = Journal(journals_dir(), session.path, session.document)
            elif journal.is_full:
                self._journal = journal.next(session.document)
            else:
                journal.append(session.document, name, session.is_saved)
            self._has_failed = False
        except DocumentError:
            return  # a value that no file can hold, which saving will tell; the next state is noted again
        except OSError as error:
            self._tell(error)

    def _tell(self, error: OSError) -> None:
        if not self._has_failed:
            self._has_failed = True
            self._failed(
                BlockyardError(
                    Text("What you do cannot be kept in case of a crash: {reason}.", reason=error.strerror or error),
                    fix=Text("Save the design, and make room for {folder}.", folder=journals_dir()),
                )
            )

    def _discard(self) -> None:
        if self._journal is not None:
            self._journal.discard()
            self._journal = None
