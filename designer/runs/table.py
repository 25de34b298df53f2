"""A run's figures as CSV, an epoch a row, for spreadsheets and other programs."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.engine.protocol import Epoch
from designer.runs.curves import EPOCH_FIGURES
from designer.runs.listing import read_metrics

_COLUMNS = ("epoch", *EPOCH_FIGURES, "examples_per_second")


def figures_as_csv(run_dir: Path) -> str:
    """The epochs of a run, with a heading; a figure that was not taken is empty."""
    out = io.StringIO()
    rows = csv.writer(out, lineterminator="\n")
    rows.writerow(_COLUMNS)
    for message in read_metrics(run_dir):
        if isinstance(message, Epoch):
            values = (getattr(message, name) for name in _COLUMNS)
            rows.writerow("" if value is None else value for value in values)
    return out.getvalue()


def write_csv(run_dir: Path, path: Path) -> None:
    """Write a run's figures into a file. Raises BlockyardError."""
    try:
        path.write_text(figures_as_csv(run_dir), "utf-8")
    except OSError as error:
        raise BlockyardError(
            Text("The figures cannot be written to {path}: {reason}.", path=path, reason=error.strerror),
            fix="Choose another place.",
        ) from error
