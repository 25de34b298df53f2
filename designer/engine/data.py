"""Images on the device, and batches of them as a network takes them. Reading files is `idx`."""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

import torch
from torch import Generator, Tensor
from torch.nn import functional

from . import transforms
from .idx import Split, find_folder, read_folder
from .protocol import EngineError
from .recipe import NO_CHANCE, AugmentRecipe, DataRecipe
from .split import hold_out

_PREPARED_PIXELS = {"cpu": 2**18}  # at most so many are prepared ahead: what a core's cache holds, as floats
_PREPARED_PIXELS_ELSEWHERE = 2**20
_SPREAD = 0x9E3779B97F4A7C15  # an odd number without pattern: seeds of neighbours come out unlike


@dataclass(frozen=True)
class Preparation:
    """Turns stored pixels into a network's input, a batch at a time, on the device that holds them.

    scale, shift: float32 (C, 1, 1), so that pixel * scale + shift is normalised, pixels 0 to 255. size_px: height and
    width to resize to, or None. keep_ratio: to resize the shorter side to it. augment: what chance does in training;
    what an evaluation gets in its place is not left to chance.
    """

    scale: Tensor
    shift: Tensor
    size_px: int | None
    keep_ratio: bool = False
    augment: AugmentRecipe = NO_CHANCE

    def __call__(self, images: Tensor) -> Tensor:
        """images: uint8 (N, C, H, W). Returns float32 (N, C, H, W), H and W as resized."""
        pixels = self._resized(images.float().mul_(self.scale).add_(self.shift))
        if self.augment.scale is not None:
            pixels = transforms.short_side_resized(pixels, sum(self.augment.scale) // 2)
        return pixels if self.augment.crop is None else transforms.centre_cropped(pixels, self.augment.crop)

    def for_training(self, images: Tensor, targets: Tensor, classes: int, chance: Generator) -> tuple[Tensor, Tensor]:
        """As above, with chance at work. targets: int64 (N,). Returns them, or shares of each class, float (N, C)."""
        recipe = self.augment
        pixels = transforms.augmented(self._resized(images.float().div_(255)), recipe, chance)
        pixels = pixels * (self.scale * 255) + self.shift
        if recipe.erase:
            pixels = transforms.erased(pixels, recipe.erase, chance)
        if not recipe.mixup and not recipe.cutmix:
            return pixels, targets
        blends = recipe.mixup and (not recipe.cutmix or torch.rand((), generator=chance) < 0.5)
        mix, alpha = (transforms.mixed_up, recipe.mixup) if blends else (transforms.cut_mixed, recipe.cutmix)
        return mix(pixels, functional.one_hot(targets, classes).float(), alpha, chance)

    def _resized(self, images: Tensor) -> Tensor:
        if self.size_px is None:
            return images
        if not self.keep_ratio:
            return transforms.resized(images, self.size_px, self.size_px)
        images = transforms.short_side_resized(images, self.size_px)
        return images if self.augment.crop else transforms.centre_cropped(images, self.size_px)


@dataclass(frozen=True)
class ImageData:
    """A data set ready to train on: uint8 in the device's memory, and how to prepare a batch of it."""

    train: Split
    test: Split
    num_classes: int
    prepare: Preparation
    validation: Split | None = None

    def train_batches(self, batch_size: int, order: torch.Generator, first: int = 0) -> Iterator[tuple[Tensor, Tensor]]:
        """One epoch of training batches in a fresh order. order: a CPU generator that draws it.

        first: how many batches to leave out, because they were trained before.
        """
        starts = batch_starts(len(self.train), batch_size)
        permutation = torch.randperm(len(self.train), generator=order)[: starts.stop].to(self.train.labels.device)
        at_once = self._batches_at_once(batch_size)
        for number, indices in enumerate(permutation.split(batch_size * at_once)):
            done = min(max(first - number * at_once, 0), at_once)
            if done * batch_size >= len(indices):
                continue
            images = self.train.images.index_select(0, indices)
            labels = self.train.labels.index_select(0, indices)
            if self.prepare.augment.touches:
                chance = torch.Generator().manual_seed((order.initial_seed() * _SPREAD + number) % 2**63)
                yield self.prepare.for_training(images, labels, self.num_classes, chance)
                continue
            images = self.prepare(images)
            batches = zip(images.split(batch_size), labels.split(batch_size), strict=True)
            yield from itertools.islice(batches, done, None)

    def _batches_at_once(self, batch_size: int) -> int:
        """How many batches to prepare in one go: several where they are small, which saves most of the cost."""
        if self.prepare.augment.touches:
            return 1  # a batch draws by itself, so that it does not depend on where a run goes on
        channels, height, width = self.train.images.shape[1:]
        pixels = self.prepare.size_px**2 if self.prepare.size_px else height * width
        ahead = _PREPARED_PIXELS.get(self.train.images.device.type, _PREPARED_PIXELS_ELSEWHERE)
        return max(1, ahead // (batch_size * channels * pixels))

    def test_batches(self, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The test set once, in its own order."""
        return self.batches_of(self.test, batch_size)

    def batches_of(self, examples: Split, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Some examples once, in their own order, prepared as for evaluation."""
        for start in range(0, len(examples), batch_size):
            window = slice(start, start + batch_size)
            yield self.prepare(examples.images[window]), examples.labels[window]


def batch_starts(examples: int, batch_size: int) -> range:
    """Where each training batch begins. A last batch of a single image is left out: batch norm cannot take it."""
    return range(0, examples if examples == 1 else examples - (examples % batch_size == 1), batch_size)


def load_data(
    recipe: DataRecipe,
    device: torch.device,
    near: Sequence[Path] = (),
    augment: AugmentRecipe = NO_CHANCE,
) -> ImageData:
    """Read the recipe's data set into the device's memory. near: folders to look in for it. Raises EngineError."""
    train, test = read_folder(find_folder(recipe.source, near))
    num_classes = int(train.labels.max()) + 1
    validation = None
    if recipe.validation:
        train, held_out = hold_out(train, recipe.validation, recipe.split_seed)
        validation = held_out.first(recipe.limit).to(device)
    train, test = train.first(recipe.limit), test.first(recipe.limit)
    prepare = _preparation(recipe, train.images, device, augment)
    return ImageData(train.to(device), test.to(device), num_classes, prepare, validation)


def _preparation(recipe: DataRecipe, images: Tensor, device: torch.device, augment: AugmentRecipe) -> Preparation:
    """images: the training images, uint8 (N, C, H, W) in main memory."""
    mean, std = _mean_and_std(recipe, images)
    return Preparation(
        scale=(1 / (255 * std)).float().view(-1, 1, 1).to(device),
        shift=(-mean / std).float().view(-1, 1, 1).to(device),
        size_px=recipe.resize,
        keep_ratio=recipe.keep_ratio,
        augment=augment,
    )


def _mean_and_std(recipe: DataRecipe, images: Tensor) -> tuple[Tensor, Tensor]:
    """Of pixels in 0..1: float64 (C,) or (1,) each."""
    channels = images.shape[1]
    if recipe.normalise == "unit":
        return torch.zeros(1, dtype=torch.float64), torch.ones(1, dtype=torch.float64)
    if recipe.normalise == "given":
        if len(recipe.mean) not in (1, channels):
            raise EngineError(
                f"The recipe gives {len(recipe.mean)} values for mean and std; the images have {channels} channels.",
                expected=f"1 or {channels} values",
                fix="Give one value a channel, or one for all.",
            )
        return torch.tensor(recipe.mean, dtype=torch.float64), torch.tensor(recipe.std, dtype=torch.float64)
    levels = torch.arange(256, dtype=torch.float64) / 255
    counts = torch.stack([torch.bincount(images[:, c].flatten(), minlength=256) for c in range(channels)])  # (C, 256)
    shares = counts.double() / counts.sum(1, keepdim=True)
    mean = shares @ levels
    variance = shares @ levels**2 - mean**2
    if recipe.normalise == "mean":
        return mean, torch.ones_like(mean)
    return mean, variance.clamp(min=1e-6).sqrt()  # a channel of one colour has no spread to divide by
