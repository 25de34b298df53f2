"""Mean and standard deviation of a data set's pixels, counted level by level."""

from __future__ import annotations

import torch
from torch import Tensor

from .placing import Placed
from .protocol import EngineError
from .recipe_data import DataRecipe
from .sources.stored import level_counts
from .text import Text

COUNTED_BYTES = 2**30  # of pixels that are counted
_GROUP = 1024  # images that are counted together


def mean_and_std(recipe: DataRecipe, train: Placed) -> tuple[Tensor, Tensor]:
    """Of pixels in 0..1, by which the recipe normalises: float64 (C,) or (1,) each, in main memory."""
    if recipe.normalise in ("unit", "given"):
        return stated(recipe, train.shape[0])
    return stated(recipe, train.shape[0], pixel_statistics(train))


def stated(recipe: DataRecipe, channels: int, found: tuple[Tensor, Tensor] | None = None) -> tuple[Tensor, Tensor]:
    """By which the recipe normalises. found: mean and standard deviation of the images. Raises EngineError."""
    if recipe.normalise == "given":
        if len(recipe.mean) not in (1, channels):
            raise EngineError(
                Text(
                    "The recipe gives {count} values for mean and std; the images have {channels} channels.",
                    count=len(recipe.mean),
                    channels=channels,
                ),
                expected=Text("1 or {channels} values", channels=channels),
                fix="Give one value a channel, or one for all.",
            )
        return torch.tensor(recipe.mean, dtype=torch.float64), torch.tensor(recipe.std, dtype=torch.float64)
    if recipe.normalise == "unit" or found is None:
        return torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    mean, std = found
    return mean, torch.ones_like(mean) if recipe.normalise == "mean" else std


def pixel_statistics(examples: Placed) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of pixels in 0..1, float64 (C,) each; of very many images, of some evenly spaced."""
    channels, height, width = examples.shape
    step = -(-len(examples) * channels * height * width // COUNTED_BYTES)
    if step <= 1:
        groups = examples.windows(_GROUP)
    else:
        groups = examples.fetched(torch.arange(0, len(examples), step).split(_GROUP))
    return statistics_of(sum(level_counts(images) for images, _ in groups))


def statistics_of(counts: Tensor) -> tuple[Tensor, Tensor]:
    """Mean and standard deviation of pixels in 0..1, float64 (C,) each. counts: as of `level_counts`."""
    levels = torch.arange(256, dtype=torch.float64) / 255
    shares = counts.double() / counts.sum(1, keepdim=True)  # (C, 256)
    mean = shares @ levels
    variance = shares @ levels**2 - mean**2
    return mean, variance.clamp(min=1e-6).sqrt()  # a channel of one colour has no spread to divide by
