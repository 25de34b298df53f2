"""What a training sees: the data, how they are parted, and what is done to the images. Standard library only."""

from __future__ import annotations

import math
from dataclasses import dataclass
from typing import Literal

from .recipe_json import is_share, later, require


@dataclass(frozen=True)
class DataRecipe:
    """Where the images come from and what is done to them.

    source: the name of a data set that the engine can find (`fashion-mnist-mini`) or a folder of IDX files.
    resize: height and width in pixels to bring the images to, None for as they are. limit: use at most so many images
    of the training set, and of the test set. normalise: `unit` scales pixels to 0..1; `standard` then takes off the
    mean of the training images and divides by their standard deviation, channel by channel; `given` does so with `mean`
    and `std`, one value a channel or one for all. validation: the share of the training images that is held out to
    watch the training by, the same of each class; which ones, split_seed says.
    """

    source: str = "fashion-mnist-mini"
    resize: int | None = None
    limit: int | None = None
    normalise: Literal["unit", "standard", "given"] = "standard"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()
    validation: float = later(0.0)
    split_seed: int = later(0)

    def __post_init__(self) -> None:
        require(bool(self.source.strip()), "data.source", self.source, "a data set or a folder", "Name one.")
        if self.resize is not None:
            fix = "Leave it out to keep the images' size."
            require(1 <= self.resize <= 4096, "data.resize", self.resize, "1 to 4096 pixels", fix)
        if self.limit is not None:
            require(self.limit >= 1, "data.limit", self.limit, "1 or more", "Leave it out to use every image.")
        fix = "0.1 is usual; leave it out to train on every image."
        require(is_share(self.validation), "data.validation", self.validation, "0 to below 1", fix)
        require(0 <= self.split_seed < 2**63, "data.split_seed", self.split_seed, "0 to 2^63 - 1", "Leave it out.")
        fix = 'Give mean and std with normalise: "given", and leave both out otherwise.'
        given = len(self.std) if self.normalise == "given" else 0
        counts = len(self.mean) == given and all(map(math.isfinite, self.mean))
        require(counts, "data.mean", self.mean, f"{given} numbers with normalise={self.normalise}", fix)
        positive = all(math.isfinite(value) and value > 0 for value in self.std)
        filled = bool(self.std) == (self.normalise == "given")
        require(positive and filled, "data.std", self.std, "numbers above 0, if normalise is given", fix)
