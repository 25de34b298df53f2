"""Draw fashion-mnist-mini from the full Fashion-MNIST: python draw.py [FULL_DIR] [OUT_DIR].

Of each class, the 600 training and 100 test images whose SHA-256 of "fashion-mnist-mini:SPLIT:INDEX" (INDEX counts
from 0 in the full file) is smallest, written in the order of that hash, so classes come mixed. No random number
generator is involved, so the same images come out with any version of Python. Needs nothing but Python.
"""

from __future__ import annotations

import gzip
import hashlib
import struct
import sys
from collections import defaultdict
from pathlib import Path

DEBIAN = Path("/usr/share/datasets/fashion-mnist")
PER_CLASS = {"train": 600, "t10k": 100}
PIXELS = 28 * 28


def images_name(split: str) -> str:
    """The usual file name of a split's images."""
    return f"{split}-images-idx3-ubyte.gz"


def labels_name(split: str) -> str:
    """The usual file name of a split's labels."""
    return f"{split}-labels-idx1-ubyte.gz"


def chosen(labels: bytes, split: str, per_class: int) -> list[int]:
    """Indices of the images to keep, in the order in which they are written. labels: one byte an image."""

    def rank(index: int) -> bytes:
        return hashlib.sha256(f"fashion-mnist-mini:{split}:{index}".encode()).digest()

    by_class: dict[int, list[int]] = defaultdict(list)
    for index in sorted(range(len(labels)), key=rank):
        by_class[labels[index]].append(index)
    return sorted((index for indices in by_class.values() for index in indices[:per_class]), key=rank)


def drawn(full: Path, split: str) -> tuple[bytes, bytes]:
    """The subset's images and labels of one split ("train" or "t10k") as the contents of two IDX files."""
    images = gzip.decompress((full / images_name(split)).read_bytes())[16:]
    labels = gzip.decompress((full / labels_name(split)).read_bytes())[8:]
    indices = chosen(labels, split, PER_CLASS[split])
    pixels = b"".join(images[index * PIXELS : (index + 1) * PIXELS] for index in indices)
    return (
        struct.pack(">IIII", 0x803, len(indices), 28, 28) + pixels,
        struct.pack(">II", 0x801, len(indices)) + bytes(labels[index] for index in indices),
    )


def main(full: Path = DEBIAN, out: Path = Path(__file__).parent) -> None:
    """Write the four files into out."""
    for split in PER_CLASS:
        images, labels = drawn(full, split)
        (out / images_name(split)).write_bytes(gzip.compress(images, 9, mtime=0))
        (out / labels_name(split)).write_bytes(gzip.compress(labels, 9, mtime=0))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
