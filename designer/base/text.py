"""A sentence for a person that can still be said in another language.

Rooms without Qt write English. `Text` is that English, a `str` for whoever prints, logs or keeps it; the window takes
its template, looks it up in the person's language and fills it in again (`ui/language.py`). What is whole, without
arguments, may be a plain literal wherever a text for a person is expected: it is looked up as it stands.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

_PLAIN = str, int, float  # what an argument may be


class Text(str):
    """`Text("{node} has {count} inputs.", node=node, count=3)`: the sentence, and how it was made.

    template: a literal wherever there are arguments. What comes from a document is an argument, which is filled in and
    never read as a template. Without arguments nothing is filled in, and braces mean themselves. arguments: numbers and
    texts stay what they are, all else is told by its `str`. Those that are a Text are translated with the sentence
    that they stand in; plain ones are names, and are not.

    It travels whole by pickle and copy; in JSON it is plain English.
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
