"""The personal library in the window: read in the background; blocks are kept, renamed and removed."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QObject, Signal

from designer.base.errors import BlockyardError
from designer.document.library import PERSONAL, Kept, PersonalLibrary, free_name
from designer.editing.updating import with_origin
from designer.session.shelf import Shelf
from designer.ui.background import Background
from designer.ui.canvas_controller import CanvasController
from designer.ui.language import translated
from designer.ui.toasts import Toasts

_MOST_FAULTS = 3  # told in one toast


class LibraryController(QObject):
    """changed(): the library holds something else. renamed(old, new): one of its blocks is called otherwise. `shelf` is
    what can be taken into a design."""

    changed = Signal()
    renamed = Signal(str, str)

    def __init__(self, canvas: CanvasController, toasts: Toasts, parent: QObject) -> None:
        super().__init__(parent)
        self._canvas, self._toasts = canvas, toasts
        self._library = PersonalLibrary()
        self._reading = Background(self)
        self._faults: tuple[str, ...] = ()  # that were told
        self._was_read = False
        self.shelf = Shelf()
        parent.installEventFilter(self)

    # -- what it holds ------------------------------------------------------------------------------------------------

    def read(self) -> None:
        """Look into the folder, in the background."""
        self._reading.run(self._library.read, self._take, self._tell, "library")

    def let_go(self) -> None:
        """The window closes."""
        self._reading.forget()

    def path_of(self, name: str) -> Path:
        """The file of a block."""
        return self._library.path_of(name)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.WindowActivate and self._was_read:
            self.read()  # another window may have changed it
        return False

    def _take(self, kept: Kept) -> None:
        self._was_read = True
        faults = tuple(translated(str(fault)) for fault in kept.faults)
        if new := [fault for fault in faults if fault not in self._faults]:
            more = self.tr(" And {0} more.").format(len(new) - _MOST_FAULTS) if len(new) > _MOST_FAULTS else ""
            self._toasts.show(" ".join(new[:_MOST_FAULTS]) + more, "error")
        self._faults = faults
        if self.shelf.personal != kept.blocks:
            self.shelf = Shelf.of(kept)
            self._canvas.adding.shelf = self.shelf
            self.changed.emit()

    def _read_now(self) -> None:
        self._reading.forget()  # what is being read in the background is older
        self._take(self._library.read())

    # -- changing it --------------------------------------------------------------------------------------------------

    def keep_selected(self) -> None:
        """Keep the block of the selected instance, else the block that is open."""
        canvas = self._canvas
        kinds = [canvas.block.nodes[key].kind for key in canvas.selected]
        held = [kind for kind in kinds if kind in canvas.session.design.blocks]
        self.keep(held[-1] if held else canvas.block.name)

    def keep(self, block: str, name: str = "") -> None:
        """Keep a block of the design that is shown, and note in the design that it is the library's."""
        design = self._canvas.session.design
        origin = design.blocks[block].origin
        is_ours = origin is not None and origin.library == PERSONAL
        name = name or (origin.block if is_ours and origin.block in self.shelf.personal else block)
        replacing = origin.fingerprint if is_ours and origin.block == name else ""
        try:
            kept = self._library.keep(design, block, name, replacing)
        except BlockyardError as error:
            self._refuse_to_keep(error, block, name)
            return
        self._canvas.edit(self.tr("Save {0} to the library").format(name), lambda d, _open: with_origin(d, block, kept))
        self._read_now()
        self._toasts.show(self.tr("{0} is in your library").format(name), "success")

    def _refuse_to_keep(self, error: BlockyardError, block: str, name: str) -> None:
        other = free_name(name, self.shelf.personal)
        if other == name:
            self._tell(error)
        else:
            words = self.tr("Save as {0}").format(other)
            self._toasts.show(translated(str(error)), "error", words, lambda: self.keep(block, other))

    def rename(self, old: str, new: str) -> None:
        """Call a block of the library otherwise."""
        if self._try(lambda: self._library.rename(old, new)) and new.strip() != old:
            self._read_now()
            self.renamed.emit(old, new.strip())

    def remove(self, name: str) -> None:
        """Take a block out of the library; a toast offers to put it back."""
        removed: list[bytes] = []
        if self._try(lambda: removed.append(self._library.remove(name))):
            self._read_now()

            def put_back() -> None:
                if self._try(lambda: self._library.put_back(name, removed[0])):
                    self._read_now()

            self._toasts.show(
                self.tr("Removed {0} from your library").format(name), "info", self.tr("Put it back"), put_back
            )

    def _try(self, work: Callable[[], object]) -> bool:
        try:
            work()
        except BlockyardError as error:
            self._tell(error)
            return False
        return True

    def _tell(self, error: BlockyardError) -> None:
        self._toasts.show(translated(str(error)), "error")
