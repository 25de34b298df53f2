"""A CSV's bytes as rows of cells: its encoding and what parts its columns are found out."""

from __future__ import annotations

import codecs
import csv
import io
from collections.abc import Iterator
from itertools import islice
from typing import NamedTuple

from ..protocol import EngineError
from ..text import Text
from .archive import Place

_MAX_ROWS = 20_000_000
_MAX_BYTES = 2**31
_DELIMITERS = ",;\t|"
_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_LOOKED_AT = 50  # rows


class Rows(NamedTuple):
    """Rows that are not empty, and the line that each begins in is not kept. note: what was guessed, if anything."""

    cells: list[list[str]]
    note: str


def rows_of(file: Place) -> Rows:
    """The rows of a file. Raises EngineError."""
    try:
        if file.stat().st_size > _MAX_BYTES:
            raise EngineError(
                Text("{file} is larger than 2 GiB.", file=file), expected="a list of paths", fix="Check the file."
            )
        text, note = _text(file.read_bytes())
        rows = list(islice(_cells(text, _delimiter(text)), _MAX_ROWS + 1))
    except (OSError, csv.Error, UnicodeError) as error:
        raise EngineError(
            Text("{file} cannot be read: {error}.", file=file, error=error),
            expected="a CSV file of paths and labels",
            fix="Check the file.",
        ) from error
    if not rows or len(rows) > _MAX_ROWS:
        raise EngineError(
            Text("{file} has {count:,} rows.", file=file, count=len(rows)),
            expected=Text("1 to {limit:,}", limit=_MAX_ROWS),
            fix="List an image and its label a row.",
        )
    return Rows(rows, note)


def _text(raw: bytes) -> tuple[str, str]:
    """The text, and what was guessed of its encoding."""
    for mark, encoding in _MARKS:
        if raw.startswith(mark):
            return raw.decode(encoding), ""
    head = raw[:1000]
    for encoding, zeros in (("utf-16-le", head[1::2]), ("utf-16-be", head[::2])):
        if len(head) > 3 and zeros.count(0) > 0.4 * len(zeros):
            return raw.decode(encoding), Text("The list is read as UTF-16, which it does not say.")
    try:
        return raw.decode("utf-8"), ""
    except UnicodeDecodeError:
        pass
    try:
        text = raw.decode("cp1252")
    except UnicodeDecodeError:
        text = raw.decode("latin-1")
    return text, Text("The list is no UTF-8; it is read as Windows-1252.")


def _cells(text: str, delimiter: str) -> Iterator[list[str]]:
    lines = io.StringIO(text, newline="")
    if text[:4].lower() == "sep=":
        lines.readline()
    for row in csv.reader(lines, delimiter=delimiter, skipinitialspace=True):
        if any(cell.strip() for cell in row):
            yield row


def _delimiter(text: str) -> str:
    """What parts the columns: what gives most rows as many columns as the first has, and the more the better."""
    if text[:4].lower() == "sep=" and len(text) > 4:
        return text[4]
    head = text[: 2**16]
    if len(text) > len(head):
        head = head[: head.rfind("\n") + 1] or head

    def fit(delimiter: str) -> tuple[float, int]:
        try:
            widths = [len(row) for row in islice(_cells(head, delimiter), _LOOKED_AT)]
        except csv.Error:
            return 0.0, 0
        if not widths or widths[0] < 2:
            return 0.0, 0
        return sum(width == widths[0] for width in widths) / len(widths), widths[0]

    best = max(_DELIMITERS, key=fit)
    return best if fit(best)[1] else ","
