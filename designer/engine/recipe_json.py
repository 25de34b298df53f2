"""Recipes from and to JSON, and the sentences that say what is wrong with one. Standard library only.

The parts of a recipe are frozen dataclasses in `recipe`, `recipe_data` and `recipe_optimizer`, which check themselves
with `require`.
"""

from __future__ import annotations

import difflib
import json
import types
import typing
from collections.abc import Iterable, Mapping
from dataclasses import field, fields, is_dataclass
from typing import Any, Literal

from .protocol import EngineError

BRIEF = {"left out at its default": True}


class RecipeError(EngineError, ValueError):
    """A recipe that cannot be followed. Its `message` names the field and the value received."""


def require(holds: bool, where: str, received: object, expected: str, fix: str) -> None:
    """Raise RecipeError unless the field of that dotted name holds what it should."""
    if not holds:
        raise RecipeError(f"Recipe: {where} is {shown(received)}.", expected=expected, fix=fix)


def shown(value: object) -> str:
    """A value as a recipe would write it, cut short."""
    text = repr(value) if isinstance(value, str) else json.dumps(value, default=repr)
    return text if len(text) <= 60 else text[:57] + "..."


def is_share(value: float) -> bool:
    """Whether it is a share that leaves something over."""
    return 0 <= value < 1


def later(default: Any) -> Any:
    """A field that recipes of the first version did not have. JSON leaves it out where it has its default."""
    return field(default=default, metadata=BRIEF)


def to_json(recipe: Any) -> dict[str, Any]:
    """A recipe, or a part of one, as a value for `json.dumps`."""
    value = {}
    for entry in fields(recipe):
        own = getattr(recipe, entry.name)
        if entry.metadata != BRIEF or own != entry.default:
            value[entry.name] = to_json(own) if is_dataclass(own) else own
    return value


def nearest(name: str, known: Iterable[str]) -> str:
    """A question after the known name that a misspelt one comes close to, or nothing."""
    close = difflib.get_close_matches(name, list(known), n=1)
    return f"Did you mean {close[0]!r}?" if close else ""


def read_value(annotation: Any, value: Any, where: str) -> Any:
    """The JSON value as the annotated type; where: the field's dotted name, empty for the whole recipe."""

    def fail(expected: str) -> typing.NoReturn:
        raise RecipeError(
            f"Recipe: {where or 'the whole'} is {shown(value)}.", expected=expected, fix="Correct it or leave it out."
        )

    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if is_dataclass(annotation):
        if not isinstance(value, Mapping):
            fail("a JSON object")
        return _read_fields(annotation, value, where)
    if origin is types.UnionType:
        return None if value is None else read_value(arguments[0], value, where)
    if origin is Literal:
        return value if value in arguments else fail("one of " + ", ".join(arguments))
    if origin is tuple:
        if not isinstance(value, list | tuple) or (arguments[-1] is not ... and len(value) != len(arguments)):
            elements = "texts" if arguments[0] is str else "numbers"
            fail(f"a list of {elements}" if arguments[-1] is ... else f"a list of {len(arguments)} {elements}")
        return tuple(read_value(arguments[0], element, where) for element in value)
    if annotation is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e300 else fail("a number of a sensible size")
    if isinstance(value, annotation) and (annotation is bool or not isinstance(value, bool)):
        return value
    return fail({float: "a number", int: "a whole number", bool: "true or false", str: "a text"}[annotation])


def _read_fields(kind: Any, values: Mapping[str, Any], where: str) -> Any:
    known = typing.get_type_hints(kind)
    prefix = f"{where}." if where else ""
    for name in values:
        if name not in known:
            raise RecipeError(
                f"Recipe: {prefix}{name} is no field of a recipe.",
                expected=f"{prefix or 'one of '}{', '.join(known)}",
                fix=nearest(name, known) or "Leave it out.",
            )
    present = [entry.name for entry in fields(kind) if entry.name in values]
    return kind(**{name: read_value(known[name], values[name], prefix + name) for name in present})
