"""A sentence for a person that can still be said in another language. Standard library only.

Whoever has no window writes English. `Text` is that English, a `str` for whoever prints, logs or keeps it; a window
takes its template, looks it up in the person's language and fills it in again. What is whole, without arguments, may be
a plain literal wherever a text for a person is expected: it is looked up as it stands.
"""

from __future__ import annotations

import math
import re
from collections.abc import Mapping, Sequence
from string import Formatter
from typing import Any

TEXTS = "texts"  # the key of the forms in a message
_PLAIN = str, int, float  # what an argument may be
_MAX_TEMPLATE, _MAX_ARGUMENTS, _MAX_DEPTH = 2000, 20, 5  # of a form that came from elsewhere
_HOW = re.compile(r",?(\.\d[fg%])?|g")  # a number may be written; nothing that could fill the memory


class Text(str):
    """`Text("{node} has {count} inputs.", node=node, count=3)`: the sentence, and how it was made.

    template: a literal wherever there are arguments. What comes from a document is an argument, which is filled in and
    never read as a template. Without arguments nothing is filled in, and braces mean themselves. arguments: numbers and
    texts stay what they are, all else is told by its `str`. Those that are a Text are translated with the sentence
    that they stand in; plain ones are names, and are not.

    It travels whole by pickle and copy; in JSON it is plain English, unless its form goes along (`forms_of`).
    """

    __slots__ = ("arguments", "template")
    template: str
    arguments: dict[str, str | int | float]

    def __new__(cls, template: str, /, **arguments: object) -> Text:
        if not arguments and isinstance(template, Text):
            return template
        plain = {key: value if isinstance(value, _PLAIN) else str(value) for key, value in arguments.items()}
        told = super().__new__(cls, template.format(**plain) if plain else template)
        told.template, told.arguments = template, plain
        return told

    def __getnewargs_ex__(self) -> tuple[tuple[Any, ...], dict[str, Any]]:
        return (self.template,), self.arguments


def joined(*parts: str, by: str = " ") -> Text:
    """Sentences that follow each other, each a text of its own; those that are empty are left out."""
    filled = {f"part{number}": Text(part) for number, part in enumerate(parts) if part}
    return Text(by.join(f"{{{name}}}" for name in filled), **filled)


def all_of(names: Sequence[str]) -> str:
    """Names in a row: `a, b and c`."""
    *most, last = names
    return Text("{most} and {last}", most=", ".join(most), last=last) if most else last


def one_of(names: Sequence[str]) -> str:
    """Names to choose from: `a, b or c`."""
    *most, last = names
    return Text("{most} or {last}", most=", ".join(most), last=last) if most else last


def forms_of(values: Mapping[str, object]) -> dict[str, dict[str, Any]]:
    """What is written into JSON beside these values: how the texts among them were made."""
    found: dict[str, Any] = {}
    for name, value in values.items():
        if isinstance(value, Text) and value.arguments:
            found[name] = _form(value)
        elif isinstance(value, tuple) and any(isinstance(each, Text) and each.arguments for each in value):
            found[name] = {"each": [_form(each) if isinstance(each, Text) else None for each in value]}
    return {TEXTS: found} if found else {}


def _form(text: Text) -> list[Any]:
    return [text.template, {name: _as_json(value) for name, value in text.arguments.items()}]


def _as_json(value: str | int | float) -> Any:
    if isinstance(value, Text) and value.arguments:
        return _form(value)
    return str(value) if isinstance(value, float) and not math.isfinite(value) else value


def in_forms(values: dict[str, Any], forms: object) -> dict[str, Any]:
    """The values that came from elsewhere, with each text that a form says whole. A form that is not sound, or does not
    say just what the text says, counts for nothing."""
    if not isinstance(forms, Mapping):
        return values
    return {name: _in_form(value, forms[name]) if name in forms else value for name, value in values.items()}


def _in_form(value: Any, form: object) -> Any:
    if isinstance(form, Mapping) and isinstance(value, list) and isinstance(forms := form.get("each"), list):
        known = len(forms) == len(value)
        return [_in_form(*each) for each in zip(value, forms, strict=True)] if known else value
    try:
        made = _made(form, 0)
    except (ValueError, TypeError, LookupError, AttributeError, OverflowError):
        return value
    return made if made == value else value


def _made(form: object, depth: int) -> Text:
    template, arguments = form  # type: ignore[misc]
    if depth > _MAX_DEPTH or len(template) > _MAX_TEMPLATE or len(arguments) > _MAX_ARGUMENTS:
        raise ValueError
    for _, name, how, conversion in Formatter().parse(template):
        if name is not None and (name not in arguments or conversion or not _HOW.fullmatch(how or "")):
            raise ValueError
    filled = {name: _made(each, depth + 1) if isinstance(each, list) else each for name, each in arguments.items()}
    return Text(template, **filled)
