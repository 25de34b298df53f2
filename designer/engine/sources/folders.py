"""Folders of image files, on disk or in an archive: one a class, with or without the sets above or below them."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import torch

from ..decoding import FilePictures
from ..examples import Collection, Part
from ..recipe_data import DataRecipe
from .archive import Place
from .layout import Layout, layout_of
from .listing import is_hidden, is_image, listing_of

KIND = "folders of images"


def claims(path: Place) -> bool:
    """Whether some image lies in it, at any depth of a class."""
    if not path.is_dir():
        return False
    quickly = isinstance(path, Path) and next(_images(path), None) is not None
    return quickly or listing_of(path).top.has_images()


def holds_classes(folder: Place) -> bool:
    """Whether the images in it lie in folders that could be classes."""
    listing = listing_of(folder)
    kids = [kid for kid in listing.top.folders.values() if kid.has_images()]
    return len(kids) > 1 or any(sum(below.has_images() for below in kid.folders.values()) > 1 for kid in kids)


def read(folder: Place, recipe: DataRecipe) -> Collection:
    """All images by their classes' folders, none of them opened yet. Raises EngineError."""
    del recipe
    listing = listing_of(folder)
    layout = layout_of(listing.top, folder, listing.left_out)
    notes = (*listing.notes, *layout.notes, *listing.left_out.notes())
    return _collection(folder, layout, notes)


def _collection(folder: Place, layout: Layout, notes: tuple[str, ...]) -> Collection:
    names: list[str] = []
    labels: list[int] = []
    ends: dict[str, int] = {}
    for split, classes in layout.sets.items():
        for label, name in enumerate(layout.classes):
            images = [path for below in classes.get(name, ()) for path in below.paths()]
            names += images
            labels += [label] * len(images)
        ends[split] = len(names)
    pictures = FilePictures(folder, names)
    parts, start = {}, 0
    for split, end in ends.items():
        parts[split] = Part(pictures, torch.tensor(labels[start:end]), torch.arange(start, end))
        start = end
    return Collection(KIND, folder, layout.classes, is_mixed=False, notes=notes, **parts)


def _images(folder: Path) -> Iterator[str]:
    """Images at any depth that no link leads to, as they come: for a question that one of them answers."""
    for _root, folders, files in os.walk(folder):
        folders[:] = [name for name in folders if not is_hidden(name, is_folder=True)]
        yield from (name for name in files if is_image(name) and not is_hidden(name))
