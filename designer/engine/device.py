"""Which device a run trains on, and how much of its memory the run takes."""

from __future__ import annotations

import ctypes
import os
import sys
from contextlib import suppress
from functools import cache
from pathlib import Path

import torch
from torch import Tensor

from .protocol import EngineError
from .text import Text

_CGROUP = Path("/sys/fs/cgroup")
_GUESSED_BYTES = 4 * 2**30
_AMPLE_BYTES = 8 * 2**30
_TRIM_THRESHOLD, _MMAP_MAX = -1, -4  # of mallopt, see malloc.h


def choose_device(name: str) -> torch.device:
    """The device of that name; "auto" takes cuda, else mps, else cpu. Raises EngineError where there is none."""
    available = ["cpu"]
    if torch.backends.mps.is_available():
        available.insert(0, "mps")
    if torch.cuda.is_available():
        available[:0] = [f"cuda:{index}" for index in range(torch.cuda.device_count())]
    wanted = {"auto": available[0], "cuda": "cuda:0"}.get(name, name)
    if wanted not in available:
        raise EngineError(
            Text("This machine has no device {name} that PyTorch can use.", name=repr(name)),
            expected=Text("auto or one of {available}", available=", ".join(available)),
            fix='Choose one of these, or "auto" for the best of them.',
        )
    return torch.device(wanted)


def prepare_device(device: torch.device, deterministic: bool) -> None:
    """Choose between the fastest ways to reckon and those that give the same figures each time."""
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # which cuBLAS reads when it starts
    torch.use_deterministic_algorithms(deterministic, warn_only=True)
    if device.type == "cuda":
        torch.cuda.set_device(device)
        torch.backends.cudnn.benchmark = not deterministic
    elif device.type == "cpu" and free_bytes(device) >= _AMPLE_BYTES:
        _keep_freed_memory()


def _keep_freed_memory() -> None:
    """Use memory again that was freed, as torch does on cuda by itself: glibc gives large pieces back to the system.

    Each step would get its activations anew then, page by page, which takes up to half its time; kept, they take up to
    half as much again of memory. Source: mallopt(3). Other systems' memory is left as it is.
    """
    if sys.platform == "linux" and hasattr(libc := ctypes.CDLL(None), "mallopt"):
        libc.mallopt(_MMAP_MAX, 0)
        libc.mallopt(_TRIM_THRESHOLD, -1)


def sent(tensor: Tensor, device: torch.device) -> Tensor:
    """A tensor in main memory on its way to the device, without waiting for it: an ordinary copy waits on cuda."""
    if device.type != "cuda":
        return tensor.to(device)
    return (tensor if tensor.is_pinned() else tensor.pin_memory()).to(device, non_blocking=True)


def memory_bytes(device: torch.device) -> int | None:
    """Memory that the run takes, in bytes: on cuda the peak, on mps and cpu at present. None where it is not told.

    On a CPU it is what this whole process holds in memory (on macOS the most that it ever held).
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if device.type == "mps":
        return torch.mps.driver_allocated_memory()
    return _process_bytes()


def free_bytes(device: torch.device) -> int:
    """Memory that a run could still take, in bytes: of the device, or of this machine and the group it is confined to.

    Where the system does not tell, a careful guess.
    """
    if device.type == "cuda":
        return torch.cuda.mem_get_info(device)[0]
    if device.type == "mps":
        return torch.mps.recommended_max_memory() - torch.mps.driver_allocated_memory()
    bounds = [_available_bytes()]
    with suppress(OSError, ValueError):  # no group, or one without a limit ("max")
        limit, used = (int((_CGROUP / name).read_text()) for name in ("memory.max", "memory.current"))
        bounds.append(max(0, limit - used))
    return min(bounds)


def _available_bytes() -> int:
    with suppress(OSError, ValueError):
        for line in Path("/proc/meminfo").read_text("ascii").splitlines():
            if line.startswith("MemAvailable:"):
                return int(line.split()[1]) * 1024
    with suppress(AttributeError, OSError, ValueError):
        return os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGESIZE") // 2
    return _GUESSED_BYTES


def _process_bytes() -> int | None:
    if sys.platform == "win32":
        return None
    if sys.platform == "darwin":
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return int(os.pread(_statm(), 128, 0).split()[1]) * os.sysconf("SC_PAGESIZE")


@cache
def _statm() -> int:
    """Linux's figures of this process, kept open: asked for some 20 times a second."""
    return os.open("/proc/self/statm", os.O_RDONLY)
