"""Loss and accuracy, added up on the device so that nothing waits for it until somebody asks."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Self

import torch
from torch import Tensor

from .group import Group
from .protocol import EngineError
from .recipe_optimizer import Monitor
from .text import Text

_NOTED_BATCHES = 32  # at most so many batches' scores are kept


@dataclass(frozen=True)
class Totals:
    """Sums over examples, read from the device at one moment. seconds: of time.perf_counter.

    weight: what the loss is a sum over, where the examples do not count alike; None where that is their number.
    """

    examples: int = 0
    loss: float = 0.0
    correct: int = 0
    seconds: float = 0.0
    weight: float | None = None

    def since(self, earlier: Totals) -> Totals:
        """What was added after an earlier reading; seconds becomes the time between the two."""
        return Totals(
            self.examples - earlier.examples,
            self.loss - earlier.loss,
            self.correct - earlier.correct,
            self.seconds - earlier.seconds,
            self.divisor - earlier.divisor,
        )

    def with_more(self, later: Totals) -> Totals:
        """Both together; seconds stay those of the first."""
        return Totals(
            self.examples + later.examples,
            self.loss + later.loss,
            self.correct + later.correct,
            self.seconds,
            self.divisor + later.divisor,
        )

    def over(self, group: Group) -> Totals:
        """Of all processes of a group together."""
        if group.alone:
            return self
        examples, loss, correct, weight = group.summed([self.examples, self.loss, self.correct, self.divisor])
        return Totals(int(examples), loss, int(correct), self.seconds, weight)

    @property
    def divisor(self) -> float:
        """What the loss is a sum over."""
        return self.examples if self.weight is None else self.weight

    @property
    def mean_loss(self) -> float:
        return self.loss / self.divisor if self.divisor else 0.0

    @property
    def accuracy(self) -> float:
        return self.correct / max(self.examples, 1)

    def figure(self, monitor: Monitor) -> float:
        """The one that is monitored."""
        return self.accuracy if monitor == "accuracy" else self.mean_loss

    @property
    def examples_per_second(self) -> float:
        return self.examples / max(self.seconds, 1e-9)

    def to_state(self) -> dict[str, float]:
        """For a checkpoint."""
        return {"examples": self.examples, "loss": self.loss, "correct": self.correct, "weight": self.divisor}

    @classmethod
    def from_state(cls, state: Mapping[str, float]) -> Self:
        """What `to_state` left; older checkpoints have no weight, for every example counted alike."""
        return cls(int(state["examples"]), state["loss"], int(state["correct"]), weight=state.get("weight"))


class Meter:
    """Adds up the loss and the hits of one pass over a set.

    A batch is only noted; many are reckoned at once, which costs far less. The sums do not depend on
    when they are read: losses are added one by one on the host.
    """

    def __init__(self, device: torch.device) -> None:
        self._correct = torch.zeros((), dtype=torch.int64, device=device)
        self._noted: list[tuple[Tensor, Tensor]] = []
        self._losses: list[Tensor] = []
        self._weights: list[Tensor | None] = []
        self._sizes: list[int] = []
        self._totals = Totals(weight=0.0)

    def add(self, loss: Tensor, scores: Tensor, labels: Tensor, weighed: tuple[Tensor, Tensor] | None = None) -> None:
        """Take in a batch. Does not wait for the device.

        loss: the batch's mean, (). scores: (N, classes). labels: int64 (N,). weighed: the sums of the batch's losses
        and of its weights, () each, where its examples do not count alike.
        """
        summed, weight = weighed or (loss, None)
        self._losses.append(summed.detach())
        self._weights.append(weight)
        self._sizes.append(len(labels))
        self._noted.append((scores.detach(), labels))
        if len(self._noted) == _NOTED_BATCHES:
            self._reckon_hits()

    def read(self) -> Totals:
        """The sums so far; waits for the device."""
        if self._noted:
            self._reckon_hits()
        if self._losses:
            self._reckon_losses()
        return replace(self._totals, correct=int(self._correct.item()), seconds=time.perf_counter())

    def state(self, group: Group) -> dict[str, float]:
        """The sums so far over a group, for `restore`; waits for the device."""
        return self.read().over(group).to_state()

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on adding up from there."""
        totals = Totals.from_state(state)
        self._totals = replace(totals, weight=totals.divisor)
        self._correct.fill_(totals.correct)

    def _reckon_hits(self) -> None:
        scores, labels = map(torch.cat, zip(*self._noted, strict=True))
        self._correct += (scores.argmax(1) == labels).sum()
        self._noted.clear()

    def _reckon_losses(self) -> None:
        weighed = [weight for weight in self._weights if weight is not None]
        weights = iter(torch.stack(weighed).tolist() if weighed else ())
        examples, loss, divisor = self._totals.examples, self._totals.loss, self._totals.divisor
        for own, weight, size in zip(torch.stack(self._losses).tolist(), self._weights, self._sizes, strict=True):
            loss += own * size if weight is None else own
            divisor += size if weight is None else next(weights)
            examples += size
        self._totals = Totals(examples, loss, weight=divisor)
        self._losses.clear()
        self._weights.clear()
        self._sizes.clear()


class NotFiniteError(EngineError):
    """The loss is no number any more. step: batches trained up to where that was seen."""

    step = 0


def require_finite(loss: float, where: str, rate: float, step: int) -> None:
    """Raise NotFiniteError if the loss is no longer a number. where: "in epoch 2, batch 31"."""
    if not math.isfinite(loss):
        error = NotFiniteError(
            Text("The loss became {loss} {where}.", loss=loss, where=where),
            expected="a finite number",
            fix=Text(
                "Lower the learning rate (it is {rate:g}), add normalisation layers, or check the "
                "network for divisions and logarithms.",
                rate=rate,
            ),
        )
        error.step = step
        raise error
