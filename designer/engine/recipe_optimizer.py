"""How the weights follow the gradient: optimizer and learning-rate schedule of a recipe. Standard library only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .recipe_json import is_share, later, require
from .text import Text

Monitor = Literal["accuracy", "loss"]
HIGHER_IS_BETTER = {"accuracy": True, "loss": False}  # of each figure that can be monitored


@dataclass(frozen=True)
class OptimizerRecipe:
    """One of torch.optim's optimizers; parameters as there.

    momentum is for SGD and RMSprop, nesterov for SGD, betas for Adam and AdamW, alpha for RMSprop. decay_all: whether
    weight_decay also pulls at biases and at what normalisation layers scale and shift by.
    """

    kind: Literal["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"] = "AdamW"
    lr: float = 0.002
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)
    alpha: float = later(0.99)
    decay_all: bool = later(True)

    def __post_init__(self) -> None:
        above_zero = math.isfinite(self.lr) and self.lr > 0
        require(above_zero, "optimizer.lr", self.lr, "a number above 0", "Try 0.001 for Adam or 0.05 for SGD.")
        require(is_share(self.momentum), "optimizer.momentum", self.momentum, "0 to below 1", "0.9 is usual.")
        require(is_share(self.alpha), "optimizer.alpha", self.alpha, "0 to below 1", "0.99 is usual.")
        decays = math.isfinite(self.weight_decay) and self.weight_decay >= 0
        require(decays, "optimizer.weight_decay", self.weight_decay, "0 or more", "0.0005 is usual for SGD.")
        require(all(map(is_share, self.betas)), "optimizer.betas", self.betas, "two of 0 to below 1", "Try 0.9, 0.999.")
        if self.kind not in ("SGD", "RMSprop"):
            fix = "Leave momentum out, or use SGD or RMSprop."
            if self.kind in ("Adam", "AdamW"):
                fix = "Leave momentum out, or use SGD or RMSprop; its first beta plays that part."
            require(not self.momentum, "optimizer.momentum", self.momentum, Text("0 with {kind}", kind=self.kind), fix)
        if self.kind != "SGD":
            fix = "Leave nesterov out, or use SGD."
            require(
                not self.nesterov, "optimizer.nesterov", self.nesterov, Text("false with {kind}", kind=self.kind), fix
            )
        elif self.nesterov:
            fix = "Set momentum (0.9 is usual) or nesterov=false."
            require(self.momentum > 0, "optimizer.nesterov", self.nesterov, "false without momentum", fix)


@dataclass(frozen=True)
class ScheduleRecipe:
    """How the learning rate goes from its first value, `optimizer.lr`.

    constant: it stays. step: times gamma after every `step_epochs` epochs. cosine: down to 0 at the run's end, batch
    by step, along half a cosine. one_cycle: torch's OneCycleLR, from 1/25 of it up to it in the first 30 % of the run,
    then down nearly to nothing; cycle_momentum: the momentum, or the first of the betas, goes from 0.95 down to 0.85
    and back meanwhile. plateau: times gamma when what it monitors has got no better for `patience` epochs.
    monitor: a figure of the validation set; accuracy gets better as it rises, loss as it falls.
    warmup_epochs: before any of these but one_cycle, the rate rises in a line from a hundredth.
    """

    kind: Literal["constant", "step", "cosine", "one_cycle", "plateau"] = "constant"
    step_epochs: int = 10
    gamma: float = 0.1
    patience: int = later(3)
    warmup_epochs: float = later(0.0)
    cycle_momentum: bool = later(True)
    monitor: Literal["accuracy", "loss"] = later("accuracy")

    def __post_init__(self) -> None:
        require(self.step_epochs >= 1, "schedule.step_epochs", self.step_epochs, "1 or more", "Try 10.")
        require(0 < self.gamma <= 1, "schedule.gamma", self.gamma, "above 0, at most 1", "0.1 is usual.")
        require(self.patience >= 1, "schedule.patience", self.patience, "1 epoch or more", "Try 3.")
        warms = math.isfinite(self.warmup_epochs) and self.warmup_epochs >= 0
        require(warms, "schedule.warmup_epochs", self.warmup_epochs, "0 or more", "1 to 5 is usual.")
        if self.kind == "one_cycle":
            fix = "Leave it out: one_cycle warms up by itself."
            require(not self.warmup_epochs, "schedule.warmup_epochs", self.warmup_epochs, "0 with one_cycle", fix)
