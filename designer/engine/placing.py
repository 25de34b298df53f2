"""Decides where images lie until they are needed: read whole into the device's memory, or streamed batch by batch.

Both give the same images in the same order, bit for bit.
"""

from __future__ import annotations

import time
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace

import torch

from .device import free_bytes, sent
from .examples import Fault, Fit, Part, Seen, Split
from .faults import converted, raise_for, skipped
from .protocol import EngineError, Preparing, Warned
from .recipe_data import DataRecipe
from .split import Parts
from .streaming import Reader, StreamedSplit
from .text import joined

Placed = Split | StreamedSplit
Tell = Callable[[Preparing | Warned], object]
_SHARE_OF_MEMORY = 0.5  # that images may take; the rest is for the network and what it reckons
_GROUP_BYTES = 2**24  # of images that are read at once
_TELL_EVERY_S = 0.3


def unheard(message: Preparing | Warned) -> None:
    """Hears nothing."""


def fitted(parts: Parts, fit: Fit) -> Parts:
    """The same sets, ready to be read in one shape. Raises EngineError where they have none."""
    known = {id(part.pictures): part.pictures for part in parts.all}
    ready = {key: pictures.fitted(fit) for key, pictures in known.items()}
    return Parts(
        *(
            part and replace(part, pictures=ready[id(part.pictures)])
            for part in (parts.train, parts.test, parts.validation)
        )
    )


def place(parts: Parts, recipe: DataRecipe, device: torch.device, tell: Tell) -> tuple[Placed, Placed, Placed | None]:
    """Training, test and validation set, of fitted pictures, ready to be fetched on the device. Raises EngineError."""
    readers = {id(part.pictures): Reader(part.pictures, recipe.workers, device) for part in parts.all}
    streams = _is_streamed(parts.all, recipe, device)
    progress = Progress(sum(map(len, parts.all)), tell)
    placed: list[Placed] = []
    for part in parts.all:
        reader = readers[id(part.pictures)]
        if streams:
            part = part.at(_kept(part, reader, progress)) if recipe.skip_broken else part
            placed.append(StreamedSplit(part, reader, part.labels.to(device)))
        else:
            placed.append(_resident(part, reader, device, progress))
    raise_for([fault for fault in progress.faults if fault.kind != "broken" or not recipe.skip_broken])
    if progress.faults:
        tell(skipped(progress.faults))
    if notes := list(converted(progress.seen)):
        tell(Warned("converted", joined(*notes)))
    if not all(map(len, placed)):
        raise EngineError(
            "No image of one of the sets can be read.",
            expected="some whole images in each",
            fix="Check the files: they may be damaged, or of another format than their names say.",
        )
    return placed[0], placed[1], placed[2] if len(placed) > 2 else None


def _is_streamed(parts: Sequence[Part], recipe: DataRecipe, device: torch.device) -> bool:
    if recipe.streaming != "auto":
        return recipe.streaming == "always"
    needed = sum(part.size_bytes for part in parts if device.type != "cpu" or not part.pictures.held)
    return needed > _SHARE_OF_MEMORY * free_bytes(device)


class Progress:
    """Tells how many images are read, now and then, and gathers those that are damaged."""

    def __init__(self, total: int, tell: Tell) -> None:
        self.faults: list[Fault] = []
        self.seen: Counter[Seen] = Counter()
        self._total, self._done = total, 0
        self._tell = tell
        self._told_at = time.monotonic()

    def add(self, count: int) -> None:
        """So many more are read."""
        self._done += count
        if time.monotonic() - self._told_at > _TELL_EVERY_S:
            self._told_at = time.monotonic()
            self._tell(Preparing("Reading images", self._done, self._total, "images"))


def _resident(part: Part, reader: Reader, device: torch.device, progress: Progress) -> Split:
    """All images that can be read, in the device's memory."""
    if part.pictures.held:
        return Split(part.pictures.read(part.numbers).images.to(device), part.labels.to(device))
    images = torch.empty(len(part), *part.pictures.shape, dtype=torch.uint8, device=device)

    def take(start: int, read: torch.Tensor) -> None:
        images[start : start + len(read)] = sent(read, device)

    kept = _kept(part, reader, progress, take)
    if kept.all():
        return Split(images, part.labels.to(device))
    return Split(images[kept], part.labels[kept].to(device))


def _kept(
    part: Part, reader: Reader, progress: Progress, take: Callable[[int, torch.Tensor], object] | None = None
) -> torch.Tensor:
    """Read all images of a part, group by group. take: gets the place of the first and the images. Returns which can be
    read, bool (N,); progress gathers the faults of the others."""
    kept = torch.ones(len(part), dtype=torch.bool)
    start = 0
    for reading in reader.read(groups_of(part)):
        if take:
            take(start, reading.images)
        kept[[start + fault.position for fault in reading.faults]] = False
        progress.faults += reading.faults
        progress.seen.update(reading.seen)
        start += len(reading.images)
        progress.add(len(reading.images))
    return kept


def groups_of(part: Part) -> Sequence[torch.Tensor]:
    """The numbers of all its images, in groups to read at once."""
    channels, height, width = part.pictures.shape
    return part.numbers.split(max(1, _GROUP_BYTES // (channels * height * width)))
