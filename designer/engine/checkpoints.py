"""Saves and loads what training needs to go on, each file with its checksum, and the one before kept beside the last.

No pickled code is ever loaded. What the state means is in `state`.
"""

from __future__ import annotations

import os
import pickle
import warnings
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from torch import Tensor, nn

from .checksums import Sealing, is_sound
from .protocol import CHECKPOINTS_DIR, LAST_CHECKPOINT, EngineError, Warned, first_line
from .run_files import BEST_CHECKPOINT, PREVIOUS_CHECKPOINT
from .text import Text, joined


class DamagedCheckpointError(EngineError):
    """A checkpoint that is not there, or not as it was saved."""


def last_checkpoint(run_dir: Path) -> Path:
    """Where a run keeps its last checkpoint."""
    return run_dir / CHECKPOINTS_DIR / LAST_CHECKPOINT


def previous_checkpoint(run_dir: Path) -> Path:
    """Where it keeps the one before."""
    return run_dir / CHECKPOINTS_DIR / PREVIOUS_CHECKPOINT


def best_checkpoint(run_dir: Path) -> Path:
    """Where it keeps the weights of its best epoch."""
    return run_dir / CHECKPOINTS_DIR / BEST_CHECKPOINT


def save_checkpoint(path: Path, state: Mapping[str, Any], before: Path | None = None) -> None:
    """Write the state in one step: a reader finds the old file, whole, or the new. Raises EngineError.

    state: tensors, numbers, texts, and lists and dicts of them. before: where the old file is kept, if anywhere.
    """
    fresh = path.with_name(path.name + ".new")
    try:
        path.parent.mkdir(exist_ok=True)
        fresh.unlink(missing_ok=True)
        with fresh.open("xb") as file:
            sealing = Sealing(file)
            torch.save(dict(state), sealing)
            sealing.seal()
            file.flush()
            os.fsync(file.fileno())  # else a power cut may leave the new name with nothing behind it
        if before is not None and path.exists():
            _keep(path, before)
        fresh.replace(path)
    except (OSError, RuntimeError) as error:  # torch's zip writer tells of a full disk by a RuntimeError
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        cause = error.__context__ if isinstance(error.__context__, OSError) else error
        raise EngineError(
            Text("The checkpoint {path} cannot be written: {reason}", path=path, reason=first_line(cause)),
            expected="a folder with room for it",
            fix="Free some space on the disk and resume the run; its last checkpoint is whole.",
        ) from error


def _keep(path: Path, before: Path) -> None:
    """Give a file a second name, which stays its own when the first gets another file."""
    fresh = before.with_name(before.name + ".new")
    fresh.unlink(missing_ok=True)
    try:
        fresh.hardlink_to(path)
    except OSError:  # a file system without; for a moment there is only the one before
        path.replace(fresh)
    fresh.replace(before)


class Keeper:
    """Saves the checkpoints of a run: `save` makes the last the one before, unless it is known to be damaged."""

    def __init__(self, run_dir: Path, is_last_sound: bool = True) -> None:
        self._path, self._before = last_checkpoint(run_dir), previous_checkpoint(run_dir)
        self._is_last_sound = is_last_sound

    def save(self, state: Mapping[str, Any]) -> None:
        """Save it as the last. Raises EngineError."""
        save_checkpoint(self._path, state, self._before if self._is_last_sound else None)
        self._is_last_sound = True


@dataclass(frozen=True)
class Loaded:
    """What a run's folder holds. path: of the file that was taken. warning: what is to be said of it, if anything."""

    state: dict[str, Any]
    path: Path
    warning: Warned | None

    @property
    def is_last(self) -> bool:
        """Whether it is the last that was saved, not the one before."""
        return self.path.name == LAST_CHECKPOINT


def load_last(run_dir: Path) -> Loaded:
    """A run's last checkpoint, or the one before where that is damaged or gone. Raises EngineError."""
    path, before = last_checkpoint(run_dir), previous_checkpoint(run_dir)
    try:
        state, has_checksum = _load(path)
    except DamagedCheckpointError as error:
        if not before.is_file():
            raise
        try:
            state, _ = _load(before)
        except DamagedCheckpointError:
            raise error from None
        return Loaded(state, before, _fallen_back(error, state))
    return Loaded(state, path, None if has_checksum else _without_checksum(path))


def load_best(run_dir: Path) -> Loaded:
    """The weights of a run's best epoch. Raises EngineError."""
    path = best_checkpoint(run_dir)
    if not path.exists():
        raise EngineError(
            Text("The run {run} has no weights of a best epoch.", run=run_dir.name),
            expected="a run that has trained for an epoch, with keep_best other than off",
            fix="Take its last weights, or train it anew.",
        )
    return Loaded(load_checkpoint(path), path, None)


def _fallen_back(error: EngineError, state: Mapping[str, Any]) -> Warned:
    damage = error.message if error.message.endswith(".") else Text("{damage}.", damage=error.message)
    steps = state.get("step", 0)
    return Warned(
        "damaged_checkpoint",
        joined(damage, Text("The one before it is taken, which was saved after {steps} batches.", steps=steps)),
        fix="What was trained after that has to be trained again. Check the disk.",
    )


def _without_checksum(path: Path) -> Warned:
    return Warned(
        "no_checksum",
        Text("The checkpoint {path} has no checksum, as an older version saved it.", path=path),
        fix="It is taken as it is; what is saved from now on has one.",
    )


def load_checkpoint(path: Path) -> dict[str, Any]:
    """What `save_checkpoint` wrote, its tensors in main memory. Raises EngineError."""
    return _load(path)[0]


def _load(path: Path) -> tuple[dict[str, Any], bool]:
    """Likewise, and whether it had a checksum."""
    state, sound, reason = None, None, ""
    try:
        if path.exists() and not path.is_file():
            reason = ": it is not a regular file."
        elif (sound := is_sound(path)) is False:
            reason = ": it is damaged; by its checksum, it is not what was saved."
        else:
            with warnings.catch_warnings(action="ignore"):  # of what a file may be that is none of ours
                state = torch.load(path, map_location="cpu", weights_only=True)
    except FileNotFoundError as error:
        raise DamagedCheckpointError(
            Text("There is no checkpoint {path}.", path=path),
            expected="a run that has saved one, which it does after each epoch and when it is stopped or paused",
            fix="Train anew.",
        ) from error
    except pickle.UnpicklingError:  # torch's own words advise to run it
        reason = ": it is none, or holds more than tensors and numbers; nothing of it was run."
    except Exception as error:  # whatever bytes are no checkpoint lead torch to: struct.error, for one
        reason = f": {first_line(error) or type(error).__name__}"
    if not isinstance(state, dict):
        raise DamagedCheckpointError(
            Text("The checkpoint {path} cannot be read{reason}", path=path, reason=reason),
            expected="a checkpoint that the engine saved",
            fix="Use another checkpoint or a safetensors file, or train anew.",
        )
    return state, sound is True


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
