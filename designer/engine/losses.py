"""Losses: from the recipe's words to a function, and what each comes to for a network that only guesses."""

from __future__ import annotations

import math

import torch
from torch import Tensor
from torch.nn import functional

from .protocol import EngineError
from .recipe import Recipe
from .text import Text


class Loss:
    """The recipe's loss, as torch defines it.

    With class weights, torch's mean over examples with one class each is a sum over a sum: of the weighted losses, over
    the weights of their classes. It is therefore no mean of its batches' means, and `weighed` gives the two sums. With
    shares of classes, as mixup makes them, torch divides by the number of examples. Source: torch.nn.CrossEntropyLoss.
    """

    def __init__(self, recipe: Recipe, num_classes: int, device: torch.device) -> None:
        self._kind = recipe.loss
        self._smoothing = recipe.label_smoothing
        self._num_classes = num_classes
        weights = recipe.class_weights
        self._weight = torch.tensor(weights, dtype=torch.float32, device=device) if weights else None
        self._may_vanish = 0 in weights

    def __call__(self, scores: Tensor, targets: Tensor) -> Tensor:
        """The mean loss, (); 0 where all classes of the batch have the weight 0, of which torch would make no number.

        scores: (N, C). targets: classes, int64 (N,), or shares of each class, float (N, C). C may exceed the number of
        the data's classes.
        """
        if self._kind == "mse":
            return functional.mse_loss(scores, _shares(targets, scores))
        if self._kind == "bce":
            return functional.binary_cross_entropy_with_logits(scores, _shares(targets, scores))
        weight = self._padded(scores)
        if weight is None or not self._may_vanish or targets.ndim == 2:
            return functional.cross_entropy(scores, targets, weight, label_smoothing=self._smoothing)
        counts = weight[targets].sum() > 0
        weight = torch.where(counts, weight, 1.0)  # 0 / 0 would be no number, and neither would its gradient
        return functional.cross_entropy(scores, targets, weight, label_smoothing=self._smoothing) * counts

    def weighed(self, scores: Tensor, targets: Tensor) -> tuple[Tensor, Tensor] | None:
        """The sum of the weighted losses and the sum of the weights, () each; None where each example counts alike."""
        weight = self._padded(scores)
        if weight is None or targets.ndim == 2:
            return None
        summed = functional.cross_entropy(scores, targets, weight, reduction="sum", label_smoothing=self._smoothing)
        return summed, weight[targets].sum()

    def _padded(self, scores: Tensor) -> Tensor | None:
        """The weights of as many classes as there are scores."""
        if self._weight is None:
            return None
        return functional.pad(self._weight, (0, scores.shape[1] - self._num_classes))


def make_loss(recipe: Recipe, num_classes: int, device: torch.device) -> Loss:
    """The recipe's loss. Raises EngineError where the recipe's class weights do not match the data."""
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
    return Loss(recipe, num_classes, device)


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
    total = sum(recipe.class_weights)
    if total:  # the best guess is each class's share of the weights
        return -sum(weight / total * math.log(weight / total) for weight in recipe.class_weights if weight)
    return math.log(num_classes)
