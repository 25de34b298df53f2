"""Work that takes longer than a frame, done in a thread while the window lives on.

The work gets immutable snapshots, never a widget. A timer in the window's thread fetches its result, so nothing of
Qt is touched from another one, and a window that is gone is simply not told.
"""

from __future__ import annotations

import queue
import threading
from collections.abc import Callable
from typing import TypeVar

from PySide6.QtCore import QObject, QTimer

from designer.base.errors import BlockyardError

Result = TypeVar("Result")
_LOOK_MS = 8


class Background(QObject):
    """One piece of work at a time. `run` again while one is under way and only the last one's result is told."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._answers: queue.SimpleQueue[tuple[int, object, BaseException | None]] = queue.SimpleQueue()
        self._round = 0
        self._then: Callable[[object], object] | None = None
        self._refused: Callable[[BlockyardError], object] | None = None
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self._look)

    @property
    def busy(self) -> bool:
        """Whether a result is awaited."""
        return self._timer.isActive()

    def run(
        self,
        work: Callable[[], Result],
        then: Callable[[Result], object],
        refused: Callable[[BlockyardError], object],
        name: str,
    ) -> None:
        """Do `work` in a thread, then call `then` with its result here, or `refused` where it raised BlockyardError.

        Anything else that it raises is refused too, and raised here for the one handler of what nobody expected.
        """
        self._round += 1
        self._then, self._refused = then, refused
        number = self._round

        def done() -> None:
            try:
                answer = (number, work(), None)
            except Exception as error:  # raised again in the window's thread
                answer = (number, None, error)
            self._answers.put(answer)

        threading.Thread(target=done, name=name, daemon=True).start()
        self._timer.start()

    def forget(self) -> None:
        """Let what is under way end untold."""
        self._round += 1
        self._timer.stop()

    def _look(self) -> None:
        try:
            number, result, error = self._answers.get_nowait()
        except queue.Empty:
            return
        if number != self._round:
            return
        self._timer.stop()
        if error is None:
            self._then(result)
        elif isinstance(error, BlockyardError):
            self._refused(error)
        else:
            said = self.tr("Something unexpected happened ({0}).")
            self._refused(BlockyardError(said.format(type(error).__name__)))
            raise error
