"""Images that lie in main memory, or in a file that is mapped into it, as one array of bytes."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor

from ..examples import Fit, Reading
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
