"""`blockyard export`: the design as Python."""

from __future__ import annotations

import argparse
from dataclasses import replace
from pathlib import Path

from designer.cli.designs import UsageError, add_design, add_json, open_document
from designer.cli.output import write, write_json
from designer.session.session import Session

SUMMARY = "write a design as a Python module, or as a project that trains without Blockyard"
_FORMATS = {"module": Session.export_module, "project": Session.export_project}


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `export`."""
    add_design(parser)
    parser.add_argument("-o", "--output", type=Path, required=True, metavar="PATH", help="the file or folder to write")
    parser.add_argument(
        "--format",
        choices=sorted(_FORMATS),
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
        choices=("last", "best"),
        help="with --format project: of the run that the recipe starts from (start.weights), the weights of its last "
        "or of its best epoch go along, whatever start.epoch says",
    )
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """Write the files and name them."""
    session = Session(open_document(options))
    if options.weights:
        _choose_weights(session, options)
    files = _FORMATS[options.format](session, options.output, lazy=options.lazy)
    if options.json:
        write_json({"files": [str(path) for path in files]})
    elif len(files) == 1:
        write(f"Wrote {files[0]}")
    else:
        write(f"Wrote {len(files)} files to {options.output}; start with: python {options.output / 'train.py'}")
    return 0


def _choose_weights(session: Session, options: argparse.Namespace) -> None:
    recipe = session.recipe
    if options.format != "project" or not recipe.start.weights:
        raise UsageError(
            "There are no weights to take along.",
            expected="--format project, and a recipe that says start.weights",
            fix="Leave --weights out.",
        )
    session.set_recipe(replace(recipe, start=replace(recipe.start, epoch=options.weights)))
