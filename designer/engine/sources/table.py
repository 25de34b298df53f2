"""A CSV file with the path and the label of each image, and perhaps the set that it belongs to."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Literal

import torch

from ..decoding import FilePictures
from ..examples import Collection, Part
from ..protocol import EngineError
from ..recipe_data import DataRecipe
from ..text import Text
from .archive import Place
from .labels import classes_of
from .left_out import LeftOut, listed
from .set_names import SetWord, assigned, set_of
from .table_columns import Columns, columns_of, fold_of, is_true, truth_of
from .table_paths import Images, cleaned
from .table_text import rows_of

KIND = "CSV of paths and labels"
SUFFIX = (".csv", ".tsv")
SetName = Literal["train", "validation", "test"]


def claims(path: Place) -> bool:
    """Whether it is such a file, or a folder with just one."""
    return _file(path) is not None


def lists_images(path: Place) -> bool:
    """Whether the file, or the one in a folder, has a column with the paths of images that are there."""
    file = _file(path)
    if file is None:
        return False
    rows = rows_of(file).cells
    images = Images(file.parent)
    return any(images.is_there(cell) for row in rows[:5] for cell in row)


def read(path: Place, recipe: DataRecipe) -> Collection:
    """The images that the file lists, none of them opened yet. Paths are relative to the file. Raises EngineError."""
    file = _file(path) or path
    rows, note = rows_of(file)
    images = Images(file.parent)
    columns = columns_of(rows, file, recipe, images.is_there)
    if columns.has_header:
        rows = rows[1:]
    left_out = LeftOut()
    rows, sets, unlabelled, split_notes = _parted(rows, columns, file, recipe)
    for name in unlabelled:
        left_out.add("unlabelled", name)
    classes, labels = _labels(rows, columns, file)
    cells = [row[columns.path] for row in rows]
    distant = next((name for name in map(cleaned, cells) if name.startswith("//")), None)
    if distant:  # opening it would tell another machine who is asking
        raise EngineError(
            Text("{file} lists {distant}, on another machine.", file=file, distant=repr(distant[:80])),
            expected="paths of this machine, best relative to the file",
            fix="Copy the images to this machine, or mount the share.",
        )
    names, path_notes = images.resolved(cells)
    if not images.is_there(names[0]):
        raise EngineError(
            Text("{file} lists {missing}, and there is no such file.", file=file, missing=repr(names[0])),
            expected=Text("paths relative to {parent}", parent=file.parent),
            fix="Correct the paths, or move the file to where they begin.",
        )
    left_out.extend(images.left_out([*names, *unlabelled], file.name))
    notes = (
        *columns.notes,
        *([note] if note else []),
        *split_notes,
        *path_notes,
        *_repeated(names, labels.tolist(), sets),
        *left_out.notes(),
    )
    whole = Part.of(FilePictures(file.parent, names), labels)
    return Collection(KIND, file, classes, is_mixed=False, notes=notes, **_parts(whole, sets))


def _parted(
    rows: Sequence[Sequence[str]], columns: Columns, file: Place, recipe: DataRecipe
) -> tuple[list[Sequence[str]], list[SetName], list[str], tuple[str, ...]]:
    """The rows that can be used, the set of each, and the images that have no label.

    Raises EngineError unless each row has a path and a label and, where there is a column of sets, one of them; images
    of the test set may lack their labels.
    """
    words, notes = _words(rows, columns, recipe, file)
    kept: list[Sequence[str]] = []
    unlabelled: list[str] = []
    found: list[SetWord] = []
    needed = max(columns.path, *columns.labels, -1 if columns.split is None else columns.split)
    amiss = "" if rows else Text("{file} lists no images.", file=file)
    for number, (row, word) in enumerate(zip(rows, words, strict=True), 1 + columns.has_header):
        if len(row) <= needed:
            amiss = Text("Row {number} of {file} has too few columns.", number=number, file=file)
        elif not row[columns.path].strip():
            amiss = Text("Row {number} of {file} has no path.", number=number, file=file)
        elif word is None:
            amiss = Text(
                "Row {number} of {file} is of the set {set}, others of the set 'train'.",
                number=number,
                file=file,
                set=repr(row[columns.split or 0][:40]),
            )
        elif any(not row[index].strip() for index in columns.labels):
            if word != "train":
                unlabelled.append(cleaned(row[columns.path]))
                continue
            amiss = Text("Row {number} of {file} has no label.", number=number, file=file)
        if amiss or word is None:
            break
        kept.append(row)
        found.append(word)
    if not amiss and "train" not in found:
        amiss = Text("{file} lists no images to train on.", file=file)
    if amiss:
        expected = "a path and a label in each row"
        if columns.split is not None:
            expected = "a path, a label, and train, val or test in each row"
        raise EngineError(amiss, expected=expected, fix="Correct the file.")
    roles = assigned(set(found))
    if roles.get("validation") == "test":
        notes = (*notes, "The list names no test set; the validation set serves as one.")
    return kept, [roles[word] for word in found], unlabelled, notes


def _words(
    rows: Sequence[Sequence[str]], columns: Columns, recipe: DataRecipe, file: Place
) -> tuple[list[SetWord | None], tuple[str, ...]]:
    """The set that each row names, None where it names none that is known."""
    split = columns.split
    if split is None:
        return ["train"] * len(rows), ()
    cells = [row[split].strip() if split < len(row) else "" for row in rows]
    if columns.kind == "words":
        known = {cell: set_of(cell) for cell in set(cells)}
        return [known[cell] for cell in cells], ()
    if columns.kind == "truth":
        asked = truth_of(columns.names[split].lower().replace(" ", "_")) or "train"
        other: SetWord = "test" if asked == "train" else "train"
        return [asked if is_true(cell) else other for cell in cells], ()
    folds = [fold_of(cell) for cell in cells]
    known_folds = sorted({fold for fold in folds if fold is not None and fold >= 0})
    chosen = fold_of(recipe.fold) if recipe.fold else known_folds[0]
    if chosen not in known_folds:
        raise EngineError(
            Text("{file} has no fold {fold}, which data.fold names.", file=file, fold=recipe.fold),
            expected=Text("one of {folds}", folds=", ".join(map(str, known_folds))),
            fix="Correct data.fold, or leave it out.",
        )
    note = Text(
        "Fold {fold} is the test set, the other {count:,} are to train on; data.fold chooses another.",
        fold=chosen,
        count=len(known_folds) - 1,
    )
    return ["test" if fold == chosen else "train" for fold in folds], (note,)


def _labels(rows: Sequence[Sequence[str]], columns: Columns, file: Place) -> tuple[tuple[str, ...], torch.Tensor]:
    """Classes, and the label of each row, int64 (N,). Raises EngineError."""
    if len(columns.labels) == 1:
        classes, labels = classes_of([row[columns.labels[0]] for row in rows], str(file))
    else:
        classes = tuple(columns.names[index] for index in columns.labels)
        labels = torch.tensor([_only(row, columns, number, file) for number, row in enumerate(rows, 2)])
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
    return classes, labels


def _only(row: Sequence[str], columns: Columns, number: int, file: Place) -> int:
    """Of columns of zeros and a one, the place of the one."""
    ones = [place for place, index in enumerate(columns.labels) if is_true(row[index])]
    if len(ones) != 1:
        raise EngineError(
            Text("Row {number} of {file} is of {count} classes.", number=number, file=file, count=len(ones)),
            expected="a 1 in just one of the columns of classes",
            fix="Correct the file, or choose a column of labels with data.label_column.",
        )
    return ones[0]


def _repeated(names: Sequence[str], labels: Sequence[int], sets: Sequence[SetName]) -> list[Text]:
    """What is said of images that are listed more than once."""
    if len(set(names)) == len(names):
        return []
    counts = Counter(names)
    rows: dict[str, set[tuple[int, SetName]]] = {}
    for name, label, set_name in zip(names, labels, sets, strict=True):
        if counts[name] > 1:
            rows.setdefault(name, set()).add((label, set_name))
    across = [name for name, found in rows.items() if len({set_name for _, set_name in found}) > 1]
    torn = [name for name, found in rows.items() if len({label for label, _ in found}) > 1]
    within = [name for name in rows if name not in set(across) and name not in set(torn)]
    said = (
        (across, Text("Listed in more than one set")),
        (torn, Text("Listed with more than one label")),
        (within, Text("Listed more than once")),
    )
    return [
        Text("{what}: {count:,} of the images ({names}).", count=len(found), what=what, names=listed(found))
        for found, what in said
        if found
    ]


def _parts(whole: Part, sets: Sequence[SetName]) -> Mapping[str, Part]:
    places = {name: torch.tensor([at == name for at in sets]) for name in dict.fromkeys(sets)}
    return {name: whole.at(chosen) for name, chosen in places.items()}


def _file(path: Place) -> Place | None:
    if path.is_file():
        return path if path.suffix.lower() in SUFFIX else None
    files = lists(path)
    return files[0] if len(files) == 1 else None


def lists(folder: Place) -> list[Place]:
    """The files of this kind in a folder, by name; none where it is no folder."""
    return sorted(file for suffix in SUFFIX for file in folder.glob(f"*{suffix}")) if folder.is_dir() else []
