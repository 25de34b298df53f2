"""What a training is made of: data, optimizer, schedule, loss, epochs, seed. Standard library only.

A recipe is plain frozen data that reads from and writes to JSON. Values are checked when a recipe is made, by whatever
way, so `dataclasses.replace` and msgspec's `convert` check them too. Its parts are in `recipe_data`,
`recipe_optimizer` and `recipe_start`; others import them from here.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Literal, Self

from .recipe_data import NO_CHANCE, AugmentRecipe, DataRecipe
from .recipe_json import BRIEF, RecipeError, later, nearest, read_value, require, to_json
from .recipe_optimizer import OptimizerRecipe, ScheduleRecipe
from .recipe_sets import KNOWN_SETS, KnownSet, known_set
from .recipe_start import ANEW, StartRecipe
from .run_files import parse_json, read_bytes
from .text import Text

__all__ = [
    "KNOWN_SETS",
    "RECIPES",
    "AugmentRecipe",
    "DataRecipe",
    "KnownSet",
    "OptimizerRecipe",
    "Recipe",
    "RecipeError",
    "ScheduleRecipe",
    "StartRecipe",
    "find_recipe",
    "known_set",
    "read_recipe",
]
_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training, except the network and the machine.

    loss: `cross_entropy`; `mse` and `bce` hold the network's values against 1 for the image's class and 0 for the
    others, bce after a sigmoid. seed: of the weights, the order of the images and dropout. init: how weights of
    convolutions and linear layers start; `default` is PyTorch's own. device: `auto` takes cuda, else mps, else cpu.

    label_smoothing: the share of certainty that is spread over all classes. class_weights: one a class, of its errors.
    clip_norm: the longest that a gradient may be. accumulate: batches whose gradients make one step. ema_decay: also
    keep an average of the weights, of which each step leaves so much, and evaluate with it. precision: of the
    activations; bf16 and fp16 are faster on a GPU, fp16 is for cuda. channels_last: how images lie in memory, faster
    with some GPUs and networks. compile: by torch.compile, which takes a while at first and needs a C++ compiler.
    keep_best: which figure decides whose epoch's weights are kept beside the last: of the validation set, or of the
    test set where there is none; off: none are. early_stopping: end after so many epochs in which a figure of the
    validation set has got no better; early_stopping_monitor: which figure. Accuracy gets better as it rises, loss as it
    falls. deterministic: the same figures again on a GPU too, at some cost in speed; on a CPU they are in any case.
    devices: how many of them train together, each with its share of every batch, as torchrun would start them.
    sync_batchnorm: let batch normalisation take its averages over the whole batch there, not over each one's share; on
    cuda devices.
    tensorboard: also write TensorBoard's event files into the run's folder, as it trains.
    augment: what chance does to the training images. start: weights to start from, and what is not trained.
    """

    name: str = "default"
    data: DataRecipe = field(default_factory=DataRecipe)
    optimizer: OptimizerRecipe = field(default_factory=OptimizerRecipe)
    schedule: ScheduleRecipe = field(default_factory=ScheduleRecipe)
    loss: Literal["cross_entropy", "mse", "bce"] = "cross_entropy"
    batch_size: int = 64
    epochs: int = 5
    seed: int = 0
    init: Literal["default", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal", "orthogonal"] = (
        "xavier_uniform"
    )
    device: str = "auto"
    label_smoothing: float = later(0.0)
    class_weights: tuple[float, ...] = later(())
    clip_norm: float | None = later(None)
    accumulate: int = later(1)
    ema_decay: float | None = later(None)
    precision: Literal["float32", "bf16", "fp16"] = later("float32")
    channels_last: bool = later(False)
    compile: bool = later(False)
    keep_best: Literal["accuracy", "loss", "off"] = later("accuracy")
    early_stopping: int | None = later(None)
    early_stopping_monitor: Literal["accuracy", "loss"] = later("accuracy")
    deterministic: bool = later(False)
    devices: int = later(1)
    sync_batchnorm: bool = later(False)
    tensorboard: bool = later(False)
    augment: AugmentRecipe = field(default=NO_CHANCE, metadata=BRIEF)
    start: StartRecipe = field(default=ANEW, metadata=BRIEF)

    def __post_init__(self) -> None:
        sizes = 1 <= self.batch_size <= 2**20
        require(sizes, "batch_size", self.batch_size, "1 to 1,048,576 images", "64 suits most networks.")
        require(1 <= self.epochs <= 10**6, "epochs", self.epochs, "1 to 1,000,000", "Try 5.")
        require(0 <= self.seed < 2**63, "seed", self.seed, "0 to 2^63 - 1", "Any small number will do.")
        named = _DEVICE.fullmatch(self.device) is not None
        require(named, "device", self.device, "auto, cpu, cuda, cuda:N or mps", "auto takes the best there is.")
        self._check_loss()
        self._check_steps()
        self._check_watched()

        fix = "Use 1, or as many as there are GPUs."
        require(1 <= self.devices <= min(1024, self.batch_size), "devices", self.devices, "1 to the batch size", fix)

    def _check_loss(self) -> None:
        smoothing = 0 <= self.label_smoothing < 1
        require(smoothing, "label_smoothing", self.label_smoothing, "0 to below 1", "0.1 is usual.")
        weights = all(math.isfinite(weight) and weight >= 0 for weight in self.class_weights)
        some = not self.class_weights or any(self.class_weights)
        require(weights and some, "class_weights", self.class_weights, "0 or more each, not all 0", "Use 1 for most.")
        if self.loss != "cross_entropy":
            fix = Text("Leave it out, or use cross_entropy in place of {loss}.", loss=self.loss)
            require(
                not self.label_smoothing,
                "label_smoothing",
                self.label_smoothing,
                Text("0 with {kind}", kind=self.loss),
                fix,
            )
            require(
                not self.class_weights,
                "class_weights",
                self.class_weights,
                Text("none with {kind}", kind=self.loss),
                fix,
            )

    def _check_steps(self) -> None:
        if self.clip_norm is not None:
            clips = math.isfinite(self.clip_norm) and self.clip_norm > 0
            require(clips, "clip_norm", self.clip_norm, "a number above 0", "1.0 is usual; leave it out not to clip.")
        require(1 <= self.accumulate <= 2**16, "accumulate", self.accumulate, "1 to 65,536 batches", "Leave it out.")
        if self.ema_decay is not None:
            fix = "0.999 is usual; leave it out for no average."
            require(0 < self.ema_decay < 1, "ema_decay", self.ema_decay, "above 0, below 1", fix)
        if self.precision == "fp16":
            fix = "Use bf16, or a cuda device."
            on_cuda = self.device == "auto" or self.device.startswith("cuda")
            require(on_cuda, "precision", self.precision, Text("float32 or bf16 on {device}", device=self.device), fix)

    def _check_watched(self) -> None:
        if self.early_stopping is not None:
            fix = "5 is usual; leave it out to train to the end."
            require(self.early_stopping >= 1, "early_stopping", self.early_stopping, "1 epoch or more", fix)
        watched = "early_stopping" if self.early_stopping is not None else "schedule.kind"
        if watched == "early_stopping" or self.schedule.kind == "plateau":
            fix = Text("Set data.validation (0.1 is usual), or leave {field} out.", field=watched)
            share = self.data.validation
            require(
                share > 0, "data.validation", share, Text("a share above 0, which {field} watches", field=watched), fix
            )

    @classmethod
    def from_json(cls, value: object) -> Self:
        """The recipe in a parsed JSON value. Fields left out take their defaults. Raises RecipeError."""
        return read_value(cls, value, "")

    def to_json(self) -> dict[str, Any]:
        """The recipe as a value for `json.dumps`, rarer fields only where they are set; `from_json` reads it back."""
        return to_json(self)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a JSON file. Raises RecipeError."""
    try:
        return Recipe.from_json(parse_json(read_bytes(path).decode("utf-8")))
    except OSError as error:
        raise RecipeError(
            Text("The recipe {path} cannot be read: {reason}.", path=path, reason=error.strerror),
            expected="a JSON file",
            fix="Check the path.",
        ) from error
    except ValueError as error:
        if isinstance(error, RecipeError):
            raise
        raise RecipeError(
            Text("The recipe {path} is not JSON: {error}.", path=path, error=error),
            expected='a JSON object such as {"epochs": 5}',
            fix="Mend it.",
        ) from error


def find_recipe(name_or_path: str) -> Recipe:
    """A recipe by its name in `RECIPES`, or from a JSON file. Raises RecipeError."""
    if name_or_path in RECIPES:
        return RECIPES[name_or_path]
    if Path(name_or_path).suffix == ".json" or Path(name_or_path).is_file():
        return read_recipe(Path(name_or_path))
    raise RecipeError(
        Text("There is no recipe {name_or_path}.", name_or_path=repr(name_or_path)),
        expected=Text("one of {recipes}, or a JSON file", recipes=", ".join(RECIPES)),
        fix=nearest(name_or_path, RECIPES) or "Name one of these.",
    )


RECIPES: Mapping[str, Recipe] = {
    recipe.name: recipe
    for recipe in (
        Recipe(),
        Recipe(
            name="lenet_course",
            data=DataRecipe(normalise="unit"),
            optimizer=OptimizerRecipe(kind="Adam", lr=0.01),
            init="default",
        ),
        Recipe(
            name="vgg_course",
            data=DataRecipe(resize=224, normalise="unit"),
            optimizer=OptimizerRecipe(kind="SGD", lr=0.05),
            batch_size=128,
            epochs=10,
        ),
        Recipe(
            name="mxnet_course",
            data=DataRecipe(resize=224, normalise="unit"),
            optimizer=OptimizerRecipe(kind="SGD", lr=0.01),
            epochs=1,
        ),
        Recipe(
            name="vgg_paper",
            data=DataRecipe(normalise="mean", validation=0.1),
            augment=AugmentRecipe(scale=(256, 512), crop=224, flip=0.5),
            optimizer=OptimizerRecipe(kind="SGD", lr=0.01, momentum=0.9, weight_decay=5e-4),
            schedule=ScheduleRecipe(kind="plateau"),
            batch_size=256,
            epochs=74,
        ),
        Recipe(
            name="resnet_paper",
            data=DataRecipe(resize=224),
            optimizer=OptimizerRecipe(kind="SGD", lr=0.1, momentum=0.9, weight_decay=1e-4),
            schedule=ScheduleRecipe(kind="step", step_epochs=30),
            batch_size=256,
            epochs=120,
            init="kaiming_normal",
        ),
    )
}
