"""Going on with a run that was stopped, crashed or was killed, from its last checkpoint, and taking up live ones."""

from __future__ import annotations

import os
import time
from contextlib import suppress
from pathlib import Path

from designer.base.errors import BlockyardError, TrainingError
from designer.base.paths import runs_dir
from designer.base.text import Text
from designer.engine.protocol import (
    HEARTBEAT_S,
    MODEL_FILE,
    RECIPE_FILE,
    STALE_S,
    EngineError,
    read_status,
)
from designer.engine.recipe import Recipe
from designer.engine.resumption import NothingLeftError, has_checkpoint, recipe_to_go_on
from designer.session.training import TrainingControl
from designer.session.trust import require_run_trust

_LOOK_S = 0.1
_ELSEWHERE_S = 2.5 * HEARTBEAT_S  # an engine that is no process here may be one on another machine


def find_run(name_or_dir: str | Path) -> Path:
    """A run's folder, by its path or by its name among the person's runs. Raises BlockyardError."""
    for folder in (Path(name_or_dir), runs_dir() / name_or_dir):
        with suppress(OSError):  # a name that is too long, a folder that may not be looked into
            if (folder / RECIPE_FILE).is_file() and (folder / MODEL_FILE).is_file():
                return folder.absolute()
    raise BlockyardError(
        Text("There is no run '{name_or_dir}'.", name_or_dir=name_or_dir),
        expected="the folder of a run, or its name in the list of `blockyard runs`",
        fix="Choose one of that list.",
    )


def can_go_on(run_dir: Path) -> bool:
    """Whether the run was begun and did not come to its end."""
    status = read_status(run_dir)
    ended = status is not None and (status.under_way or status.state == "finished")
    return not ended and (run_dir / MODEL_FILE).is_file()


def resume_run(
    run_dir: Path, *, epochs: int | None = None, device: str | None = None, recalls: bool = False
) -> TrainingControl:
    """Start the engine again on a run: from its last checkpoint, or from the beginning where it had saved none.

    epochs: of the whole run, in place of what its recipe says. device: likewise. recalls: whether the figures from
    before are told again. Takes seconds where the engine has only just died. Raises UntrustedError where its module was
    neither made here nor trusted, BlockyardError.
    """
    require_run_trust(run_dir)
    _require_dead(run_dir)
    recipe = _recipe(run_dir, epochs, device)
    control = TrainingControl(run_dir, resume=has_checkpoint(run_dir), recalls=recalls, devices=recipe.devices)
    control.start()
    return control


def _require_dead(run_dir: Path) -> None:
    """Wait until an engine that was heard of lately is known to be dead. Raises TrainingError where it lives."""
    first, began = read_status(run_dir), time.monotonic()
    while (status := read_status(run_dir)) is not None and status.under_way:
        if first is None or status.heartbeat != first.heartbeat or status.process.is_alive():
            raise TrainingError(
                Text("The run {run_dir} is under way in process {pid}.", run_dir=run_dir.name, pid=status.pid),
                expected="a run whose engine has ended",
                fix=Text(
                    "Stop it first, or wait for its end; `blockyard runs end {run_dir}` ends it now.",
                    run_dir=run_dir.name,
                ),
            )
        if time.monotonic() - began > (STALE_S if _exists(status.pid) else _ELSEWHERE_S):
            return
        time.sleep(_LOOK_S)


def _exists(pid: int) -> bool:
    """Whether this machine has such a process, as far as that can be asked without harm."""
    if os.name == "nt":
        return True
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True
    return True


def _recipe(run_dir: Path, epochs: int | None, device: str | None) -> Recipe:
    wanted = {"epochs": epochs, "device": device}
    try:
        return recipe_to_go_on(run_dir, {name: value for name, value in wanted.items() if value is not None})
    except NothingLeftError as error:
        raise TrainingError(error.message, expected=error.expected, fix=error.fix) from error
    except EngineError as error:
        raise BlockyardError(error.message, expected=error.expected, fix=error.fix) from error
