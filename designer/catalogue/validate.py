"""Whether a value suits a parameter: its type, its bounds, its choices, the length of a tuple.

Analysis asks this of every parameter, written by a person, read from a document or worked out from an expression,
before any rule of a layer sees it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from designer.catalogue.emit import source_of
from designer.catalogue.spec import LayerError, Parameter, ParameterType, Remedy
from designer.graph.expressions import Value

_LONGEST_SHAPE = 8  # dimensions
_LONGEST_TEXT = 10_000  # characters


def check_value(parameter: Parameter, value: Value) -> Value:
    """The value as the layer's rules take it: lists become tuples, everything else stays the object that it is.

    Raises LayerError `bad_parameter` that says what was received, what is expected with its bounds, and how to fix it.
    """
    if isinstance(value, list):
        value = tuple(value)
    if value is None and _may_be_none(parameter):
        return None
    if not _SUITS[parameter.type](parameter, value):
        default = source_of(parameter.default)
        remedies = (Remedy(f"Set {parameter.name} to {default}", set_param=parameter.name, value=parameter.default),)
        raise LayerError(
            "bad_parameter",
            f"{parameter.name}={_shown(value)} is not possible.",
            expected=expectation(parameter),
            received=_shown(value),
            fix=f"{_advice(parameter, value)}The default is {default}.",
            remedies=remedies,
        )
    return value


def expectation(parameter: Parameter) -> str:
    """What a parameter takes, in words: `an integer from 1 to 4096`."""
    bounds = _bounds(parameter)
    words = {
        ParameterType.INT: f"an integer{bounds}",
        ParameterType.FLOAT: f"a number{bounds}",
        ParameterType.BOOL: "True or False",
        ParameterType.CHOICE: "one of " + ", ".join(source_of(choice) for choice in parameter.choices),
        ParameterType.SIZE: f"an integer{bounds}"
        + (f", or a tuple of {parameter.axes} of them" if parameter.axes > 1 else ", or a tuple of one")
        + (f", or {' or '.join(map(source_of, parameter.choices))}" if parameter.choices else ""),
        ParameterType.SHAPE: f"a tuple of 1 to {_LONGEST_SHAPE} integers{bounds}",
        ParameterType.TEXT: "text",
    }[parameter.type]
    return f"{words}, or None" if _may_be_none(parameter) else words


def _may_be_none(parameter: Parameter) -> bool:
    return parameter.default is None or parameter.optional


def _bounds(parameter: Parameter) -> str:
    low, high = parameter.minimum, parameter.maximum
    if low is not None and high is not None:
        return f" from {low} to {high}"
    if low is not None:
        return f" of at least {low}"
    return f" of at most {high}" if high is not None else ""


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _advice(parameter: Parameter, value: object) -> str:
    if isinstance(value, float) and value.is_integer() and parameter.type in (ParameterType.INT, ParameterType.SIZE):
        return "Write it without a decimal point, and divide with // in expressions. "
    return ""


def _within(parameter: Parameter, number: float) -> bool:
    return (parameter.minimum is None or number >= parameter.minimum) and (
        parameter.maximum is None or number <= parameter.maximum
    )


def _is_int(parameter: Parameter, value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and _within(parameter, value)


def _is_float(parameter: Parameter, value: object) -> bool:
    if isinstance(value, float):
        return math.isfinite(value) and _within(parameter, value)
    return _is_int(parameter, value)


def _is_bool(parameter: Parameter, value: object) -> bool:
    return isinstance(value, bool)


def _is_choice(parameter: Parameter, value: object) -> bool:
    return any(type(value) is type(choice) and value == choice for choice in parameter.choices)


def _is_size(parameter: Parameter, value: object) -> bool:
    if isinstance(value, tuple):
        return len(value) == parameter.axes and all(_is_int(parameter, item) for item in value)
    return _is_int(parameter, value) or _is_choice(parameter, value)


def _is_shape(parameter: Parameter, value: object) -> bool:
    return (
        isinstance(value, tuple)
        and 1 <= len(value) <= _LONGEST_SHAPE
        and all(_is_int(parameter, item) for item in value)
    )


def _is_text(parameter: Parameter, value: object) -> bool:
    return isinstance(value, str) and len(value) <= _LONGEST_TEXT


_SUITS: dict[ParameterType, Callable[[Parameter, object], bool]] = {
    ParameterType.INT: _is_int,
    ParameterType.FLOAT: _is_float,
    ParameterType.BOOL: _is_bool,
    ParameterType.CHOICE: _is_choice,
    ParameterType.SIZE: _is_size,
    ParameterType.SHAPE: _is_shape,
    ParameterType.TEXT: _is_text,
}
