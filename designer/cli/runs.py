"""`blockyard runs`: the trainings so far, with their recipes and last figures; and what can be taken out of them."""

from __future__ import annotations

import argparse
from pathlib import Path

from designer.base.errors import TrainingError
from designer.base.paths import runs_dir
from designer.cli.designs import add_json
from designer.cli.output import write, write_json, write_table
from designer.runs.listing import Run, list_runs
from designer.runs.table import figures_as_csv
from designer.session.leading import kill_engine
from designer.session.resuming import find_run

SUMMARY = "list the trainings so far, the newest first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runs`."""
    parser.add_argument("--dir", type=Path, metavar="DIR", help="the folder of the runs (your own)")
    parser.add_argument("--csv", metavar="RUN", help="print the figures of one run as CSV, an epoch a line")
    add_json(parser)
    actions = parser.add_subparsers(dest="action", metavar="ACTION", help="export: for other programs; end: an engine")
    end = actions.add_parser("end", description="end the engine of a run at once, also one that does not answer.")
    end.add_argument("run", metavar="RUN", help="a run's name or its folder")
    export = actions.add_parser("export", description="write runs for other programs.", allow_abbrev=False)
    export.add_argument("--json", action="store_true", default=argparse.SUPPRESS, help="print JSON")
    export.add_argument("runs", nargs="+", metavar="RUN", help="a run's name or its folder")
    export.add_argument(
        "--tensorboard",
        type=Path,
        required=True,
        metavar="FOLDER",
        help="write event files for `tensorboard --logdir FOLDER`, each run into a folder of its own",
    )


def run(options: argparse.Namespace) -> int:
    """Print the runs."""
    root = options.dir or runs_dir()
    if options.action == "export":
        return _export(options)
    if options.action == "end":
        return _end(options)
    if options.csv is not None:
        write(figures_as_csv(_found(options, options.csv)).rstrip("\n"))
        return 0
    found = list_runs(root)
    if options.json:
        write_json([entry.to_json() for entry in found])
    elif not found:
        write(f"No runs in {root} yet. Start one: blockyard train lenet_sigmoid")
    else:
        headings = ("run", "design", "recipe", "state", "epoch", "test loss", "test accuracy")
        write_table(headings, [_cells(entry) for entry in found], right=(4, 5, 6))
        for entry in found:
            if entry.problem:
                write(f"{entry.name}: {entry.problem}")
    return 0


def _export(options: argparse.Namespace) -> int:
    from designer.exchange.tensorboard import export_tensorboard  # with analysis, which a list can spare

    files = [export_tensorboard(_found(options, name), options.tensorboard) for name in options.runs]
    if options.json:
        write_json({"files": [str(path) for path in files]})
    else:
        write(f"Wrote {', '.join(map(str, files))}\nLook at it with: tensorboard --logdir {options.tensorboard}")
    return 0


def _end(options: argparse.Namespace) -> int:
    run_dir = _found(options, options.run)
    if not kill_engine(run_dir):
        raise TrainingError(
            f"The run {run_dir.name} has no engine on this machine that could be ended.",
            expected="a run that is under way here",
            fix="See its state in the list of `blockyard runs`.",
        )
    write(f"Ended. Go on with it from its last checkpoint: blockyard train --resume {options.run}")
    return 0


def _found(options: argparse.Namespace, name: str) -> Path:
    return find_run(options.dir / name if options.dir else name)


def _cells(entry: Run) -> tuple[str, ...]:
    return (
        entry.name,
        entry.title,
        str(entry.recipe.get("name", "")),
        "damaged" if entry.damage else entry.state,
        f"{entry.epoch}/{entry.epochs}" if entry.epochs else "",
        _figure(entry, "test_loss"),
        _figure(entry, "test_accuracy"),
    )


def _figure(entry: Run, name: str) -> str:
    value = entry.figures.get(name)
    return f"{value:.4f}" if isinstance(value, int | float) else ""
