"""Reads images ahead of their use, where they have to be decoded in processes of their own; the order stays."""

from __future__ import annotations

import multiprocessing
import os
import shutil
import sys
import threading
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from multiprocessing.context import BaseContext
from typing import Any

import torch
from torch import Tensor
from torch.utils.data import DataLoader, Dataset

from .device import sent
from .examples import Part, Pictures, Reading
from .faults import raise_for
from .protocol import EngineError

_AHEAD = 2  # groups that each process reads ahead
_MOST_WORKERS = 16
_FEW = 64  # pictures; so many are read at once, without others' help
_SHARED_MEMORY = "/dev/shm"  # through which processes hand images over, on Linux


class Reader:
    """Reads groups of pictures in turn. One for all parts of a data set, so that they share its processes."""

    def __init__(self, pictures: Pictures, workers: int | None, device: torch.device) -> None:
        """workers: processes, None for as many as make sense; pictures in memory need none."""
        self.pictures = pictures
        self._workers = workers
        self._pins = device.type == "cuda"
        self._order = _Order()
        self._loader: DataLoader | None = None

    def read(self, groups: Sequence[Tensor]) -> Iterator[Reading]:
        """The pictures of each group of numbers, int64 (n,). Raises EngineError where a process ends."""
        if sum(map(len, groups)) <= _FEW:
            yield from map(self.pictures.read, groups)
            return
        self._order.groups = groups
        if self._loader is None:
            self._loader = self._made(max(map(len, groups), default=1))
        try:
            yield from self._loader
        except (RuntimeError, OSError, EOFError) as error:  # the last two: it died while it handed images over
            if isinstance(error, RuntimeError) and "worker" not in str(error):
                raise
            raise EngineError(
                "A process that reads images was ended from outside, perhaps because memory ran out.",
                expected="room for what is read ahead",
                fix="Lower data.workers or batch_size, or close other programs.",
            ) from error

    def _made(self, group: int) -> DataLoader:
        workers = self._worker_count(group)
        return DataLoader(
            _Groups(self.pictures),
            batch_size=None,
            sampler=self._order,
            num_workers=workers,
            collate_fn=_as_it_is,
            worker_init_fn=_end_with_parent,
            pin_memory=self._pins,
            prefetch_factor=_AHEAD if workers else None,
            persistent_workers=workers > 0,
            multiprocessing_context=_context() if workers else None,
            generator=torch.Generator(),  # its own: that of the weights and of dropout stays where it is
        )

    def _worker_count(self, group: int) -> int:
        if not self.pictures.decodes:
            return 0
        cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
        wanted = min(cores, _MOST_WORKERS) if self._workers is None else self._workers
        if sys.platform != "linux" or not os.path.isdir(_SHARED_MEMORY):  # noqa: PTH112 - a device, no path of ours
            return wanted
        channels, height, width = self.pictures.shape
        ahead_bytes = group * channels * height * width * (_AHEAD + 1)
        return min(wanted, shutil.disk_usage(_SHARED_MEMORY).free // (2 * ahead_bytes))


class _Order:
    """The groups that a loader goes through; others each time."""

    def __init__(self) -> None:
        self.groups: Sequence[Tensor] = ()

    def __iter__(self) -> Iterator[Tensor]:
        return iter(self.groups)

    def __len__(self) -> int:
        return len(self.groups)


class _Groups(Dataset[Reading]):
    """Pictures as a loader wants them: an item is a group."""

    def __init__(self, pictures: Pictures) -> None:
        self._pictures = pictures

    def __getitem__(self, numbers: Tensor) -> Reading:
        return self._pictures.read(numbers)


def _as_it_is(item: Any) -> Any:
    return item


def _end_with_parent(_worker: int) -> None:
    """In a reading process: end when the engine does, also where it is killed and can tell nobody."""

    def wait() -> None:
        parent = multiprocessing.parent_process()
        if parent is not None:
            parent.join()
            os._exit(1)

    threading.Thread(target=wait, name="parent", daemon=True).start()


def _context() -> BaseContext:
    """Processes that inherit no pipe of ours, so that nobody waits for them when we are killed."""
    if sys.platform != "linux":
        return multiprocessing.get_context("spawn")
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload([f"{__package__}.decoding"])  # torch is loaded once for all of them
    return context


@dataclass(frozen=True)
class StreamedSplit:
    """Examples that are read as they are needed. labels: int64 (N,), on the device."""

    part: Part
    reader: Reader
    labels: Tensor

    def __len__(self) -> int:
        return len(self.part)

    @property
    def shape(self) -> tuple[int, int, int]:
        """(C, H, W) of an image as it is stored."""
        return self.part.pictures.shape

    def fetched(self, groups: Sequence[Tensor]) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels of each group of indices in turn. groups: int64 (n,) each, in main memory."""
        device = self.labels.device
        numbers = [self.part.numbers[indices] for indices in groups]
        for indices, reading in zip(groups, self.reader.read(numbers), strict=True):
            raise_for(reading.faults)
            labels = self.part.labels[indices]
            yield sent(reading.images, device), sent(labels, device)

    def windows(self, size: int) -> Iterator[tuple[Tensor, Tensor]]:
        """Images and labels in their own order, so many at a time."""
        return self.fetched(torch.arange(len(self)).split(size))
