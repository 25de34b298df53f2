"""NumPy's arrays: an `.npz` file with images and labels, or `.npy` files of these names in a folder. No pickles."""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Literal, NamedTuple

import torch
from torch import Tensor

from ..examples import Collection, Part
from ..levels import Levels, levels_of
from ..protocol import EngineError, first_line
from ..recipe_data import DataRecipe
from ..text import Text
from .archive import ArchivePath, Place
from .labels import NAMES_FILE, classes_of, numbered_classes
from .left_out import listed
from .set_names import assigned, set_of
from .stored import MAX_BYTES, StoredPictures, require_size

KIND = "NumPy arrays"
_IMAGES = ("images", "image", "imgs", "img", "x", "data", "pixels", "features", "inputs", "input", "samples")
_LABELS = ("labels", "label", "y", "targets", "target", "classes", "class", "lbl", "lbls")
_BRIEF = {"tr": "train", "te": "test", "ts": "test", "va": "val"}  # beside x or y: `Xtr`, `y_te`
_NUMBERED = re.compile(r"arr_(\d)")  # what numpy.savez calls arrays that are given no name
_EXPECTED = "arrays named images and labels, or train_images, train_labels, test_images and test_labels"
_AT_ONCE = 2**24  # values that are turned into bytes together
_LEAST_SIDE_PX = 8  # of images that are stored as rows

SetName = Literal["train", "validation", "test"]
Role = Literal["images", "labels"]


class _Pair(NamedTuple):
    """Arrays of a set, as they are in the file."""

    images: Any
    labels: Any


def claims(path: Place) -> bool:
    """Whether it is such a file, or a folder with one `.npz` or with `.npy` files."""
    if path.is_file():
        return path.suffix.lower() in (".npz", ".npy")
    return path.is_dir() and (len(list(path.glob("*.npz"))) == 1 or any(path.glob("*.npy")))


def read(path: Place, recipe: DataRecipe) -> Collection:
    """The examples in them. Large `.npy` files are only mapped into memory. Raises EngineError."""
    numpy = _numpy()
    try:
        arrays, held = _arrays(path, numpy)
    except Exception as error:  # whatever NumPy and a zip make of a damaged file
        told = first_line(error) or type(error).__name__
        reason = "it holds Python objects" if "pickle" in told.lower() else told
        raise EngineError(
            Text("{path} cannot be read: {reason}.", path=path, reason=reason),
            expected="plain arrays of numbers",
            fix="Save them again with numpy.savez, images as bytes and labels as whole numbers.",
        ) from error
    pairs, unused = _paired(arrays)
    if "train" not in pairs:
        names = ", ".join(list(arrays)[:8]) or "no arrays"
        raise EngineError(
            Text("{path} holds {names}.", path=path, names=names),
            expected=_EXPECTED,
            fix="Save them under these names.",
        )
    notes: list[str] = []
    pixels, levels_note = _all_pixels({name: pair.images for name, pair in pairs.items()}, path, notes)
    notes += levels_note
    folder = path if path.is_dir() else path.parent
    classes, labels = _all_labels({name: pair.labels for name, pair in pairs.items()}, path, folder)
    parts = {name: _part(pixels[name], labels[name], path, held) for name in pairs}
    if unused:
        count = len(unused)
        notes.append(
            Text("{count:,} arrays are not used: {names}.", count=count, names=listed(unused))
            if count > 1
            else Text("1 array is not used: {names}.", names=listed(unused))
        )
    files = frozenset((NAMES_FILE, *(file.name for suffix in ("npy", "npz") for file in folder.glob(f"*.{suffix}"))))
    return Collection(KIND, path, classes, is_mixed=False, notes=tuple(notes), files=files, **parts)


def _numpy() -> Any:
    try:
        import numpy
    except ImportError as error:
        raise EngineError(
            "NumPy's files need the package numpy, which is not installed.",
            expected="numpy beside torch",
            fix="Run: pip install numpy",
        ) from error
    return numpy


def _arrays(path: Place, numpy: Any) -> tuple[Mapping[str, Any], bool]:
    """Arrays by their names, and whether they are in memory."""
    if path.is_file() and path.suffix.lower() == ".npy":
        path = path.parent
    packed = path if path.is_file() else next(iter(path.glob("*.npz")), None)
    if packed is None:
        files = sorted(path.glob("*.npy"))
        return {file.stem: _mapped(file, numpy) for file in files}, isinstance(path, ArchivePath)
    source = packed if isinstance(packed, Path) else io.BytesIO(_whole(packed))
    with zipfile.ZipFile(source) as archive:
        _require_few_bytes(sum(entry.file_size for entry in archive.infolist()))
    if not isinstance(source, Path):
        source.seek(0)
    with numpy.load(source, allow_pickle=False) as archive:
        return {name: archive[name] for name in archive.files}, True


def _mapped(file: Place, numpy: Any) -> Any:
    if isinstance(file, Path):
        return numpy.load(file, "c", allow_pickle=False)
    return numpy.load(io.BytesIO(_whole(file)), allow_pickle=False)


def _whole(file: ArchivePath) -> bytes:
    _require_few_bytes(file.stat().st_size)
    return file.read_bytes()


def _require_few_bytes(size: int) -> None:
    if size > MAX_BYTES:
        raise ValueError(
            Text("it unpacks to {size:,} bytes, more than {limit} GiB", size=size, limit=MAX_BYTES // 2**30)
        )


def _paired(arrays: Mapping[str, Any]) -> tuple[dict[SetName, _Pair], list[str]]:
    """Images and labels of each set, by the arrays' names; and the names of those that are not used."""
    found: dict[str, dict[Role, str]] = {}
    for name in arrays:
        if said := _said(name):
            word, role = said
            found.setdefault(word, {}).setdefault(role, name)
    if not found and len(arrays) in (2, 4) and all(map(_NUMBERED.fullmatch, arrays)):
        ordered = sorted(arrays)
        found = {"train": {"images": ordered[0], "labels": ordered[1]}}
        if len(ordered) == 4:
            found["test"] = {"images": ordered[2], "labels": ordered[3]}
    if "" in found:
        found.setdefault("train", found.pop(""))
    whole = {word: names for word, names in found.items() if len(names) == 2}
    roles = assigned(set(whole))  # type: ignore[arg-type]
    pairs = {roles[word]: _Pair(arrays[names["images"]], arrays[names["labels"]]) for word, names in whole.items()}
    used = {name for names in whole.values() for name in names.values()}
    return pairs, [name for name in arrays if name not in used]


def _said(name: str) -> tuple[str, Role] | None:
    """Of which set an array is, empty where it does not say, and whether it holds images or labels."""
    words = re.findall(r"[a-z]+", re.sub(r"(?<=[a-z])(?=[A-Z])|(?<=X)(?=[a-z])", " ", name).lower())
    if len(words) == 1:
        words = _unglued(words[0])
    words = [_BRIEF.get(word, word) for word in words] if len(words) > 1 else words
    for role, names in (("images", _IMAGES), ("labels", _LABELS)):
        for word in words:
            rest = [other for other in words if other is not word]
            if word in names and not rest:
                return "", role  # type: ignore[return-value]
            if word in names and len(rest) == 1 and (which := set_of(rest[0])):
                return which, role  # type: ignore[return-value]
    return None


def _unglued(word: str) -> list[str]:
    """`xtrain` and `trainx` in two."""
    for letter in ("x", "y"):
        for rest in (word.removeprefix(letter), word.removesuffix(letter)):
            if len(rest) == len(word) - 1 and (set_of(rest) or rest in _BRIEF):
                return [letter, rest]
    return [word]


def _part(pixels: Tensor, numbers: Tensor, path: Place, held: bool) -> Part:
    if len(pixels) != len(numbers):
        raise EngineError(
            Text(
                "{path} holds {images:,} images but {labels:,} labels.",
                path=path,
                images=len(pixels),
                labels=len(numbers),
            ),
            expected="one label an image",
            fix="Check that the arrays belong together.",
        )
    require_size(pixels, path)
    return Part.of(StoredPictures(pixels, held=held), numbers)


def _all_pixels(
    arrays: Mapping[SetName, Any], path: Place, notes: list[str]
) -> tuple[dict[SetName, Tensor], list[str]]:
    """uint8 (N, C, H, W) of each set, by one range of values for all of a kind."""
    shaped = {name: _shaped(array, path, notes) for name, array in arrays.items()}
    said: list[str] = []
    levels: dict[bool, Levels | None] = {}
    for fractions in (False, True):
        alike = [array for array in arrays.values() if (array.dtype.kind == "f") == fractions]
        if alike and any(array.dtype != "uint8" for array in alike):
            levels[fractions] = _levels(alike, path, said)
    turned = {
        name: torch.from_numpy(_bytes(array, levels.get(array.dtype.kind == "f"))) for name, array in shaped.items()
    }
    return {name: _channels_first(pixels, path) for name, pixels in turned.items()}, said


def _shaped(array: Any, path: Place, notes: list[str]) -> Any:
    """(N, H, W) or of four axes; rows that can only be squares become these."""
    if array.ndim == 2 and array.size:
        side = round(array.shape[1] ** 0.5)
        if side * side == array.shape[1] and side >= _LEAST_SIDE_PX:
            notes.append(
                Text("Rows of {count:,} values are taken as images of {side} × {side}.", count=side * side, side=side)
            )
            return array.reshape(len(array), side, side)
    if array.ndim not in (3, 4) or not array.size:
        raise EngineError(
            Text(
                "The images in {path} are an array of {shape}.",
                path=path,
                shape=" × ".join(map(str, array.shape)) or Text("one number"),
            ),
            expected="(N, H, W), (N, H, W, channels) or (N, channels, H, W)",
            fix="Save them in one of these shapes.",
        )
    return array


def _channels_first(pixels: Tensor, path: Place) -> Tensor:
    if pixels.ndim == 3:
        return pixels.unsqueeze(1)  # (N, H, W) -> (N, 1, H, W)
    if pixels.shape[3] in (1, 3) and pixels.shape[1] not in (1, 3):
        return pixels.permute(0, 3, 1, 2)  # (N, H, W, C) -> (N, C, H, W)
    if pixels.shape[1] in (1, 3):
        return pixels
    raise EngineError(
        Text(
            "The images in {path} have {first} channels, or {last}.",
            path=path,
            first=pixels.shape[3],
            last=pixels.shape[1],
        ),
        expected="1 or 3 channels",
        fix="Save grey or RGB images.",
    )


def _levels(arrays: Iterable[Any], path: Place, notes: list[str]) -> Levels:
    """What is black and white in some arrays together."""
    arrays = list(arrays)
    odd = next((array.dtype for array in arrays if array.dtype.kind not in "buif"), None)
    low, high = (-1, -1) if odd else (min(a.min() for a in arrays), max(a.max() for a in arrays))
    if any(a.dtype.kind == "f" and bool(a.min() != a.min()) for a in arrays):  # a NaN among them is the least
        raise EngineError(
            Text("The images in {path} hold values that are no number (NaN).", path=path),
            expected="bytes from 0 to 255, or fractions from 0 to 1",
            fix="Find where they come from, and leave these images out.",
        )
    levels = levels_of(float(low), float(high), arrays[0].dtype.kind == "f") if odd is None else None
    if levels is None:
        raise EngineError(
            Text(
                "The images in {path} are numbers of the type {dtype}, from {low} to {high}.",
                path=path,
                dtype=odd or arrays[0].dtype,
                low=low,
                high=high,
            ),
            expected="bytes from 0 to 255, other whole numbers to 65535, or fractions from 0 to 1 or from -1 to 1",
            fix="Bring them to bytes, without normalising them: the recipe does that.",
        )
    if levels not in (Levels(0, 255), Levels(0, 1), Levels(0, 65_535)):
        notes.append(
            Text(
                "The values of the images go from {low:g} to {high:g}: {black:g} is taken as black and {white:g} as "
                "white.",
                low=float(low),
                high=float(high),
                black=levels.black,
                white=levels.white,
            )
        )
    return levels


def _bytes(array: Any, levels: Levels | None) -> Any:
    """As bytes, a part at a time; what are bytes already is not copied."""
    if levels is None or (array.dtype == "uint8" and levels == Levels(0, 255)):
        return array
    numpy = _numpy()
    turned = numpy.empty(array.shape, dtype="uint8")
    scale = 255 / (levels.white - levels.black)
    for rows in _slices(array):
        values = (array[rows].astype("float64") - levels.black) * scale
        turned[rows] = values.round().clip(0, 255).astype("uint8")
    return turned


def _slices(array: Any) -> Iterator[slice]:
    step = max(1, _AT_ONCE * len(array) // array.size)
    yield from (slice(start, start + step) for start in range(0, len(array), step))


def _all_labels(
    arrays: Mapping[SetName, Any], path: Place, folder: Place
) -> tuple[tuple[str, ...], dict[SetName, Tensor]]:
    """Classes, and int64 (N,) of each set."""
    if all(array.dtype.kind in "US" and array.ndim == 1 for array in arrays.values()):
        texts = {name: [_word(label) for label in array.tolist()] for name, array in arrays.items()}
        classes, labels = classes_of([label for each in texts.values() for label in each], str(path))
        split = labels.split([len(each) for each in texts.values()])
        return classes, dict(zip(texts, split, strict=True))
    numbers = {name: _labels(array, path) for name, array in arrays.items()}
    others = [labels for name, labels in numbers.items() if name != "train"]
    return numbered_classes(numbers["train"], others, folder), numbers


def _word(label: str | bytes) -> str:
    return label.decode("utf-8", "replace") if isinstance(label, bytes) else label


def _labels(array: Any, path: Place) -> Tensor:
    """int64 (N,)"""
    if _is_one_hot(array):
        return torch.from_numpy(array.argmax(1).astype("int64"))
    flat = array.reshape(len(array), -1) if array.ndim else array
    whole = array.dtype.kind in "iub" or (
        array.dtype.kind == "f" and (abs(array) < 2**53).all() and (array == array.round()).all()
    )
    if not array.ndim or flat.shape[1] != 1 or not whole:
        raise EngineError(
            Text(
                "The labels in {path} are an array of {shape}, {dtype}.",
                path=path,
                shape=" × ".join(map(str, array.shape)) or Text("one number"),
                dtype=array.dtype,
            ),
            expected="one whole number an image, or a 1 among zeros",
            fix="Save the number of each image's class, from 0.",
        )
    return torch.from_numpy(flat[:, 0].astype("int64"))


def _is_one_hot(array: Any) -> bool:
    if array.ndim != 2 or array.shape[1] < 2 or array.dtype.kind not in "buif" or not array.size:
        return False
    return bool(((array == 0) | (array == 1)).all() and (array.astype("int64").sum(1) == 1).all())
