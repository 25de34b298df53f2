"""What a training is made of: data, optimizer, schedule, loss, epochs, seed. Standard library only.

A recipe is plain frozen data that reads from and writes to JSON. Values are checked when a recipe is made, by whatever
way, so `dataclasses.replace` and msgspec's `convert` check them too. What the values do is in `data`, `optimize` and
`loop`.
"""

from __future__ import annotations

import difflib
import json
import math
import re
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, field, fields, is_dataclass
from pathlib import Path
from typing import Any, Literal, Self

from .protocol import EngineError

_DEVICE = re.compile(r"auto|cpu|mps|cuda(:\d+)?")


class RecipeError(EngineError, ValueError):
    """A recipe that cannot be followed. Its `message` names the field and the value received."""


def _require(holds: bool, where: str, received: object, expected: str, fix: str) -> None:
    if not holds:
        raise RecipeError(f"Recipe: {where} is {_shown(received)}.", expected=expected, fix=fix)


def _shown(value: object) -> str:
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=repr)
    return text if len(text) <= 60 else text[:57] + "..."


def _is_share(value: float) -> bool:
    return 0 <= value < 1


@dataclass(frozen=True)
class DataRecipe:
    """Where the images come from and what is done to them.

    source: the name of a data set that the engine can find (`fashion-mnist-mini`) or a folder of IDX files.
    resize: height and width in pixels to bring the images to, None for as they are. limit: use at most so many images
    of the training set, and of the test set. normalise: `unit` scales pixels to 0..1; `standard` then takes off the
    mean of the training images and divides by their standard deviation, channel by channel; `given` does so with `mean`
    and `std`, one value a channel or one for all.
    """

    source: str = "fashion-mnist-mini"
    resize: int | None = None
    limit: int | None = None
    normalise: Literal["unit", "standard", "given"] = "standard"
    mean: tuple[float, ...] = ()
    std: tuple[float, ...] = ()

    def __post_init__(self) -> None:
        _require(bool(self.source.strip()), "data.source", self.source, "a data set or a folder", "Name one.")
        if self.resize is not None:
            fix = "Leave it out to keep the images' size."
            _require(1 <= self.resize <= 4096, "data.resize", self.resize, "1 to 4096 pixels", fix)
        if self.limit is not None:
            _require(self.limit >= 1, "data.limit", self.limit, "1 or more", "Leave it out to use every image.")
        fix = 'Give mean and std with normalise: "given", and leave both out otherwise.'
        given = len(self.std) if self.normalise == "given" else 0
        counts = len(self.mean) == given and all(map(math.isfinite, self.mean))
        _require(counts, "data.mean", self.mean, f"{given} numbers with normalise={self.normalise}", fix)
        positive = all(math.isfinite(value) and value > 0 for value in self.std)
        filled = bool(self.std) == (self.normalise == "given")
        _require(positive and filled, "data.std", self.std, "numbers above 0, if normalise is given", fix)


@dataclass(frozen=True)
class OptimizerRecipe:
    """One of torch.optim's optimizers; parameters as there. momentum and nesterov are for SGD, betas for the others."""

    kind: Literal["SGD", "Adam", "AdamW"] = "AdamW"
    lr: float = 0.002
    momentum: float = 0.0
    nesterov: bool = False
    weight_decay: float = 0.0
    betas: tuple[float, float] = (0.9, 0.999)

    def __post_init__(self) -> None:
        above_zero = math.isfinite(self.lr) and self.lr > 0
        _require(above_zero, "optimizer.lr", self.lr, "a number above 0", "Try 0.001 for Adam or 0.05 for SGD.")
        _require(_is_share(self.momentum), "optimizer.momentum", self.momentum, "0 to below 1", "0.9 is usual.")
        decays = math.isfinite(self.weight_decay) and self.weight_decay >= 0
        _require(decays, "optimizer.weight_decay", self.weight_decay, "0 or more", "0.0005 is usual for SGD.")
        _require(
            all(map(_is_share, self.betas)), "optimizer.betas", self.betas, "two of 0 to below 1", "Try 0.9, 0.999."
        )
        if self.kind != "SGD":
            fix = f"Leave momentum and nesterov out, or use SGD; {self.kind}'s first beta plays their part."
            _require(not self.momentum, "optimizer.momentum", self.momentum, f"0 with {self.kind}", fix)
            _require(not self.nesterov, "optimizer.nesterov", self.nesterov, f"false with {self.kind}", fix)
        elif self.nesterov:
            fix = "Set momentum (0.9 is usual) or nesterov=false."
            _require(self.momentum > 0, "optimizer.nesterov", self.nesterov, "false without momentum", fix)


@dataclass(frozen=True)
class ScheduleRecipe:
    """How the learning rate goes from its first value.

    constant: it stays. step: times gamma after every `step_epochs` epochs. cosine: down to 0 at the run's end, batch
    by batch, along half a cosine.
    """

    kind: Literal["constant", "step", "cosine"] = "constant"
    step_epochs: int = 10
    gamma: float = 0.1

    def __post_init__(self) -> None:
        _require(self.step_epochs >= 1, "schedule.step_epochs", self.step_epochs, "1 or more", "Try 10.")
        _require(0 < self.gamma <= 1, "schedule.gamma", self.gamma, "above 0, at most 1", "0.1 is usual.")


@dataclass(frozen=True)
class Recipe:
    """Everything that decides a training, except the network and the machine.

    init: how weights of convolutions and linear layers start; `default` is PyTorch's own. seed: of the weights, the
    order of the images and dropout. device: `auto` takes cuda, else mps, else cpu.
    """

    name: str = "default"
    data: DataRecipe = field(default_factory=DataRecipe)
    optimizer: OptimizerRecipe = field(default_factory=OptimizerRecipe)
    schedule: ScheduleRecipe = field(default_factory=ScheduleRecipe)
    loss: Literal["cross_entropy"] = "cross_entropy"
    batch_size: int = 64
    epochs: int = 5
    seed: int = 0
    init: Literal["default", "xavier_uniform", "kaiming_normal"] = "xavier_uniform"
    device: str = "auto"

    def __post_init__(self) -> None:
        sizes = 1 <= self.batch_size <= 2**20
        _require(sizes, "batch_size", self.batch_size, "1 to 1,048,576 images", "64 suits most networks.")
        _require(1 <= self.epochs <= 10**6, "epochs", self.epochs, "1 to 1,000,000", "Try 5.")
        _require(0 <= self.seed < 2**63, "seed", self.seed, "0 to 2^63 - 1", "Any small number will do.")
        named = _DEVICE.fullmatch(self.device) is not None
        _require(named, "device", self.device, "auto, cpu, cuda, cuda:N or mps", "auto takes the best there is.")

    @classmethod
    def from_json(cls, value: object) -> Self:
        """The recipe in a parsed JSON value. Fields left out take their defaults. Raises RecipeError."""
        return _read(cls, value, "")

    def to_json(self) -> dict[str, Any]:
        """The recipe as a value for `json.dumps`; `from_json` reads it back."""
        return asdict(self)


def read_recipe(path: Path) -> Recipe:
    """The recipe in a JSON file. Raises RecipeError."""
    try:
        return Recipe.from_json(json.loads(path.read_text("utf-8")))
    except OSError as error:
        raise RecipeError(
            f"The recipe {path} cannot be read: {error.strerror}.", expected="a JSON file", fix="Check the path."
        ) from error
    except (ValueError, RecursionError) as error:
        if isinstance(error, RecipeError):
            raise
        raise RecipeError(
            f"The recipe {path} is not JSON: {error}.", expected='a JSON object such as {"epochs": 5}', fix="Mend it."
        ) from error


def find_recipe(name_or_path: str) -> Recipe:
    """A recipe by its name in `RECIPES`, or from a JSON file. Raises RecipeError."""
    if name_or_path in RECIPES:
        return RECIPES[name_or_path]
    if Path(name_or_path).suffix == ".json" or Path(name_or_path).is_file():
        return read_recipe(Path(name_or_path))
    raise RecipeError(
        f"There is no recipe {name_or_path!r}.",
        expected=f"one of {', '.join(RECIPES)}, or a JSON file",
        fix=_nearest(name_or_path, RECIPES) or "Name one of these.",
    )


def _nearest(name: str, known: Iterable[str]) -> str:
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


def _read(annotation: Any, value: Any, where: str) -> Any:
    """The JSON value as the annotated type; where: the field's dotted name, empty for the whole recipe."""

    def fail(expected: str) -> typing.NoReturn:
        raise RecipeError(
            f"Recipe: {where or 'the whole'} is {_shown(value)}.", expected=expected, fix="Correct it or leave it out."
        )

    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if is_dataclass(annotation):
        if not isinstance(value, Mapping):
            fail("a JSON object")
        return _read_fields(annotation, value, where)
    if origin is types.UnionType:
        return None if value is None else _read(arguments[0], value, where)
    if origin is Literal:
        return value if value in arguments else fail("one of " + ", ".join(arguments))
    if origin is tuple:
        if not isinstance(value, list | tuple) or (arguments[-1] is not ... and len(value) != len(arguments)):
            fail("a list of numbers" if arguments[-1] is ... else f"a list of {len(arguments)} numbers")
        return tuple(_read(arguments[0], element, where) for element in value)
    if annotation is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e300 else fail("a number of a sensible size")
    if isinstance(value, annotation) and (annotation is bool or not isinstance(value, bool)):
        return value
    return fail({float: "a number", int: "a whole number", bool: "true or false", str: "a text"}[annotation])


def _read_fields(kind: Any, values: Mapping[str, Any], where: str) -> Any:
    known = typing.get_type_hints(kind)
    prefix = f"{where}." if where else ""
    for name in values:
        if name not in known:
            raise RecipeError(
                f"Recipe: {prefix}{name} is no field of a recipe.",
                expected=f"{prefix or 'one of '}{', '.join(known)}",
                fix=_nearest(name, known) or "Leave it out.",
            )
    present = [entry.name for entry in fields(kind) if entry.name in values]
    return kind(**{name: _read(known[name], values[name], prefix + name) for name in present})


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
            data=DataRecipe(resize=224),
            optimizer=OptimizerRecipe(kind="SGD", lr=0.01, momentum=0.9, weight_decay=5e-4),
            schedule=ScheduleRecipe(kind="step", step_epochs=20),
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
