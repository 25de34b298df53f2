"""CIFAR-10 and CIFAR-100 in their binary version: records of one or two labels and 3 × 32 × 32 bytes.

Source: https://www.cs.toronto.edu/~kriz/cifar.html. The Python version is a pickle, which can run code: not read.
"""

from __future__ import annotations

from collections.abc import Sequence

import torch
from torch import Tensor

from ..examples import Collection, Part
from ..protocol import EngineError
from ..recipe_data import DataRecipe
from ..text import Text
from .archive import Place
from .stored import MAX_BYTES, StoredPictures

KIND = "CIFAR's binary files"
_SHAPE = (3, 32, 32)
_PIXELS = 3 * 32 * 32
_FIX = "Fetch the binary version of CIFAR again, and unpack it whole."


def claims(path: Place) -> bool:
    """Whether it is a folder of either version; the one in Python is told apart as it is read."""
    names = ("data_batch_1.bin", "test_batch.bin", "train.bin", "data_batch_1", "test_batch")
    return (path.is_dir() and any((path / name).is_file() for name in names)) or _is_pickled_100(path)


def read(folder: Place, recipe: DataRecipe) -> Collection:
    """The training and the test examples. Raises EngineError."""
    if (folder / "data_batch_1").is_file() or (folder / "test_batch").is_file() or _is_pickled_100(folder):
        raise EngineError(
            Text("{folder} holds CIFAR's Python version: pickles, in which code could hide.", folder=folder),
            expected="the binary version, files ending in .bin",
            fix="Fetch cifar-10-binary.tar.gz or cifar-100-binary.tar.gz from the same page, or name cifar-10 as data.",
        )
    if (folder / "train.bin").is_file():
        return _collection(folder, ["train.bin"], "test.bin", "fine_label_names.txt", labels=2)
    names = [f"data_batch_{number}.bin" for number in range(1, 6)]
    return _collection(folder, names, "test_batch.bin", "batches.meta.txt", labels=1)


def _is_pickled_100(folder: Place) -> bool:
    return all((folder / name).is_file() for name in ("train", "test", "meta"))


def _collection(folder: Place, train: Sequence[str], test: str, names_file: str, labels: int) -> Collection:
    """labels: bytes of them at the head of a record, of which the last is meant."""
    parts = [_read([folder / name for name in names], labels) for names in (train, [test])]
    highest = max(int(part.labels.max()) for part in parts)
    names = _names(folder / names_file) or tuple(map(str, range(100 if labels == 2 else 10)))
    if highest >= len(names):
        raise EngineError(
            Text("A label in {folder} is {highest}.", folder=folder, highest=highest),
            expected=Text("0 to {last}, for {count} classes", last=len(names) - 1, count=len(names)),
            fix=_FIX,
        )
    return Collection(KIND, folder, names, *parts, files=frozenset((*train, test, names_file)))


def _read(paths: Sequence[Place], labels: int) -> Part:
    record = labels + _PIXELS
    rows = torch.cat([_records(path, record) for path in paths])  # (N, record)
    images = rows[:, labels:].reshape(-1, *_SHAPE)  # (N, 3, 32, 32)
    return Part.of(StoredPictures(images), rows[:, labels - 1].long())


def _records(path: Place, record: int) -> Tensor:
    try:
        size = path.stat().st_size
        if not size or size % record or size > MAX_BYTES:
            raise EngineError(
                Text("{path} has {size:,} bytes, which is no number of whole records.", path=path, size=size),
                expected=Text("a multiple of {record:,}", record=record),
                fix=_FIX,
            )
        return torch.frombuffer(bytearray(path.read_bytes()), dtype=torch.uint8).view(-1, record)
    except OSError as error:
        raise EngineError(
            Text("{path} cannot be read: {reason}.", path=path, reason=error.strerror),
            expected="all files of the binary version",
            fix=_FIX,
        ) from error


def _names(path: Place) -> tuple[str, ...]:
    try:
        return tuple(line.strip() for line in path.read_text("utf-8", "replace").splitlines() if line.strip())
    except OSError:
        return ()
