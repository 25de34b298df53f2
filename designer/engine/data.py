"""A data set as a network takes it: batches, in an order that a seed decides, prepared as the recipe says.

Where the images come from is `sources`, where they lie until they are needed `placing`.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Generator, Tensor
from torch.nn import functional

from . import transforms
from .examples import Collection, Fit
from .group import ALONE, Group
from .levels import Levels
from .normalising import mean_and_std
from .placing import Placed, Tell, fitted, place, unheard
from .protocol import EngineError, Warned
from .recipe import NO_CHANCE, AugmentRecipe, DataRecipe
from .sources.find import open_data
from .split import parted
from .text import Text, joined

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

    def shown(self, prepared: Tensor) -> Tensor:
        """Prepared images as a person would see them: normalising undone, uint8."""
        return ((prepared - self.shift) / (self.scale * 255)).clamp(0, 1).mul(255).round().byte()

    def _resized(self, images: Tensor) -> Tensor:
        if self.size_px is None:
            return images
        if not self.keep_ratio:
            return transforms.resized(images, self.size_px, self.size_px)
        images = transforms.short_side_resized(images, self.size_px)
        return images if self.augment.crop else transforms.centre_cropped(images, self.size_px)


@dataclass(frozen=True)
class ImageData:
    """A data set ready to train on: bytes of pixels, in the device's memory or on their way, and how to prepare them.

    classes: a name for each label. levels: what was black and white in images of more than bytes. least_batch: of fewer
    images an epoch's last batch is left out.
    """

    train: Placed
    test: Placed
    classes: tuple[str, ...]
    prepare: Preparation
    validation: Placed | None = None
    levels: Levels | None = None
    least_batch: int = 1

    @property
    def num_classes(self) -> int:
        """How many classes there are."""
        return len(self.classes)

    def inputs(self) -> dict[str, Any]:
        """For a checkpoint: the form of its images, how they are normalised, and the classes. Waits for the device."""
        return {
            "shape": list(self.train.shape),
            "scale": self.prepare.scale.cpu(),
            "shift": self.prepare.shift.cpu(),
            "classes": list(self.classes),
            "levels": list(self.levels) if self.levels else None,
        }

    def train_starts(self, batch_size: int) -> range:
        """Where each batch of an epoch begins."""
        return batch_starts(len(self.train), batch_size, self.least_batch)

    def train_batches(
        self, batch_size: int, order: torch.Generator, first: int = 0, group: Group = ALONE
    ) -> Iterator[tuple[Tensor, Tensor]]:
        """One epoch of training batches in a fresh order. order: a CPU generator that draws it.

        first: how many batches to leave out, because they were trained before. group: of each batch, this process's
        share comes; where it has none, the batch's first image.
        """
        starts = self.train_starts(batch_size)
        permutation = torch.randperm(len(self.train), generator=order)[: starts.stop]
        at_once = self._batches_at_once(batch_size)
        chunks = permutation.split(batch_size * at_once)[first // at_once :]
        shares = [[_share(batch, group) for batch in chunk.split(batch_size)] for chunk in chunks]
        groups = [torch.cat(batches) for batches in shares]
        for number, (images, labels) in enumerate(self.train.fetched(groups), first // at_once):
            if self.prepare.augment.touches:
                drawn = order.initial_seed() * _SPREAD + number + (group.rank << 40)
                chance = torch.Generator().manual_seed(drawn % 2**63)
                yield self.prepare.for_training(images, labels, self.num_classes, chance)
                continue
            images = self.prepare(images)
            sizes = [len(batch) for batch in shares[number - first // at_once]]
            batches = zip(images.split(sizes), labels.split(sizes), strict=True)
            yield from itertools.islice(batches, max(first - number * at_once, 0), None)

    def _batches_at_once(self, batch_size: int) -> int:
        """How many batches to prepare in one go: several where they are small, which saves most of the cost."""
        if self.prepare.augment.touches:
            return 1  # a batch draws by itself, so that it does not depend on where a run goes on
        channels, height, width = self.train.shape
        pixels = self.prepare.size_px**2 if self.prepare.size_px else height * width
        ahead = _PREPARED_PIXELS.get(self.train.labels.device.type, _PREPARED_PIXELS_ELSEWHERE)
        return max(1, ahead // (batch_size * channels * pixels))

    def test_batches(self, batch_size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """The test set once, in its own order."""
        return self.batches_of(self.test, batch_size)

    def batches_of(self, examples: Placed, batch_size: int, group: Group = ALONE) -> Iterator[tuple[Tensor, Tensor]]:
        """Some examples once, in their own order, prepared as for evaluation. group: this process's batches come."""
        chosen = torch.arange(len(examples)).split(batch_size)[group.rank :: group.size]
        for images, labels in examples.windows(batch_size) if group.alone else examples.fetched(chosen):
            yield self.prepare(images), labels

    def sample(self, count: int) -> Tensor:
        """The first training images, prepared as for evaluation."""
        ((images, _),) = self.train.fetched([torch.arange(min(count, len(self.train)))])
        return self.prepare(images)


def _share(batch: Tensor, group: Group) -> Tensor:
    """Of a batch's indices, those of this process; never none, for all must take each step."""
    return batch if group.alone else batch[group.rank :: group.size] if group.share(len(batch)) else batch[:1]


def batch_starts(examples: int, batch_size: int, least: int = 1) -> range:
    """Where each training batch begins. A last batch of fewer than `least` is left out, unless it is the only one."""
    last = examples % batch_size
    return range(0, examples - last if last < min(least, examples) else examples, batch_size)


def load_data(
    recipe: DataRecipe,
    device: torch.device,
    near: Sequence[Path] = (),
    augment: AugmentRecipe = NO_CHANCE,
    tell: Tell = unheard,
) -> ImageData:
    """Open the recipe's data set, and read it where it fits into the device's memory. Raises EngineError.

    near: folders to look in for it. tell: hears how far reading is, and warnings.
    """
    collection = open_data(recipe, near, tell)
    require_classes(collection, tell)
    parts = fitted(parted(collection, recipe), fit_of(recipe, augment))
    pictures = parts.train.pictures
    if notes := (*collection.notes, *pictures.notes):
        tell(Warned("data_note", joined(*notes)))
    train, test, validation = place(parts, recipe, device, tell)
    prepare = preparation(recipe, augment, mean_and_std(recipe, train), device)
    return ImageData(train, test, collection.classes, prepare, validation, pictures.levels)


def preparation(
    recipe: DataRecipe, augment: AugmentRecipe, mean_and_std: tuple[Tensor, Tensor], device: torch.device
) -> Preparation:
    """What the recipe does to images. mean_and_std: of pixels in 0..1, float64 (C,) or (1,) each."""
    mean, std = mean_and_std
    return Preparation(
        scale=(1 / (255 * std)).float().view(-1, 1, 1).to(device),
        shift=(-mean / std).float().view(-1, 1, 1).to(device),
        size_px=recipe.resize,
        keep_ratio=recipe.keep_ratio,
        augment=augment,
    )


def fit_of(recipe: DataRecipe, augment: AugmentRecipe) -> Fit:
    """The shape in which images of various sizes are read: where chance scales them, as large as the largest."""
    largest = augment.scale[1] if augment.scale else None
    channels = {"grey": 1, "rgb": 3}.get(recipe.channels)
    return Fit(recipe.resize or largest, recipe.keep_ratio or recipe.resize is None, channels)


def require_classes(collection: Collection, tell: Tell) -> None:
    """Raise EngineError where there is nothing to tell apart, warn of classes that cannot be learned."""
    classes = collection.classes
    counts = torch.bincount(collection.train.labels, minlength=len(classes))
    if int((counts > 0).sum()) < 2:
        raise EngineError(
            Text(
                "All {count:,} training images in {root} are of one class, {classes}.",
                count=len(collection.train),
                root=collection.root,
                classes=repr(classes[int(counts.argmax())]),
            ),
            expected="at least two classes",
            fix="Add images of another class: there is nothing to tell apart.",
        )
    lonely = [name for name, count in zip(classes, counts.tolist(), strict=True) if count == 1]
    if lonely and collection.test is None:
        tell(
            Warned(
                "lonely_class",
                Text(
                    "Of class {name} there is one image only: it is trained on, and none is left to test with.",
                    name=_named(lonely),
                ),
                "Check its label, or add images of that class.",
            )
        )
    empty = [name for name, count in zip(classes, counts.tolist(), strict=True) if not count]
    if empty:
        begins = "The labels seem to begin at 1." if empty == [classes[0]] == ["0"] else ""
        tell(
            Warned(
                "empty_class",
                joined(Text("No training image is of class {name}.", name=_named(empty)), begins),
                "Check the labels; the network cannot learn a class that it never sees.",
            )
        )


def _named(classes: Sequence[str]) -> str:
    """The first of them, and how many more there are."""
    first = ", ".join(map(repr, classes[:5]))
    return Text("{names} and {count:,} more", names=first, count=len(classes) - 5) if len(classes) > 5 else first
