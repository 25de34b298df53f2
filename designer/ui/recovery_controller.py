"""Between the open designs and their journals: keeps one for each, and offers what a crash left behind."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QDateTime, QLocale, QObject, QTimer, Signal

from designer.document.journal import Recoverable
from designer.session.autosave import Autosave, recoverable
from designer.session.session import Session
from designer.ui.background import Background
from designer.ui.banner import Banner
from designer.ui.document_controller import DocumentController
from designer.ui.tabs_controller import OpenDesign, TabsController
from designer.ui.toasts import Toasts

_SYNC_MS = 2000  # after an edit, until it is on the disk and outlives the machine too
_MOST_NAMES = 4


class RecoveryController(QObject):
    """refused(error): something cannot be kept."""

    refused = Signal(object)

    def __init__(self, banner: Banner, documents: DocumentController, tabs: TabsController, toasts: Toasts) -> None:
        super().__init__(toasts)
        self._banner, self._documents, self._tabs, self._toasts = banner, documents, tabs, toasts
        self._found: Sequence[Recoverable] = ()
        self._autosaves: dict[OpenDesign, Autosave] = {}
        self._is_wanted = True
        self._looking, self._syncing = Background(self), Background(self)
        self._due = QTimer(self, singleShot=True, interval=_SYNC_MS)
        self._due.timeout.connect(self._sync)
        tabs.opened.connect(self._keep)
        tabs.closed.connect(self._close)

    # -- journals -----------------------------------------------------------------------------------------------------

    def keep(self, wanted: bool) -> None:
        """Keep journals from now on, or keep none."""
        self._is_wanted = wanted
        if not wanted:
            self._close_all()
            return
        for design in self._tabs:
            if design not in self._autosaves:
                self._keep(design)

    def _close_all(self) -> None:
        for autosave in self._autosaves.values():
            autosave.close()
        self._autosaves = {}

    def _close(self, design: OpenDesign) -> None:
        if design in self._autosaves:
            self._autosaves.pop(design).close()

    def _keep(self, design: OpenDesign) -> None:
        if not self._is_wanted:
            return
        self._autosaves[design] = Autosave(design.session, self.refused.emit)
        for signal in (design.session.changed, design.session.state_changed):
            signal.connect(lambda *_: self._due.isActive() or self._due.start())

    def _sync(self) -> None:
        kept = list(self._autosaves.values())

        def work() -> None:
            for autosave in kept:
                autosave.sync()

        self._syncing.run(work, lambda _done: None, self.refused.emit, "journals")

    def let_go(self) -> None:
        """The window closes, and everybody was asked: there is nothing to be offered."""
        self._due.stop()
        self._looking.forget()
        self._syncing.forget()
        self._close_all()
        for item in self._found:
            item.release()  # to be offered at the next start

    # -- what a crash left --------------------------------------------------------------------------------------------

    def look(self) -> None:
        """Look in the background for what was not saved, and offer it."""
        self._looking.run(recoverable, self.offer, self.refused.emit, "journals of before")

    def offer(self, found: Sequence[Recoverable]) -> None:
        """Say what was not saved, and ask what to do with it."""
        self._found = found
        if found:
            self._banner.ask(
                self._words(found),
                (self.tr("Recover"), lambda: self._recover(found)),
                (self.tr("Discard"), lambda: self._discard(found)),
            )

    def _words(self, found: Sequence[Recoverable]) -> str:
        when = QDateTime.fromSecsSinceEpoch(int(found[0].at))
        locale = QLocale()
        clock = locale.toString(when.time(), QLocale.FormatType.ShortFormat)
        if when.date() == QDateTime.currentDateTime().date():
            stopped = self.tr("when Blockyard stopped at {0}").format(clock)
        else:
            day = locale.toString(when.date(), QLocale.FormatType.ShortFormat)
            stopped = self.tr("when Blockyard stopped on {0} at {1}").format(day, clock)
        if len(found) == 1:
            return self.tr("{0} was not saved {1}.").format(found[0].title, stopped)
        names = [item.title for item in found[:_MOST_NAMES]] + (["…"] if len(found) > _MOST_NAMES else [])
        return self.tr("{0} designs were not saved {1}: {2}.").format(len(found), stopped, ", ".join(names))

    def _recover(self, found: Sequence[Recoverable]) -> None:
        for item in found:
            self._documents.load(self._making(item), lambda session, item=item: self._take_up(session, item))

    def _making(self, item: Recoverable) -> Callable[[], Session]:
        other = self._tabs.find(item.path) if item.path else None
        is_taken = other is not None and not other.session.is_saved
        path = None if is_taken else item.path  # the file is being edited already: this one is saved elsewhere
        return lambda: Session.recovered(item.document, path)

    def _take_up(self, session: Session, item: Recoverable) -> None:
        other = self._tabs.find(session.path) if session.path else None
        self._tabs.open(session)  # from here on it has a journal of its own
        item.discard()
        if other is not None:
            self._tabs.close(other)

    def _discard(self, found: Sequence[Recoverable]) -> None:
        """Forget what was not saved, once there was time to think better of it."""
        undone: list[bool] = []
        text = self.tr("Discarded {0}").format(", ".join(item.title for item in found))

        def undo() -> None:
            undone.append(True)
            self.offer(found)

        toast = self._toasts.show(text, "info", self.tr("Undo"), undo)
        toast.gone.connect(lambda: undone or _forget(found))


def _forget(found: Sequence[Recoverable]) -> None:
    """Delete what was left, for good."""
    for item in found:
        item.discard()
