"""Notices a network that learns nothing: after most of the first epoch it still does no better than guessing."""

from __future__ import annotations

import math
from collections.abc import Mapping

from .meter import Totals
from .protocol import Warned
from .text import Text

_MIN_STEPS = 150  # a network may idle for a while before it takes off; short epochs are given more of them
_MIN_STEPS_OF_A_RUN = 20  # a run shorter than this says nothing
_SHARE_OF_EPOCH = 0.75


class StuckWatch:
    """Judges once, when three quarters of the first epoch and enough batches are done, or else at the run's end.

    What counts is the last half of the batches so far: a mean loss within 3 % of guessing, or above it, and less
    than one and a half times the hits of guessing.
    """

    def __init__(self, num_classes: int, guessing_loss: float, batches_per_epoch: int, epochs: int) -> None:
        """guessing_loss: of a network that gives every image the same scores."""
        self._num_classes = num_classes
        self._guessing_loss = guessing_loss
        last_step = batches_per_epoch * epochs
        self._due = min(last_step, max(math.ceil(_SHARE_OF_EPOCH * batches_per_epoch), _MIN_STEPS))
        self._done = num_classes < 2 or not guessing_loss or last_step < _MIN_STEPS_OF_A_RUN
        self._recent = Totals()

    def state(self) -> dict[str, float]:
        """What was seen so far, for `restore`."""
        return {"done": self._done, **self._recent.to_state()}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on from there."""
        self._done = self._done or bool(state["done"])
        self._recent = Totals.from_state(state)

    def see(self, window: Totals, step: int) -> Warned | None:
        """Take in what came since the last report. step: batches so far, from 1. Returns the warning when it is due."""
        if self._done:
            return None
        if step > self._due / 2:
            self._recent = self._recent.with_more(window)
        if step < self._due:
            return None
        self._done = True
        chance = self._guessing_loss
        if self._recent.mean_loss < 0.97 * chance or self._recent.accuracy >= 1.5 / self._num_classes:
            return None
        return Warned(
            code="stuck_at_chance",
            message=Text(
                "After {step} batches the network still guesses: its loss is {mean_loss:.3f} (guessing "
                "among {num_classes} classes gives {chance:.3f}), its accuracy {accuracy:.0%}.",
                step=step,
                mean_loss=self._recent.mean_loss,
                num_classes=self._num_classes,
                chance=chance,
                accuracy=self._recent.accuracy,
            ),
            fix="Use a smaller learning rate, Xavier initialisation (init: xavier_uniform), or ReLU in place of "
            "sigmoid activations, whose gradients vanish when they saturate. Another seed may also start better.",
        )
