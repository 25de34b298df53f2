"""IDX, the format of MNIST and its kin: four files in a folder. Files are not trusted: sizes are bounded and checked.

An IDX file is a big-endian header (two zero bytes, the element type, the number of axes, each axis' length) and the
elements. Source: http://yann.lecun.com/exdb/mnist, Fashion-MNIST's README.
"""

from __future__ import annotations

import gzip
import math
import struct
import zlib
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor

from ..examples import Collection, Part
from ..protocol import EngineError
from ..recipe_data import DataRecipe
from ..text import Text, one_of
from .archive import Place
from .labels import NAMES_FILE, numbered_classes
from .stored import MAX_BYTES, StoredPictures, require_size

KIND = "IDX files"
_CHUNK_BYTES = 2**22
_UINT8 = 8
_FIX = "Name a folder that holds the four IDX files of MNIST, Fashion-MNIST or a set like them."


def claims(path: Place) -> bool:
    """Whether it is a folder with at least one file of that name."""
    return path.is_dir() and any(any(path.glob(f"*{dot}idx[13]-ubyte*")) for dot in "-.")


def read(folder: Place, recipe: DataRecipe) -> Collection:
    """The training and the test examples in a folder of IDX files, plain or gzipped. Raises EngineError."""
    used: list[str] = [NAMES_FILE]
    train, test = _read_part(folder, "train", "training", used), _read_part(folder, "t10k", "test", used)
    classes = numbered_classes(train.labels, [test.labels], folder)
    return Collection(KIND, folder, classes, train, test, files=frozenset(used))


def _read_part(folder: Place, prefix: str, name: str, used: list[str]) -> Part:
    """used: gets the names of the files."""
    images_path = _find_file(folder, f"{prefix}-images", "idx3-ubyte", name)
    labels_path = _find_file(folder, f"{prefix}-labels", "idx1-ubyte", name)
    used += images_path.name, labels_path.name
    images, labels = _read_idx(images_path, (3, 4)), _read_idx(labels_path, (1,))
    if len(images) != len(labels):
        raise EngineError(
            Text(
                "{path} holds {images:,} images but {other} {labels:,} labels.",
                path=images_path,
                images=len(images),
                other=labels_path.name,
                labels=len(labels),
            ),
            expected="one label an image",
            fix="Check that the two files belong together.",
        )
    if images.ndim == 3:
        images = images.unsqueeze(1)  # (N, H, W) -> (N, 1, H, W)
    require_size(images, images_path)
    return Part.of(StoredPictures(images), labels.long())


def _find_file(folder: Place, stem: str, ending: str, name: str) -> Place:
    names = [f"{stem}{dot}{ending}{packed}" for packed in ("", ".gz") for dot in ("-", ".")]
    for candidate in names:
        if (folder / candidate).is_file():
            return folder / candidate
    raise EngineError(
        Text(
            "The data folder {folder} lacks the {name} set's {stem}-{ending}.gz.",
            folder=folder,
            name=name,
            stem=stem,
            ending=ending,
        ),
        expected=Text("one of {names}", names=", ".join(names)),
        fix=_FIX,
    )


def _read_idx(path: Place, axes: tuple[int, ...]) -> Tensor:
    """The uint8 elements of one file, shaped as its header says. axes: the numbers of axes to accept."""
    try:
        with path.open("rb") as file, gzip.open(file) if path.suffix == ".gz" else file as stream:
            shape = _read_header(stream, path, axes)
            return torch.frombuffer(_read_elements(stream, path, math.prod(shape)), dtype=torch.uint8).view(shape)
    except (OSError, EOFError, zlib.error) as error:
        raise EngineError(
            Text("{path} cannot be read to its end: {error}.", path=path, error=error),
            expected="a whole IDX file",
            fix="It is damaged or cut short; fetch it again.",
        ) from error


def _read_header(stream: BinaryIO, path: Place, axes: tuple[int, ...]) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:3] != bytes((0, 0, _UINT8)) or magic[3] not in axes:
        raise EngineError(
            Text(
                "{path} begins with {hex}, so it is no IDX file of this sort.",
                path=path,
                hex=magic.hex(" ") or Text("nothing"),
            ),
            expected=Text("00 00 08 and the number of axes, {axes}", axes=one_of([f"{count:02d}" for count in axes])),
            fix="Check that the file has its right name, and fetch it again.",
        )
    lengths = stream.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise EngineError(
            Text("{path} ends within its header.", path=path), expected="a whole IDX file", fix="Fetch it again."
        )
    shape = struct.unpack(f">{magic[3]}I", lengths)
    if not 0 < math.prod(shape) <= MAX_BYTES:
        raise EngineError(
            Text("{path} claims to hold {shape} bytes.", path=path, shape=" × ".join(map(str, shape))),
            expected=Text("at least one example, and at most {limit} GiB", limit=MAX_BYTES // 2**30),
            fix="The file is empty or damaged; fetch it again.",
        )
    return shape


def _read_elements(stream: BinaryIO, path: Path, size_bytes: int) -> bytearray:
    """Exactly so many bytes; memory grows only as bytes arrive, whatever the header claims."""
    elements = bytearray()
    while chunk := stream.read(min(_CHUNK_BYTES, size_bytes + 1 - len(elements))):
        elements += chunk
    if len(elements) != size_bytes:
        held = Text("only {count:,}", count=len(elements)) if len(elements) < size_bytes else Text("more")
        raise EngineError(
            Text(
                "{path} holds {held} bytes of data; its header says {size_bytes:,}.",
                path=path,
                held=held,
                size_bytes=size_bytes,
            ),
            expected="as many as the header says",
            fix="It is damaged or cut short; fetch it again.",
        )
    return elements
