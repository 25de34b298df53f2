"""Looks after the files of the open designs: what another program changed, moved or deleted is told at once.

The folders are watched too, since most programs put a new file into the place of the old one. Where the system tells
nothing, as on many network disks, the window looks again whenever one comes back to it, and before each save.
"""

from __future__ import annotations

import os
from collections.abc import Sequence

from PySide6.QtCore import QFileSystemWatcher, QObject, Qt, QTimer, Signal
from PySide6.QtWidgets import QApplication

from designer.document.on_disk import DiskState, OnDisk
from designer.session.open_mark import OpenMark
from designer.session.session import Session
from designer.ui.background import Background
from designer.ui.tabs_controller import OpenDesign, TabsController

_SETTLE_MS = 100  # a file that is being written is looked at once, when it is there

Look = tuple[Session, OnDisk, DiskState, OnDisk]


class FileWatch(QObject):
    """looked(): something was found, or who has a file open is known anew."""

    looked = Signal()

    def __init__(self, tabs: TabsController) -> None:
        super().__init__(tabs)
        self._tabs = tabs
        self._marks: dict[OpenDesign, OpenMark] = {}
        self._watcher: QFileSystemWatcher | None = None
        self._is_wanted = True
        self._looking = Background(self)
        self._due = QTimer(self, singleShot=True, interval=_SETTLE_MS)
        self._due.timeout.connect(self.look)
        tabs.opened.connect(self._follow)
        tabs.closed.connect(self._forget)
        QApplication.instance().applicationStateChanged.connect(self._come_back)

    def is_elsewhere(self, design: OpenDesign) -> bool:
        """Whether another window has this design's file open."""
        mark = self._marks.get(design)
        return mark is not None and not mark.is_ours

    def look(self) -> None:
        """Look at the files of all designs, in the background."""
        seen = [(design.session, design.session.disk) for design in self._tabs if design.session.disk is not None]
        marks = list(self._marks.values())

        def work() -> list[Look]:
            for mark in marks:
                mark.take()
            return [(session, disk, *disk.look()) for session, disk in seen]

        if self._is_wanted and seen:
            self._looking.run(work, self._note, lambda _error: None, "files")

    def _note(self, looks: Sequence[Look]) -> None:
        self._watch()  # a file that was replaced is another one, and has to be watched anew
        for session, before, state, now in looks:
            session.saw_file(before, state, now)
        self.looked.emit()

    def let_go(self) -> None:
        """The window closes."""
        self._is_wanted = False
        self._due.stop()
        self._looking.forget()
        for mark in self._marks.values():
            mark.release()
        self._marks = {}
        if self._watcher is not None:
            self._watcher.deleteLater()
            self._watcher = None

    def _follow(self, design: OpenDesign) -> None:
        design.session.state_changed.connect(lambda: self._refresh(design))
        self._refresh(design)

    def _forget(self, design: OpenDesign) -> None:
        if design in self._marks:
            self._marks.pop(design).release()
        self._watch()

    def _refresh(self, design: OpenDesign) -> None:
        """Its file may be another one than before."""
        mark, path = self._marks.get(design), design.session.path
        if not self._is_wanted or (mark.path if mark else None) == path:
            return
        if mark is not None:
            self._marks.pop(design).release()
        if path is not None and self._tabs.of(design.session) is not None:
            self._marks[design] = OpenMark(path)
        self._watch()
        self.looked.emit()

    def _watch(self) -> None:
        if not self._is_wanted:
            return
        wanted = {
            str(place)
            for mark in self._marks.values()
            for path in {mark.path, type(mark.path)(os.path.realpath(mark.path))}
            for place in (path, path.parent, path.parent.parent)  # the folder may be renamed too
            if place.exists()
        }
        if self._watcher is None:
            if not wanted:
                return
            self._watcher = QFileSystemWatcher(self)
            self._watcher.fileChanged.connect(self._look_soon)
            self._watcher.directoryChanged.connect(self._look_soon)
        watched = {*self._watcher.files(), *self._watcher.directories()}
        if watched - wanted:
            self._watcher.removePaths(list(watched - wanted))
        if wanted - watched:
            self._watcher.addPaths(list(wanted - watched))

    def _come_back(self, state: Qt.ApplicationState) -> None:
        if state == Qt.ApplicationState.ApplicationActive:
            self._look_soon()

    def _look_soon(self, _path: str = "") -> None:
        if self._is_wanted and not self._due.isActive():  # or one that changes all the time would never be looked at
            self._due.start()
