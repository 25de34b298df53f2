"""The designs that are open, one a tab, and which of them is shown. The bar holds them in their order."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count
from pathlib import Path

from PySide6.QtCore import QObject, Signal, SignalInstance

from designer.session.session import Session
from designer.ui.design_tabs import DesignTabs
from designer.ui.trail import Place


@dataclass(eq=False)
class OpenDesign:
    """What a tab stands for. place: where the person was in it, None before it was left for another. is_start: it shows
    the start page, and its session is a new one."""

    session: Session
    place: Place | None = None
    is_start: bool = False
    label: tuple[str, int] = ("", 1)  # its title on the tab, and which of the designs with that title it is

    @property
    def is_blank(self) -> bool:
        """Whether it is a new design to which nobody has done anything."""
        session = self.session
        return session.path is None and not session.design.root.nodes and not session.history.names and session.is_saved


class TabsController(QObject):
    """opened(design), closed(design): it is there, it is gone. left(design): another one is about to be shown.
    shown(design): it is the current one from now on. analysed(), state_changed(): of the current one's session.
    emptied(): the last one was closed; whoever hears it opens another. close_requested(design): a person wants
    it closed."""

    opened = Signal(object)
    closed = Signal(object)
    left = Signal(object)
    shown = Signal(object)
    analysed = Signal()
    state_changed = Signal()
    emptied = Signal()
    close_requested = Signal(object)

    def __init__(self, bar: DesignTabs, parent: QObject) -> None:
        super().__init__(parent)
        self._bar = bar
        self._current: OpenDesign | None = None
        bar.currentChanged.connect(self._switch)
        bar.close_requested.connect(lambda index: self.close_requested.emit(bar.tabData(index)))

    def __iter__(self) -> Iterator[OpenDesign]:
        return (self._bar.tabData(index) for index in range(self._bar.count()))

    @property
    def current(self) -> OpenDesign:
        """The one that is shown."""
        return self._current

    def open_start(self) -> None:
        """Show the start page, in a tab of its own where there is none yet."""
        start = next((design for design in self if design.is_start), None)
        if start is None:
            self._open(OpenDesign(Session(), is_start=True))
        else:
            self.show(start)

    def open(self, session: Session) -> None:
        """Show a design in a tab of its own, or in that of a new one to which nobody has done anything."""
        self._open(OpenDesign(session))

    def _open(self, design: OpenDesign) -> None:
        session = design.session
        index = self._bar.currentIndex()
        if self._current is not None and self._current.is_blank and not design.is_start:
            self._bar.setTabData(index, design)
            self.closed.emit(self._current)
        else:
            index = self._bar.add(design)
        session.analysed.connect(lambda _analysis: self._tell(design, self.analysed))
        session.state_changed.connect(lambda: self._tell(design, self.state_changed))
        self._refresh(design)
        self.opened.emit(design)
        self._bar.setCurrentIndex(index)
        self._switch(index)

    def show(self, design: OpenDesign) -> None:
        """Bring a tab to the front."""
        self._bar.setCurrentIndex(self._index(design))

    def step(self, steps: int) -> None:
        """Go on to the next tab, or back, round and round."""
        self._bar.setCurrentIndex((self._bar.currentIndex() + steps) % self._bar.count())

    def find(self, path: Path) -> OpenDesign | None:
        """The tab in which a file is open."""
        wanted = path.absolute().resolve()
        return next(
            (design for design in self if design.session.path and design.session.path.resolve() == wanted), None
        )

    def of(self, session: Session) -> OpenDesign | None:
        """The tab of a session, None where it was closed."""
        return next((design for design in self if design.session is session), None)

    def close(self, design: OpenDesign) -> None:
        """Close a tab, whatever is unsaved in it."""
        index = self._index(design)
        if index < 0:
            return
        if self._bar.count() == 1:
            self._current = None
            self._bar.removeTab(index)
            self.closed.emit(design)
            self.emptied.emit()
        else:
            self._bar.removeTab(index)
            self.closed.emit(design)

    def _index(self, design: OpenDesign) -> int:
        return next((index for index, other in enumerate(self) if other is design), -1)

    def _switch(self, index: int) -> None:
        design = self._bar.tabData(index) if index >= 0 else None
        if design is None or design is self._current:
            return
        if self._current is not None:
            self.left.emit(self._current)
        self._current = design
        self.shown.emit(design)

    def _tell(self, design: OpenDesign, signal: SignalInstance) -> None:
        self._refresh(design)
        if design is self._current:
            signal.emit()

    def _refresh(self, design: OpenDesign) -> None:
        index = self._index(design)
        if index >= 0 and design.is_start:
            self._bar.show_state(index, self.tr("Start"), self.tr("Templates and recent files"), False)
        elif index >= 0:
            session = design.session
            title = self._label(design)
            title = self.tr("{0} (recovered)").format(title) if session.losses else title
            where = str(session.path) if session.path else self.tr("Not in a file yet")
            tip = f"{title}\n{where}"
            self._bar.show_state(index, title, tip, not session.is_saved)

    def _label(self, design: OpenDesign) -> str:
        """What tells a design from the others that are open: its title, with a number where another one has it too."""
        wanted, (title, number) = design.session.title, design.label
        others = [other.label for other in self if other is not design]
        taken = {number for title, number in others if title == wanted}
        if title != wanted or number in taken:
            title, number = wanted, next(n for n in count(1) if n not in taken)
            design.label = title, number
        return title if number == 1 else f"{title} ({number})"
