"""Lengths that remember how they were calculated: as numbers and as sources they are what arithmetic makes of them."""

from __future__ import annotations

import itertools
import operator

import pytest

from designer.codegen.dims import UNSTATED, Dim, choose, unstated

NAMES = {"a": 7, "b": 3}
LENGTHS = [
    Dim(7, "a"),
    Dim(3, "b"),
    Dim(7, "a") // 2,
    Dim(7, "a") + Dim(3, "b"),
    2 * Dim(3, "b") - 1,
    choose("a > b", Dim(3, "b"), 4, 3),
    unstated(7),
    unstated(3),
    unstated(7) // 2,
    unstated(7) + 1,
    5,
    1,
]
OPERATORS = [operator.add, operator.sub, operator.mul, operator.floordiv, operator.mod]


@pytest.mark.parametrize("apply", OPERATORS, ids=lambda apply: apply.__name__)
def test_their_arithmetic_is_that_of_numbers(apply):
    for left, right in itertools.product(LENGTHS, repeat=2):
        found, expected = apply(left, right), apply(int(left), int(right))
        said = f"{left!r} {apply.__name__} {right!r}"
        assert int(found) == expected, said
        if UNSTATED not in repr(found):
            assert eval(repr(found), {}, NAMES) == expected, said  # noqa: S307 - a source of this file


def test_lengths_without_a_source_are_not_each_other():
    assert UNSTATED in repr(unstated(7) - unstated(3))
    assert UNSTATED in repr(unstated(7) - 2 * unstated(3))
    assert repr(Dim(7, "a") + 2 - Dim(7, "a")) == "2"
