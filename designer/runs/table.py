"""A run's figures as CSV, an epoch a row, for spreadsheets and other programs."""

from __future__ import annotations

from pathlib import Path

from designer.base.errors import BlockyardError
from designer.base.spreadsheet import csv_text
from designer.base.text import Text
from designer.engine.protocol import Epoch
from designer.runs.curves import EPOCH_FIGURES
from designer.runs.listing import read_metrics

_COLUMNS = ("epoch", *EPOCH_FIGURES, "examples_per_second")


def figures_as_csv(run_dir: Path) -> str:
    """The epochs of a run, with a heading; a figure that was not taken is empty."""
    rows = (message for message in read_metrics(run_dir) if isinstance(message, Epoch))
    return csv_text([_COLUMNS, *([getattr(row, name) for name in _COLUMNS] for row in rows)])


def write_csv(run_dir: Path, path: Path) -> None:
    """Write a run's figures into a file. Raises BlockyardError."""
    try:
        path.write_text(figures_as_csv(run_dir), "utf-8")
    except OSError as error:
        raise BlockyardError(
            Text("The figures cannot be written to {path}: {reason}.", path=path, reason=error.strerror),
            fix="Choose another place.",
        ) from error
