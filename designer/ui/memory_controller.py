"""The memory of a training, wherever the window shows it, and what it has to fit into: the device's, or what a person
sets."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject

from designer.base.errors import BlockyardError
from designer.session.memory import device_memory, memory_plan, read_size
from designer.session.session import Session
from designer.ui.background import Background
from designer.ui.docks.summary import Summary
from designer.ui.language import translated
from designer.ui.panels import window_settings
from designer.ui.presenters import costs
from designer.ui.status import StatusLine

_SETTING = "memory"


class MemoryController(QObject):
    """Keeps status bar and summary dock as design and recipe are."""

    def __init__(
        self,
        dock: Summary,
        status: StatusLine,
        current: Callable[[], Session],
        is_shown: Callable[[], bool],
        parent: QObject,
    ) -> None:
        """is_shown: whether a person sees the dock, which otherwise need not follow."""
        super().__init__(parent)
        self._dock, self._status = dock, status
        self._current, self._is_shown = current, is_shown
        self._limit = str(window_settings().value(_SETTING, "") or "")
        self._refused = ""
        self._asked: str | None = None
        self._device_bytes: int | None = None
        self._asking = Background(self)
        dock.limit_edited.connect(self._set_limit)

    def refresh(self) -> None:
        """Show the memory as it is now."""
        session = self._current()
        limit = self._limit_bytes() or self._device_bytes
        plan = memory_plan(session.analysis, session.recipe, limit)
        self._status.show_memory(costs.memory_line(plan), plan.fits)
        if self._is_shown():
            self._dock.show_memory(costs.memory_view(plan, self._limit, self._device_bytes, self._refused))
            self._dock.layers.layers.set_layers(costs.layer_views(session.analysis, session.recipe))
        if self._asked is not None and session.recipe.device != self._asked:
            self.ask_device()

    def ask_device(self) -> None:
        """Find out in the background how much memory the recipe's device has."""
        self._asked = device = self._current().recipe.device
        self._asking.run(lambda: device_memory(device), self._told, lambda _error: self._told(None), "device memory")

    def let_go(self) -> None:
        """Wait for nothing any more."""
        self._asking.forget()

    def _told(self, size: int | None) -> None:
        self._device_bytes = size
        self.refresh()

    def _limit_bytes(self) -> int | None:
        try:
            return read_size(self._limit) if self._limit else None
        except BlockyardError:  # written by hand into the settings
            return None

    def _set_limit(self, text: str) -> None:
        self._refused = ""
        try:
            if text:
                read_size(text)
        except BlockyardError as error:
            self._refused = translated(str(error))
        else:
            self._limit = text
            window_settings().setValue(_SETTING, text)
        self.refresh()
