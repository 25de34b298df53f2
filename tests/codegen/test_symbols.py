"""Expressions with the sources of parameters in the place of their names."""

from __future__ import annotations

import pytest

from designer.codegen.symbols import Symbol, constant, symbolic
from designer.graph.expressions import Expression

SCOPE = {"stride": constant(1), "channels": Symbol(4, "width"), "wide": Symbol(True, "wide")}


@pytest.mark.parametrize(
    ("expression", "written", "value"),
    [
        ("stride != 1 or channels != 4", "width != 4", False),
        ("stride == 1 and channels == 4", "width == 4", True),
        ("channels == 4 or stride == 2", "width == 4", True),
        ("wide or stride == 2", "wide or False", True),
        ("channels * (2 if stride != 1 else 3)", "width * 3", 12),
        ("stride == 1", "True", True),
        ("wide or 1 // 0 == 1", "wide or 1 // 0 == 1", True),
    ],
)
def test_what_is_known_is_decided_where_it_is_written(expression, written, value):
    assert symbolic(Expression(expression), SCOPE) == Symbol(value, written)
