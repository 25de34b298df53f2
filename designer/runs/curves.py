"""The curves of a run, read from its log: what was told after batches and after epochs, by the protocol's names.

Whoever made the log, the points that are given are numbers with rising x.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path

from designer.engine.protocol import Batch, Epoch
from designer.runs.listing import read_metrics

BATCH_FIGURES = ("loss", "accuracy", "learning_rate", "examples_per_second", "memory_bytes", "gradient_norm")
EPOCH_FIGURES = (
    "train_loss",
    "train_accuracy",
    "validation_loss",
    "validation_accuracy",
    "test_loss",
    "test_accuracy",
)
_MOST_STEPS = 1 << 53  # the whole numbers that a float holds
Points = tuple[list[float], list[float]]


@dataclass(frozen=True)
class Moment:
    """Figures that were told at once. epoch: how far the run was, a fraction within one. time: seconds since 1970.

    is_whole: they are of a whole epoch, else of some batches.
    """

    step: int
    epoch: float
    is_whole: bool
    figures: Mapping[str, float]
    time: float | None = None


@dataclass(frozen=True)
class Curves:
    """Of one run. batches, epochs: for each figure the x, in epochs, and the y; one that was never told has none."""

    batches: Mapping[str, Points]
    epochs: Mapping[str, Points]


def moments(run_dir: Path) -> Iterator[Moment]:
    """What a run has told so far, in order; nothing where its log cannot be read."""
    step, reached, whole, told_at = 0, 0.0, 0.0, None
    for message in read_metrics(run_dir):
        if isinstance(message, Batch) and step < message.step <= _MOST_STEPS and 0 < message.batches <= _MOST_STEPS:
            step, told_at = message.step, _finite(message.time)
            reached = step / message.batches
            yield Moment(step, reached, False, _figures(message, BATCH_FIGURES), told_at)
        elif isinstance(message, Epoch) and whole < message.epoch <= _MOST_STEPS:
            whole = float(message.epoch)
            yield Moment(step or message.epoch, whole, True, _figures(message, EPOCH_FIGURES), told_at)


def read_curves(run_dir: Path) -> Curves:
    """All curves of a run so far."""
    batches: dict[str, Points] = {name: ([], []) for name in BATCH_FIGURES}
    epochs: dict[str, Points] = {name: ([], []) for name in EPOCH_FIGURES}
    for moment in moments(run_dir):
        for name, value in moment.figures.items():
            xs, ys = (epochs if moment.is_whole else batches)[name]
            if not xs or moment.epoch > xs[-1]:
                xs.append(moment.epoch)
                ys.append(value)
    return Curves(batches, epochs)


def _figures(message: Batch | Epoch, names: tuple[str, ...]) -> dict[str, float]:
    found = ((name, _finite(getattr(message, name))) for name in names)
    return {name: value for name, value in found if value is not None}


def _finite(value: float | None) -> float | None:
    try:
        number = math.nan if value is None else float(value)
    except OverflowError:  # an integer of hundreds of digits
        return None
    return number if math.isfinite(number) else None
