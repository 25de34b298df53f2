"""The points of one curve, in numpy buffers that grow, thinned to what the screen can show. No Qt here.

numpy comes with this module, so nothing may import it before a plot is really wanted.
"""

from __future__ import annotations

import math
from collections.abc import Sequence

import numpy as np

_FIRST_CAPACITY = 1024


class Series:
    """Points with rising x, in buffers that double; `thinned` keeps every peak, `averaged` shows the trend."""

    def __init__(self) -> None:
        self.clear()

    def append(self, x: float, y: float) -> None:
        """Add a point at the end. A y that is no finite number is left out."""
        if not math.isfinite(y):
            return
        if self.size == len(self._x):
            self._x = np.concatenate([self._x, np.empty_like(self._x)])
            self._y = np.concatenate([self._y, np.empty_like(self._y)])
        self._x[self.size], self._y[self.size] = x, y
        self.size += 1

    def extend(self, xs: Sequence[float], ys: Sequence[float]) -> None:
        """Add many points at the end, as `append` does."""
        x, y = np.asarray(xs, float), np.asarray(ys, float)
        known = np.isfinite(y)
        if known.any():
            self._x = np.concatenate([self._x[: self.size], x[known]])
            self._y = np.concatenate([self._y[: self.size], y[known]])
            self.size = len(self._x)

    def clear(self) -> None:
        """Forget every point."""
        self._x, self._y = np.empty(_FIRST_CAPACITY), np.empty(_FIRST_CAPACITY)
        self.size = 0

    def last(self) -> float | None:
        """The newest y, if there is one."""
        return float(self._y[self.size - 1]) if self.size else None

    def points(self) -> tuple[list[float], list[float]]:
        """All points, x and y."""
        return self._x[: self.size].tolist(), self._y[: self.size].tolist()

    def near(self, x: float) -> float | None:
        """The y of the point next to x, None where x lies beyond the curve's ends."""
        if not self.size or not self._x[0] <= x <= self._x[self.size - 1]:
            return None
        after = int(np.searchsorted(self._x[: self.size], x))
        before = max(0, after - 1)
        nearest = before if x - self._x[before] < self._x[after] - x else after
        return float(self._y[nearest])

    def count(self, low: float, high: float) -> int:
        """How many points `thinned` would choose from."""
        first, last = self._bounds(low, high)
        return last - first

    def thinned(self, low: float, high: float, buckets: int) -> tuple[np.ndarray, np.ndarray]:
        """The points with low <= x <= high and one on either side; the lowest and highest of each bucket if many."""
        first, last = self._bounds(low, high)
        each = _bucket_size(last - first, 2 * buckets)
        x, y = self._x[first:last], self._y[first:last]
        if each == 1:
            return x.copy(), y.copy()
        whole = (last - first) // each * each
        rows, start = y[:whole].reshape(-1, each), np.arange(0, whole, each)
        picks = [start + rows.argmin(1), start + rows.argmax(1), [0, len(x) - 1]]
        if whole < len(x):
            picks.append([whole + y[whole:].argmin(), whole + y[whole:].argmax()])
        chosen = np.unique(np.concatenate(picks))
        return x[chosen], y[chosen]

    def averaged(self, low: float, high: float, buckets: int) -> tuple[np.ndarray, np.ndarray]:
        """The mean of each bucket between `low` and `high`. Buckets lie at the same points while the series grows."""
        first, last = self._bounds(low, high)
        each = _bucket_size(last - first, buckets)
        first = first // each * each
        whole = (last - first) // each * each
        rows = [axis[first : first + whole].reshape(-1, each).mean(1) for axis in (self._x, self._y)]
        if first + whole < last:
            rest = [axis[first + whole : last].mean() for axis in (self._x, self._y)]
            rows = [np.append(row, mean) for row, mean in zip(rows, rest, strict=True)]
        return tuple(rows)

    def _bounds(self, low: float, high: float) -> tuple[int, int]:
        x = self._x[: self.size]
        first = max(0, int(np.searchsorted(x, low)) - 1)
        return first, min(self.size, int(np.searchsorted(x, high, side="right")) + 1)


def _bucket_size(points: int, buckets: int) -> int:
    """The power of two that puts `points` into `buckets` at most: it changes seldom while points are added."""
    return 1 << max(0, math.ceil(points / max(1, buckets)) - 1).bit_length()
