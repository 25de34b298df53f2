"""What a typed text is: a literal, an expression or a slip."""

from __future__ import annotations

import pytest

from designer.ui.docks.literals import Reading, read_text, stepped
from designer.ui.docks.views import ParameterView

INT = ParameterView("out_channels", "64", "int", minimum=1, maximum=4096)
FLOAT = ParameterView("p", "0.5", "float", minimum=0.0, maximum=1.0)
SIZE = ParameterView("kernel_size", "3", "size", minimum=1)
PADDING = ParameterView("padding", "0", "size", ("'same'", "'valid'"), "0", minimum=0)
SHAPE = ParameterView("shape", "(1, 28, 28)", "shape", minimum=1)
CHOICE = ParameterView("padding_mode", "zeros", "choice", ("zeros", "reflect"))
BOOL = ParameterView("bias", "True", "bool")
QUOTED = ParameterView("padding_mode", "'zeros'", "choice", ("'zeros'", "'reflect'", "None"), "'zeros'")
WORDS = ParameterView("equation", "''", "text", default_text="''")
FACTOR = ParameterView("scale_factor", "2", "factor", minimum=1 / 64, maximum=64, default_text="None")
NONE = ParameterView("stride", "None", "size", default_text="None")
SET = ParameterView("object_size", "20", "int", default_text="None", minimum=1)


@pytest.mark.parametrize(
    ("view", "typed", "text"),
    [
        (INT, " 128 ", "128"),
        (FLOAT, ".5", ".5"),
        (FLOAT, "1e-3", "1e-3"),
        (SIZE, "5", "5"),
        (SIZE, "3x5", "(3, 5)"),
        (SIZE, "3×5", "(3, 5)"),
        (SIZE, "3, 5", "(3, 5)"),
        (SIZE, "(3,5)", "(3, 5)"),
        (PADDING, "same", "'same'"),
        (PADDING, "'valid'", "'valid'"),
        (PADDING, "1, 2", "(1, 2)"),
        (SHAPE, "1×28×28", "(1, 28, 28)"),
        (SHAPE, "784", "(784,)"),
        (SHAPE, "()", "()"),
        (FACTOR, "1.5", "1.5"),
        (FACTOR, "1.", "1."),
        (FACTOR, "16, 1", "(16, 1)"),
        (FACTOR, "1.5×2", "(1.5, 2)"),
        (FACTOR, "(0.5,)", "(0.5,)"),
        (FACTOR, "", "None"),
        (CHOICE, "reflect", "reflect"),
        (BOOL, "off", "False"),
        (NONE, "None", "None"),
        (NONE, "", "None"),
        (SET, " ", "None"),
        (QUOTED, "reflect", "'reflect'"),
        (QUOTED, "'reflect'", "'reflect'"),
        (QUOTED, "None", "None"),
        (WORDS, "ij,jk->ik", "'ij,jk->ik'"),
        (ParameterView("title", "", "text"), "two words", "two words"),
    ],
)
def test_literals(view: ParameterView, typed: str, text: str) -> None:
    reader = read_text(view, typed)
    assert (reader.reading, reader.text, reader.complaint) == (Reading.LITERAL, text, "")


@pytest.mark.parametrize("typed", ["channels", "= 4 * width", "ƒ width // 2", "(k, k)", "a if b else c"])
def test_expressions(typed: str) -> None:
    for view in (INT, FLOAT, SIZE, SHAPE, CHOICE, BOOL):
        reader = read_text(view, typed)
        assert reader.reading is Reading.EXPRESSION
        assert reader.text[0] not in "=ƒ"


def test_a_field_without_expressions_says_so() -> None:
    field = ParameterView("epochs", "10", "int", allows_expression=False)
    assert read_text(field, "2 * ten").complaint == "epochs takes a whole number."


def test_a_marked_text_is_an_expression() -> None:
    reader = read_text(WORDS, "= name")
    assert (reader.reading, reader.text) == (Reading.EXPRESSION, "name")


@pytest.mark.parametrize(
    ("view", "typed", "says"),
    [
        (INT, "0", "out_channels must be 1 or more."),
        (FACTOR, "1.5, 100", "scale_factor must be 64 or less."),
        (INT, "5000", "out_channels must be 4096 or less."),
        (INT, "1.5", "out_channels must be a whole number."),
        (INT, "", "out_channels needs a value."),
        (INT, "4 *", "out_channels takes a whole number, or an expression such as 2 * width."),
        (FLOAT, "1.5", "p must be 1 or less."),
        (SIZE, "0x3", "kernel_size must be 1 or more."),
        (SIZE, "3,,", "kernel_size takes a size such as 3 or 3, 3, or an expression such as 2 * width."),
        (CHOICE, "no way", "padding_mode takes one of zeros, reflect, or an expression such as 2 * width."),
    ],
)
def test_slips_are_told_in_words(view: ParameterView, typed: str, says: str) -> None:
    reader = read_text(view, typed)
    assert (reader.reading, reader.complaint) == (Reading.INVALID, says)


@pytest.mark.parametrize(
    ("view", "text", "steps", "result"),
    [
        (INT, "64", 1, "65"),
        (INT, "1", -1, "1"),
        (INT, "4096", 10, "4096"),
        (INT, "channels", 1, None),
        (SIZE, "3", 1, "4"),
        (SIZE, "(3, 3)", 1, None),
        (FLOAT, "0.5", 1, "0.51"),
        (FLOAT, "0.1", -1, "0.09"),
        (FLOAT, "0", 1, "0.1"),
        (FLOAT, "1", 1, "1"),
        (CHOICE, "zeros", -1, "reflect"),
        (CHOICE, "zeros", 1, "zeros"),
        (QUOTED, "zeros", -1, "reflect"),
        (SHAPE, "(1, 2)", 1, None),
    ],
)
def test_stepping(view: ParameterView, text: str, steps: int, result: str | None) -> None:
    assert stepped(view, text, steps) == result
