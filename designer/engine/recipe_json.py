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
from .text import Text

BRIEF = {"left out at its default": True}
_EXPECTED = {float: Text("a number"), int: Text("a whole number"), bool: Text("true or false"), str: Text("a text")}


class RecipeError(EngineError, ValueError):
    """A recipe that cannot be followed. Its `message` names the field and the value received."""


def require(holds: bool, where: str, received: object, expected: str, fix: str) -> None:
    """Raise RecipeError unless the field of that dotted name holds what it should."""
    if not holds:
        said = Text("{field} is {value}.", field=where, value=shown(received))
        raise RecipeError(Text("Recipe: {said}", said=said), expected=expected, fix=fix)


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
    return Text("Did you mean {near}?", near=repr(close[0])) if close else ""


def read_value(annotation: Any, value: Any, where: str) -> Any:
    """The JSON value as the annotated type; where: the field's dotted name, empty for the whole recipe."""

    def fail(expected: str) -> typing.NoReturn:
        said = Text("{field} is {value}.", field=where or Text("the whole"), value=shown(value))
        raise RecipeError(Text("Recipe: {said}", said=said), expected=expected, fix="Correct it or leave it out.")

    origin, arguments = typing.get_origin(annotation), typing.get_args(annotation)
    if is_dataclass(annotation):
        if not isinstance(value, Mapping):
            fail("a JSON object")
        return _read_fields(annotation, value, where)
    if origin is types.UnionType:
        return None if value is None else read_value(arguments[0], value, where)
    if origin is Literal:
        return value if value in arguments else fail(Text("one of {choices}", choices=", ".join(arguments)))
    if origin is tuple:
        if not isinstance(value, list | tuple) or (arguments[-1] is not ... and len(value) != len(arguments)):
            elements = Text("texts") if arguments[0] is str else Text("numbers")
            some = Text("{count} {elements}", count=len(arguments), elements=elements)
            fail(Text("a list of {elements}", elements=elements if arguments[-1] is ... else some))
        return tuple(read_value(arguments[0], element, where) for element in value)
    if annotation is float and isinstance(value, int | float) and not isinstance(value, bool):
        return float(value) if abs(value) < 1e300 else fail("a number of a sensible size")
    if isinstance(value, annotation) and (annotation is bool or not isinstance(value, bool)):
        return value
    return fail(_EXPECTED[annotation])


def _read_fields(kind: Any, values: Mapping[str, Any], where: str) -> Any:
    known = typing.get_type_hints(kind)
    prefix = f"{where}." if where else ""
    for name in values:
        if name not in known:
            raise RecipeError(
                Text("Recipe: {said}", said=Text("{field} is no field of a recipe.", field=f"{prefix}{name}")),
                expected=f"{prefix}{', '.join(known)}"
                if prefix
                else Text("one of {choices}", choices=", ".join(known)),
                fix=nearest(name, known) or "Leave it out.",
            )
    present = [entry.name for entry in fields(kind) if entry.name in values]
    return kind(**{name: read_value(known[name], values[name], prefix + name) for name in present})
