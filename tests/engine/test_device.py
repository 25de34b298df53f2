"""How a process is made ready for its device."""

from __future__ import annotations

import platform
import subprocess
import sys

import pytest

PAGES_TAKEN = """
import resource, torch
from designer.engine import device

device.free_bytes = lambda device: {free}
device.prepare_device(torch.device("cpu"), deterministic=False)
for turn in range(8):  # the first few settle where it lies
    before = resource.getrusage(resource.RUSAGE_SELF).ru_minflt
    torch.zeros(64, 2**20).add_(1)
print(resource.getrusage(resource.RUSAGE_SELF).ru_minflt - before)
"""


@pytest.mark.skipif(platform.libc_ver()[0] != "glibc", reason="glibc's allocator is meant")
def test_memory_is_kept_from_batch_to_batch_where_there_is_enough():
    assert pages_taken(free=2**40) < 10
    assert pages_taken(free=2**30) >= 2**28 // 2**21  # 256 MiB in pages of at most 2 MiB


def pages_taken(free: int) -> int:
    """Pages that the system gives for a tensor as large as one that was freed before. free: bytes of memory."""
    done = subprocess.run(
        [sys.executable, "-c", PAGES_TAKEN.format(free=free)], capture_output=True, text=True, check=True
    )
    return int(done.stdout)
