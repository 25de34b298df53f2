"""Optimizers and learning-rate schedules, from the recipe's words to torch's objects."""

from __future__ import annotations

import math
from collections.abc import Iterable

import torch
from torch import nn
from torch.optim import Optimizer

from .recipe import OptimizerRecipe, ScheduleRecipe


def make_optimizer(recipe: OptimizerRecipe, parameters: Iterable[nn.Parameter], device: torch.device) -> Optimizer:
    """The recipe's optimizer over the parameters, in torch's fused form where the device has it."""
    fused = device.type in ("cpu", "cuda")
    if recipe.kind == "SGD":
        return torch.optim.SGD(
            parameters,
            recipe.lr,
            momentum=recipe.momentum,
            nesterov=recipe.nesterov,
            weight_decay=recipe.weight_decay,
            fused=fused,
        )
    kind = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}[recipe.kind]
    return kind(parameters, recipe.lr, betas=recipe.betas, weight_decay=recipe.weight_decay, fused=fused)


def learning_rate(schedule: ScheduleRecipe, base: float, epochs_done: float, epochs: int) -> float:
    """The rate after so many epochs (a fraction within one) of a run of so many. base: the rate at the start."""
    if schedule.kind == "step":
        return base * schedule.gamma ** (int(epochs_done) // schedule.step_epochs)
    if schedule.kind == "cosine":
        return base * 0.5 * (1 + math.cos(math.pi * epochs_done / epochs))
    return base


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Use this rate from the next step on."""
    for group in optimizer.param_groups:
        group["lr"] = rate
