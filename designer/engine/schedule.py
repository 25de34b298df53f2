"""Learning rates over a run."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .recipe_optimizer import HIGHER_IS_BETTER, Monitor, ScheduleRecipe

_WARMUP_FROM = 0.01  # of the base rate
_CYCLE_FROM = 1 / 25  # of the peak; this and what follows as in torch's OneCycleLR
_CYCLE_TO = _CYCLE_FROM / 1e4
_CYCLE_RISE = 0.3  # of the run
_MOMENTUM = (0.95, 0.85)  # at the ends of the cycle and at its peak


def learning_rate(schedule: ScheduleRecipe, base: float, step: int, steps_per_epoch: int, epochs: int) -> float:
    """The rate of a step of the optimizer, from 0, in a run of so many epochs. base: the recipe's `lr`.

    A plateau's cuts are not in it: they depend on how the run goes. Sources: torch.optim.lr_scheduler; Smith and
    Topin, Super-Convergence, 2018.
    """
    if schedule.kind == "one_cycle":
        return base * _cycled(step, epochs * steps_per_epoch, (_CYCLE_FROM, 1, _CYCLE_TO))
    epochs_done, warmup = step / steps_per_epoch, schedule.warmup_epochs
    if epochs_done < warmup:
        return base * (_WARMUP_FROM + (1 - _WARMUP_FROM) * epochs_done / warmup)
    if schedule.kind == "step":
        return base * schedule.gamma ** (step // steps_per_epoch // schedule.step_epochs)
    if schedule.kind == "cosine":
        return base * _between(1, 0, (epochs_done - warmup) / max(epochs - warmup, 1e-9))
    return base


def momentum(schedule: ScheduleRecipe, step: int, steps_per_epoch: int, epochs: int) -> float | None:
    """The momentum of a step of the optimizer where the schedule has a say in it; None where it stays the recipe's."""
    if schedule.kind != "one_cycle" or not schedule.cycle_momentum:
        return None
    most, least = _MOMENTUM
    return _cycled(step, epochs * steps_per_epoch, (most, least, most))


def _cycled(step: int, steps: int, ends: tuple[float, float, float]) -> float:
    """A value of the cycle. ends: at its first step, at its peak and at the last of so many steps."""
    first, peak, last = ends
    top = _CYCLE_RISE * steps - 1  # below 0 in a run of three steps, which then has no rise
    if step <= top:
        return _between(first, peak, step / top)
    return _between(peak, last, (step - top) / (steps - 1 - top))


def _between(first: float, last: float, done: float) -> float:
    """From the first value to the last along half a cosine. done: 0 to 1."""
    return last + (first - last) * 0.5 * (1 + math.cos(math.pi * done))


class Progression:
    """Remembers how a figure of the validation set went: when it stalls, a plateau cuts the rate or the run ends."""

    def __init__(self, patience: int, monitor: Monitor = "accuracy") -> None:
        self._patience = patience
        self._sign = 1 if HIGHER_IS_BETTER[monitor] else -1
        self._best = -math.inf
        self._waited = 0
        self.stalls = 0  # how often it has got no better for `patience` epochs in a row

    def see(self, figure: float) -> None:
        """Take in one epoch's."""
        if self._sign * figure > self._best:
            self._best, self._waited = self._sign * figure, 0
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
