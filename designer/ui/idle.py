"""What can wait until the window stands: done by itself soon after, so that nobody waits for it later either."""

from __future__ import annotations

from collections.abc import Iterator

from PySide6.QtCore import QObject, QTimer

_FIRST_MS = 400  # from the first paint to the first piece


class Idle(QObject):
    """Takes an iterator one step a turn of the event loop; what a step does should take no longer than a frame."""

    def __init__(self, steps: Iterator[None], parent: QObject) -> None:
        super().__init__(parent)
        self._steps = steps
        self._timer = QTimer(self, singleShot=True)
        self._timer.timeout.connect(self._step)

    def start(self) -> None:
        """Begin, or go on, a moment from now."""
        self._timer.start(_FIRST_MS)

    def stop(self) -> None:
        """Leave the rest undone."""
        self._timer.stop()

    def _step(self) -> None:
        for _ in self._steps:
            self._timer.start(0)
            return
