"""Saves and loads what training needs to go on: weights and optimizer state. No pickled code is ever loaded."""

from __future__ import annotations

import pickle
from pathlib import Path
from typing import Any

import torch
from torch import nn
from torch.optim import Optimizer

from .protocol import CHECKPOINTS_DIR, LAST_CHECKPOINT, EngineError


def last_checkpoint(run_dir: Path) -> Path:
    """Where a run keeps its last checkpoint."""
    return run_dir / CHECKPOINTS_DIR / LAST_CHECKPOINT


def save_checkpoint(path: Path, epoch: int, network: nn.Module, optimizer: Optimizer) -> None:
    """Write the state in one step: a reader finds the old file or the new. Raises EngineError.

    epoch: whole epochs done. The file holds `{"epoch": int, "network": state_dict, "optimizer": state_dict}`.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(exist_ok=True)
        state = {"epoch": epoch, "network": network.state_dict(), "optimizer": optimizer.state_dict()}
        torch.save(state, fresh)
        fresh.replace(path)
    except (OSError, RuntimeError) as error:  # torch's zip writer tells of a full disk by a RuntimeError
        fresh.unlink(missing_ok=True)
        raise EngineError(
            f"The checkpoint {path} cannot be written: {str(error).splitlines()[0]}",
            expected="a folder with room for it",
            fix="Free some space on the disk, or train into another folder.",
        ) from error


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What `save_checkpoint` wrote, its tensors in main memory. Raises EngineError."""
    try:
        return torch.load(path, map_location="cpu", weights_only=True)
    except (OSError, RuntimeError, EOFError, pickle.UnpicklingError) as error:
        raise EngineError(
            f"The checkpoint {path} cannot be read: {str(error).splitlines()[0]}",
            expected="a checkpoint that the engine saved",
            fix="Use another checkpoint, or train anew.",
        ) from error
