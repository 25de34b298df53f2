"""The fields of a recipe as options of a command line: `--lr` for `optimizer.lr`. Standard library only.

Which fields there are, of what type, and what they may be is read off the recipe itself; only the words stand here.
Both `blockyard train` and the `train.py` of an exported project take their options from here.
"""

from __future__ import annotations

import argparse
import math
import types
import typing
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from functools import cache
from typing import Any, Literal

from .recipe import Recipe, RecipeError
from .recipe_json import read_value
from .text import Text

MAY_CHANGE = ("epochs", "device")  # of a run that goes on
_NO_OPTION = ("name",)  # which decides nothing
_FLAGS = {"data.source": "data", "optimizer.kind": "optimizer", "schedule.kind": "schedule"}
_FLAGS |= {"schedule.monitor": "plateau-monitor", "start.epoch": "weights-epoch"}
_SHOWN_CHARACTERS = 40
_NONE = "none"
_HELP = {
    "data.source": "a data set's name, a folder or a file",
    "data.resize": "height and width in pixels to bring the images to",
    "data.limit": "use at most so many images",
    "data.normalise": "how pixels become numbers",
    "data.mean": "with --normalise given: one number a channel, or one for all",
    "data.std": "likewise",
    "data.validation": "the share of the training images that is held out",
    "data.split_seed": "decides which images are held out",
    "data.keep_ratio": "bring the shorter side to --resize, and take the middle square",
    "data.format": "of the data, where it could be more than one",
    "data.channels": "grey or colour, whatever the images are stored as",
    "data.test": "the share to test on, where the data bring no test set",
    "data.skip_broken": "leave out images that cannot be read",
    "data.streaming": "read images as they are needed",
    "data.workers": "processes that read images from files",
    "data.path_column": "of a CSV, the column with the images' paths, by name or number",
    "data.label_column": "the column that holds their classes",
    "data.split_column": "the column that says which set an image belongs to",
    "data.fold": "where the column of sets has numbers, the one to test on",
    "optimizer.kind": "one of torch.optim",
    "optimizer.lr": "learning rate",
    "optimizer.momentum": "of SGD and RMSprop",
    "optimizer.nesterov": "Nesterov's momentum, of SGD",
    "optimizer.weight_decay": "how much weights are pulled to 0",
    "optimizer.betas": "of Adam and AdamW",
    "optimizer.alpha": "of RMSprop",
    "optimizer.decay_all": "weight decay for biases and normalisation layers too",
    "schedule.kind": "how the learning rate goes on from --lr",
    "schedule.step_epochs": "with --schedule step: epochs between two cuts",
    "schedule.gamma": "what a cut of step and plateau multiplies the rate by",
    "schedule.patience": "with --schedule plateau: epochs without a better figure before a cut",
    "schedule.cycle_momentum": "with --schedule one_cycle: let the momentum, or the first beta, go down and up again",
    "schedule.monitor": "with --schedule plateau: the figure of the validation set that has to get better",
    "schedule.warmup_epochs": "epochs in which the rate rises first",
    "loss": "what is made small",
    "batch_size": "images in a batch",
    "epochs": "passes over the data",
    "seed": "of weights, order and dropout",
    "init": "how weights start",
    "device": "auto, cpu, cuda, cuda:N or mps",
    "label_smoothing": "the share of certainty that is spread over all classes",
    "class_weights": "one a class, of its errors",
    "clip_norm": "the longest that a gradient may be",
    "accumulate": "batches whose gradients make one step",
    "ema_decay": "evaluate an average of the weights, of which each step leaves so much",
    "precision": "of the activations",
    "channels_last": "how images lie in memory",
    "compile": "by torch.compile",
    "keep_best": "which figure decides whose epoch's weights are kept beside the last",
    "early_stopping": "end after so many epochs without a better figure of the validation set",
    "early_stopping_monitor": "which figure that is",
    "deterministic": "the same figures again on a GPU too",
    "devices": "train on so many together",
    "sync_batchnorm": "batch normalisation over all devices",
    "tensorboard": "write event files for TensorBoard into the run's folder",
    "augment.scale": "lowest and highest length of the shorter side, drawn for each batch",
    "augment.crop": "side in pixels of a random window",
    "augment.padding": "pixels of zeros put around before the crop",
    "augment.flip": "the share mirrored left to right",
    "augment.flip_vertical": "the share turned upside down",
    "augment.colour": "how far brightness, contrast and saturation may go from 1",
    "augment.erase": "the share in which a rectangle is blotted out",
    "augment.mixup": "alpha by which two images are blended",
    "augment.cutmix": "alpha by which two images are joined",
    "start.weights": "a run's folder, a checkpoint or a safetensors file to take weights from",
    "start.epoch": "of a run: the weights of its last epoch, or of its best",
    "start.match": "how its layers are matched with the network's",
    "start.frozen": "parts that are not trained, as the code names them",
}


@dataclass(frozen=True)
class Option:
    """One field as an option. path: the field's dotted name. annotation: its type. help: what it is and may be."""

    flag: str
    path: str
    annotation: Any
    help: str


@cache
def options() -> tuple[Option, ...]:
    """All of them, the main ones of a recipe first; each has a flag of its own."""
    found: list[Option] = []
    for path, annotation in _fields(Recipe):
        part, _, name = path.rpartition(".")
        flag = "--" + _FLAGS.get(path, name).replace("_", "-")
        if any(option.flag == flag for option in found):
            flag = f"--{part}-{name}".replace("_", "-")
        words = "; ".join(filter(None, (_HELP.get(path, path), _bounds(path, annotation))))
        found.append(Option(flag, path, annotation, words))
    return tuple(found)


def add_options(parser: argparse.ArgumentParser, without: tuple[str, ...] = ()) -> None:
    """Let the parser take them. without: paths of fields that it does not."""
    group = parser.add_argument_group("recipe (each in place of what the recipe says)")
    for option in options():
        if option.path not in without:
            known = {"dest": option.path, "default": argparse.SUPPRESS, "help": option.help.replace("%", "%%")}
            group.add_argument(option.flag, **known, **_form(option.annotation))


def given(parsed: argparse.Namespace) -> dict[str, Any]:
    """What was asked for, by the fields' paths."""
    return {option.path: getattr(parsed, option.path) for option in options() if hasattr(parsed, option.path)}


def flag_of(path: str) -> str:
    """The option of a field: `--lr`."""
    return next(option.flag for option in options() if option.path == path)


def adapted(recipe: Recipe, values: Mapping[str, Any]) -> Recipe:
    """The recipe with some fields changed together. values: by the fields' paths. Raises RecipeError."""
    changes: dict[str, Any] = {}
    by_part: dict[str, dict[str, Any]] = {}
    annotations = {option.path: option.annotation for option in options()}
    for path, value in values.items():
        value = read_value(annotations[path], value, path)
        part, _, name = path.rpartition(".")
        (by_part.setdefault(part, {}) if part else changes)[name] = value
    try:
        for part, own in by_part.items():
            changes[part] = replace(getattr(recipe, part), **own)
        return replace(recipe, **changes)
    except RecipeError as error:
        path = next((option.path for option in options() if f"{option.path} is " in error.message), "")
        if path and path not in values:  # what the recipe itself says no longer fits
            error.fix = Text("{fix} The option is {flag}.", fix=error.fix, flag=flag_of(path))
        raise


def _fields(kind: type, prefix: str = "") -> Iterator[tuple[str, Any]]:
    hints = typing.get_type_hints(kind)
    own = [(prefix + entry.name, hints[entry.name]) for entry in fields(kind)]
    yield from ((path, hint) for path, hint in own if not is_dataclass(hint) and path not in _NO_OPTION)
    for path, hint in own:
        if is_dataclass(hint):
            yield from _fields(typing.cast(type, hint), f"{path}.")


def _form(annotation: Any) -> dict[str, Any]:
    """How argparse reads a value of that type."""
    if annotation is bool:
        return {"action": argparse.BooleanOptionalAction}
    if typing.get_origin(annotation) is Literal:
        return {"choices": typing.get_args(annotation)}
    return {"type": _reader(annotation), "metavar": _metavar(annotation)}


def _metavar(annotation: Any) -> str:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is types.UnionType:
        return _metavar(arguments[0])
    if origin is tuple:
        one = _metavar(arguments[0])
        return f"{one},…" if arguments[-1] is ... else ",".join([one] * len(arguments))
    return {int: "N", float: "X"}.get(annotation, "TEXT")


def _reader(annotation: Any) -> Callable[[str], Any]:
    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if origin is types.UnionType:
        inner = _reader(arguments[0])
        return lambda text: None if text == _NONE else inner(text)
    if origin is tuple:
        one = _reader(arguments[0])
        return lambda text: tuple(one(part.strip()) for part in text.split(",")) if text not in ("", _NONE) else ()
    if annotation is int:
        return lambda text: _number(text, int, Text("a whole number"))
    if annotation is float:
        return lambda text: _number(text, float, Text("a number"))
    return str


def _number(text: str, kind: Callable[[str], Any], what: str) -> Any:
    try:
        return kind(text)
    except ValueError:
        said = Text("'{text}' is not {what}", text=text[:_SHOWN_CHARACTERS], what=what)
        raise argparse.ArgumentTypeError(said) from None


def _bounds(path: str, annotation: Any) -> str:
    """What a field may be, in the words in which the recipe refuses what it may not."""
    optional = typing.get_origin(annotation) is types.UnionType
    kind = typing.get_args(annotation)[0] if optional else annotation
    for odd in {int: (-1,), float: (-1.0, math.nan)}.get(kind, ()):
        try:
            _with_one(path, odd)
        except RecipeError as error:
            if f"{path} is " in error.message:
                return str(error.expected) + (f", or {_NONE}" if optional else "")
    return _NONE if optional else ""


def _with_one(path: str, value: Any) -> Recipe:
    """A recipe of defaults with that one field changed. Raises RecipeError."""
    part, _, name = path.rpartition(".")
    if not part:
        return replace(Recipe(), **{name: value})
    return replace(Recipe(), **{part: replace(getattr(Recipe(), part), **{name: value})})
