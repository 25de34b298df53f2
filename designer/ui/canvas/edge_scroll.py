"""Panning by itself while something is dragged to the edge of the viewport."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPoint, QPointF, QRect, QTimer

EDGE_PX = 28  # how near the edge it begins
TICK_MS = 16
FASTEST_PX = 14.0  # a tick, at the very edge


class EdgeScroll(QObject):
    """Calls `pan` again and again, with viewport pixels, while the pointer is near an edge."""

    def __init__(self, pan: Callable[[QPointF], object], parent: QObject) -> None:
        super().__init__(parent)
        self._pan = pan
        self._speed = QPointF()
        self._timer = QTimer(self, interval=TICK_MS)
        self._timer.timeout.connect(lambda: self._pan(self._speed))

    def follow(self, pointer: QPoint, area: QRect) -> None:
        """The pointer went somewhere, while dragging."""
        self._speed = QPointF(
            _speed(pointer.x(), area.left(), area.right()), _speed(pointer.y(), area.top(), area.bottom())
        )
        if self._speed.isNull():
            self._timer.stop()
        elif not self._timer.isActive():
            self._timer.start()

    def stop(self) -> None:
        """The drag is over."""
        self._timer.stop()


def _speed(at: int, low: int, high: int) -> float:
    """Pixels a tick by which the ground moves: towards the pointer's side, the faster the nearer the edge."""
    depth = max(low + EDGE_PX - at, 0) - max(at - (high - EDGE_PX), 0)
    return max(min(depth / EDGE_PX, 1.0), -1.0) * FASTEST_PX
