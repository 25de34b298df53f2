"""What a run that goes on trains by: its own recipe, with more epochs or another device. Standard library only."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from .protocol import (
    CHECKPOINTS_DIR,
    LAST_CHECKPOINT,
    MODEL_FILE,
    RECIPE_FILE,
    EngineError,
    read_status,
)
from .recipe import Recipe, read_recipe
from .recipe_checks import require_sense
from .recipe_options import adapted
from .run_files import BEST_CHECKPOINT, PREVIOUS_CHECKPOINT, replace_file
from .text import Text


class NothingLeftError(EngineError):
    """A run that has been trained as far as is asked for."""


def has_checkpoint(run_dir: Path) -> bool:
    """Whether the run has saved its weights, from which it can go on."""
    folder = run_dir / CHECKPOINTS_DIR
    try:
        return any((folder / name).is_file() for name in (LAST_CHECKPOINT, PREVIOUS_CHECKPOINT))
    except OSError:  # a folder that may not be looked into
        return False


def has_best(run_dir: Path) -> bool:
    """Whether the run has kept the weights of its best epoch."""
    try:
        return (run_dir / CHECKPOINTS_DIR / BEST_CHECKPOINT).is_file()
    except OSError:
        return False


def recipe_to_go_on(run_dir: Path, changes: Mapping[str, Any]) -> Recipe:
    """The run's recipe with the changes, which is then the run's own. Raises EngineError, NothingLeftError.

    changes: epochs of the whole run, and the device, if they are to be others.
    """
    if not (run_dir / RECIPE_FILE).is_file() or not (run_dir / MODEL_FILE).is_file():
        raise EngineError(
            Text("{run_dir} is not the folder of a run.", run_dir=run_dir),
            expected=Text("a folder with {model} and {recipe}", model=MODEL_FILE, recipe=RECIPE_FILE),
            fix="Name the folder of an earlier training.",
        )
    own = read_recipe(run_dir / RECIPE_FILE)
    recipe = adapted(own, changes)
    if "epochs" in changes:
        require_sense(recipe)
    _require_epochs_left(run_dir, recipe.epochs)
    if recipe != own:
        try:
            replace_file(run_dir / RECIPE_FILE, json.dumps(recipe.to_json(), indent=2) + "\n")
        except OSError as error:
            raise EngineError(
                Text("The run {run_dir} cannot be changed: {reason}.", run_dir=run_dir.name, reason=error.strerror),
                fix="Check its permissions, and that the disk has room.",
            ) from error
    return recipe


def _require_epochs_left(run_dir: Path, epochs: int) -> None:
    status = read_status(run_dir)
    if status is not None and status.state == "finished" and not has_checkpoint(run_dir):
        raise NothingLeftError(
            Text("The run {run} is finished, and its checkpoint is gone.", run=run_dir.name),
            expected="a checkpoint to go on from: beginning anew would overwrite what the run told",
            fix="Start a new run, from the weights of this one if they are there.",
        )
    if status is None or status.epoch < epochs or (status.epoch == epochs and status.state != "finished"):
        return
    where = Text("The run {run} is in epoch {epoch}", run=run_dir.name, epoch=status.epoch)
    if status.state == "finished":
        where = Text("The run {run} is finished, after epoch {epoch}", run=run_dir.name, epoch=status.epoch)
    raise NothingLeftError(
        Text("{where}; there is nothing to train up to epoch {epochs}.", where=where, epochs=epochs),
        expected="a run with epochs left to train",
        fix=Text("Ask for more, such as --epochs {epochs}.", epochs=2 * status.epoch),
    )
