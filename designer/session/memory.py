"""The memory that a recipe's training of a design takes, and the memory that a device has to give.

What is asked for is in the recipe's terms; the arithmetic is `analysis.memory`'s.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from typing import NamedTuple

from designer.analysis import memory
from designer.analysis.facts import Analysis, NodeFacts
from designer.analysis.memory import Optimizer, Precision, TrainingMemory
from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.engine.recipe import Recipe
from designer.session.freezing import is_trained

_UNITS = {"": 1, "b": 1, "k": 1 << 10, "m": 1 << 20, "g": 1 << 30, "t": 1 << 40}
_SIZE = re.compile(r"\s*(\d{1,9}(?:\.\d{1,6})?)\s*([kmgt]?)(?:i?b)?\s*", re.IGNORECASE)
_ASK_S = 10
MOST_EXAMPLES = 1 << 16  # a batch beyond which nobody asks for memory: it exceeds most data sets, and trains worse


class MemoryPlan(NamedTuple):
    """What a training takes.

    largest_batch: that fits into `limit_bytes`; None where there is no limit, and where it is more than MOST_EXAMPLES,
    so that memory does not limit it.
    """

    used: TrainingMemory
    batch: int
    limit_bytes: int | None = None
    largest_batch: int | None = None

    @property
    def fits_any_batch(self) -> bool:
        """Whether there is a limit, and no batch of a practical size exceeds it."""
        return self.limit_bytes is not None and self.largest_batch is None

    @property
    def fits(self) -> bool:
        """Whether it does, as far as a limit is known."""
        return self.limit_bytes is None or self.used.total_bytes <= self.limit_bytes


def optimizer_of(recipe: Recipe) -> Optimizer:
    """The recipe's optimizer, by what it remembers of each weight."""
    optimizer = recipe.optimizer
    match optimizer.kind:
        case "SGD":
            return Optimizer.MOMENTUM if optimizer.momentum else Optimizer.SGD
        case "RMSprop":
            return Optimizer.ADAM if optimizer.momentum else Optimizer.RMSPROP
        case "Adagrad":
            return Optimizer.ADAGRAD
    return Optimizer.ADAM


def memory_plan(
    analysis: Analysis,
    recipe: Recipe,
    limit_bytes: int | None = None,
    *,
    batch: int | None = None,
    optimizer: Optimizer | None = None,
    precision: Precision | None = None,
) -> MemoryPlan:
    """The memory of a recipe's training; what is given beside it stands in place of what it says."""
    batch = batch or recipe.batch_size
    optimizer = optimizer or optimizer_of(recipe)
    precision = precision or Precision(recipe.precision)
    frozen = recipe.start.frozen
    used = memory.training_memory(analysis, batch, optimizer, precision, frozen)
    largest = None
    if limit_bytes is not None:
        largest = memory.largest_batch(analysis, limit_bytes, optimizer, precision, frozen)
        if largest is not None and largest > MOST_EXAMPLES:
            largest = None
    return MemoryPlan(used, batch, limit_bytes, largest)


def node_memory(analysis: Analysis, node: NodeFacts, recipe: Recipe, name: str) -> TrainingMemory:
    """The part of it that a node takes. name: the node's, dotted, from the outermost block."""
    trained = None if is_trained(recipe, name) else 0
    precision = Precision(recipe.precision)
    totals = memory.totals_of(analysis, recipe.start.frozen, name, node.totals)
    return memory.memory_of(totals, analysis.batch, recipe.batch_size, optimizer_of(recipe), precision, trained)


def read_size(text: str) -> int:
    """A size such as `8 GiB`, `512M` or `24gb` in bytes; units are binary. Raises BlockyardError."""
    match = _SIZE.fullmatch(text)
    size = int(float(match[1]) * _UNITS[match[2].lower()]) if match else 0
    if size < 1:
        raise BlockyardError(
            Text("'{text}' is no size of a memory.", text=text[:40]), expected="a size such as 8 GiB or 512 MiB"
        )
    return size


def device_memory(device: str) -> int | None:
    """How much memory the device of a recipe has, in bytes; None where that cannot be told.

    `auto` stands for the first GPU that NVIDIA's own tool knows, else for the machine's memory. That tool takes a
    while: call this in another thread.
    """
    if device == "auto" or device.startswith("cuda"):
        index = int(device.partition(":")[2] or 0)
        sizes = _nvidia_memory()
        if index < len(sizes):
            return sizes[index]
        if device != "auto":
            return None
    try:
        return os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, OSError, ValueError):  # Windows has no sysconf
        return None


def _nvidia_memory() -> list[int]:
    tool = shutil.which("nvidia-smi")
    if tool is None:
        return []
    try:
        asked = [tool, "--query-gpu=memory.total", "--format=csv,noheader,nounits"]
        told = subprocess.run(asked, capture_output=True, text=True, timeout=_ASK_S, check=True).stdout
        return [int(line) << 20 for line in told.split()]
    except (OSError, subprocess.SubprocessError, ValueError):
        return []
