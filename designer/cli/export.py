"""`blockyard export`: the design as Python."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from designer.cli.designs import UsageError, add_design, add_json, open_document
from designer.cli.output import note, write, write_json
from designer.exchange.project import START_FILE
from designer.session.session import Session

SUMMARY = "write a design as a Python module, or as a project that trains without Blockyard"
_FORMATS = ("module", "project")
AS_THE_RECIPE_SAYS = "recipe"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `export`."""
    add_design(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="PATH", help="the file or folder to write")
    parser.add_argument(
        "--format",
        choices=_FORMATS,
        default="module",
        help="module: one file that needs torch alone (the default); project: a folder with module, engine and recipe",
    )
    parser.add_argument(
        "--lazy",
        action="store_true",
        help="write PyTorch's lazy layers (LazyConv2d, …), which find their channels out with the first example",
    )
    parser.add_argument(
        "--weights",
        nargs="?",
        const=AS_THE_RECIPE_SAYS,
        choices=("last", "best", AS_THE_RECIPE_SAYS),
        metavar="{last,best}",
        help="with --format project: put the weights into it that the recipe starts from (start.weights); of a run, "
        "those of its last or its best epoch, by default as start.epoch says; left where they are if not",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Write the files and name them."""
    session = Session(open_document(options))
    weights = session.recipe.start.weights
    if options.weights:
        _choose_weights(session, options)
    if options.format == "module":
        files = session.export_module(options.output, lazy=options.lazy)
    else:
        files = session.export_project(options.output, lazy=options.lazy, with_weights=bool(options.weights))
    if options.json:
        write_json({"files": [str(path) for path in files]})
    elif len(files) == 1:
        write(f"Wrote {files[0]}")
    else:
        write(f"Wrote {len(files)} files to {options.output}; start with: python {options.output / 'train.py'}")
    for variable in session.code_task(lazy=options.lazy)().fixed:
        note(f"note: {variable.text} is fixed in {variable.block}: what follows from it has no general form in code")
    if options.weights:
        note(f"The weights of {weights} are in {START_FILE}.")
    elif weights and options.format == "project":
        note(f"The recipe starts from the weights in {weights}, which were left there; --weights takes them along.")
    return 0


def _choose_weights(session: Session, options: argparse.Namespace) -> None:
    recipe = session.recipe
    if options.format != "project" or not recipe.start.weights:
        raise UsageError(
            "There are no weights to take along.",
            expected="--format project, and a recipe that says start.weights",
            fix="Leave --weights out.",
        )
    if options.weights != AS_THE_RECIPE_SAYS:
        session.set_recipe(replace(recipe, start=replace(recipe.start, epoch=options.weights)))
