"""Folders of image files: one a class, with or without `train`, `test` and `val` above them."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from pathlib import Path

import torch

from ..decoding import SUFFIXES, FilePictures
from ..examples import Collection, Part
from ..protocol import EngineError
from ..text import Text

KIND = "folders of images"
_SPLITS = {
    "train": ("train", "training"),
    "test": ("test", "testing"),
    "validation": ("val", "valid", "validation"),
}
_MAX_FILES = 20_000_000


def claims(path: Path) -> bool:
    """Whether some image lies in it, at any depth of a class."""
    return path.is_dir() and next(_images(path), None) is not None


def holds_classes(folder: Path) -> bool:
    """Whether at least two folders in it, or in its training set, have images."""
    within = _named(folder, _SPLITS["train"]) or folder
    return sum(next(_images(within / name), None) is not None for name in _subfolders(within)) > 1


def read(folder: Path) -> Collection:
    """All images by their classes' folders, none of them opened yet. Raises EngineError."""
    splits = {name: found for name, names in _SPLITS.items() if (found := _named(folder, names))}
    if "train" not in splits:
        return _collection(folder, {"train": folder}, _classes(folder))
    if "test" not in splits and "validation" in splits:
        splits["test"] = splits.pop("validation")  # the only one to judge by
    classes = _classes(splits["train"])
    for path in splits.values():
        foreign = [name for name in _subfolders(path) if name not in classes and next(_images(path / name), None)]
        if foreign:
            raise EngineError(
                Text(
                    "The folder {path} is of a class that {splits} does not have.",
                    path=path / foreign[0],
                    splits=splits["train"],
                ),
                expected=Text("the classes {names}", names=", ".join([*classes[:8], *["…"][: len(classes) > 8]])),
                fix="Rename it, or add images of that class to the training set.",
            )
    return _collection(folder, splits, classes)


def _collection(folder: Path, splits: Mapping[str, Path], classes: tuple[str, ...]) -> Collection:
    names: list[str] = []
    labels: list[int] = []
    ends: dict[str, int] = {}
    for split, path in splits.items():
        for label, name in enumerate(classes):
            images = sorted(_images(path / name)) if (path / name).is_dir() else []
            if not images and split == "train":
                raise EngineError(
                    Text("The folder {path} holds no images, so its class is empty.", path=path / name),
                    expected="PNG, JPEG or WebP files in the folder of each class",
                    fix="Put some in, or remove the folder.",
                )
            names += (image.relative_to(folder).as_posix() for image in images)
            labels += [label] * len(images)
        ends[split] = len(names)
    pictures = FilePictures(folder, names)
    parts, start = {}, 0
    for split, end in ends.items():
        numbers = torch.arange(start, end)
        if end > start:
            parts[split] = Part(pictures, torch.tensor(labels[start:end]), numbers)
        start = end
    return Collection(KIND, folder, classes, is_mixed=False, **parts)


def _classes(folder: Path) -> tuple[str, ...]:
    """The names of the classes' folders. Raises EngineError where there are not two of them."""
    classes = tuple(_subfolders(folder))
    if any(True for _ in _images_directly(folder)) and len(classes) < 2:
        raise EngineError(
            Text("{folder} holds images, but not in a folder for each class.", folder=folder),
            expected="a folder a class, named after it, with its images inside",
            fix="Sort the images into such folders, or list them with their labels in a CSV file.",
        )
    if len(classes) < 2:
        raise EngineError(
            Text("{folder} holds one class only, {name}.", folder=folder, name=repr(classes[0]))
            if classes
            else Text("{folder} holds no classes.", folder=folder),
            expected="folders of at least two classes",
            fix="Add images of another class: there is nothing to tell apart.",
        )
    return classes


def _named(folder: Path, names: tuple[str, ...]) -> Path | None:
    return next((folder / name for name in _subfolders(folder) if name.lower() in names), None)


def _subfolders(folder: Path) -> list[str]:
    """Names, sorted; hidden ones and those that archivers leave behind are none."""
    with os.scandir(folder) as entries:
        return sorted(entry.name for entry in entries if entry.is_dir() and not entry.name.startswith((".", "__")))


def _images_directly(folder: Path) -> Iterator[Path]:
    with os.scandir(folder) as entries:
        yield from (Path(entry.path) for entry in entries if _is_image(entry.name) and entry.is_file())


def _images(folder: Path) -> Iterator[Path]:
    """All image files at any depth, without following links to folders. Raises EngineError where they are too many."""
    count = 0
    for root, folders, files in os.walk(folder):
        folders[:] = sorted(name for name in folders if not name.startswith((".", "__")))
        for name in files:
            if _is_image(name):
                count += 1
                if count > _MAX_FILES:
                    raise EngineError(
                        Text("{folder} holds more than {limit:,} images.", folder=folder, limit=_MAX_FILES),
                        expected="fewer",
                        fix="Name a smaller one.",
                    )
                yield Path(root, name)


def _is_image(name: str) -> bool:
    return not name.startswith(".") and os.path.splitext(name)[1].lower() in SUFFIXES  # noqa: PTH122 - millions of them
