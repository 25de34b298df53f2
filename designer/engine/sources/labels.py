"""From the labels that a data set writes, numbers or names, to classes from 0. Labels are not trusted."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import torch
from torch import Tensor

from ..protocol import EngineError
from ..text import Text

MAX_CLASSES = 2**16
NAMES_FILE = "classes.txt"  # beside labels that are numbers: a name for each, one a line
_MAX_NAMES_BYTES = 2**22


def numbered_classes(train: Tensor, others: Sequence[Tensor], folder: Path) -> tuple[str, ...]:
    """Names of the classes of labels that are numbers, int64 (N,): from `classes.txt`, else the numbers themselves.

    others: labels of the test and the validation set, which the training set has to know. Raises EngineError.
    """
    for labels in (train, *others):
        if len(labels) and int(labels.min()) < 0:
            raise _out_of_range(folder, int(labels.min()), at=int(labels.argmin()))
    count = int(train.max()) + 1
    names = _names(folder)
    if count > MAX_CLASSES or (names and count > len(names)):
        known = (
            Text(
                "0 to {last}, as {file} names {count} classes",
                last=len(names) - 1,
                file=NAMES_FILE,
                count=len(names),
            )
            if names
            else ""
        )
        raise _out_of_range(folder, count - 1, known, at=int(train.argmax()))
    for labels in others:
        highest = int(labels.max()) if len(labels) else 0
        if highest >= max(count, len(names)):
            raise EngineError(
                Text(
                    "The test labels in {folder} go up to {highest}; the training labels end at {count}.",
                    folder=folder,
                    highest=highest,
                    count=count - 1,
                ),
                expected=Text("labels from 0 to {count}", count=count - 1),
                fix="Check that the files belong together.",
            )
    return names or tuple(map(str, range(count)))


def _out_of_range(folder: Path, label: int, expected: str = "", *, at: int) -> EngineError:
    return EngineError(
        Text(
            "A label in {folder} is {label}, that of image {at:,} (counted from 0).", folder=folder, label=label, at=at
        ),
        expected=expected or Text("whole numbers from 0 to {limit}", limit=MAX_CLASSES - 1),
        fix="Number the classes from 0, or correct that label.",
    )


def _names(folder: Path) -> tuple[str, ...]:
    path = folder / NAMES_FILE
    try:
        if not path.is_file() or path.stat().st_size > _MAX_NAMES_BYTES:
            return ()
        return tuple(line.strip() for line in path.read_text("utf-8", "replace").splitlines() if line.strip())
    except OSError:
        return ()


def classes_of(labels: Sequence[str], where: str) -> tuple[tuple[str, ...], Tensor]:
    """Classes and labels, int64 (N,), of labels that are texts. where: for the message.

    Where all are whole numbers they are the classes; else each text is one, in the order of the alphabet.
    """
    texts = [label.strip() for label in labels]
    if all(text.isdecimal() and len(text) <= 9 for text in texts):
        numbers = torch.tensor([int(text) for text in texts], dtype=torch.int64)
        highest = int(numbers.max()) if len(numbers) else 0
        if highest >= MAX_CLASSES:
            raise EngineError(
                Text("A label in {where} is {highest}.", where=where, highest=highest),
                expected=Text("numbers from 0 to {limit}, or names", limit=MAX_CLASSES - 1),
                fix="Number the classes from 0, or use names.",
            )
        return tuple(map(str, range(highest + 1))), numbers
    classes = tuple(sorted(set(texts)))
    places = {name: place for place, name in enumerate(classes)}
    return classes, torch.tensor([places[text] for text in texts], dtype=torch.int64)
