"""CSV that spreadsheets calculate nothing of: names stay text, and numbers stay numbers."""

import csv
import io
import math
import re

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.base.spreadsheet import csv_text, harmless

SIGNS = "=+-@＝＋－＠"
texts = st.text(st.one_of(st.sampled_from([*SIGNS, *";,\t\r\n\"' 1eE."]), st.characters(codec="utf-8")), max_size=30)


@pytest.mark.parametrize(
    ("name", "told"),
    [
        ("=HYPERLINK(1)", "'=HYPERLINK(1)"),
        ("+1+1", "'+1+1"),
        ("-2+3", "'-2+3"),
        ("@SUM(A1)", "'@SUM(A1)"),
        ("\t=1", "\t'=1"),
        ("\r@x", "\r'@x"),
        ('  "=x', "  \"'=x"),
        ("＝1+1", "'＝1+1"),
        ("conv;=1+1", "conv;'=1+1"),
        ("a\n-b", "a\n'-b"),
        ("conv-1", "conv-1"),
        ("a = b, -c", "a = b, -c"),
        ("", ""),
    ],
)
def test_a_name_is_no_formula(name: str, told: str):
    assert harmless(name) == told


@pytest.mark.parametrize(
    "number", [-1, 0, 3.5, -1e-7, "-1", "+2", "-.5", "-1.", "1e-3", "-2.5E+10", "-inf", True, None]
)
def test_a_number_stays_one(number: object):
    assert harmless(number) == number


@given(texts)
def test_no_cell_begins_like_a_formula_however_the_table_is_parted(name: str):
    told = str(harmless(name))

    for cell in re.split(r"[;\t\r\n]", told):
        assert (told == name and is_number(name)) or not cell.lstrip(' "').startswith(tuple(SIGNS))


def is_number(text: str) -> bool:
    try:
        return math.isfinite(float(text))
    except ValueError:
        return text.strip("+-") in ("inf", "nan")


@given(texts)
def test_what_is_harmless_stays_as_it_is(name: str):
    assert harmless(harmless(name)) == harmless(name)


lines = texts.filter(lambda text: "\r" not in text and "\n" not in text)


@given(st.lists(st.lists(lines, min_size=2, max_size=4), max_size=4))
def test_cells_are_read_back_but_for_the_quote(rows: list[list[str]]):
    read = list(csv.reader(io.StringIO(csv_text(rows), newline="")))

    assert read == [[harmless(cell) for cell in row] for row in rows]
