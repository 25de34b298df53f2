"""Runs as TensorBoard's event files, beside our own log; neither it nor TensorFlow is needed to write them.

Each run becomes a folder of its own, so that `tensorboard --logdir FOLDER` shows it by its name. Steps are batches.
"""

from __future__ import annotations

from datetime import datetime
from pathlib import Path

from designer.base.text import Text
from designer.engine.event_file import BATCH_TAGS, EPOCH_TAGS, EventFile
from designer.exchange.module import ExportError
from designer.runs.curves import moments
from designer.runs.listing import read_run

TAGS = BATCH_TAGS | EPOCH_TAGS
_FILE = "events.out.tfevents.{}.blockyard"  # the same each time, so that a second export takes the first one's place
_UNDER_WAY = ".blockyard-under-way"


def export_tensorboard(run_dir: Path, folder: Path) -> Path:
    """Write what a run has told so far into a folder below `folder`. Returns the file. Raises ExportError."""
    run_dir = Path(run_dir).resolve()
    began = _began_at(run_dir)
    target = Path(folder).absolute() / run_dir.name
    path, under_way = target / _FILE.format(int(began)), target / _UNDER_WAY
    try:
        target.mkdir(parents=True, exist_ok=True)
        with under_way.open("wb") as file:
            events = EventFile(file, began)
            for moment in moments(run_dir):
                scalars = {TAGS[name]: value for name, value in moment.figures.items()}
                events.add(moment.time or began, moment.step, scalars)
        under_way.replace(path)
    except (OSError, ValueError) as error:  # ValueError: a NUL in the path
        raise ExportError(
            Text(
                "The run {run_dir} cannot be written to {target}: {reason}.",
                run_dir=run_dir.name,
                target=target,
                reason=getattr(error, "strerror", None) or error,
            ),
            expected="a folder that can be written",
            fix="Choose another folder, or make room.",
        ) from error
    return path


def _began_at(run_dir: Path) -> float:
    try:
        return max(0.0, datetime.fromisoformat(read_run(run_dir).created).timestamp())
    except (ValueError, OverflowError, OSError):
        return 0.0
