"""`blockyard data`: lists the data sets that have a name, fetches one ahead of time, or says what a folder holds."""

from __future__ import annotations

import argparse
import sys
from collections.abc import Mapping
from dataclasses import asdict, replace

from designer.base import numbers
from designer.base.errors import BlockyardError
from designer.cli.designs import add_json
from designer.cli.output import note, write, write_json, write_table
from designer.cli.progress import Progress
from designer.engine.protocol_data import Described, PartView, Refused
from designer.engine.recipe import KNOWN_SETS, DataRecipe, Recipe, RecipeError
from designer.session.data_view import DataView

SUMMARY = "list the data sets that can be had by name; fetch one of them, or say what a folder or file holds"
_PARTS = {"train": "training", "validation": "validation", "test": "test"}
_COLUMNS = {
    "path_column": "of a CSV: the name of the column of paths, or its number from 1",
    "label_column": "of a CSV: the column of labels",
    "split_column": "of a CSV: the column of sets",
}
COLUMN_FIELDS = (*_COLUMNS, "fold")  # of a recipe's data
_MOST_CLASSES = 50
_MOST_BROKEN = 20


class DataError(BlockyardError):
    """A data set that cannot be had or read."""

    exit_status = 1


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """The options of `data`."""
    parser.add_argument("data", nargs="?", metavar="NAME_OR_PATH", help="a known name, which is fetched if need be")
    for name, what in _COLUMNS.items():
        parser.add_argument(f"--{name.replace('_', '-')}", metavar="COLUMN", default="", help=what)
    parser.add_argument("--fold", metavar="N", default="", help="the fold to test on, where a column numbers folds")
    add_json(parser)


def run(options: argparse.Namespace) -> int:
    """List, or describe. Returns 0; raises DataError where there is nothing to describe."""
    if options.data is None:
        _list(options.json)
        return 0
    chosen = {name: getattr(options, name) for name in COLUMN_FIELDS}
    described = describe(options.data, chosen, whole=True)
    if options.json:
        values = asdict(described)
        del values["request"]
        write_json(values)
    else:
        _show(described)
    return 0


def _list(as_json: bool) -> None:
    if as_json:
        found = [
            {"name": known.name, "title": known.title, "size_bytes": known.size_bytes, "page": known.page}
            for known in KNOWN_SETS.values()
        ]
        write_json(found)
        return
    rows = [(known.name, known.title, numbers.size_bytes(known.size_bytes)) for known in KNOWN_SETS.values()]
    write_table(("NAME", "WHAT", "TO FETCH"), rows, right=(2,))


def describe(source: str, columns: Mapping[str, str], whole: bool = False) -> Described:
    """What a data set holds, by its name or path; a known one is fetched.

    columns: of a CSV, by the fields of a recipe. whole: whether to read every image. Raises DataError, BlockyardError.
    """
    progress = Progress(sys.stdout, sys.stderr)
    try:
        recipe = replace(Recipe(), data=DataRecipe(source=source, **columns))
    except RecipeError as error:
        raise BlockyardError(error.message, expected=error.expected, fix=error.fix) from error
    view = DataView()
    try:
        view.describe(recipe, fetch=True, whole=whole)
        for answer in view.answers():
            progress(answer)
            match answer:
                case Refused():
                    raise DataError(answer.message, expected=answer.expected, fix=answer.fix)
                case Described():
                    return answer
    finally:
        view.close()
    raise DataError("The engine gave no answer.", fix="Try again.")


def _show(data: Described) -> None:
    write(f"{data.path}: {data.kind}, {data.total:,} images, {len(data.classes):,} classes")
    sizes = ", ".join(f"{size.width}×{size.height} ({size.count:,})" for size in data.sizes[:5])
    write(f"sizes: {sizes}{' …' if len(data.sizes) > 5 else ''}; {'grey' if data.channels == 1 else 'colour'}")
    if data.mean:
        figures = (" ".join(f"{value:.4f}" for value in values) for values in (data.mean, data.std))
        trained = sum(sum(part.counts) for part in data.parts if part.name == "train")
        of_all = f"of {trained:,} training images" if data.checked == data.total else "of some training images"
        write("pixels from 0 to 1, {}: mean {}, standard deviation {}".format(of_all, *figures))
    write("")
    _show_classes(data)
    if data.broken_count:
        note(f"warning: {data.broken_count:,} of {data.checked:,} images that were read are broken:")
        for broken in data.broken[:_MOST_BROKEN]:
            note(f"  {broken.name}: {broken.reason}")
    if data.problem:
        note(f"warning: {data.problem} {data.fix}")
    for remark in data.notes:
        note(f"note: {remark}")


def _show_classes(data: Described) -> None:
    def row(name: str, index: int) -> tuple[str, ...]:
        return (name, *(f"{part.counts[index]:,}" for part in data.parts))

    rows = [row(name, index) for index, name in enumerate(data.classes[:_MOST_CLASSES])]
    if len(data.classes) > _MOST_CLASSES:
        rows.append((f"… {len(data.classes) - _MOST_CLASSES:,} more", *("" for _ in data.parts)))
    rows.append(("all", *(f"{sum(part.counts):,}" for part in data.parts)))
    write_table(("CLASS", *map(_heading, data.parts)), rows, right=range(1, 1 + len(data.parts)))


def _heading(part: PartView) -> str:
    return _PARTS[part.name].upper()
