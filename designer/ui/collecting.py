"""Python's search for cycles of garbage, in the window's thread alone.

By itself Python searches in whatever thread allocates next. A card that left the canvas would then be destroyed by the
thread that writes code or hears the engine, and Qt's objects may be destroyed in the window's thread only.
"""

from __future__ import annotations

import gc

from PySide6.QtCore import QObject, QTimer

_LOOK_MS = 1000
_living: set[int] = set()


class Collector(QObject):
    """While one lives, garbage is collected by its timer, as often as Python's own thresholds ask for."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        key = id(self)
        _living.add(key)
        gc.disable()
        self._timer = QTimer(self, interval=_LOOK_MS)
        self._timer.timeout.connect(self.look)
        self._timer.start()
        self.destroyed.connect(lambda: _let_go(key))

    def look(self) -> None:
        """Collect the oldest generation that is due."""
        for generation in (2, 1, 0):
            if gc.get_count()[generation] > gc.get_threshold()[generation]:
                gc.collect(generation)
                return


def _let_go(key: int) -> None:
    _living.discard(key)
    if not _living:
        gc.collect()
        gc.enable()
