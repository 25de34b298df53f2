"""Images that lie in main memory, or in a file that is mapped into it, as one array of bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import ClassVar, Literal

import torch
from torch import Tensor

from ..examples import Findings, Fit, Reading
from ..levels import Levels
from ..protocol import EngineError
from ..text import Text

MAX_BYTES = 8 * 2**30  # of one array
MAX_SIDE_PX = 4096
_AT_ONCE = 1024  # images


@dataclass(frozen=True)
class StoredPictures:
    """images: uint8 (N, C, H, W). held: whether they are read already, and not only mapped."""

    images: Tensor
    channels: Literal[1, 3] | None = None
    held: bool = True

    decodes = False
    levels: ClassVar[Levels | None] = None
    notes: ClassVar[tuple[str, ...]] = ()

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of each."""
        channels, height, width = self.images.shape[1:]
        return self.channels or channels, height, width

    def __len__(self) -> int:
        return len(self.images)

    def name(self, number: int) -> str:
        """Its number, from 0."""
        return f"image {number:,}"

    def fitted(self, fit: Fit) -> StoredPictures:
        """With that many channels; they are of one size in any case."""
        channels = self.images.shape[1]
        if fit.channels in (None, channels):
            return self
        if channels not in (1, 3):
            raise EngineError(
                Text(
                    "The images have {channels} channels, and the recipe wants {fit_channels}.",
                    channels=channels,
                    fit_channels=fit.channels,
                ),
                expected="images of 1 or 3 channels, to turn the one into the other",
                fix="Set data.channels to auto.",
            )
        return replace(self, channels=fit.channels)

    def read(self, numbers: Tensor) -> Reading:
        """The images of these numbers; all of them in their order are not copied."""
        whole = len(numbers) == len(self.images) and torch.equal(numbers, torch.arange(len(numbers)))
        images = self.images if whole else self.images.index_select(0, numbers)
        return Reading(_with_channels(images, self.shape[0]))

    def examined(self, numbers: Tensor) -> Findings:
        """What the images of these numbers hold."""
        images = self.read(numbers).images
        pixels = images.flatten(2)  # (N, C, H * W)
        same = (pixels.amin(2) == pixels.amax(2)).all(1)
        digests = [None if plain else digest for plain, digest in zip(same.tolist(), _digests(pixels), strict=True)]
        sizes = {(images.shape[2], images.shape[3]): len(images)}
        return Findings(level_counts(images), sizes, tuple(digests), tuple(same.nonzero().flatten().tolist()))


def level_counts(images: Tensor) -> Tensor:
    """How often each level of 0..255 occurs, int64 (C, 256), in main memory. images: uint8 (N, C, H, W)."""
    channels = images.unbind(1)
    return torch.stack([torch.bincount(pixels.flatten(), minlength=256).cpu() for pixels in channels])


def _digests(pixels: Tensor) -> list[int]:
    """A number of 64 bits for each image, by weights drawn at random. pixels: uint8 (N, C, H * W)."""
    flat = pixels.flatten(1)
    chance = torch.Generator().manual_seed(flat.shape[1])
    weights = torch.randint(-(2**63), 2**63 - 1, (flat.shape[1],), generator=chance)
    return [number for few in flat.split(_AT_ONCE) for number in (few.long() * weights).sum(1).tolist()]


def _with_channels(images: Tensor, channels: int) -> Tensor:
    if images.shape[1] == channels:
        return images
    if channels == 3:
        return images.expand(-1, 3, -1, -1)
    weights = torch.tensor([299, 587, 114], dtype=torch.int32).view(1, 3, 1, 1)  # ITU-R BT.601
    few = images.split(_AT_ONCE)  # four times their memory is taken for a moment
    return torch.cat([((part * weights).sum(1, keepdim=True) + 500).floor_divide(1000).byte() for part in few])


def require_size(images: Tensor, path: Path) -> None:
    """Raise EngineError where images, (N, C, H, W), are too large to be images."""
    if max(images.shape[1:]) > MAX_SIDE_PX:
        raise EngineError(
            Text("The images in {path} are {shape}.", path=path, shape=" × ".join(map(str, images.shape[1:]))),
            expected=Text("at most {limit} pixels a side", limit=MAX_SIDE_PX),
            fix="Make them smaller first.",
        )
