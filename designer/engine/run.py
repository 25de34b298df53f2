"""The command line of an exported project: trains the `model.py` that lies beside `train.py`.

A project is `model.py`, `recipe.json`, a copy of this folder named `engine`, and a `train.py` that calls `main`. Under
`torchrun --nproc-per-node N train.py` as many processes train together. SIGTERM, as a cluster sends it, lets the run
save and end: what was reached is gone on with by `--resume`.
"""

from __future__ import annotations

import argparse
import json
import os
import shutil
import signal
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from . import recipe_options
from .control import Wishes
from .job import carry_out
from .progress import at_the_terminal
from .protocol import (
    CHECKPOINTS_DIR,
    LAST_CHECKPOINT,
    METRICS_FILE,
    MODEL_FILE,
    RECIPE_FILE,
    STATUS_FILE,
    EngineError,
    Message,
    write_line,
)
from .recipe import Recipe, read_recipe
from .resumption import has_checkpoint, recipe_to_go_on
from .run_files import BEST_CHECKPOINT
from .text import Text

_TERMINATED = 128 + signal.SIGTERM


def main(project: Path, arguments: Sequence[str] | None = None) -> int:
    """Train the project's network as its recipe and the command line say. project: the folder of `train.py`.

    Each training gets a run folder, with its copy of model and recipe. Returns the exit status: 0 fine, 1 the training
    failed, 2 bad usage, 143 the run was ended by SIGTERM and has saved what it reached.
    """
    options = _parse(arguments)
    if int(os.environ.get("WORLD_SIZE", "1")) == 1:
        return _train(project, options, lambda value: value, leads=True)
    from .group import joined  # brings torch

    with joined() as group:
        if status := _train(project, options, group.told, group.leads):
            raise SystemExit(status)  # past the group's end, where others may be waited for that are gone
    return 0


def _train(project: Path, options: argparse.Namespace, told: Callable[[Any], Any], leads: bool) -> int:
    """told: gives all processes of a group what its first one says. leads: whether this is the first one."""
    run_dir, complaint = told(_run_folder(project, options) if leads else None)
    if run_dir is None:
        if leads:
            sys.stderr.write(complaint + "\n")
        return 2
    wishes = Wishes()
    heard = _heed_signals(wishes)
    listener = _write_json if options.json else at_the_terminal()
    goes_on = options.resume is not None and has_checkpoint(run_dir)  # else it had saved nothing, and begins anew
    status = carry_out(run_dir, listener, wishes, resume=goes_on)
    checkpoint = run_dir / CHECKPOINTS_DIR / LAST_CHECKPOINT
    if checkpoint.exists() and leads and not options.json:
        best = checkpoint.with_name(BEST_CHECKPOINT)
        beside = f"; those of the best epoch in {best}" if best.exists() else ""
        sys.stdout.write(f"The weights are in {checkpoint}{beside}\n")
    return _TERMINATED if signal.SIGTERM in heard and status == 0 else status


def _heed_signals(wishes: Wishes) -> set[int]:
    """Stop after the current batch at a first signal; a second ends at once. Returns those heard, as they come."""
    heard: set[int] = set()

    def heed(number: int, _frame: object) -> None:
        heard.add(number)
        wishes.stop()
        signal.signal(number, signal.SIG_DFL)

    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, heed)
    return heard


def _run_folder(project: Path, options: argparse.Namespace) -> tuple[Path | None, str]:
    """The folder to train in, made where it is new; or why there is none."""
    try:
        if options.resume is not None:
            return _resumed(options.resume.absolute(), options), ""
        recipe = _adapted(read_recipe(options.recipe or project / RECIPE_FILE), options, project)
        return _new_run(project, options.run_dir, recipe), ""
    except EngineError as error:
        expected = f"Expected {error.expected}." if error.expected else ""
        return None, " ".join(filter(None, (error.message, expected, error.fix)))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    words = "Train the network of model.py. Ctrl-C and SIGTERM stop after the current batch, and save."
    parser = argparse.ArgumentParser(description=words, allow_abbrev=False)
    parser.add_argument("--recipe", type=Path, metavar="FILE", help="another recipe than recipe.json")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="where to keep this training (runs/TIME)")
    parser.add_argument(
        "--resume", type=Path, metavar="DIR", help="go on with an earlier training from its folder; --epochs extends it"
    )
    parser.add_argument("--json", action="store_true", help="print JSON lines")
    recipe_options.add_options(parser, without=("devices",))  # which torchrun starts
    return parser.parse_args(arguments)


def _resumed(run_dir: Path, options: argparse.Namespace) -> Path:
    values = recipe_options.given(options)
    fixed = [recipe_options.flag_of(path) for path in values if path not in recipe_options.MAY_CHANGE]
    others = (("--recipe", options.recipe), ("--run-dir", options.run_dir))
    if fixed := [*fixed, *(name for name, value in others if value is not None)]:
        raise EngineError(
            Text("--resume was given with {option}.", option=fixed[0]),
            expected="a run as it was begun; only --epochs and --device may change",
            fix="Leave one of them out.",
        )
    recipe_to_go_on(run_dir, values)
    return run_dir


def _adapted(recipe: Recipe, options: argparse.Namespace, project: Path) -> Recipe:
    values = recipe_options.given(options)
    beside = project / recipe.data.source
    if "data.source" not in values and beside.exists():
        values["data.source"] = str(beside)
    weights = values.setdefault("start.weights", recipe.start.weights)
    if weights == recipe.start.weights and weights and (project / weights).is_file():
        values["start.weights"] = str(project / weights)
    return recipe_options.adapted(recipe, values)


def _new_run(project: Path, wanted: Path | None, recipe: Recipe) -> Path:
    try:
        run_dir = _new_folder(project / "runs") if wanted is None else _own_folder(wanted.absolute())
        if (project / MODEL_FILE).resolve() != (run_dir / MODEL_FILE).resolve():
            shutil.copyfile(project / MODEL_FILE, run_dir / MODEL_FILE)
        (run_dir / RECIPE_FILE).write_text(json.dumps(recipe.to_json(), indent=2) + "\n", "utf-8")
    except OSError as error:
        raise EngineError(
            Text(
                "The run folder {run_dir} cannot be made: {reason}.", run_dir=wanted or project / "runs", reason=error
            ),
            expected="model.py in the project, and a folder that can be written",
            fix="Check the files, or name another folder with --run-dir.",
        ) from error
    return run_dir


def _new_folder(root: Path) -> Path:
    root.mkdir(parents=True, exist_ok=True)
    name, number = time.strftime("%Y-%m-%d_%H%M%S"), 1
    while True:  # another one began in the same second, or the clock was set back
        folder = root.absolute() / (name if number == 1 else f"{name}-{number}")
        try:
            folder.mkdir()
        except FileExistsError:
            number += 1
        else:
            return folder


def _own_folder(folder: Path) -> Path:
    folder.mkdir(parents=True, exist_ok=True)
    if any((folder / name).exists() for name in (METRICS_FILE, STATUS_FILE, CHECKPOINTS_DIR)):
        raise EngineError(
            Text("{folder} holds a run already, which is never overwritten.", folder=folder),
            expected="a folder without a run",
            fix="Name another folder, or go on with that run: --resume DIR, with more --epochs if it is finished.",
        )
    return folder


def _write_json(message: Message) -> None:
    sys.stdout.write(write_line(message) + "\n")
    sys.stdout.flush()
