"""Image files as bytes of pixels, by Pillow. Files are not trusted: three formats, and a bound on their size.

Nothing here raises for what is wrong with a file: a reading tells of it, so that it can come from another process.
"""

from __future__ import annotations

import functools
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

import torch
from torch import Tensor

from .examples import AS_IT_IS, Fault, Fit, Reading
from .protocol import EngineError, first_line
from .protocol_data import IMAGE_SUFFIXES
from .text import Text

if TYPE_CHECKING:
    from PIL import Image

SUFFIXES = frozenset(IMAGE_SUFFIXES)
_FORMATS = ("PNG", "JPEG", "WEBP")
_MAX_PIXELS = 2**26  # of one file; beyond, it is taken for a bomb
_GREY_MODES = frozenset(("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L"))
_LOOKED_AT = 64  # files whose headers tell how many channels there are


@functools.cache
def pillow() -> Any:
    """Pillow's module Image, loaded when the first image file is met. Raises EngineError."""
    try:
        from PIL import Image
    except ImportError as error:
        raise EngineError(
            "Image files need the package Pillow, which is not installed.",
            expected="Pillow beside torch",
            fix="Run: pip install pillow",
        ) from error
    Image.MAX_IMAGE_PIXELS = _MAX_PIXELS
    return Image


class _OtherSizeError(Exception):
    """An image is not of the size of the others."""


@dataclass(frozen=True)
class FilePictures:
    """Images in files. root: the folder of them all. names: a path in it, each, with slashes. shape: once fitted."""

    root: Path
    names: Sequence[str]
    fit: Fit = AS_IT_IS
    shape: tuple[int, int, int] = (0, 0, 0)

    decodes = True
    held = False

    def __len__(self) -> int:
        return len(self.names)

    def name(self, number: int) -> str:
        """Its path in the folder."""
        return self.names[number]

    def sizes(self, numbers: Tensor) -> list[tuple[int, int]]:
        """Height and width of those of these that can be read, as their headers say."""
        headers = (_header(self.root / self.names[number]) for number in numbers.tolist())
        return [header[0] for header in headers if header]

    def fitted(self, fit: Fit) -> FilePictures:
        """Ready to be read. What the recipe leaves open, the headers of some of the files say. Raises EngineError."""
        step = max(1, len(self.names) // _LOOKED_AT)
        headers = [header for name in self.names[::step] if (header := _header(self.root / name))]
        if not headers and self.names:
            raise EngineError(
                Text("None of the images that were looked at in {root} can be read.", root=self.root),
                expected="PNG, JPEG or WebP files",
                fix="Check the files: they may be damaged, or of another format than their names say.",
            )
        modes = Counter(1 if mode in _GREY_MODES else 3 for _size, mode in headers)
        channels = fit.channels or (3 if modes[3] else 1)
        ((size, _),) = Counter(size for size, _mode in headers).most_common(1)
        return replace(self, fit=fit, shape=(channels, *((fit.side_px, fit.side_px) if fit.side_px else size)))

    def read(self, numbers: Tensor) -> Reading:
        """The images of these numbers."""
        images = torch.zeros(len(numbers), *self.shape, dtype=torch.uint8)
        faults = []
        for position, number in enumerate(numbers.tolist()):
            name = self.names[number]
            try:
                images[position] = _decoded(self.root / name, self.fit, self.shape)
            except FileNotFoundError:
                faults.append(Fault(position, name, "gone", "there is no such file"))
            except _OtherSizeError as error:
                faults.append(Fault(position, name, "size", str(error)))
            except EngineError:
                raise
            except Exception as error:  # whatever a decoder thinks of a damaged file
                faults.append(Fault(position, name, "broken", _told(error)))
        return Reading(images, tuple(faults))


def _header(path: Path) -> tuple[tuple[int, int], str] | None:
    """Height and width, and Pillow's mode, None where the file is no image."""
    try:
        with pillow().open(path, formats=_FORMATS) as image:
            turned = image.getexif().get(0x0112, 1) >= 5  # stored on its side
            return (image.size if turned else image.size[::-1]), image.mode
    except EngineError:
        raise
    except Exception:  # it will be told of when it is read
        return None


def _decoded(path: Path, fit: Fit, shape: tuple[int, int, int]) -> Tensor:
    """uint8, of that shape, (C, H, W)."""
    channels, height, width = shape
    with pillow().open(path, formats=_FORMATS) as image:
        if image.width * image.height > _MAX_PIXELS:
            raise ValueError(
                Text("it claims to have {width:,} × {height:,} pixels", width=image.width, height=image.height)
            )
        if fit.side_px and image.format == "JPEG":
            image.draft(None, (width, height))  # never smaller than that; decodes a fraction of the file
        image = _with_channels(_upright(image), channels)
        if fit.side_px:
            image = _resized(image, width, height, fit.keep_ratio)
        elif image.size != (width, height):
            raise _OtherSizeError(
                Text(
                    "has {width} × {height} pixels, others {other_width} × {other_height}",
                    width=image.width,
                    height=image.height,
                    other_width=width,
                    other_height=height,
                )
            )
        pixels = torch.frombuffer(bytearray(image.tobytes()), dtype=torch.uint8)
        return pixels.view(image.height, image.width, channels).permute(2, 0, 1)  # (H, W, C) -> (C, H, W)


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def _with_channels(image: Image.Image, channels: int) -> Image.Image:
    if image.mode.startswith("I"):  # 16 bits a pixel, which convert would cut off at 255
        image = image.convert("I").point(lambda level: level / 257).convert("L")
    return image.convert("L" if channels == 1 else "RGB")


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
        return "it is no PNG, JPEG or WebP file"
    if name.startswith("DecompressionBomb"):
        return "it claims to have far too many pixels"
    told = first_line(error) or name
    return "it is cut short" if "truncated" in told.lower() else told
