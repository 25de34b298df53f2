"""What the command line writes: JSON, tables and errors. The only place that knows of standard output and error."""

from __future__ import annotations

import json
import re
import sys
from collections.abc import Sequence
from typing import Any

from designer.base.errors import BlockyardError

# A design is a stranger's file: its texts must not move a terminal's cursor or change its colours.
_CONTROLS = re.compile(r"[\x00-\x08\x0b-\x1f\x7f-\x9f\u202a-\u202e\u2066-\u2069]")

_BREAKS = re.compile(r"[\t\n\v\f\r\x1c-\x1e\x85\u2028\u2029]")
_WIDEST = 100  # characters of a cell


def prepare_streams() -> None:
    """Write what a stream's encoding lacks as an escape, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")


def write(text: str) -> None:
    """Write a line to standard output."""
    sys.stdout.write(_CONTROLS.sub("�", text) + "\n")
    sys.stdout.flush()


def write_error(error: BlockyardError) -> None:
    """Write to standard error what happened, what was expected, and how to fix it."""
    lines = [f"error: {error.message}"]
    lines += [f"  expected: {error.expected}"] if error.expected else []
    lines += [f"  fix: {error.fix}"] if error.fix else []
    note("\n".join(lines))


def note(text: str) -> None:
    """Write a line to standard error."""
    sys.stderr.write(_CONTROLS.sub("�", text) + "\n")
    sys.stderr.flush()


def write_json(value: Any) -> None:
    """Write a value as JSON, indented, in ASCII."""
    sys.stdout.write(json.dumps(value, indent=2) + "\n")
    sys.stdout.flush()


def _cell(text: str) -> str:
    line = _BREAKS.sub(" ", text)
    return line if len(line) <= _WIDEST else line[: _WIDEST - 1] + "…"


def write_table(headings: Sequence[str], rows: Sequence[Sequence[str]], *, right: Sequence[int] = ()) -> None:
    """Write columns. right: the indices of those that hold numbers, which line up at the right.

    A cell stands on one line and is cut where it is very long, whatever it holds.
    """
    rows = [[_cell(cell) for cell in row] for row in rows]
    widths = [max(map(len, column)) for column in zip(headings, *rows, strict=True)]
    for row in (headings, *rows):
        cells = [
            cell.rjust(width) if index in right else cell.ljust(width)
            for index, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        write("  ".join(cells).rstrip())
