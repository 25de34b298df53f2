"""Which columns of a table hold paths, labels and sets of images: by the recipe, by their names, by what they hold."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Literal

from ..decoding import SUFFIXES
from ..protocol import EngineError
from ..recipe_data import DataRecipe
from ..text import Text
from .left_out import listed
from .set_names import set_of

_PATHS = (
    *("path", "file", "filename", "filepath", "file_name", "file_path", "image", "image_path", "image_name"),
    *("image_file", "image_filename", "img", "img_path", "img_name", "image_id", "img_id", "picture", "photo", "id"),
)
_LABELS = (
    *("label", "class", "target", "category", "y", "class_name", "labels", "label_name", "classname", "category_name"),
    *("class_label", "classes", "class_id", "classid", "label_id", "category_id", "target_name", "species", "breed"),
    *("diagnosis", "dx", "finding", "emotion", "ground_truth", "gt", "type"),
)
_SPLITS = (
    *("split", "set", "subset", "partition", "data_split", "dataset_split", "train_test_split", "data_set", "dataset"),
    *("usage", "phase", "mode", "stage", "is_train", "is_training", "train", "is_test", "test", "is_val", "is_valid"),
    *("is_validation", "valid", "val", "fold", "folds", "kfold", "k_fold", "cv_fold", "fold_id", "fold_no"),
)
_TRUE, _FALSE = ("1", "1.0", "true", "t", "yes", "y"), ("0", "0.0", "false", "f", "no", "n")
_FOLD = re.compile(r"(?:fold)?[ _-]*(-?\d{1,4})(?:\.0+)?", re.IGNORECASE)
_LOOKED_AT = 200  # rows
_MAX_FOLDS = 100

Kind = Literal["words", "truth", "folds"]


@dataclass
class Columns:
    """Where they stand. has_header: whether the first row names them. labels: several where each class has one.

    split: None where there is none; kind: how it names the sets. notes: what was chosen, and by what.
    """

    names: list[str]
    has_header: bool
    path: int
    labels: list[int]
    split: int | None
    kind: Kind
    notes: list[str]

    def name(self, index: int) -> str:
        """What a person calls a column."""
        return self.names[index] if self.has_header else str(index + 1)


def columns_of(
    rows: Sequence[Sequence[str]], file: object, recipe: DataRecipe, is_there: Callable[[str], bool]
) -> Columns:
    """The columns of a table. is_there: whether a cell is the path of an image. Raises EngineError."""
    first = rows[0]
    if len(first) < 2:
        raise EngineError(
            Text("{file} has one column: {first}.", file=file, first=repr(first[0][:60])),
            expected="a path and a label in each row, parted by commas, semicolons or tabs",
            fix="Add the labels.",
        )
    has_header = not any(_is_image(cell) or is_there(cell) for cell in first)
    return _Finder(rows, file, recipe, has_header, is_there).columns()


class _Finder:
    def __init__(
        self,
        rows: Sequence[Sequence[str]],
        file: object,
        recipe: DataRecipe,
        has_header: bool,
        is_there: Callable[[str], bool],
    ) -> None:
        self._file, self._recipe, self._has_header, self._is_there = file, recipe, has_header, is_there
        self._names = [cell.strip() for cell in rows[0]]
        self._plain = [_plain(name) for name in self._names] if has_header else [""] * len(self._names)
        self._rows = rows[has_header:]
        self._some = self._rows[:: max(1, len(self._rows) // _LOOKED_AT)]

    def columns(self) -> Columns:
        recipe = self._recipe
        path = self._chosen(recipe.path_column, "path_column")
        path = self._path() if path is None else path
        label = self._chosen(recipe.label_column, "label_column")
        taken = {path} if label is None else {path, label}
        chosen_split = self._chosen(recipe.split_column, "split_column")
        split, kind = self._split(chosen_split, taken)
        taken |= {split} if split is not None else set()
        rest = [index for index in range(len(self._names)) if index not in taken]
        if not rest and label is None:
            raise EngineError(
                Text(
                    "{file} has no column of labels beside {names}.", file=self._file, names=self._said(sorted(taken))
                ),
                expected="a path and a label in each row",
                fix="Add the labels, or choose the columns with data.path_column and data.label_column.",
            )
        labels, how = ([label], "") if label is not None else self._labels(rest)
        columns = Columns(self._names, self._has_header, path, labels, split, kind, [])
        columns.notes.append(self._note(columns, how))
        return columns

    def _said(self, indices: Sequence[int]) -> str:
        return listed([repr(self._names[index]) if self._has_header else str(index + 1) for index in indices])

    def _chosen(self, name: str, field: str) -> int | None:
        """The column that the recipe names. Raises EngineError where there is none."""
        if not name.strip():
            return None
        wanted = name.strip()
        for names, one in ((self._names, wanted), (self._plain, _plain(wanted))):
            if self._has_header and one in names:
                return names.index(one)
        if wanted.isdecimal() and 1 <= int(wanted[:9]) <= len(self._names):
            return int(wanted) - 1
        columns = ", ".join(self._names[:20]) if self._has_header else Text("1 to {count}", count=len(self._names))
        raise EngineError(
            Text(
                "{file} has no column {name}, which data.{field} names.", file=self._file, name=repr(name), field=field
            ),
            expected=Text("one of {names}", names=columns),
            fix=Text("Correct data.{field}, or leave it out.", field=field),
        )

    def _cells(self, index: int) -> list[str]:
        return [row[index].strip() for row in self._some if index < len(row)]

    def _path(self) -> int:
        def share(index: int, holds: Callable[[str], bool]) -> float:
            cells = self._cells(index)
            return sum(map(holds, cells)) / len(cells) if cells else 0.0

        known = [self._plain.index(name) for name in _PATHS if name in self._plain]
        order = [*known, *(index for index in range(len(self._names)) if index not in known)]
        for holds in (_is_image, self._is_there):
            best = max(order, key=lambda index: share(index, holds))
            if share(best, holds) > 0.5:
                return best
        return order[0]

    def _labels(self, rest: list[int]) -> tuple[list[int], str]:
        """The column of labels, or those of the classes, and how it was found."""
        known = [index for name in _LABELS for index in rest if self._plain[index] == name]
        if known:
            if len(known) == 1:
                return known, ""
            others = self._said(known[1:])
            return known[:1], Text("It could also be {others}: data.label_column chooses.", others=others)
        if len(rest) == 1:
            return rest, ""
        marks = [index for index in rest if self._has_header and _are(self._cells(index), (*_TRUE[:2], *_FALSE[:2]))]
        if len(marks) > 1 and all(
            sum(row[index].strip() in _TRUE for index in marks if index < len(row)) == 1 for row in self._some
        ):
            return marks, ""
        if not self._has_header:
            return rest[:1], ""
        apart = [index for index in rest if 1 < len(set(cells := self._cells(index))) <= max(2, len(cells) // 2)]
        guess = "This is guessed: data.label_column chooses another."
        return (apart or rest)[:1], guess

    def _split(self, chosen: int | None, taken: set[int]) -> tuple[int | None, Kind]:
        candidates = [chosen] if chosen is not None else self._split_candidates(taken)
        for index in candidates:
            kind = self._kind(index, is_chosen=chosen is not None)
            if kind:
                return index, kind
        if chosen is not None:
            values = listed(sorted(set(self._cells(chosen))))
            raise EngineError(
                Text("The column {name} of {file} names no sets: it holds {values}.", file=self._file,
                     name=self._said([chosen]), values=values),
                expected="train, val or test; true or false; or the number of a fold",
                fix="Correct data.split_column, or leave it out.",
            )  # fmt: skip
        return None, "words"

    def _split_candidates(self, taken: set[int]) -> list[int]:
        free = [index for index in range(len(self._names)) if index not in taken]
        if not self._has_header:
            return free[1:] if len(taken) == 1 else free
        return [index for name in _SPLITS for index in free if self._plain[index] == name]

    def _kind(self, index: int, is_chosen: bool) -> Kind | None:
        """How a column names the sets, None where it does not."""
        cells = [row[index].strip() for row in self._rows if index < len(row)]
        name = self._plain[index]
        words = {set_of(cell) for cell in set(cells)}
        if "train" in words and (self._has_header or None not in words):
            return "words"
        if not self._has_header and not is_chosen:
            return None
        if truth_of(name) and _are(cells, (*_TRUE, *_FALSE)):
            return "truth"
        folds = {fold_of(cell) for cell in set(cells)}
        if ("fold" in name or is_chosen) and None not in folds and 1 < len(folds) <= _MAX_FOLDS:
            return "folds"
        return None

    def _note(self, columns: Columns, how: str) -> Text:
        used = {columns.path, *columns.labels, columns.split}
        unused = [index for index in range(len(self._names)) if index not in used]
        labels = self._said(columns.labels)
        paths = self._said([columns.path])
        note = Text("Paths are read from column {paths}, labels from column {labels}", paths=paths, labels=labels)
        if len(columns.labels) > 1:
            note = Text(
                "Paths are read from column {paths}, labels from the {count:,} columns {labels}, one a class",
                paths=paths,
                count=len(columns.labels),
                labels=labels,
            )
        if columns.split is not None:
            note = Text("{note}, sets from column {split}", note=note, split=self._said([columns.split]))
        if unused:
            note = Text("{note}; {unused} not used", note=note, unused=self._said(unused))
        return Text("{note}. {how}", note=note, how=how) if how else Text("{note}.", note=note)


def fold_of(cell: str) -> int | None:
    """The number of a fold."""
    found = _FOLD.fullmatch(cell.strip())
    return int(found[1]) if found else None


def is_true(cell: str) -> bool:
    """Of a cell that is one or the other."""
    return cell.strip().lower() in _TRUE


def truth_of(name: str) -> str | None:
    """The set that a column asks about: `is_train`."""
    return set_of(name.removeprefix("is_"))


def _are(cells: Sequence[str], allowed: Sequence[str]) -> bool:
    return bool(cells) and all(cell.lower() in allowed for cell in cells)


def _plain(name: str) -> str:
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", "_", name.strip())
    return re.sub(r"[\W_]+", "_", spaced.lower()).strip("_")


def _is_image(cell: str) -> bool:
    return PurePosixPath(cell.strip().replace("\\", "/").lower()).suffix in SUFFIXES
