"""Loss and accuracy, added up on the device so that nothing waits for it until somebody asks."""

from __future__ import annotations

import math
import time
from dataclasses import dataclass

import torch
from torch import Tensor

from .protocol import EngineError


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
    """Adds up the loss and the hits of one pass over a set."""

    def __init__(self, device: torch.device) -> None:
        # one running sum over the whole pass, so that figures do not depend on when they were read
        precision = torch.float32 if device.type == "mps" else torch.float64
        self._loss = torch.zeros((), dtype=precision, device=device)
        self._correct = torch.zeros((), dtype=torch.int64, device=device)
        self._examples = 0

    def add(self, loss: Tensor, scores: Tensor, labels: Tensor) -> None:
        """loss: the batch's mean, (). scores: (N, classes). labels: int64 (N,). Does not wait for the device."""
        self._examples += len(labels)
        self._loss.add_(loss.detach(), alpha=len(labels))
        self._correct.add_((scores.detach().argmax(1) == labels).sum())

    def read(self) -> Totals:
        """The sums so far; waits for the device."""
        return Totals(self._examples, self._loss.item(), int(self._correct.item()), time.perf_counter())


def require_finite(loss: float, where: str, rate: float) -> None:
    """Raise EngineError if the loss is no longer a number. where: "in epoch 2, batch 31"."""
    if not math.isfinite(loss):
        raise EngineError(
            f"The loss became {loss} {where}.",
            expected="a finite number",
            fix=f"Lower the learning rate (it is {rate:g}), add normalisation layers, or check the network for "
            "divisions and logarithms.",
        )
