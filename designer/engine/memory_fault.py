"""When the memory runs out: which batch would have fitted, found by trying."""

from __future__ import annotations

import gc

import torch

from .loop import Training
from .protocol import EngineError
from .text import Text


def is_out_of_memory(error: BaseException) -> bool:
    """Whether an allocator refused. A CPU's and mps raise a plain RuntimeError."""
    return isinstance(error, torch.OutOfMemoryError | MemoryError) or (
        isinstance(error, RuntimeError)
        and any(sign in str(error) for sign in ("can't allocate memory", "out of memory"))
    )


def fitting_batch(training: Training, batch_size: int, device: torch.device) -> int | None:
    """The largest of batch_size / 2, / 4, / 8 … that can be trained, None where not even one image can.

    training: by this process alone. batch_size: of what was too much for it.
    """
    while batch_size > 1:
        batch_size //= 2
        gc.collect()
        if device.type == "cuda":
            torch.cuda.empty_cache()
        try:
            training.try_batch(batch_size)
        except (RuntimeError, MemoryError, ValueError) as error:  # ValueError: one image alone cannot be normalised
            if not is_out_of_memory(error):
                return None
        else:
            return batch_size
    return None


def out_of_memory(device: torch.device, batch_size: int, fitting: int | None) -> EngineError:
    """What is told of it. fitting: the batch that was found to fit, if any."""
    what = Text(
        "There is not enough memory on {device} for batches of {batch_size}", device=device, batch_size=batch_size
    )
    if fitting is None:
        return EngineError(
            f"{what}.",
            expected="a batch that fits beside the weights and the optimizer's state",
            fix="Lower the batch size, the images' size, or the network's width.",
        )
    return EngineError(
        Text("{what}; batches of {fitting} fit.", what=what, fitting=fitting),
        expected="a batch that fits beside the weights and the optimizer's state",
        fix=Text("Set batch_size to {fitting}; with accumulate the steps stay as they are.", fitting=fitting),
        batch_size=fitting,
    )
