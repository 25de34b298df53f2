"""Which epoch of a run was the best: its weights are kept beside the last. What is kept, and where, is the loop's."""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from .meter import Totals
from .recipe_optimizer import HIGHER_IS_BETTER, Monitor


class Best:
    """Remembers the best epoch by one figure: of the validation set, or of the test set where there is none."""

    def __init__(self, monitor: Monitor) -> None:
        self._monitor: Monitor = monitor
        self.epoch: int | None = None
        self.value: float | None = None
        self.figure = ""  # which it is, such as validation_accuracy

    def see(self, epoch: int, validated: Totals, tested: Totals) -> bool:
        """Take in an epoch. Returns whether it is the best so far; of epochs that are equal, the first is."""
        set_name, totals = ("validation", validated) if validated.examples else ("test", tested)
        figure, value = f"{set_name}_{self._monitor}", totals.figure(self._monitor)
        sign = 1 if HIGHER_IS_BETTER[self._monitor] else -1
        is_comparable = self.value is not None and self.figure == figure
        if not totals.examples or not math.isfinite(value) or (is_comparable and sign * value <= sign * self.value):
            return False
        self.epoch, self.value, self.figure = epoch, value, figure
        return True

    def state(self) -> dict[str, Any]:
        """What was seen so far, for `restore`."""
        return {"epoch": self.epoch, "value": self.value, "figure": self.figure}

    def restore(self, state: Mapping[str, Any]) -> None:
        """Go on from there."""
        self.epoch, self.value, self.figure = state["epoch"], state["value"], str(state["figure"])
