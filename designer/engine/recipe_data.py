"""What a training sees: the data, how they are parted, and what is done to the images. Standard library only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .recipe_json import is_share, later, require
from .text import Text


@dataclass(frozen=True)
class AugmentRecipe:
    """What chance does to the training images, anew in each epoch; the seed decides.

    scale: lowest and highest length in pixels to bring the shorter side to, drawn for each batch; evaluation takes
    the middle of the two. crop: side in pixels of a random window, in evaluation the middle one; padding: pixels of
    zeros put around before. flip: the share mirrored left to right, flip_vertical: upside down. colour: how far
    brightness, contrast and saturation may go from 1. erase: the share in which a rectangle is blotted out. mixup,
    cutmix: the alpha of the beta distribution by which two images are blended, or joined; 0 for not at all; where
    both are set, each batch gets one of the two.
    """

    scale: tuple[int, int] | None = None
    crop: int | None = None
    padding: int = 0
    flip: float = 0.0
    flip_vertical: float = later(0.0)
    colour: float = 0.0
    erase: float = 0.0
    mixup: float = 0.0
    cutmix: float = 0.0

    def __post_init__(self) -> None:
        if self.scale is not None:
            ordered = 1 <= self.scale[0] <= self.scale[1] <= 4096
            fix = "[256, 512] is that of the VGG paper."
            require(ordered, "augment.scale", self.scale, "two of 1 to 4096 pixels, the lower first", fix)
        if self.crop is not None:
            fix = "Leave it out to keep the whole image."
            require(1 <= self.crop <= 4096, "augment.crop", self.crop, "1 to 4096 pixels", fix)
        fix = "Set augment.crop, or leave augment.padding out."
        padding = 0 <= self.padding <= 4096 and (self.crop is not None or not self.padding)
        require(padding, "augment.padding", self.padding, "0 to 4096 pixels, and 0 without a crop", fix)
        for name in ("flip", "flip_vertical", "erase"):
            share = getattr(self, name)
            require(0 <= share <= 1, f"augment.{name}", share, "a share of 0 to 1", "0.5 is usual.")
        require(is_share(self.colour), "augment.colour", self.colour, "0 to below 1", "0.2 is usual.")
        for name in ("mixup", "cutmix"):
            alpha = getattr(self, name)
            require(0 <= alpha <= 100, f"augment.{name}", alpha, "0 to 100", "0.2 is usual for mixup, 1 for cutmix.")

    @property
    def touches(self) -> bool:
        """Whether anything is left to chance."""
        return self != NO_CHANCE


NO_CHANCE = AugmentRecipe()


@dataclass(frozen=True)
class DataRecipe:
    """Where the images come from and what is done to them.

    source: the name of a data set that the engine can find (`fashion-mnist-mini`), or a folder or file: IDX files,
    folders of images by class, a CSV of paths and labels, NumPy arrays, CIFAR's binary files; format: which of these,
    where it could be more than one.
    resize: height and width in pixels to bring the images to, None for as they are. limit: use at most so many images
    of the training set, and of the test set. normalise: `unit` scales pixels to 0..1; `standard` then takes off the
    mean of the training images and divides by their standard deviation, channel by channel; `given` does so with `mean`
    and `std`, one value a channel or one for all; `mean` takes off the mean alone. keep_ratio: bring the shorter side
    to `resize`, and take the middle square; of images that are stored in one size, `augment.crop` may take another
    part. validation: the share of the training
    images that is held out to watch the training by, the same of each class; which ones, split_seed says. A validation
    set that the data bring takes its place. test: likewise the share to test on, where the data bring no test set.

    channels: of the images, `grey` or `rgb`, whatever they are stored as. skip_broken: leave out images that cannot be
    read, instead of stopping. streaming: whether images are read as they are needed, batch by batch, instead of being
    kept in the device's memory; `auto` does so where they would not fit. workers: processes that read images from
    files, as many as there are cores where it is None. Neither changes a figure.

    path_column, label_column, split_column: of a CSV, by name or by number from 1; found out where they are empty.
    fold: where the column of sets has numbers, the one to test on; the lowest where it is empty.
    """

    source: str = "fashion-mnist-mini"
    resize: int | None = None
    limit: int | None = None
    normalise: Literal["unit", "standard", "given", "mean"] = "standard"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    validation: float = later(0.0)
    split_seed: int = later(0)
    keep_ratio: bool = later(False)
    format: Literal["auto", "idx", "folders", "csv", "numpy", "cifar"] = later("auto")
    channels: Literal["auto", "grey", "rgb"] = later("auto")
    test: float = later(0.2)
    skip_broken: bool = later(False)
    streaming: Literal["auto", "never", "always"] = later("auto")
    workers: int | None = later(None)
    path_column: str = later("")
    label_column: str = later("")
    split_column: str = later("")
    fold: str = later("")

    def __post_init__(self) -> None:
        require(bool(self.source.strip()), "data.source", self.source, "a data set or a folder", "Name one.")
        if self.resize is not None:
            fix = "Leave it out to keep the images' size."
            require(1 <= self.resize <= 4096, "data.resize", self.resize, "1 to 4096 pixels", fix)
        fix = "Set data.resize, or leave data.keep_ratio out."
        require(self.resize is not None or not self.keep_ratio, "data.keep_ratio", True, "false without resize", fix)
        if self.limit is not None:
            require(self.limit >= 1, "data.limit", self.limit, "1 or more", "Leave it out to use every image.")
        fix = "0.1 is usual; leave it out to train on every image."
        require(is_share(self.validation), "data.validation", self.validation, "0 to below 1", fix)
        require(0 <= self.split_seed < 2**63, "data.split_seed", self.split_seed, "0 to 2^63 - 1", "Leave it out.")
        test = is_share(self.test) and self.test > 0
        require(test, "data.test", self.test, "above 0, below 1", "Leave it out: 0.2 is usual.")
        if self.workers is not None:
            fix = "Leave it out for as many as there are cores."
            require(0 <= self.workers <= 256, "data.workers", self.workers, "0 to 256 processes", fix)
        fix = 'Give mean and std with normalise: "given", and leave both out otherwise.'
        given = len(self.std) if self.normalise == "given" else 0
        counts = len(self.mean) == given and all(map(math.isfinite, self.mean))
        require(
            counts,
            "data.mean",
            self.mean,
            Text("{count} numbers with normalise={kind}", count=given, kind=self.normalise),
            fix,
        )
        positive = all(math.isfinite(value) and value > 0 for value in self.std)
        filled = bool(self.std) == (self.normalise == "given")
        require(positive and filled, "data.std", self.std, "numbers above 0, if normalise is given", fix)
