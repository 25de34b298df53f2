"""One training by several processes, a device each, as torchrun starts them. A process by itself is a group of one.

All hold the same network and take the same steps; each takes its share of every batch. The first process alone hears
controls, decides, writes files and tells messages.
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from typing import Any, TypeVar

import torch
from torch import Tensor, nn
from torch import distributed as dist
from torch.nn.modules.batchnorm import _BatchNorm

from .protocol import EngineError
from .text import Text

Result = TypeVar("Result")
_PATIENCE = timedelta(days=14)  # a paused run is waited for; a process that dies is noticed at once in any case


@dataclass(frozen=True)
class Group:
    """rank: of this process, from 0. size: how many there are. local_rank: among those on this machine."""

    rank: int = 0
    size: int = 1
    local_rank: int = 0

    @property
    def alone(self) -> bool:
        """Whether this process trains by itself."""
        return self.size == 1

    @property
    def leads(self) -> bool:
        """Whether this process decides and writes."""
        return self.rank == 0

    def share(self, count: int) -> int:
        """How many of `count` examples of a batch are this process's."""
        return len(range(self.rank, count, self.size))

    def agreed(self, value: int) -> int:
        """The first process's value, in all of them."""
        if self.alone:
            return value
        box = torch.tensor(value)
        dist.broadcast(box, 0)
        return int(box)

    def told(self, value: Any) -> Any:
        """The first process's value of any plain sort, in all of them."""
        if self.alone:
            return value
        box = [value]
        dist.broadcast_object_list(box, 0)
        return box[0]

    def summed(self, values: Sequence[float]) -> list[float]:
        """Each value added up over all processes."""
        if self.alone:
            return list(values)
        total = torch.tensor(values, dtype=torch.float64)
        dist.all_reduce(total)
        return total.tolist()

    def averaged(self, value: Tensor) -> Tensor:
        """The mean over all processes of a number on the device, (), as they average gradients."""
        if self.alone:
            return value
        value = value.clone()
        dist.all_reduce(value)
        return value / self.size

    def gathered(self, value: Any) -> list[Any]:
        """The values of any plain sort of all processes."""
        if self.alone:
            return [value]
        boxes: list[Any] = [None] * self.size
        dist.all_gather_object(boxes, value)
        return boxes

    def in_turn(self, work: Callable[[], Result]) -> Result:
        """Do the work in the first process, then in the others: what it leaves on the disk is there for them."""
        if self.alone:
            return work()
        result = work() if self.leads else None
        dist.barrier()
        return work() if result is None else result

    def joint(self, network: nn.Module) -> nn.Module:
        """The network whose gradients are averaged over all processes."""
        if self.alone:
            return network
        return nn.parallel.DistributedDataParallel(network, gradient_as_bucket_view=True)

    def in_step(self, network: nn.Module, device: torch.device) -> nn.Module:
        """The network whose batch normalisation takes its averages over all processes. Raises EngineError."""
        if self.alone or not any(isinstance(module, _BatchNorm) for module in network.modules()):
            return network
        if device.type != "cuda":
            raise EngineError(
                Text("Batch normalisation cannot be kept in step between processes on {device}.", device=device),
                expected="cuda devices, which PyTorch's SyncBatchNorm is for",
                fix="Set sync_batchnorm to false: each process then takes the averages of its share of the batch.",
            )
        return nn.SyncBatchNorm.convert_sync_batchnorm(network)

    def device(self, wanted: str) -> str:
        """The name of this process's device, where the recipe names a kind of device. Raises EngineError."""
        if self.alone or wanted == "cpu":
            return wanted
        if not torch.cuda.is_available():
            return "cpu" if wanted == "auto" else wanted
        count = torch.cuda.device_count()
        if self.local_rank >= count:
            raise EngineError(
                Text(
                    "{size} devices are to train together, and this machine has {count} of cuda.",
                    size=self.size,
                    count=count,
                ),
                expected=Text("at most {count} devices", count=count),
                fix=Text('Set devices to {count}, or device to "cpu".', count=count),
            )
        return f"cuda:{self.local_rank}"


ALONE = Group()


@contextmanager
def joined() -> Iterator[Group]:
    """The group that torchrun's environment speaks of, joined; or a group of one."""
    size = int(os.environ.get("WORLD_SIZE", "1"))
    if size == 1:
        yield ALONE
        return
    group = Group(int(os.environ["RANK"]), size, int(os.environ.get("LOCAL_RANK", "0")))
    if dist.is_initialized():
        yield group
        return
    dist.init_process_group("cpu:gloo,cuda:nccl" if torch.cuda.is_available() else "gloo", timeout=_PATIENCE)
    yield group
    dist.destroy_process_group()  # where it fails, the process's end lets go: the others are to find its last words
