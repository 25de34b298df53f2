"""A text is plain English to whoever does not translate, and travels with how it was made."""

from __future__ import annotations

import copy
import json
import pickle

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.base.errors import BlockyardError
from designer.base.text import Text, all_of, joined, one_of


def test_it_is_a_text_like_any_other():
    said = Text("{node}: {count:,} of {what}.", node="conv1", count=1234, what=Text("rows"))
    assert said == "conv1: 1,234 of rows."
    assert json.loads(json.dumps([said])) == ["conv1: 1,234 of rows."]
    assert {said: 1}["conv1: 1,234 of rows."] == 1
    assert type(str(said)) is str


def test_it_travels_with_how_it_was_made():
    said = Text("{node}: {what}", node="conv1", what=Text("{count} rows", count=2))
    for way in (copy.copy, copy.deepcopy, lambda text: pickle.loads(pickle.dumps(text))):  # noqa: S301
        there = way(said)
        assert there == said
        assert there.template == "{node}: {what}"
        assert there.arguments["what"].arguments == {"count": 2}


def test_what_is_no_number_and_no_text_is_told_by_its_name():
    said = Text("{where}: {values}", where=ValueError("no room"), values=(1, 2))
    assert said.arguments == {"where": "no room", "values": "(1, 2)"}


@given(st.text(), st.text())
def test_an_argument_is_never_read_as_a_template(first: str, second: str):
    assert Text("{a}: {b}", a=first, b=Text("<{c}>", c=second)) == f"{first}: <{second}>"
    assert Text(first) == first
    assert joined(first, second) == " ".join(part for part in (first, second) if part)


def test_names_in_a_row():
    assert [all_of(["a"]), all_of(["a", "b"]), all_of(["a", "b", "c"])] == ["a", "a and b", "a, b and c"]
    assert [one_of(["a"]), one_of(["a", "b", "c"])] == ["a", "a, b or c"]


def test_an_error_is_told_whole_and_each_part_of_it_can_be_translated():
    error = BlockyardError(Text("{count} things.", count=3), expected="{none}", fix="Look.")
    assert str(error) == "3 things. Expected {none}. Look."
    with pytest.raises(BlockyardError, match="3 things"):
        raise error
