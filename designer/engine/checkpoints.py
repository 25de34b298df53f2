"""Saves and loads what training needs to go on. No pickled code is ever loaded. What the state means is in `state`."""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .protocol import CHECKPOINTS_DIR, LAST_CHECKPOINT, EngineError, first_line
from .text import Text


def last_checkpoint(run_dir: Path) -> Path:
    """Where a run keeps its last checkpoint."""
    return run_dir / CHECKPOINTS_DIR / LAST_CHECKPOINT


def save_checkpoint(path: Path, state: Mapping[str, Any]) -> None:
    """Write the state in one step: a reader finds the old file, whole, or the new. Raises EngineError.

    state: tensors, numbers, texts, and lists and dicts of them.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(exist_ok=True)
        with fresh.open("wb") as file:
            torch.save(dict(state), file)
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the new name with nothing behind it
        fresh.replace(path)
    except (OSError, RuntimeError) as error:  # torch's zip writer tells of a full disk by a RuntimeError
        fresh.unlink(missing_ok=True)
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        raise EngineError(
            Text("The checkpoint {path} cannot be written: {reason}", path=path, reason=first_line(cause)),
            expected="a folder with room for it",
            fix="Free some space on the disk and resume the run; its last checkpoint is whole.",
        ) from error


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What `save_checkpoint` wrote, its tensors in main memory. Raises EngineError."""
    reason = ""
    try:
        with warnings.catch_warnings(action="ignore"):  # of what a file may be that is none of ours
            state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise EngineError(
            Text("There is no checkpoint {path}.", path=path),
            expected="a run that has saved one, which it does after each epoch and when it is stopped or paused",
            fix="Train anew.",
        ) from error
    except pickle.UnpicklingError:  # torch's own words advise to run it
        state, reason = None, ": it is none, or holds more than tensors and numbers; nothing of it was run."
    except (OSError, RuntimeError, EOFError, ValueError, KeyError) as error:
        state, reason = None, f": {first_line(error) or type(error).__name__}"
    if not isinstance(state, dict):
        raise EngineError(
            Text("The checkpoint {path} cannot be read{reason}", path=path, reason=reason),
            expected="a checkpoint that the engine saved",
            fix="Use another checkpoint or a safetensors file, or train anew.",
        )
    return state


def require_same_design(network: nn.Module, weights: Mapping[str, Tensor], path: Path) -> None:
    """Raise EngineError where the weights of a checkpoint are not those of this network, naming the first misfit."""
    own = network.state_dict()
    misfit = ""
    for name, tensor in own.items():
        if name not in weights:
            misfit = Text("it has no {name}", name=repr(name))
        elif weights[name].shape != tensor.shape:
            misfit = Text(
                "{name} is {there} there and {here} here",
                name=repr(name),
                there=_size(weights[name]),
                here=_size(tensor),
            )
        if misfit:
            break
    extra = [name for name in weights if name not in own]
    if misfit or extra:
        raise EngineError(
            Text(
                "The checkpoint {path} is of another design: {misfit}.",
                path=path,
                misfit=misfit or Text("the network has no {name}", name=repr(extra[0])),
            ),
            expected="the design that the run was begun with",
            fix="Bring back that design, or start a new run.",
        )


def _size(tensor: Tensor) -> str:
    return " × ".join(map(str, tensor.shape)) or "one number"
