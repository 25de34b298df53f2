"""Images on the device, and batches of them as a network takes them. Reading files is `idx`."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Tensor
from torch.nn import functional

from .idx import Split, find_folder, read_folder
from .protocol import EngineError
from .recipe import DataRecipe


@dataclass(frozen=True)
class Preparation:
    """Turns stored pixels into a network's input, a batch at a time, on the device that holds them.

    scale, shift: float32 (C, 1, 1), so that pixel * scale + shift is normalised. size_px: height and width to resize
    to, or None.
    """

    scale: Tensor
    shift: Tensor
    size_px: int | None

    def __call__(self, images: Tensor) -> Tensor:
        """images: uint8 (N, C, H, W). Returns float32 (N, C, H, W), H and W as resized."""
        pixels = images.float().mul_(self.scale).add_(self.shift)
        if self.size_px is None or pixels.shape[-2:] == (self.size_px, self.size_px):
            return pixels
        return functional.interpolate(
            pixels,
            size=(self.size_px, self.size_px),
            mode="bilinear",
            antialias=self.size_px < max(pixels.shape[-2:]),
        )


@dataclass(frozen=True)
class ImageData:
    """A data set ready to train on: uint8 in the device's memory, and how to prepare a batch of it."""

    train: Split
    test: Split
    num_classes: int
    prepare: Preparation

    def train_batches(self, batch_size: int, order: torch.Generator) -> Iterator[tuple[Tensor, Tensor]]:
        """One epoch of training batches in a fresh order. order: a CPU generator that draws it."""
        permutation = torch.randperm(len(self.train), generator=order).to(self.train.labels.device)
        for start in batch_starts(len(self.train), batch_size):
            indices = permutation[start : start + batch_size]
            yield self.prepare(self.train.images.index_select(0, indices)), self.train.labels.index_select(0, indices)

    def test_batches(self, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The test set once, in its own order."""
        for start in range(0, len(self.test), batch_size):
            window = slice(start, start + batch_size)
            yield self.prepare(self.test.images[window]), self.test.labels[window]


def batch_starts(examples: int, batch_size: int) -> range:
    """Where each training batch begins. A last batch of a single image is left out: batch norm cannot take it."""
    return range(0, examples if examples == 1 else examples - (examples % batch_size == 1), batch_size)


def load_data(recipe: DataRecipe, device: torch.device, near: Sequence[Path] = ()) -> ImageData:
    """Read the recipe's data set into the device's memory. near: folders to look in for it. Raises EngineError."""
    train, test = read_folder(find_folder(recipe.source, near))
    num_classes = int(train.labels.max()) + 1
    train, test = train.first(recipe.limit).to(device), test.first(recipe.limit).to(device)
    return ImageData(train, test, num_classes, _preparation(recipe, train.images.shape[1], device))


def _preparation(recipe: DataRecipe, channels: int, device: torch.device) -> Preparation:
    mean, std = recipe.mean or (0.0,), recipe.std or (1.0,)
    if len(mean) not in (1, channels):
        raise EngineError(
            f"The recipe gives {len(mean)} values for mean and std; the images have {channels} channels.",
            expected=f"1 or {channels} values",
            fix="Give one value a channel, or one for all.",
        )
    means, stds = torch.tensor(mean), torch.tensor(std)
    scale, shift = 1 / (255 * stds), -means / stds
    return Preparation(scale.view(-1, 1, 1).to(device), shift.view(-1, 1, 1).to(device), recipe.resize)
