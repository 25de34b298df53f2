"""Learning rates over a run."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .recipe import ScheduleRecipe

_WARMUP_FROM = 0.01  # of the base rate
_CYCLE_FROM = 1 / 25  # of the peak, as in torch's OneCycleLR
_CYCLE_TO = 1 / 250_000
_CYCLE_RISE = 0.3  # of the run


def learning_rate(schedule: ScheduleRecipe, base: float, epochs_done: float, epochs: int) -> float:
    """The rate after so many epochs (a fraction within one) of a run of so many. base: the recipe's `lr`.

    A plateau's cuts are not in it: they depend on how the run goes. Sources: torch.optim.lr_scheduler; Smith and
    Topin, Super-Convergence, 2018.
    """
    warmup = schedule.warmup_epochs
    if epochs_done < warmup:
        return base * (_WARMUP_FROM + (1 - _WARMUP_FROM) * epochs_done / warmup)
    if schedule.kind == "step":
        return base * schedule.gamma ** (int(epochs_done) // schedule.step_epochs)
    if schedule.kind == "cosine":
        return base * _between(1, 0, (epochs_done - warmup) / max(epochs - warmup, 1e-9))
    if schedule.kind == "one_cycle":
        done = epochs_done / epochs
        if done < _CYCLE_RISE:
            return base * _between(_CYCLE_FROM, 1, done / _CYCLE_RISE)
        return base * _between(1, _CYCLE_TO, (done - _CYCLE_RISE) / (1 - _CYCLE_RISE))
    return base


def _between(first: float, last: float, done: float) -> float:
    """From the first value to the last along half a cosine. done: 0 to 1."""
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * done))


class Progression:
    """Remembers how accuracy on the validation set went: when it stalls, a plateau cuts the rate or the run ends."""

    def __init__(self, patience: int) -> None:
        self._patience = patience
        self._best = -math.inf
        self._waited = 0
        self.stalls = 0  # how often it has not risen for `patience` epochs in a row

    def see(self, accuracy: float) -> None:
        """Take in one epoch's."""
        if accuracy > self._best:
            self._best, self._waited = accuracy, 0
            return
        self._waited += 1
        if self._waited == self._patience:
            self.stalls += 1
            self._waited = 0

    def state(self) -> dict[str, float]:
        """What was seen so far, for `restore`."""
        return {"best": self._best, "waited": self._waited, "stalls": self.stalls}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from there."""
        self._best, self._waited, self.stalls = state["best"], int(state["waited"]), int(state["stalls"])
