"""Expressions: what they give, and that no text whatever makes them hang or fail with anything but a sentence."""

from __future__ import annotations

import ast
import contextlib
import math
import time

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.graph.expressions import (
    MAX_ITEMS,
    MAX_NUMBER,
    Expression,
    ExpressionError,
    canonical,
    evaluate,
    from_text,
    names_in,
    parse,
    to_text,
)

SCOPE = {"width": 8, "ratio": 4, "flag": True, "mode": "same", "shape": (3, 5), "rate": 0.5, "none": None}


def value_of(source: str, scope=SCOPE):
    return evaluate(Expression(source), scope)


@pytest.mark.parametrize(
    ("source", "value"),
    [
        ("64 // ratio", 16),
        ("4 * width + 1", 33),
        ("(width, width)", (8, 8)),
        ("width ** 2 % 10", 4),
        ("width / ratio", 2.0),
        ("-width", -8),
        ("not flag", False),
        ("flag and width > 3", True),
        ("width < 3 or ratio", 4),
        ("1 < ratio <= 4 < width", True),
        ("width if flag else ratio", 8),
        ("shape[1] * 2", 10),
        ("shape[-1]", 5),
        ("min(width, ratio) + max(1, 2) + abs(-3)", 9),
        ("round(rate * 5)", 2),
        ("int(rate * 10)", 5),
        ("len(shape)", 2),
        ("mode == 'same'", True),
        ("none == None", True),
        ("(1, 2) + shape", (1, 2, 3, 5)),
        ("(1,) * 3", (1, 1, 1)),
    ],
)
def test_a_value(source, value):
    found = value_of(source)
    assert found == value
    assert type(found) is type(value)


def test_a_plain_value_is_its_own():
    assert evaluate(64, {}) == 64
    assert evaluate("same", {}) == "same"
    assert evaluate((1, 2), {}) == (1, 2)


@pytest.mark.parametrize(
    ("source", "says"),
    [
        ("64 // nothing", "'nothing' is not a parameter here. Expected one of these: flag, mode"),
        ("64 // (ratio - 4)", "divides by zero"),
        ("width.real", "attribute"),
        ("__import__('os')", "not a function here"),
        ("[1, 2]", "uses list"),
        ("{1: 2}", "uses dict"),
        ("lambda: 1", "uses lambda"),
        ("(x := 3)", "uses namedexpr"),
        ("f'{width}'", "uses joinedstr"),
        ("shape[0:1]", "uses slice"),
        ("width @ width", "uses matmult"),
        ("~width", "uses invert"),
        ("width is None", "uses is"),
        ("3 in shape", "uses in"),
        ("max(*shape)", "uses starred"),
        ("max(1, default=2)", "takes its arguments without names"),
        ("...", "constant"),
        ("1j", "constant"),
        ("b'x'", "constant"),
        ("mode + 'x'", "Text cannot be calculated with"),
        ("'%s' % width", "Text cannot be calculated with"),
        ("mode * 1000000", "Text cannot be calculated with"),
        ("shape[7]", "has no value here"),
        ("width < mode", "has no value here"),
        ("width = 3", "cannot be read"),
        ("", "cannot be read"),
        ("(((", "cannot be read"),
        ("\0", "cannot be read"),
        ("\ud800", "cannot be read"),
        ("1e400", "not a finite number"),
        ("(1e400, 1)", "not a finite number"),
        ("float('nan')", "not a finite number"),
        ("9007199254740993", "too large"),
        ("((9007199254740993,),)", "too large"),
        ("(-8) ** 0.5", "not a finite number"),
        ("max", "'max' is not a parameter here"),
    ],
)
def test_what_is_refused_is_refused_in_words(source, says):
    with pytest.raises(ExpressionError) as error:
        value_of(source)
    assert says in str(error.value)


@pytest.mark.parametrize(
    "source",
    [
        "9 ** 9 ** 9 ** 9",
        "2 ** 10 ** 10",
        "width ** 9007199254740992",
        "(10 ** 64) ** 64",
        "9" * 490 + " ** 64",
        "round(1, -9007199254740992)",
        "round(width, -10 ** 15)",
        "(1,) * 10 ** 12",
        "((1,) * 1000,) * 1000",
        "(((((1,) * 900,) * 900,) * 900,) * 900,) * 900",
        "((shape * 100) * 100) * 100",
        "(" * 499,
        "-" * 499 + "1",
        "not " * 120 + "1",
        "1 + " * 124 + "1",
        "width < " * 80 + "1",
        "(" * 90 + "1" + ",)" * 90,
        "1 if " * 40 + "1" + " else 1" * 40,
        "[" * 200 + "]" * 200,
        "x" * 100_000,
        "'" + "a" * 490 + "'",
        "int('" + "9" * 480 + "')",
        "max(" * 60 + "1" + ")" * 60,
    ],
)
def test_nothing_takes_long_or_grows(source):
    started = time.perf_counter()
    with contextlib.suppress(ExpressionError):
        value = value_of(source)
        assert not isinstance(value, int | float) or abs(value) <= MAX_NUMBER
        assert not isinstance(value, tuple) or len(repr(value)) < 100 * MAX_ITEMS
    assert time.perf_counter() - started < 2


_WORDS = "max len round int and or not if else ( ) , [ ] + - * ** // % / < == != 0 1 7 1e9 0.5 'a' # . := lambda"
WORDS = st.sampled_from((*SCOPE, *_WORDS.split(), '"""', "\\", "\n"))


@given(
    st.one_of(
        st.text(max_size=60), st.lists(WORDS, max_size=25).map(" ".join), st.lists(WORDS, max_size=25).map("".join)
    )
)
def test_any_text_gives_a_bounded_value_or_an_expression_error(text):
    try:
        value = value_of(text)
        names_in(text)
        canonical(text)
    except ExpressionError:
        return
    assert isinstance(value, int | float | bool | str | tuple | None)
    if isinstance(value, int | float):
        assert abs(value) <= MAX_NUMBER
        assert math.isfinite(value)


@given(st.lists(WORDS, max_size=20).map(" ".join))
def test_what_evaluates_gives_what_python_gives(text):
    try:
        value = value_of(text)
    except ExpressionError:
        return
    functions = {"max": max, "len": len, "round": round, "int": int, "__builtins__": {}}
    expected = eval(compile(ast.Expression(parse(text)), "test", "eval"), functions, dict(SCOPE))  # noqa: S307
    assert repr(value) == repr(expected)


VALUES = st.recursive(
    st.one_of(
        st.none(),
        st.booleans(),
        st.integers(-MAX_NUMBER, MAX_NUMBER),
        st.floats(-1e15, 1e15),
        st.text(max_size=20),
    ),
    lambda inner: st.lists(inner, max_size=3).map(tuple),
    max_leaves=8,
)


@given(VALUES)
def test_a_value_survives_its_text(value):
    assert repr(from_text(to_text(value))) == repr(value)


@pytest.mark.parametrize(
    ("text", "setting"),
    [
        ("3", 3),
        (" 3 ", 3),
        ("-1", -1),
        ("3, 3", (3, 3)),
        ("(3, 3)", (3, 3)),
        ("'same'", "same"),
        ("True", True),
        ("None", None),
        ("1e-5", 1e-5),
        ("64 // ratio", Expression("64 // ratio")),
        ("ratio", Expression("ratio")),
        ("(k, k)", Expression("(k, k)")),
        ("1 + 1", Expression("1 + 1")),
    ],
)
def test_what_a_person_types(text, setting):
    assert repr(from_text(text)) == repr(setting)
    assert from_text(to_text(setting)) == setting


@pytest.mark.parametrize("text", ["", "3 3", "import os", "1e999", "(1e999,)", "9" * 400, "x.y"])
def test_what_a_person_cannot_type(text):
    with pytest.raises(ExpressionError):
        from_text(text)


def test_names_leave_functions_out():
    assert names_in("max(width, 2) // ratio") == {"width", "ratio"}


def test_canonical_is_python_s_own_spelling():
    assert canonical("a+b *( c )  # why") == "a + b * c"
