"""One image file as grey or colour of 8 bits, by Pillow: upright, its depth scaled, its transparency laid on a ground.

Files are not trusted: a few formats, and a bound on their size. Whatever Pillow makes of a damaged one is raised.
"""

from __future__ import annotations

import functools
import io
import math
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, NamedTuple, Protocol

from .examples import Seen
from .levels import SIXTEEN_BITS, Levels, levels_of
from .protocol import EngineError
from .text import Text

if TYPE_CHECKING:
    from PIL import Image

FORMATS = ("PNG", "JPEG", "WEBP", "BMP", "DIB", "TIFF", "GIF", "PPM")
MAX_PIXELS = 2**26  # of one file; beyond, it is taken for a bomb
_MAX_FILE_BYTES = 2**29  # in an archive, from which a file is read whole
_GREY_MODES = frozenset(("1", "L", "LA", "La", "I", "F", "I;16", "I;16B", "I;16L", "I;16N"))
_ONE_INK = 12  # levels by which an ink may vary that counts as one


class Place(Protocol):
    """Where a file lies: a path, or something like it in an archive."""

    def is_file(self) -> bool: ...
    def stat(self) -> Any: ...
    def open(self, mode: str = ..., /) -> Any: ...
    def read_bytes(self) -> bytes: ...


class Header(NamedTuple):
    """What a file says of its image. size: height and width, upright. is_deep: whether its values are no bytes."""

    size: tuple[int, int]
    channels: int
    is_deep: bool


class Rendered(NamedTuple):
    """image: of the mode L or RGB. stored: height and width in the file, upright. seen: what was made of it."""

    image: Image.Image
    stored: tuple[int, int]
    seen: tuple[Seen, ...]


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
    Image.MAX_IMAGE_PIXELS = MAX_PIXELS
    return Image


@contextmanager
def opened(place: Place) -> Iterator[Image.Image]:
    """The file as Pillow opens it, nothing decoded yet."""
    if isinstance(place, Path):
        source: Path | BinaryIO = place
        if not stat.S_ISREG(place.stat().st_mode):  # a pipe or a device would never end
            raise OSError("it is no regular file")
    else:
        if place.stat().st_size > _MAX_FILE_BYTES:
            raise OSError("it unpacks to more bytes than an image has")
        source = io.BytesIO(place.read_bytes())
    with pillow().open(source, formats=FORMATS) as image:
        yield image


def header_of(place: Place) -> Header | None:
    """What a file says of its image, None where it is none: it will be told of when it is read."""
    try:
        with opened(place) as image:
            turned = image.getexif().get(0x0112, 1) >= 5  # stored on its side
            size = image.size if turned else image.size[::-1]
            return Header(size, 1 if image.mode in _GREY_MODES else 3, is_deep(image))
    except EngineError:
        raise
    except Exception:
        return None


def is_deep(image: Image.Image) -> bool:
    """Whether its values are no bytes: 16 bits, 32 bits or fractions."""
    return image.mode[0] in "IF"


def extremes_of(place: Place) -> tuple[float, float, bool] | None:
    """The lowest and the highest value of an image that is deep, and whether they are fractions; None of others."""
    try:
        with opened(place) as image:
            if not is_deep(image) or image.width * image.height > MAX_PIXELS:
                return None
            low, high = image.getextrema()
            return low, high, image.mode == "F"
    except Exception:  # it will be told of when it is read
        return None


def rendered(place: Place, channels: int, levels: Levels | None, draft: tuple[int, int] | None = None) -> Rendered:
    """A file as it is looked at. levels: what is black and white where values are no bytes. draft: height and width
    that are needed at least, by which a JPEG is decoded in part. Raises whatever is wrong with it."""
    with opened(place) as image:
        if image.width * image.height > MAX_PIXELS:
            raise ValueError(
                Text("it claims to have {width:,} × {height:,} pixels", width=image.width, height=image.height)
            )
        size = image.size
        if draft and image.format == "JPEG":
            image.draft(None, draft[::-1])  # never smaller than that
        turned = image.getexif().get(0x0112, 1) >= 5
        seen: list[Seen] = []
        upright = _upright(image)
        if is_deep(upright):
            upright = _in_bytes(upright, levels, seen)
        elif upright.has_transparency_data:
            upright = _on_ground(upright, seen)
        final = upright.convert("L" if channels == 1 else "RGB")
        if final is image:
            final = image.copy()
        if image.format in ("GIF", "TIFF", "WEBP", "PNG") and _has_frames(image):
            seen.append("frames")
        return Rendered(final, size if turned else size[::-1], tuple(seen))


def _upright(image: Image.Image) -> Image.Image:
    """As the camera was held."""
    from PIL import ImageOps

    return ImageOps.exif_transpose(image)


def _has_frames(image: Image.Image) -> bool:
    try:
        return bool(getattr(image, "is_animated", False))
    except Exception:  # what follows the first is damaged, which is of no use in any case
        return False


def _in_bytes(image: Image.Image, levels: Levels | None, seen: list[Seen]) -> Image.Image:
    """Deep values as bytes, L; what is beyond white is cut off, and told."""
    image = image if image.mode == "F" else image.convert("I")
    low, high = image.getextrema()
    if not (math.isfinite(low) and math.isfinite(high)):
        raise ValueError("it holds values that are no numbers")
    levels = levels or levels_of(low, high, image.mode == "F") or SIXTEEN_BITS
    if high > levels.white * 1.001 or low < levels.black - 0.001 * levels.white:
        seen.append("bright")
    scale = 255 / (levels.white - levels.black)
    return image.convert("F").point(lambda level: level * scale + (0.5 - levels.black * scale)).convert("L")


def _on_ground(image: Image.Image, seen: list[Seen]) -> Image.Image:
    """An image with transparent parts as it looks on white; on black where it is drawn in one light ink alone."""
    grey = image.mode in ("L", "LA", "La", "1")
    image = image.convert("LA" if grey else "RGBA")
    alpha = image.getchannel("A")
    colours = image.convert("L" if grey else "RGB")
    if alpha.getextrema()[0] == 255:
        return colours
    seen.append("transparent")
    inked = alpha.point(lambda opacity: 255 if opacity else 0)
    ink = _one_ink(colours, inked)
    ground = 0 if ink is not None and ink >= 128 else 255
    laid = pillow().new(colours.mode, colours.size, ground if grey else (ground,) * 3)
    laid.paste(colours, mask=alpha)
    return laid


def _one_ink(colours: Image.Image, inked: Image.Image) -> float | None:
    """The brightness of the one colour that all is drawn in, None where there are several."""
    counts = colours.histogram(inked)
    bands = [counts[start : start + 256] for start in range(0, len(counts), 256)]
    means = []
    for band in bands:
        present = [level for level, count in enumerate(band) if count]
        if not present or present[-1] - present[0] > _ONE_INK:
            return None
        means.append(sum(present) / len(present))
    return means[0] if len(means) == 1 else 0.299 * means[0] + 0.587 * means[1] + 0.114 * means[2]
