"""Whether a value suits a parameter: its type, its bounds, its choices, the length of a tuple.

Analysis asks this of every parameter, written by a person, read from a document or worked out from an expression,
before any rule of a layer sees it.
"""

from __future__ import annotations

import math
from collections.abc import Callable

from designer.base.text import Text, joined, one_of
from designer.catalogue.emit import source_of
from designer.catalogue.spec import MAX_RANK, Doubt, LayerError, Parameter, ParameterType, Remedy
from designer.graph.expressions import Value

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
        remedies = (
            Remedy(
                Text("Set {name} to {value}", name=parameter.name, value=default),
                set_param=parameter.name,
                value=parameter.default,
            ),
        )
        raise LayerError(
            "bad_parameter",
            Text("{parameter}={value} is not possible.", parameter=parameter.name, value=_shown(value)),
            expected=expectation(parameter),
            received=_shown(value),
            fix=joined(_advice(parameter, value), Text("The default is {default}.", default=default)),
            remedies=remedies,
        )
    return value


def doubt_of(parameter: Parameter, value: Value) -> Doubt | None:
    """What is to be said of a value that the parameter takes, but that lies beyond the bounds of sense; else None."""
    low, high = parameter.usual
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    if (low is None or value >= low) and (high is None or value <= high):
        return None
    default = source_of(parameter.default)
    title = Text("Set {name} to {value}", name=parameter.name, value=default)
    return Doubt(
        "unusual_value",
        Text("{parameter}={value} is far from what is usual.", parameter=parameter.name, value=_shown(value)),
        expected=_bounded(Text("a number"), low, high),
        received=_shown(value),
        fix=Text("The default is {default}.", default=default),
        remedies=(Remedy(title, set_param=parameter.name, value=parameter.default),),
    )


def expectation(parameter: Parameter) -> str:
    """What a parameter takes, in words: `an integer from 1 to 4096`."""
    words = _words(parameter)
    return Text("{what}, or None", what=words) if _may_be_none(parameter) else words


def _words(parameter: Parameter) -> Text:
    choices = list(map(source_of, parameter.choices))
    match parameter.type:
        case ParameterType.INT:
            return _bounded(Text("an integer"), parameter.minimum, parameter.maximum)
        case ParameterType.FLOAT:
            return _bounded(Text("a number"), parameter.minimum, parameter.maximum)
        case ParameterType.BOOL:
            return Text("True or False")
        case ParameterType.CHOICE:
            return Text("one of {choices}", choices=", ".join(choices))
        case ParameterType.SIZE:
            sizes = Text(
                "{what}, or {also}",
                what=_bounded(Text("an integer"), parameter.minimum, parameter.maximum),
                also=_several(parameter),
            )
            return Text("{what}, or {also}", what=sizes, also=one_of(choices)) if choices else sizes
        case ParameterType.SHAPE:
            length = Text("a tuple of {least} to {limit} integers", least=parameter.least, limit=MAX_RANK)
            return _bounded(length, parameter.minimum, parameter.maximum)
        case ParameterType.FACTOR:
            return Text(
                "{what}, or {also}",
                what=_bounded(Text("a number"), parameter.minimum, parameter.maximum),
                also=_several(parameter),
            )
    return Text("text")


def _several(parameter: Parameter) -> Text:
    if not parameter.axes:
        return Text("a tuple of one a spatial axis")
    return Text("a tuple of {count} of them", count=parameter.axes) if parameter.axes > 1 else Text("a tuple of one")


def _may_be_none(parameter: Parameter) -> bool:
    return parameter.default is None or parameter.optional or parameter.can_be_none


def _bounded(what: Text, low: float | None, high: float | None) -> Text:
    if low is not None and high is not None:
        return Text("{what} from {low} to {high}", what=what, low=low, high=high)
    if low is not None:
        return Text("{what} of at least {low}", what=what, low=low)
    return Text("{what} of at most {high}", what=what, high=high) if high is not None else what


def _shown(value: object) -> str:
    text = repr(value)
    return text if len(text) <= 60 else text[:57] + "…"


def _advice(parameter: Parameter, value: object) -> str:
    if isinstance(value, float) and value.is_integer() and parameter.type in (ParameterType.INT, ParameterType.SIZE):
        return Text("Write it without a decimal point, and divide with // in expressions.")
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
        return _is_one_an_axis(parameter, value) and all(_is_int(parameter, item) for item in value)
    return _is_int(parameter, value) or _is_choice(parameter, value)


def _is_factor(parameter: Parameter, value: object) -> bool:
    if isinstance(value, tuple):
        return _is_one_an_axis(parameter, value) and all(_is_float(parameter, item) for item in value)
    return _is_float(parameter, value)


def _is_one_an_axis(parameter: Parameter, value: tuple[object, ...]) -> bool:
    return len(value) == parameter.axes if parameter.axes else 1 <= len(value) <= MAX_RANK


def _is_shape(parameter: Parameter, value: object) -> bool:
    return (
        isinstance(value, tuple)
        and parameter.least <= len(value) <= MAX_RANK
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
    ParameterType.FACTOR: _is_factor,
    ParameterType.TEXT: _is_text,
}
