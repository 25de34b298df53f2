"""Optimizers, from the recipe's words to torch's objects."""

from __future__ import annotations

import re
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from .recipe import OptimizerRecipe

_NORM = re.compile(r"(?i)norm(alization|alisation)?(\dd)?$")  # how a class of that kind is named, whoever wrote it
_SPARED_NAMES = {"bias", "gamma", "beta", "scale"}  # a word of a parameter's name, as in in_proj_bias and bias_k


def make_optimizer(recipe: OptimizerRecipe, network: nn.Module, device: torch.device) -> Optimizer:
    """The recipe's optimizer over what is trained of a network, in torch's fused form where the device has it."""
    groups = _groups(recipe, network)
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


def _groups(recipe: OptimizerRecipe, network: nn.Module) -> list[dict[str, Any]]:
    trained = [parameter for parameter in network.parameters() if parameter.requires_grad]
    if recipe.decay_all:
        return [{"params": trained}]
    spared = _spared(network)
    rest = [parameter for parameter in trained if id(parameter) not in spared]
    flat = [parameter for parameter in trained if id(parameter) in spared]
    groups = [{"params": rest}, {"params": flat, "weight_decay": 0.0}]
    return [group for group in groups if group["params"]]


def _spared(network: nn.Module) -> set[int]:
    """The ids of biases and of what scales and shifts: all of a normalisation layer, and what has one axis or none.

    The shape alone does not tell: a LayerNorm over (C, H, W) has weights of three axes, attention a bias_k of three.
    """
    return {
        id(parameter)
        for module in network.modules()
        for name, parameter in module.named_parameters(recurse=False)
        if parameter.ndim <= 1 or _NORM.search(type(module).__name__) or _SPARED_NAMES & set(name.lower().split("_"))
    }


def set_learning_rate(optimizer: Optimizer, rate: float) -> None:
    """Use this rate from the next step on."""
    for group in optimizer.param_groups:
        group["lr"] = rate


def set_momentum(optimizer: Optimizer, momentum: float) -> None:
    """Likewise this momentum, which is the first beta of Adam's kind; Adagrad has none."""
    for group in optimizer.param_groups:
        if "betas" in group:
            group["betas"] = (momentum, *group["betas"][1:])
        elif "momentum" in group:
            group["momentum"] = momentum
