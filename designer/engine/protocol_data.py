"""What is asked of the engine about a data set or an image, and what it answers. Standard library only.

`viewer` reads one request a line and writes answers, one JSON object a line; the answer to a request bears its number.
While it works it also writes `Preparing`.
"""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, fields
from typing import Any, ClassVar, Literal, get_args

from .protocol import EngineError, Preparing, Unreadable, read_line
from .recipe import Recipe
from .recipe_json import read_value
from .text import TEXTS, forms_of, in_forms

SetName = Literal["train", "validation", "test"]
IMAGE_SUFFIXES = (  # of the files that are read as images
    *(".png", ".jpg", ".jpeg", ".jpe", ".jfif", ".webp", ".bmp", ".dib", ".tif", ".tiff", ".gif"),
    *(".ppm", ".pgm", ".pbm", ".pnm"),
)
THUMB_PX = 96  # the longer side of a picture, where it is not smaller by itself
_SHOWN_CHARACTERS = 120


@dataclass(frozen=True)
class Describe:
    """Request: what does the recipe's data set hold? Answered by `Described`.

    fetch: whether to download a known set that is not there. whole: whether to read every image, however many there
    are, where else some evenly spaced are enough.
    """

    type: ClassVar = "describe"
    request: int
    recipe: Recipe
    fetch: bool = False
    whole: bool = False


@dataclass(frozen=True)
class ShowSamples:
    """Request: some images of a set. label: of one class only, None for all. Answered by `Samples`."""

    type: ClassVar = "samples"
    request: int
    recipe: Recipe
    part: SetName = "train"
    label: int | None = None
    first: int = 0
    count: int = 48


@dataclass(frozen=True)
class ShowTransforms:
    """Request: what becomes of some training images. seed: decides which they are, and what chance does to them."""

    type: ClassVar = "transforms"
    request: int
    recipe: Recipe
    seed: int = 0
    count: int = 4
    draws: int = 4


@dataclass(frozen=True)
class TryImage:
    """Request: what does a run's network make of an image file? Answered by `Tried`. Runs the run's `model.py`.

    top: so many classes, the best first. invert: make dark bright and bright dark first. best: with the weights of the
    run's best epoch, not of its last.
    """

    type: ClassVar = "try"
    request: int
    run_dir: str
    path: str
    top: int = 5
    invert: bool = False
    best: bool = False


@dataclass(frozen=True)
class PartView:
    """One of the sets. counts: images of each class."""

    name: SetName
    counts: tuple[int, ...]


@dataclass(frozen=True)
class SizeView:
    """So many images have this size in pixels."""

    width: int
    height: int
    count: int


@dataclass(frozen=True)
class BrokenView:
    """An image that cannot be read, and why."""

    name: str
    reason: str


@dataclass(frozen=True)
class Described:
    """What a data set holds.

    sizes: the commonest first. mean, std: of the training images' pixels in 0..1, one a channel. checked: images that
    were read for it, of all that there are; broken: the first of the broken_count among them. problem, fix: why it
    cannot be trained on as the recipe stands, empty where it can. notes: what else a person should know.
    stored_channels: before the recipe makes images grey or colour; 0 where not told.
    """

    type: ClassVar = "described"
    request: int
    kind: str
    path: str
    classes: tuple[str, ...]
    parts: tuple[PartView, ...]
    sizes: tuple[SizeView, ...]
    channels: int
    mean: tuple[float, ...]
    std: tuple[float, ...]
    size_bytes: int
    checked: int
    total: int
    broken_count: int
    broken: tuple[BrokenView, ...] = ()
    problem: str = ""
    fix: str = ""
    notes: tuple[str, ...] = ()
    stored_channels: int = 0


@dataclass(frozen=True)
class Picture:
    """An image to look at. pixels: rows of red, green, blue, a byte each, in base64."""

    width: int
    height: int
    pixels: str


@dataclass(frozen=True)
class Sample:
    """One image of a data set. broken: why it cannot be read, empty where it can."""

    name: str
    label: int
    picture: Picture
    broken: str = ""


@dataclass(frozen=True)
class Samples:
    """Some images of a set. total: how many of them there are to ask for."""

    type: ClassVar = "samples"
    request: int
    part: SetName
    first: int
    total: int
    samples: tuple[Sample, ...]


@dataclass(frozen=True)
class Transformed:
    """One training image as it is stored, as evaluation would see it, and as training may see it."""

    name: str
    label: int
    stored: Picture
    evaluated: Picture
    draws: tuple[Picture, ...]


@dataclass(frozen=True)
class Transforms:
    """What becomes of some training images. size: height and width that the network gets."""

    type: ClassVar = "transforms"
    request: int
    size: tuple[int, int]
    images: tuple[Transformed, ...]


@dataclass(frozen=True)
class Guess:
    """A class, by its number and its name, and what the network gives it."""

    label: int
    name: str
    value: float


@dataclass(frozen=True)
class Tried:
    """What a run's network makes of an image.

    epoch: how many the weights were trained. scale: of the values, by the run's loss: `softmax` gives shares of 1,
    `sigmoid` a chance of its own to each class, `raw` what the network gives. shape: channels, height and width that
    the network got. picture: the same to look at, before it is normalised. warning: what is to be said of the weights:
    that they are not the last.
    """

    type: ClassVar = "tried"
    request: int
    path: str
    epoch: int
    scale: Literal["softmax", "sigmoid", "raw"]
    guesses: tuple[Guess, ...]
    shape: tuple[int, int, int]
    picture: Picture
    warning: str = ""


@dataclass(frozen=True)
class Refused:
    """Why a request cannot be answered."""

    type: ClassVar = "refused"
    request: int
    message: str
    expected: str = ""
    fix: str = ""


DataRequest = Describe | ShowSamples | ShowTransforms
Request = DataRequest | TryImage
Answer = Described | Samples | Transforms | Tried | Refused
_REQUESTS: dict[str, type] = {kind.type: kind for kind in get_args(Request)}
_ANSWERS: dict[str, type] = {kind.type: kind for kind in get_args(Answer)}


def write_request(request: Request) -> str:
    """The request as one line of JSON, without the line's end."""
    values = {entry.name: getattr(request, entry.name) for entry in fields(request)}
    if "recipe" in values:
        values["recipe"] = values["recipe"].to_json()
    return json.dumps({"type": request.type, **values})


def read_request(line: str | bytes) -> Request | Unreadable:
    """The request on a line."""
    return _read(line, _REQUESTS)


def write_answer(answer: Answer) -> str:
    """The answer as one line of JSON, without the line's end."""
    return json.dumps({"type": answer.type, **asdict(answer), **forms_of(vars(answer))}, allow_nan=False)


def read_answer(line: str | bytes) -> Answer | Preparing | Unreadable:
    """The answer, or how far it is, on a line of the viewer's output."""
    message = read_line(line)
    return message if isinstance(message, Preparing) else _read(line, _ANSWERS)


def _read(line: str | bytes, kinds: dict[str, type]) -> Any:
    text = line.decode("utf-8", "replace") if isinstance(line, bytes) else line
    try:
        values = json.loads(text)
        kind, texts = kinds[values.pop("type")], values.pop(TEXTS, {})
        values = in_forms(values, texts)
        return read_value(kind, values, "")
    except (ValueError, RecursionError, LookupError, TypeError, AttributeError, EngineError) as error:
        return Unreadable(text.strip()[:_SHOWN_CHARACTERS], str(error)[:_SHOWN_CHARACTERS] or type(error).__name__)
