"""Losses: from the recipe's words to a function, and what each comes to for a network that only guesses."""

from __future__ import annotations

import math
from collections.abc import Callable

import torch
from torch import Tensor
from torch.nn import functional

from .protocol import EngineError
from .recipe import Recipe
from .text import Text

Loss = Callable[[Tensor, Tensor], Tensor]


def make_loss(recipe: Recipe, num_classes: int, device: torch.device) -> Loss:
    """A function of scores (N, C) and targets that gives the mean loss, ().

    targets: classes, int64 (N,), or shares of each class, float (N, C). C may exceed num_classes. Raises EngineError
    where the recipe's class weights do not match the data.
    """
    weights = recipe.class_weights
    if weights and len(weights) != num_classes:
        raise EngineError(
            Text(
                "The recipe gives {count} class_weights; the data has {num_classes} classes.",
                count=len(weights),
                num_classes=num_classes,
            ),
            expected=Text("{num_classes} weights, one a class", num_classes=num_classes),
            fix="Give one a class, or leave class_weights out.",
        )
    if recipe.loss == "mse":
        return lambda scores, targets: functional.mse_loss(scores, _shares(targets, scores))
    if recipe.loss == "bce":
        return lambda scores, targets: functional.binary_cross_entropy_with_logits(scores, _shares(targets, scores))
    if not weights and not recipe.label_smoothing:
        return functional.cross_entropy
    weight = torch.tensor(weights, dtype=torch.float32, device=device) if weights else None

    def cross_entropy(scores: Tensor, targets: Tensor) -> Tensor:
        full = functional.pad(weight, (0, scores.shape[1] - num_classes)) if weight is not None else None
        return functional.cross_entropy(scores, targets, full, label_smoothing=recipe.label_smoothing)

    return cross_entropy


def _shares(targets: Tensor, scores: Tensor) -> Tensor:
    """Classes as a 1 among zeros; shares as they are. Returns float (N, C)."""
    if targets.ndim == 2:
        return targets.to(scores.dtype)
    return functional.one_hot(targets, scores.shape[1]).to(scores.dtype)


def guessing_loss(recipe: Recipe, num_classes: int) -> float:
    """The least loss that a network can have which gives every image the same scores; the classes equally many."""
    share = 1 / num_classes
    if recipe.loss == "mse":
        return share * (1 - share)
    if recipe.loss == "bce":
        return -share * math.log(share) - (1 - share) * math.log(max(1 - share, 1e-12))
    return math.log(num_classes)
