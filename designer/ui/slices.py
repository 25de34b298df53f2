"""Work that belongs into the window's own thread and takes longer than a frame: in slices, between which it lives on.

The work is a generator, as `base.steps` has them. What can be done elsewhere goes to `background`.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from time import perf_counter

from PySide6.QtCore import QObject, QTimer

SLICE_S = 0.008  # half a frame: the other half is for painting


class Slices(QObject):
    """One piece of work at a time: its first slice at once, the others whenever the window has nothing else to do."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._steps: Iterator[None] | None = None
        self._then: Callable[[], object] = lambda: None
        self._is_working = False
        self._timer = QTimer(self, interval=0)
        self._timer.timeout.connect(lambda: self._work(SLICE_S))

    @property
    def is_busy(self) -> bool:
        """Whether something is under way."""
        return self._steps is not None

    def run(self, steps: Iterator[None], then: Callable[[], object] = lambda: None) -> None:
        """Begin with a piece of work, and call `then` once it is done; what was under way is finished before."""
        self.finish()
        self._steps, self._then = steps, then
        self._timer.start()
        self._work(SLICE_S)

    def finish(self, is_enough: Callable[[], bool] = lambda: False) -> None:
        """Do all that is left, now, or as much as is enough. A step that calls this goes on as if it had not."""
        self._work(math.inf, is_enough)

    def drop(self) -> None:
        """Leave the rest undone."""
        self._timer.stop()
        self._steps = None

    def _work(self, seconds: float, is_enough: Callable[[], bool] = lambda: False) -> None:
        if self._steps is None or self._is_working:
            return
        steps, until = self._steps, perf_counter() + seconds
        self._is_working = True
        try:
            for _ in steps:
                if self._steps is not steps or perf_counter() >= until or is_enough():
                    return
        except BaseException:
            self.drop()
            raise
        finally:
            self._is_working = False
        if self._steps is steps:  # the last step may have begun with something else
            self.drop()
            self._then()
