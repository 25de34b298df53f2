"""Reads a folder of IDX files, the format of MNIST and its kin. Files are not trusted: sizes are bounded and checked.

An IDX file is a big-endian header (two zero bytes, the element type, the number of axes, each axis' length) and the
elements. Source: http://yann.lecun.com/exdb/mnist, Fashion-MNIST's README.
"""

from __future__ import annotations

import gzip
import math
import os
import struct
import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

import torch
from torch import Tensor

from .protocol import EngineError

SEARCH_VARIABLE = "BLOCKYARD_DATA_PATH"  # folders that hold data sets by name, parted as in PATH
_MAX_BYTES = 8 * 2**30  # of one file's elements
_MAX_SIDE_PX = 4096
_CHUNK_BYTES = 2**22
_UINT8 = 8
_DOWNLOAD = "Name a folder that holds the four IDX files of MNIST, Fashion-MNIST or a set like them."


@dataclass(frozen=True)
class Split:
    """Images and their classes. images: uint8 (N, C, H, W). labels: int64 (N,)."""

    images: Tensor
    labels: Tensor

    def __len__(self) -> int:
        return len(self.labels)

    def first(self, limit: int | None) -> Split:
        """At most the first `limit` examples."""
        return Split(self.images[:limit], self.labels[:limit])

    def at(self, chosen: Tensor) -> Split:
        """The examples chosen. chosen: bool (N,), or indices."""
        return Split(self.images[chosen], self.labels[chosen])

    def to(self, device: torch.device) -> Split:
        """The same examples in a device's memory."""
        return Split(self.images.to(device), self.labels.to(device))


def find_folder(source: str, near: Sequence[Path] = ()) -> Path:
    """The folder of a data set, by its path or by its name.

    A name is looked for in the folders of `BLOCKYARD_DATA_PATH`, in `near`, in `data` and `resources` beside this
    package and one level above, and where Debian keeps its data sets. Raises EngineError.
    """
    given = Path(source).expanduser()
    if given.is_dir():
        return given.resolve()
    package = Path(__file__).resolve().parent
    homes = [Path(home) for home in os.environ.get(SEARCH_VARIABLE, "").split(os.pathsep) if home]
    homes += near
    homes += [above / name for above in (package.parent, package.parent.parent) for name in ("data", "resources")]
    homes.append(Path("/usr/share/datasets"))
    for home in homes:
        if (home / source).is_dir():
            return (home / source).resolve()
    raise EngineError(
        f"There is no data set or folder {source!r}.", expected="a folder, or the name of a data set", fix=_DOWNLOAD
    )


def read_folder(folder: Path) -> tuple[Split, Split]:
    """The training and the test examples in a folder of IDX files, plain or gzipped. Raises EngineError."""
    train, test = _read_split(folder, "train", "training"), _read_split(folder, "t10k", "test")
    if train.images.shape[1:] != test.images.shape[1:]:
        sizes = (" × ".join(map(str, split.images.shape[1:])) for split in (train, test))
        raise EngineError(
            "The images in {} are {} for training and {} for testing.".format(folder, *sizes),
            expected="one size for both",
            fix="Check that the files belong together.",
        )
    num_classes, highest = int(train.labels.max()) + 1, int(test.labels.max())
    if highest >= num_classes:
        raise EngineError(
            f"The test labels in {folder} go up to {highest}; the training labels end at {num_classes - 1}.",
            expected=f"labels from 0 to {num_classes - 1}",
            fix="Check that the files belong together.",
        )
    return train, test


def _read_split(folder: Path, prefix: str, name: str) -> Split:
    images_path = _find_file(folder, f"{prefix}-images", "idx3-ubyte", name)
    labels_path = _find_file(folder, f"{prefix}-labels", "idx1-ubyte", name)
    images, labels = _read_idx(images_path, (3, 4)), _read_idx(labels_path, (1,))
    if len(images) != len(labels):
        raise EngineError(
            f"{images_path} holds {len(images):,} images but {labels_path.name} {len(labels):,} labels.",
            expected="one label an image",
            fix="Check that the two files belong together.",
        )
    if images.ndim == 3:
        images = images.unsqueeze(1)  # (N, H, W) -> (N, 1, H, W)
    if max(images.shape[1:]) > _MAX_SIDE_PX:
        raise EngineError(
            f"The images in {images_path} are {' × '.join(map(str, images.shape[1:]))}.",
            expected=f"at most {_MAX_SIDE_PX} pixels a side",
            fix="Make them smaller first.",
        )
    return Split(images, labels.long())


def _find_file(folder: Path, stem: str, ending: str, name: str) -> Path:
    names = [f"{stem}{dot}{ending}{packed}" for packed in ("", ".gz") for dot in ("-", ".")]
    for candidate in names:
        if (folder / candidate).is_file():
            return folder / candidate
    held = "holds no files" if not _has_entries(folder) else f"lacks the {name} set's {stem}-{ending}.gz"
    raise EngineError(f"The data folder {folder} {held}.", expected=f"one of {', '.join(names)}", fix=_DOWNLOAD)


def _has_entries(folder: Path) -> bool:
    try:
        return any(folder.iterdir())
    except OSError:
        return False


def _read_idx(path: Path, axes: tuple[int, ...]) -> Tensor:
    """The uint8 elements of one file, shaped as its header says. axes: the numbers of axes to accept."""
    try:
        with gzip.open(path) if path.suffix == ".gz" else path.open("rb") as stream:
            shape = _read_header(stream, path, axes)
            return torch.frombuffer(_read_elements(stream, path, math.prod(shape)), dtype=torch.uint8).view(shape)
    except (OSError, EOFError, zlib.error) as error:
        raise EngineError(
            f"{path} cannot be read to its end: {error}.",
            expected="a whole IDX file",
            fix="It is damaged or cut short; fetch it again.",
        ) from error


def _read_header(stream: BinaryIO, path: Path, axes: tuple[int, ...]) -> tuple[int, ...]:
    magic = stream.read(4)
    if len(magic) < 4 or magic[:3] != bytes((0, 0, _UINT8)) or magic[3] not in axes:
        raise EngineError(
            f"{path} begins with {magic.hex(' ') or 'nothing'}, so it is no IDX file of this sort.",
            expected="00 00 08 and the number of axes, " + " or ".join(f"{count:02d}" for count in axes),
            fix="Check that the file has its right name, and fetch it again.",
        )
    lengths = stream.read(4 * magic[3])
    if len(lengths) < 4 * magic[3]:
        raise EngineError(f"{path} ends within its header.", expected="a whole IDX file", fix="Fetch it again.")
    shape = struct.unpack(f">{magic[3]}I", lengths)
    if not 0 < math.prod(shape) <= _MAX_BYTES:
        raise EngineError(
            f"{path} claims to hold {' × '.join(map(str, shape))} bytes.",
            expected=f"at least one example, and at most {_MAX_BYTES // 2**30} GiB",
            fix="The file is empty or damaged; fetch it again.",
        )
    return shape


def _read_elements(stream: BinaryIO, path: Path, size_bytes: int) -> bytearray:
    """Exactly so many bytes; memory grows only as bytes arrive, whatever the header claims."""
    elements = bytearray()
    while chunk := stream.read(min(_CHUNK_BYTES, size_bytes + 1 - len(elements))):
        elements += chunk
    if len(elements) != size_bytes:
        held = f"only {len(elements):,}" if len(elements) < size_bytes else "more"
        raise EngineError(
            f"{path} holds {held} bytes of data; its header says {size_bytes:,}.",
            expected="as many as the header says",
            fix="It is damaged or cut short; fetch it again.",
        )
    return elements
