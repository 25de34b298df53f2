"""Tables as CSV for spreadsheets, in which no text is a formula. Whatever leaves Blockyard as CSV passes through here.

A spreadsheet calculates a cell that begins with `=`, `+`, `-` or `@`, and such a formula can run programs and send what
stands in other cells. Names come from documents and run folders, that is from anyone.
"""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterable

# A cell also begins after a semicolon, a tab or a break: some languages part cells by them, whatever the quotes say.
_BEGIN = re.compile(r"""((?:\A|[;\t\r\n])[;\s"]*+)([=+\-@\uff1d\uff0b\uff0d\uff20]?)""")
_NUMBER = re.compile(r"[+-]?(?:[0-9]+\.?[0-9]*|\.[0-9]+)(?:[eE][+-]?[0-9]+)?|[+-]?(?:inf|nan)")


def harmless(cell: object) -> object:
    """What a cell may hold: a text that a spreadsheet would calculate has a `'` before it, a number stays a number.

    Source: OWASP, CSV Injection.
    """
    if isinstance(cell, int | float) or cell is None:
        return cell
    text = str(cell)
    return text if _NUMBER.fullmatch(text) else _BEGIN.sub(_quoted, text)


def _quoted(begin: re.Match[str]) -> str:
    return f"{begin[1]}'{begin[2]}" if begin[2] else begin[0]


def csv_text(rows: Iterable[Iterable[object]]) -> str:
    """Rows as CSV, a line each; None is an empty cell."""
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows([harmless(cell) for cell in row] for row in rows)
    return out.getvalue()
