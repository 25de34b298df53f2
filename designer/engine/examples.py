"""Images and their classes: listed in a data set, and lying in a device's memory. Where they come from is `sources`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal, NamedTuple, Protocol, Self

import torch
from torch import Tensor

from .device import sent
from .levels import Levels


@dataclass(frozen=True)
class Fit:
    """How images are brought to one shape as they are read.

    side_px: height and width for images whose files may differ, None where they must be of one size as they are.
    keep_ratio: bring the shorter side to it and take the middle square. channels: 1, 3, or None for as most are.
    """

    side_px: int | None = None
    keep_ratio: bool = False
    channels: Literal[1, 3] | None = None


AS_IT_IS = Fit()


Seen = Literal["transparent", "frames", "bright"]


class Fault(NamedTuple):
    """An image that could not be read. broken: its file is damaged. gone: there is none. size: not that of others."""

    position: int  # among those that were asked for
    name: str  # of the image
    kind: Literal["broken", "gone", "size"]
    reason: str


class Reading(NamedTuple):
    """images: uint8 (N, C, H, W) in main memory, black where there is a fault. seen: what was made of some."""

    images: Tensor
    faults: tuple[Fault, ...] = ()
    seen: tuple[Seen, ...] = ()


class Findings(NamedTuple):
    """What images hold, each as it is read, or in its own size where none is set.

    levels: how often each value of a byte occurs, int64 (C, 256). sizes: heights and widths as stored, and how often.
    digests: of each image, in turn, a number that only equal images share; None of one that has a fault, or is of one
    colour. plain: the positions of those of one colour.
    """

    levels: Tensor
    sizes: Mapping[tuple[int, int], int]
    digests: tuple[int | None, ...]
    plain: tuple[int, ...]
    faults: tuple[Fault, ...] = ()
    seen: tuple[Seen, ...] = ()


class Pictures(Protocol):
    """Images by their number, wherever they lie. Sent to other processes as they are, where `decodes`."""

    decodes: bool  # whether reading takes so long that processes of their own should do it
    held: bool  # whether they lie in main memory already

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of each. Only of fitted ones."""

    def __len__(self) -> int: ...

    def fitted(self, fit: Fit) -> Self:
        """The same, so that they are read in one shape. Raises EngineError where they have none."""

    @property
    def levels(self) -> Levels | None:
        """What is black and white in images of more than bytes. Only of fitted ones."""

    @property
    def notes(self) -> tuple[str, ...]:
        """What a person should know of how they are read. Only of fitted ones."""

    def read(self, numbers: Tensor) -> Reading:
        """The images of these numbers, int64 (N,)."""

    def examined(self, numbers: Tensor) -> Findings:
        """What the images of these numbers hold."""

    def name(self, number: int) -> str:
        """What a person calls an image."""


@dataclass(frozen=True)
class Part:
    """Some of a data set's images, not read yet. labels, numbers: int64 (N,), the class and the number of each."""

    pictures: Pictures
    labels: Tensor
    numbers: Tensor

    @classmethod
    def of(cls, pictures: Pictures, labels: Tensor) -> Part:
        """All of the pictures."""
        return cls(pictures, labels, torch.arange(len(labels)))

    def __len__(self) -> int:
        return len(self.labels)

    def at(self, chosen: Tensor) -> Part:
        """The examples chosen. chosen: bool (N,), or indices."""
        return replace(self, labels=self.labels[chosen], numbers=self.numbers[chosen])

    @property
    def size_bytes(self) -> int:
        """Of the images, once they are read."""
        return len(self) * math.prod(self.pictures.shape)


@dataclass(frozen=True)
class Collection:
    """A data set as it is found. kind: of the source that reads it, in words. classes: a name for each label.

    test, validation: None where it brings none. is_mixed: whether the first images are as good as any; in a listing by
    class they are not. notes: what a person should know of it. files: where it is a few files of a folder, which.
    """

    kind: str
    root: Path
    classes: tuple[str, ...]
    train: Part
    test: Part | None = None
    validation: Part | None = None
    is_mixed: bool = True
    notes: tuple[str, ...] = ()
    files: frozenset[str] = frozenset()


@dataclass(frozen=True)
class Split:
    """Images in a device's memory and their classes. images: uint8 (N, C, H, W). labels: int64 (N,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of an image as it is stored."""
        channels, height, width = self.images.shape[1:]
        return channels, height, width

    def fetched(self, groups: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels of each group of indices in turn. groups: int64 (n,) each, in main memory."""
        if not groups:
            return
        everything = sent(torch.cat(list(groups)), self.labels.device)
        for indices in everything.split([len(group) for group in groups]):
            yield self.images.index_select(0, indices), self.labels.index_select(0, indices)

    def windows(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels in their own order, so many at a time."""
        return zip(self.images.split(size), self.labels.split(size), strict=True)
