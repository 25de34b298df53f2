"""`blockyard runs`: the trainings so far, with their recipes and last figures."""

from __future__ import annotations

import argparse
from pathlib import Path

from designer.base.paths import runs_dir
from designer.cli.designs import add_json
from designer.cli.output import write, write_json, write_table
from designer.runs.listing import Run, list_runs
from designer.runs.table import figures_as_csv
from designer.session.resuming import find_run

SUMMARY = "list the trainings so far, the newest first"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `runs`."""
    parser.add_argument("--dir", type=Path, metavar="DIR", help="the folder of the runs (your own)")
    parser.add_argument("--csv", metavar="RUN", help="print the figures of one run as CSV, an epoch a line")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Print the runs."""
    root = options.dir or runs_dir()
    if options.csv is not None:
        write(figures_as_csv(find_run(root / options.csv if options.dir else options.csv)).rstrip("\n"))
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


def _cells(entry: Run) -> tuple[str, ...]:
    return (
        entry.name,
        entry.title,
        str(entry.recipe.get("name", "")),
        entry.state,
        f"{entry.epoch}/{entry.epochs}" if entry.epochs else "",
        _figure(entry, "test_loss"),
        _figure(entry, "test_accuracy"),
    )


def _figure(entry: Run, name: str) -> str:
    value = entry.figures.get(name)
    return f"{value:.4f}" if isinstance(value, int | float) else ""
