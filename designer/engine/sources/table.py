"""A CSV file with the path and the label of each image, and perhaps the set that it belongs to."""

from __future__ import annotations

import csv
from collections.abc import Sequence
from pathlib import Path

import torch

from ..decoding import SUFFIXES, FilePictures
from ..examples import Collection, Part
from ..protocol import EngineError
from ..text import Text
from .labels import classes_of

KIND = "CSV of paths and labels"
SUFFIX = (".csv", ".tsv")
_PATHS = ("path", "file", "filename", "filepath", "file_name", "image", "image_path", "img", "id")
_LABELS = ("label", "class", "target", "category", "y", "class_name", "labels")
_SPLITS = ("split", "set", "subset", "fold", "partition")
_NAMES = {"train": "train", "training": "train", "test": "test", "testing": "test"} | dict.fromkeys(
    ("val", "valid", "validation", "dev"), "validation"
)
_MAX_ROWS = 20_000_000
_MAX_BYTES = 2**31


def claims(path: Path) -> bool:
    """Whether it is such a file, or a folder with just one."""
    return _file(path) is not None


def read(path: Path) -> Collection:
    """The images that the file lists, none of them opened yet. Paths are relative to the file. Raises EngineError."""
    file = _file(path) or path
    rows = _rows(file)
    columns = _columns(rows[0], file)
    if columns.has_header:
        rows = rows[1:]
    _require_whole(rows, columns, file)
    classes, labels = classes_of([row[columns.label] for row in rows], str(file))
    if len(set(labels.tolist())) < 2:
        raise EngineError(
            Text(
                "All {count:,} images in {file} are of one class, {classes}.",
                count=len(rows),
                file=file,
                classes=repr(classes[int(labels[0])]),
            ),
            expected="at least two classes",
            fix="Add images of another class: there is nothing to tell apart.",
        )
    pictures = FilePictures(file.parent, [row[columns.path].strip().replace("\\", "/") for row in rows])
    distant = next((name for name in pictures.names if name.startswith("//")), None)
    if distant:  # opening it would tell another machine who is asking
        raise EngineError(
            Text("{file} lists {distant}, on another machine.", file=file, distant=repr(distant[:80])),
            expected="paths of this machine, best relative to the file",
            fix="Copy the images to this machine, or mount the share.",
        )
    missing = next((name for name in pictures.names[:1] if not (file.parent / name).is_file()), None)
    if missing:
        raise EngineError(
            Text("{file} lists {missing}, and there is no such file.", file=file, missing=repr(missing)),
            expected=Text("paths relative to {parent}", parent=file.parent),
            fix="Correct the paths, or move the file to where they begin.",
        )
    sets = _sets(rows, columns.split) if columns.split is not None else []
    return Collection(KIND, file, classes, is_mixed=False, **_parts(Part.of(pictures, labels), sets))


def _require_whole(rows: Sequence[Sequence[str]], columns: _Columns, file: Path) -> None:
    """Raise EngineError unless there are rows, and each has a path, a label and, where there is one, a set."""
    needed = max(columns.path, columns.label, columns.split or 0)
    amiss = "" if rows else Text("{file} lists no images.", file=file)
    named = columns.has_header and columns.split is not None and "train" in _sets(rows, columns.split)
    for number, row in enumerate(rows, 1 + columns.has_header):
        if len(row) <= needed:
            amiss = Text("Row {number} of {file} has too few columns.", number=number, file=file)
        elif not row[columns.path].strip() or not row[columns.label].strip():
            amiss = Text("Row {number} of {file} has no path.", number=number, file=file)
            if row[columns.path].strip():
                amiss = Text("Row {number} of {file} has no label.", number=number, file=file)
        elif named and not _set_of(row, columns.split):
            amiss = Text(
                "Row {number} of {file} is of the set {set}, others of the set 'train'.",
                number=number,
                file=file,
                set=repr(row[columns.split][:40]),
            )
        if amiss:
            break
    if amiss:
        expected = "a path, a label, and train, val or test in each row" if named else "a path and a label in each row"
        raise EngineError(amiss, expected=expected, fix="Correct the file.")


class _Columns:
    """Where path, label and split stand. With a header, by their names; else in this order."""

    def __init__(self, first: Sequence[str]) -> None:
        names = [cell.strip().lower().replace(" ", "_") for cell in first]
        self.has_header = not any(Path(name).suffix in SUFFIXES for name in names)
        self.path = next((names.index(name) for name in _PATHS if name in names), 0) if self.has_header else 0
        rest = [index for index in range(len(names)) if index != self.path]
        self.label = next((names.index(name) for name in _LABELS if name in names), rest[0]) if rest else 0
        third = rest[1] if not self.has_header and len(rest) > 1 else None
        self.split = next((names.index(name) for name in _SPLITS if name in names), third)


def _columns(first: Sequence[str], file: Path) -> _Columns:
    if len(first) < 2:
        raise EngineError(
            Text("{file} has one column: {first}.", file=file, first=repr(first[0][:60])),
            expected="a path and a label in each row, parted by commas, semicolons or tabs",
            fix="Add the labels.",
        )
    return _Columns(first)


def _sets(rows: Sequence[Sequence[str]], column: int) -> list[str]:
    """The set that each row names, empty where it names none that is known."""
    return [_set_of(row, column) for row in rows]


def _set_of(row: Sequence[str], column: int) -> str:
    return _NAMES.get(row[column].strip().lower(), "") if column < len(row) else ""


def _parts(whole: Part, named: Sequence[str]) -> dict[str, Part]:
    """By the sets that the rows name; all of it for training where they say nothing."""
    if not all(named) or "train" not in named:
        return {"train": whole}
    places = {name: torch.tensor([at == name for at in named]) for name in dict.fromkeys(named)}
    if "test" not in places and "validation" in places:
        places["test"] = places.pop("validation")
    return {name: whole.at(chosen) for name, chosen in places.items()}


def _file(path: Path) -> Path | None:
    if path.is_file():
        return path if path.suffix.lower() in SUFFIX else None
    files = lists(path)
    return files[0] if len(files) == 1 else None


def lists(folder: Path) -> list[Path]:
    """The files of this kind in a folder, by name; none where it is no folder."""
    return sorted(file for suffix in SUFFIX for file in folder.glob(f"*{suffix}")) if folder.is_dir() else []


def _rows(file: Path) -> list[list[str]]:
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise EngineError(
                Text("{file} is larger than 2 GiB.", file=file), expected="a list of paths", fix="Check the file."
            )
        with file.open(encoding="utf-8-sig", errors="replace", newline="") as lines:
            head = lines.readline(2**16)
            lines.seek(0)
            delimiter = max(",;\t", key=head.count)
            rows = [row for row in csv.reader(lines, delimiter=delimiter) if any(cell.strip() for cell in row)]
    except (OSError, csv.Error) as error:
        raise EngineError(
            Text("{file} cannot be read: {error}.", file=file, error=error),
            expected="a CSV file of paths and labels",
            fix="Check the file.",
        ) from error
    if not rows or len(rows) > _MAX_ROWS:
        raise EngineError(
            Text("{file} has {count:,} rows.", file=file, count=len(rows)),
            expected=Text("1 to {limit:,}", limit=_MAX_ROWS),
            fix="List an image and its label a row.",
        )
    return rows
