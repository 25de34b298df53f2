"""What a network gets right and wrong, from the engine's file to what the results dock shows."""

from __future__ import annotations

import base64
import binascii

from designer.engine.protocol import Evaluation, Mistake
from designer.ui.docks.views import ClassView, MistakeView, ResultsView


def results_view(evaluation: Evaluation, title: str) -> ResultsView:
    """title: of the run: `LeNet · 12:30`."""
    rows = evaluation.confusion
    names = [_name(evaluation, index) for index in range(len(rows[0]))]
    taken = [sum(column) for column in zip(*rows, strict=True)]
    classes = tuple(
        ClassView(
            name=names[index],
            images=sum(row),
            precision=row[index] / taken[index] if taken[index] else None,
            recall=row[index] / sum(row) if sum(row) else None,
        )
        for index, row in enumerate(rows)
    )
    right, total = sum(row[index] for index, row in enumerate(rows)), sum(map(sum, rows))
    mistakes = (_mistake(mistake, names) for mistake in evaluation.mistakes)
    return ResultsView(
        title=title,
        epoch=evaluation.epoch,
        accuracy=right / total if total else 0.0,
        images=total,
        names=tuple(names),
        confusion=rows,
        classes=classes,
        mistakes=tuple(view for view in mistakes if view is not None),
    )


def _name(evaluation: Evaluation, index: int) -> str:
    return evaluation.classes[index] if index < len(evaluation.classes) else str(index)


def _mistake(mistake: Mistake, names: list[str]) -> MistakeView | None:
    """None where the file says one thing of a picture and holds another."""
    size = mistake.height * mistake.width
    try:
        planes = base64.b64decode(mistake.pixels, validate=True)
    except (binascii.Error, ValueError):
        return None
    if len(planes) != mistake.channels * size or not size or mistake.channels not in (1, 3):
        return None
    grey = mistake.channels == 1
    pixels = planes if grey else bytes(planes[c * size + i] for i in range(size) for c in range(3))
    label, guess = (names[i] if 0 <= i < len(names) else str(i) for i in (mistake.label, mistake.guess))
    return MistakeView(mistake.index, label, guess, mistake.confidence, mistake.width, mistake.height, grey, pixels)
