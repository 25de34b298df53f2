"""The command line of an exported project: trains the `model.py` that lies beside `train.py`.

A project is `model.py`, `recipe.json`, a copy of this folder named `engine`, and a `train.py` that calls `main`. Under
`torchrun --nproc-per-node N train.py` as many processes train together.
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
from dataclasses import replace
from pathlib import Path
from typing import Any

from .control import Wishes
from .job import carry_out
from .progress import at_the_terminal
from .protocol import CHECKPOINTS_DIR, LAST_CHECKPOINT, MODEL_FILE, RECIPE_FILE, EngineError, Message, write_line
from .recipe import Recipe, read_recipe
from .text import Text


def main(project: Path, arguments: Sequence[str] | None = None) -> int:
    """Train the project's network as its recipe and the command line say. project: the folder of `train.py`.

    Each training gets a run folder, with its copy of model and recipe. Returns the exit status: 0 fine, 1 the training
    failed, 2 bad usage.
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
    signal.signal(signal.SIGINT, lambda *_: wishes.stop())
    listener = _write_json if options.json else at_the_terminal()
    status = carry_out(run_dir, listener, wishes, resume=options.resume is not None)
    checkpoint = run_dir / CHECKPOINTS_DIR / LAST_CHECKPOINT
    if checkpoint.exists() and leads and not options.json:
        sys.stdout.write(f"The weights are in {checkpoint}\n")
    return status


def _run_folder(project: Path, options: argparse.Namespace) -> tuple[Path | None, str]:
    """The folder to train in, made where it is new; or why there is none."""
    try:
        if options.resume is not None:
            return options.resume.absolute(), ""
        recipe = _adapted(read_recipe(options.recipe or project / RECIPE_FILE), options, project)
        return _new_run(project, options.run_dir, recipe), ""
    except EngineError as error:
        expected = f"Expected {error.expected}." if error.expected else ""
        return None, " ".join(filter(None, (error.message, expected, error.fix)))


def _parse(arguments: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(description="Train the network of model.py. Ctrl-C stops after the current batch.")
    parser.add_argument("--data", metavar="PATH", help="folder or file of the data set, or its name")
    parser.add_argument("--recipe", type=Path, metavar="FILE", help="another recipe than recipe.json")
    parser.add_argument("--epochs", type=int, metavar="N")
    parser.add_argument("--batch-size", type=int, metavar="N")
    parser.add_argument("--limit", type=int, metavar="N", help="use at most so many images")
    parser.add_argument("--seed", type=int, metavar="S")
    parser.add_argument("--device", metavar="D", help="auto, cpu, cuda, cuda:N or mps")
    parser.add_argument("--run-dir", type=Path, metavar="DIR", help="where to keep this training (runs/TIME)")
    parser.add_argument("--resume", type=Path, metavar="DIR", help="go on with an earlier training from its folder")
    parser.add_argument("--tensorboard", action="store_true", default=None, help="write TensorBoard's files as it goes")
    parser.add_argument("--json", action="store_true", help="print JSON lines")
    return parser.parse_args(arguments)


def _adapted(recipe: Recipe, options: argparse.Namespace, project: Path) -> Recipe:
    source = options.data or recipe.data.source
    beside = project / source
    data = {"source": str(beside) if not options.data and beside.exists() else source, "limit": options.limit}
    rest = {name: getattr(options, name) for name in ("epochs", "batch_size", "seed", "device", "tensorboard")}
    if recipe.start.weights and (project / recipe.start.weights).is_file():
        recipe = replace(recipe, start=replace(recipe.start, weights=str(project / recipe.start.weights)))
    changed_data = replace(recipe.data, **{name: value for name, value in data.items() if value is not None})
    return replace(recipe, data=changed_data, **{name: value for name, value in rest.items() if value is not None})


def _new_run(project: Path, wanted: Path | None, recipe: Recipe) -> Path:
    run_dir = (wanted or project / "runs" / time.strftime("%Y-%m-%d_%H%M%S")).absolute()
    try:
        run_dir.mkdir(parents=True, exist_ok=wanted is not None)
        if (project / MODEL_FILE).resolve() != (run_dir / MODEL_FILE).resolve():
            shutil.copyfile(project / MODEL_FILE, run_dir / MODEL_FILE)
        (run_dir / RECIPE_FILE).write_text(json.dumps(recipe.to_json(), indent=2) + "\n", "utf-8")
    except OSError as error:
        raise EngineError(
            Text("The run folder {run_dir} cannot be made: {reason}.", run_dir=run_dir, reason=error),
            expected="model.py in the project, and a folder that can be written",
            fix="Check the files, or name another folder with --run-dir.",
        ) from error
    return run_dir


def _write_json(message: Message) -> None:
    sys.stdout.write(write_line(message) + "\n")
    sys.stdout.flush()
