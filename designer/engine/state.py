"""What a checkpoint holds besides weights: enough for a run to go on as if it had never stopped, bit for bit on a CPU.

The loop makes and takes back the state as a plain dict; `checkpoints` writes and reads it. Random numbers come from
torch's own generators, whose state is kept, and from generators that are seeded anew for each epoch, which need none.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

import torch
from torch import Tensor

from .protocol import EngineError
from .recipe import Recipe
from .recipe_json import shown
from .text import Text

FORMAT = 2  # 1 had no random state, so a run could not go on from it
_MAY_CHANGE = (  # between two parts of one run
    *("name", "epochs", "device", "devices", "tensorboard", "data.streaming", "data.workers"),
)


def random_state(device: torch.device) -> dict[str, Tensor]:
    """The state of the generators that dropout and its like draw from, uint8 each."""
    states = {"cpu": torch.get_rng_state()}
    if device.type == "cuda":
        states["cuda"] = torch.cuda.get_rng_state(device)
    elif device.type == "mps":
        states["mps"] = torch.mps.get_rng_state()
    return states


def restore_random_state(states: Mapping[str, Tensor], device: torch.device) -> None:
    """Go on drawing where `random_state` was taken. A state of another sort of device is left out."""
    torch.set_rng_state(states["cpu"])
    if device.type == "cuda" and "cuda" in states:
        torch.cuda.set_rng_state(states["cuda"], device)
    elif device.type == "mps" and "mps" in states:
        torch.mps.set_rng_state(states["mps"])


def require_resumable(state: Mapping[str, Any], recipe: Recipe, train_examples: int, path: Path) -> None:
    """Raise EngineError where going on would not give what an unbroken run gives.

    state: of a checkpoint. train_examples: of the data as it is now. path: of the checkpoint, for the message.
    """
    if state.get("format") != FORMAT:
        raise EngineError(
            Text(
                "The checkpoint {path} is of format {theirs}; this engine goes on from format {format}.",
                path=path,
                theirs=state.get("format", 1),
                format=FORMAT,
            ),
            expected="a checkpoint of this version of the engine",
            fix="Train anew.",
        )
    for name in ("epoch", "batch", "step"):
        if type(count := state[name]) is not int or not 0 <= count < 2**53:
            raise ValueError(f"{name} is {shown(count)}")
    changed = _first_difference(asdict(Recipe.from_json(state["recipe"])), asdict(recipe))
    if changed:
        raise EngineError(
            Text("The run's recipe was changed since its checkpoint: {changed}.", changed=changed),
            expected=Text(
                "the recipe that the run was begun with; only {may_change} may change",
                may_change=", ".join(_MAY_CHANGE),
            ),
            fix="Put it back, or start a new run.",
        )
    if state["train_examples"] != train_examples:
        raise EngineError(
            Text(
                "The data has {now:,} training images; it had {before:,} before.",
                now=train_examples,
                before=state["train_examples"],
            ),
            expected="the data that the run was begun with",
            fix="Put the data back, or start a new run.",
        )


def _first_difference(before: Mapping[str, Any], now: Mapping[str, Any], where: str = "") -> str:
    for name, old in before.items():
        new = now[name]
        if isinstance(old, Mapping) and isinstance(new, Mapping):
            if inner := _first_difference(old, new, f"{where}{name}."):
                return inner
        elif old != new and f"{where}{name}" not in _MAY_CHANGE:
            return Text(
                "{where}{name} was {before} and is {now}",
                where=where,
                name=name,
                before=shown(old),
                now=shown(new),
            )
    return ""
