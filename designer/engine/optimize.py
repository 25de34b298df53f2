"""Optimizers, from the recipe's words to torch's objects."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from .recipe import OptimizerRecipe


def make_optimizer(recipe: OptimizerRecipe, parameters: Iterable[nn.Parameter], device: torch.device) -> Optimizer:
    """The recipe's optimizer over the parameters, in torch's fused form where the device has it."""
    groups = _groups(recipe, parameters)
    options: dict[str, Any] = {"lr": recipe.lr, "weight_decay": recipe.weight_decay}
    fused = device.type in ("cpu", "cuda")
    match recipe.kind:
        case "SGD":
            options |= {"momentum": recipe.momentum, "nesterov": recipe.nesterov, "fused": fused}
            return torch.optim.SGD(groups, **options)
        case "RMSprop":
            return torch.optim.RMSprop(groups, **options, momentum=recipe.momentum, alpha=recipe.alpha)
        case "Adagrad":
            return torch.optim.Adagrad(groups, **options, fused=device.type == "cpu")
    kind = {"Adam": torch.optim.Adam, "AdamW": torch.optim.AdamW}[recipe.kind]
    return kind(groups, **options, betas=recipe.betas, fused=fused)


def _groups(recipe: OptimizerRecipe, parameters: Iterable[nn.Parameter]) -> list[dict[str, Any]]:
    """Biases and the weights of normalisation layers have one axis: by that they are told from what decays."""
    trained = [parameter for parameter in parameters if parameter.requires_grad]
    if recipe.decay_all:
        return [{"params": trained}]
    flat = [parameter for parameter in trained if parameter.ndim <= 1]
    rest = [parameter for parameter in trained if parameter.ndim > 1]
    groups = [{"params": rest}, {"params": flat, "weight_decay": 0.0}]
    return [group for group in groups if group["params"]]


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Use this rate from the next step on."""
    for group in optimizer.param_groups:
        group["lr"] = rate
