"""Which device a run trains on, and how much of its memory the run takes."""

from __future__ import annotations

import os
import sys
from functools import cache

import torch

from .protocol import EngineError


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
            f"This machine has no device {name!r} that PyTorch can use.",
            expected=f"auto or one of {', '.join(available)}",
            fix='Choose one of these, or "auto" for the best of them.',
        )
    return torch.device(wanted)


def prepare_device(device: torch.device, deterministic: bool) -> None:
    """Choose between the fastest ways to reckon and those that give the same figures each time."""
    if deterministic:
        os.environ.setdefault("CUBLAS_WORKSPACE_CONFIG", ":4096:8")  # which cuBLAS reads when it starts
    torch.use_deterministic_algorithms(deterministic, warn_only=True)
    if device.type == "cuda":
        torch.backends.cudnn.benchmark = not deterministic


def memory_bytes(device: torch.device) -> int | None:
    """Memory that the run takes, in bytes: on cuda the peak, on mps and cpu at present. None where it is not told.

    On a CPU it is what this whole process holds in memory (on macOS the most that it ever held).
    """
    if device.type == "cuda":
        return torch.cuda.max_memory_allocated(device)
    if device.type == "mps":
        return torch.mps.driver_allocated_memory()
    return _process_bytes()


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
