"""NumPy's arrays: an `.npz` file with images and labels, or `.npy` files of these names in a folder. No pickles."""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from ..examples import Collection, Part
from ..protocol import EngineError, first_line
from ..text import Text
from .labels import numbered_classes
from .stored import MAX_BYTES, StoredPictures, require_size

KIND = "NumPy arrays"
_IMAGES = ("images", "x", "data")
_LABELS = ("labels", "y", "targets", "label")
_SPLITS = {"train": ("train", "training"), "test": ("test", "testing"), "validation": ("val", "valid", "validation")}
_EXPECTED = "arrays named images and labels, or train_images, train_labels, test_images and test_labels"


def claims(path: Path) -> bool:
    """Whether it is such a file, or a folder with one `.npz` or with `.npy` files."""
    if path.is_file():
        return path.suffix.lower() in (".npz", ".npy")
    return path.is_dir() and (len(list(path.glob("*.npz"))) == 1 or any(path.glob("*.npy")))


def read(path: Path) -> Collection:
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
    parts = {split: part for split in ("train", "test", "validation") if (part := _part(arrays, split, path, held))}
    if "train" not in parts:
        names = ", ".join(list(arrays)[:8]) or "no arrays"
        raise EngineError(
            Text("{path} holds {names}.", path=path, names=names),
            expected=_EXPECTED,
            fix="Save them under these names.",
        )
    if "test" not in parts and "validation" in parts:
        parts["test"] = parts.pop("validation")
    folder = path if path.is_dir() else path.parent
    others = [part.labels for split, part in parts.items() if split != "train"]
    return Collection(KIND, path, numbered_classes(parts["train"].labels, others, folder), is_mixed=False, **parts)


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


def _arrays(path: Path, numpy: Any) -> tuple[Mapping[str, Any], bool]:
    """Arrays by their names, and whether they are in memory."""
    if path.is_file() and path.suffix.lower() == ".npy":
        path = path.parent
    packed = path if path.is_file() else next(path.glob("*.npz"), None)
    if packed is None:
        files = sorted(path.glob("*.npy"))
        return {file.stem.lower(): numpy.load(file, "c", allow_pickle=False) for file in files}, False
    with zipfile.ZipFile(packed) as archive:
        size = sum(entry.file_size for entry in archive.infolist())
    if size > MAX_BYTES:
        raise ValueError(
            Text("it unpacks to {size:,} bytes, more than {limit} GiB", size=size, limit=MAX_BYTES // 2**30)
        )
    with numpy.load(packed, allow_pickle=False) as archive:
        return {name.lower(): archive[name] for name in archive.files}, True


def _part(arrays: Mapping[str, Any], split: str, path: Path, held: bool) -> Part | None:
    images, labels = _named(arrays, _IMAGES, split), _named(arrays, _LABELS, split)
    if images is None or labels is None:
        return None
    pixels, numbers = _pixels(images, path), _labels(labels, path)
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


def _named(arrays: Mapping[str, Any], names: tuple[str, ...], split: str) -> Any:
    for name in names:
        for word in _SPLITS[split]:
            for key in (f"{word}_{name}", f"{name}_{word}"):
                if key in arrays:
                    return arrays[key]
    return next((arrays[name] for name in names if name in arrays), None) if split == "train" else None


def _pixels(array: Any, path: Path) -> Tensor:
    """uint8 (N, C, H, W), whichever way the array has them."""
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
    pixels = torch.from_numpy(array if array.dtype == "uint8" else _bytes(array, path))
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


def _bytes(array: Any, path: Path) -> Any:
    """Truth values, fractions of 0 to 1 or numbers of 0 to 255 as bytes."""
    kind = array.dtype.kind
    low, high = (array.min(), array.max()) if kind in "buif" else (-1, -1)
    if low != low:  # of numbers with a NaN among them that is the least
        raise EngineError(
            Text("The images in {path} hold values that are no number (NaN).", path=path),
            expected="bytes from 0 to 255, or fractions from 0 to 1",
            fix="Find where they come from, and leave these images out.",
        )
    if kind not in "buif" or not (low >= 0 and high <= 255):
        raise EngineError(
            Text(
                "The images in {path} are numbers of the type {dtype}, from {low} to {high}.",
                path=path,
                dtype=array.dtype,
                low=low,
                high=high,
            ),
            expected="bytes from 0 to 255, or fractions from 0 to 1",
            fix="Bring them to bytes, without normalising them: the recipe does that.",
        )
    scaled = array * 255 if kind in "bf" and high <= 1 else array
    return scaled.round().astype("uint8")


def _labels(array: Any, path: Path) -> Tensor:
    """int64 (N,)"""
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
            expected="one whole number an image",
            fix="Save the number of each image's class, from 0.",
        )
    return torch.from_numpy(flat[:, 0].astype("int64"))
