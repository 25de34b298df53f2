"""Image files as bytes of pixels, brought to one shape. How one of them is read is in `rendering`.

Nothing here raises for what is wrong with a file: a reading tells of it, so that it can come from another process.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .examples import AS_IT_IS, Fault, Findings, Fit, Reading, Seen
from .levels import SIXTEEN_BITS, Levels, levels_of
from .protocol import EngineError, first_line
from .protocol_data import IMAGE_SUFFIXES
from .rendering import Header, Rendered, extremes_of, header_of, pillow, rendered
from .text import Text

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = frozenset(IMAGE_SUFFIXES)
_LOOKED_AT = 64  # files whose headers tell how many channels there are
_MEASURED = 256  # files of more than bytes, whose values tell how deep they are


class _OtherSizeError(Exception):
    """An image is not of the size of the others."""


@dataclass(frozen=True)
class FilePictures:
    """Images in files. root: the folder of them all, or an archive. names: a path in it, each, with slashes.

    shape, levels: once fitted. notes: what a person should know of how they are read.
    """

    root: Any
    names: Sequence[str]
    fit: Fit = AS_IT_IS
    shape: tuple[int, int, int] = (0, 0, 0)
    levels: Levels | None = None
    notes: tuple[str, ...] = ()

    decodes = True
    held = False

    def __len__(self) -> int:
        return len(self.names)

    def name(self, number: int) -> str:
        """Its path in the folder."""
        return self.names[number]

    def fitted(self, fit: Fit) -> FilePictures:
        """Ready to be read. What the recipe leaves open, the headers of some of the files say. Raises EngineError."""
        step = max(1, len(self.names) // _LOOKED_AT)
        headers = [header for name in self.names[::step] if (header := header_of(self.root / name))]
        if not headers and self.names:
            raise EngineError(
                Text("None of the images that were looked at in {root} can be read.", root=self.root),
                expected="PNG, JPEG, WebP, BMP, TIFF, GIF or PPM files",
                fix="Check the files: they may be damaged, or of another format than their names say.",
            )
        coloured = any(header.channels == 3 for header in headers)
        channels = fit.channels or (3 if coloured else 1)
        ((size, _),) = Counter(header.size for header in headers).most_common(1)
        shape = (channels, *((fit.side_px, fit.side_px) if fit.side_px else size))
        levels, notes = self._measured(headers)
        return replace(self, fit=fit, shape=shape, levels=levels, notes=notes)

    def _measured(self, headers: Sequence[Header]) -> tuple[Levels | None, tuple[str, ...]]:
        """What is black and white in images of more than bytes: one range for all, by what some of them hold."""
        if not any(header.is_deep for header in headers):
            return None, ()
        step = max(1, len(self.names) // _MEASURED)
        found = [each for name in self.names[::step] if (each := extremes_of(self.root / name))]
        if not found:
            return None, ()
        low, high = min(each[0] for each in found), max(each[1] for each in found)
        levels = levels_of(low, high, any(fractions for *_, fractions in found))
        if levels is None:
            raise EngineError(
                Text("The values in the images in {root} go from {low:g} to {high:g}.", root=self.root, low=low,
                     high=high),
                expected="whole numbers from 0 to 65535, or fractions from 0 to 1",
                fix="Bring them to bytes, without normalising them: the recipe does that.",
            )  # fmt: skip
        if levels in (SIXTEEN_BITS, Levels(0, 1)):
            return levels, ()
        return levels, (
            Text(
                "The images have more than 8 bits a value; what they hold goes from {low:g} to {high:g}, so {black:g} "
                "is taken as black and {white:g} as white.",
                low=low,
                high=high,
                black=levels.black,
                white=levels.white,
            ),
        )

    def read(self, numbers: Tensor) -> Reading:
        """The images of these numbers."""
        images = torch.zeros(len(numbers), *self.shape, dtype=torch.uint8)
        faults: list[Fault] = []
        seen: list[Seen] = []
        for position, number in enumerate(numbers.tolist()):
            found = self._rendered(position, self.names[number], faults)
            if found is None:
                continue
            seen += found.seen
            if not self.fit.side_px and found.image.size[::-1] != self.shape[1:]:
                faults.append(Fault(position, self.names[number], "size", _other_size(found.image.size, self.shape)))
                continue
            images[position] = _pixels(found.image)
        return Reading(images, tuple(faults), tuple(seen))

    def examined(self, numbers: Tensor) -> Findings:
        """What they hold, each in its own size where none is set."""
        channels = self.shape[0]
        counts = torch.zeros(channels * 256, dtype=torch.int64)
        sizes: Counter[tuple[int, int]] = Counter()
        digests: list[int | None] = []
        plain: list[int] = []
        faults: list[Fault] = []
        seen: list[Seen] = []
        for position, number in enumerate(numbers.tolist()):
            digests.append(None)
            found = self._rendered(position, self.names[number], faults)
            if found is None:
                continue
            seen += found.seen
            sizes[found.stored] += 1
            image = found.image
            counts += torch.tensor(image.histogram())
            extremes = image.getextrema()
            if all(low == high for low, high in ([extremes] if channels == 1 else extremes)):
                plain.append(position)
            else:
                whole = hashlib.blake2b(image.tobytes(), digest_size=8, salt=str(image.width).encode())
                digests[-1] = int.from_bytes(whole.digest(), "little")
            if not self.fit.side_px and image.size[::-1] != self.shape[1:]:
                faults.append(Fault(position, self.names[number], "size", _other_size(image.size, self.shape)))
        return Findings(counts.view(channels, 256), sizes, tuple(digests), tuple(plain), tuple(faults), tuple(seen))

    def _rendered(self, position: int, name: str, faults: list[Fault]) -> Rendered | None:
        """An image in grey or colour, of the size that is set; None where it has a fault, which is added."""
        channels, height, width = self.shape
        try:
            draft = (height, width) if self.fit.side_px else None
            found = rendered(self.root / name, channels, self.levels, draft)
            if self.fit.side_px:
                return found._replace(image=_resized(found.image, width, height, self.fit.keep_ratio))
            return found
        except FileNotFoundError:
            faults.append(Fault(position, name, "gone", "there is no such file"))
        except EngineError:
            raise
        except Exception as error:  # whatever a decoder thinks of a damaged file
            faults.append(Fault(position, name, "broken", _told(error)))
        return None


def _pixels(image: Image.Image) -> Tensor:
    """uint8 (C, H, W)."""
    pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
    return pixels.view(image.height, image.width, -1).permute(2, 0, 1)  # (H, W, C) -> (C, H, W)


def _other_size(size: tuple[int, int], shape: tuple[int, int, int]) -> str:
    return Text(
        "has {width} × {height} pixels, others {other_width} × {other_height}",
        width=size[0],
        height=size[1],
        other_width=shape[2],
        other_height=shape[1],
    )


def _resized(image: Image.Image, width: int, height: int, keep_ratio: bool) -> Image.Image:
    box = None
    if keep_ratio:  # the largest part in the middle that has the ratio wanted
        part = min(image.width, image.height * width // height), min(image.height, image.width * height // width)
        across, down = (max(1, length) for length in part)
        left, top = (image.width - across) // 2, (image.height - down) // 2
        box = (left, top, left + across, top + down)
    return image.resize((width, height), pillow().Resampling.BILINEAR, box=box)


def _told(error: Exception) -> str:
    """A decoder's complaint in words, without the path, which is told beside it."""
    name = type(error).__name__
    if name == "UnidentifiedImageError":
        return "it is no PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file"
    if name.startswith("DecompressionBomb"):
        return "it claims to have far too many pixels"
    told = first_line(error) or name
    return "it is cut short" if "truncated" in told.lower() else told
