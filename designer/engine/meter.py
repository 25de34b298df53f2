"""Loss and accuracy, added up on the device so that nothing waits for it until somebody asks."""

from __future__ import annotations

import math
import time
from collections.abc import Mapping
from dataclasses import dataclass

import torch
from torch import Tensor

from .group import Group
from .protocol import EngineError
from .text import Text

_NOTED_BATCHES = 32  # at most so many batches' scores are kept


@dataclass(frozen=True)
class Totals:
    """Sums over examples, read from the device at one moment. seconds: of time.perf_counter."""

    examples: int = 0
    loss: float = 0.0
    correct: int = 0
    seconds: float = 0.0

    def since(self, earlier: Totals) -> Totals:
        """What was added after an earlier reading; seconds becomes the time between the two."""
        return Totals(
            self.examples - earlier.examples,
            self.loss - earlier.loss,
            self.correct - earlier.correct,
            self.seconds - earlier.seconds,
        )

    def over(self, group: Group) -> Totals:
        """Of all processes of a group together."""
        if group.alone:
            return self
        examples, loss, correct = group.summed([self.examples, self.loss, self.correct])
        return Totals(int(examples), loss, int(correct), self.seconds)

    @property
    def mean_loss(self) -> float:
        return self.loss / max(self.examples, 1)

    @property
    def accuracy(self) -> float:
        return self.correct / max(self.examples, 1)

    @property
    def examples_per_second(self) -> float:
        return self.examples / max(self.seconds, 1e-9)


class Meter:
    """Adds up the loss and the hits of one pass over a set.

    A batch is only noted; many are reckoned at once, which costs far less. The sums do not depend on
    when they are read: losses are added one by one on the host.
    """

    def __init__(self, device: torch.device) -> None:
        self._correct = torch.zeros((), dtype=torch.int64, device=device)
        self._noted: list[tuple[Tensor, Tensor]] = []
        self._losses: list[Tensor] = []
        self._sizes: list[int] = []
        self._examples = 0
        self._loss = 0.0

    def add(self, loss: Tensor, scores: Tensor, labels: Tensor) -> None:
        """loss: the batch's mean, (). scores: (N, classes). labels: int64 (N,). Does not wait for the device."""
        self._losses.append(loss.detach())
        self._sizes.append(len(labels))
        self._noted.append((scores.detach(), labels))
        if len(self._noted) == _NOTED_BATCHES:
            self._reckon_hits()

    def read(self) -> Totals:
        """The sums so far; waits for the device."""
        if self._noted:
            self._reckon_hits()
        if self._losses:
            for loss, size in zip(torch.stack(self._losses).tolist(), self._sizes, strict=True):
                self._loss += loss * size
                self._examples += size
            self._losses.clear()
            self._sizes.clear()
        return Totals(self._examples, self._loss, int(self._correct.item()), time.perf_counter())

    def state(self, group: Group) -> dict[str, float]:
        """The sums so far over a group, for `restore`; waits for the device."""
        totals = self.read().over(group)
        return {"examples": totals.examples, "loss": totals.loss, "correct": totals.correct}

    def restore(self, state: Mapping[str, float]) -> None:
        """Go on adding up from there."""
        self._examples, self._loss = int(state["examples"]), state["loss"]
        self._correct.fill_(int(state["correct"]))

    def _reckon_hits(self) -> None:
        scores, labels = map(torch.cat, zip(*self._noted, strict=True))
        self._correct += (scores.argmax(1) == labels).sum()
        self._noted.clear()


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
