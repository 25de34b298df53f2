"""Telling a literal from an expression from a slip, for each type of parameter. Pure text; no widgets, no model.

The model has the last word on what a value means; this only decides how an editor looks while a person types, and
brings the ways in which people write sizes (`3x3`, `3×3`, `3, 3`) into the one that the model reads: `(3, 3)`.
"""

from __future__ import annotations

import ast
import math
import re
from dataclasses import dataclass
from enum import Enum

from PySide6.QtCore import QCoreApplication

from designer.ui.docks.views import ParameterView

translate = QCoreApplication.translate

_INT = re.compile(r"[+-]?\d+(_\d+)*")
_NUMBER = re.compile(r"[+-]?(\d+(_\d+)*\.?\d*|\.\d+)([eE][+-]?\d+)?")
_SIZES = re.compile(r"[\[(]?\s*[+-]?\d+(\s*[,×xX]\s*[+-]?\d+)*\s*,?\s*[\])]?")
_NUMERIC = re.compile(r"[\d\s.,+\-eE_()\[\]]+")
_LONGEST = 300  # of a text that is a number or a size
_FACTORS = re.compile(rf"[\[(]?\s*{_NUMBER.pattern}(\s*[,×xX]\s*{_NUMBER.pattern})*\s*,?\s*[\])]?")
_NUMBERS = ("int", "float", "number", "size", "shape", "factor")
UNSET = "None"  # in the model's words
_BOOLS = {"true": "True", "on": "True", "yes": "True", "false": "False", "off": "False", "no": "False"}


class Reading(Enum):
    """What a typed text is."""

    LITERAL = "literal"
    EXPRESSION = "expression"
    INVALID = "invalid"


@dataclass(frozen=True)
class Reader:
    """The outcome of reading a text. text: as the model should get it. complaint: why it is invalid."""

    reading: Reading
    text: str
    complaint: str = ""


def _invalid(text: str, complaint: str) -> Reader:
    return Reader(Reading.INVALID, text, complaint)


def _within(view: ParameterView, text: str, value: float) -> Reader:
    name = view.label or view.name
    if math.isinf(value):
        return _invalid(text, translate("Editors", "{0} is too large.").format(name))
    if view.minimum is not None and value < view.minimum:
        return _invalid(text, translate("Editors", "{0} must be {1} or more.").format(name, f"{view.minimum:g}"))
    if view.maximum is not None and value > view.maximum:
        return _invalid(text, translate("Editors", "{0} must be {1} or less.").format(name, f"{view.maximum:g}"))
    return Reader(Reading.LITERAL, text)


def _sizes(view: ParameterView, text: str) -> Reader | None:
    """Of integers, or for a factor of any numbers, with commas or crosses between."""
    if view.type == "shape" and text == "()":
        return Reader(Reading.LITERAL, text)
    if not (_FACTORS if view.type == "factor" else _SIZES).fullmatch(text):
        return None
    given = [number.group() for number in (_NUMBER if view.type == "factor" else _INT).finditer(text)]
    numbers = [int(number) if _INT.fullmatch(number) else float(number) for number in given]
    is_tuple = len(numbers) > 1 or "," in text or view.type == "shape"
    inner = ", ".join(str(number) for number in numbers)
    written = (f"({inner},)" if len(numbers) == 1 else f"({inner})") if is_tuple else str(numbers[0])
    for number in (min(numbers), max(numbers)):
        reader = _within(view, written, number)
        if reader.reading is Reading.INVALID:
            return reader
    return Reader(Reading.LITERAL, written)


def as_shown(text: str) -> str:
    """A value as people read it: a string without its quotes, anything else as it is."""
    if len(text) >= 2 and text[0] == text[-1] and text[0] in "'\"":
        try:
            value = ast.literal_eval(text)
        except (SyntaxError, ValueError):
            return text
        return value if isinstance(value, str) else text
    return text


def literal_as_shown(view: ParameterView, text: str) -> str:
    """A literal as the editor of `view` shows it: a number that is not set is an empty field."""
    return "" if text == UNSET and view.type in _NUMBERS else as_shown(text)


def means_same(view: ParameterView, text: str, other: str) -> bool:
    """Whether two texts are one value to `view`: to a float `0` and `0.0`, to a size `(3,3)` and `(3, 3)`."""
    if text == other or view.type not in _NUMBERS:
        return text == other
    value = _number(text)
    if view.type == "number" and type(value) is not type(_number(other)):
        return False  # 1 is a whole number, 1.0 is none
    return value is not None and value == _number(other)


def _number(text: str) -> object:
    """The number, or the numbers in a row, that a text is; None for anything else."""
    if len(text) > _LONGEST or not _NUMERIC.fullmatch(text):
        return None
    try:
        return ast.literal_eval(text.strip().lstrip("+"))
    except (SyntaxError, ValueError):
        return None


def value_as_shown(view: ParameterView) -> str:
    """The value of `view` as its editor shows it."""
    return view.value_text if view.is_expression else literal_as_shown(view, view.value_text)


def can_be_unset(view: ParameterView) -> bool:
    """Whether it is a number that need not be there: an empty field means so."""
    return view.type in _NUMBERS and UNSET in (view.default_text, view.value_text)


def _literal(view: ParameterView, text: str) -> Reader | None:
    if not text and can_be_unset(view):
        return Reader(Reading.LITERAL, UNSET)
    if len(text) > _LONGEST and view.type in _NUMBERS and _NUMERIC.fullmatch(text):
        said = translate("Editors", "{0} has {1} characters, and may have {2}.")
        return _invalid(text, said.format(view.label or view.name, f"{len(text):,}", _LONGEST))
    known = (*view.choices, view.default_text or "", "" if view.is_expression else view.value_text)
    for own in known:
        if text and text in (own, as_shown(own)):
            return Reader(Reading.LITERAL, own)
    if view.type in ("text", "folder"):
        is_quoted = any(as_shown(own) != own for own in known)
        return Reader(Reading.LITERAL, repr(text) if is_quoted else text)
    if view.type == "bool" and text.lower() in _BOOLS:
        return Reader(Reading.LITERAL, _BOOLS[text.lower()])
    if view.type == "int" and _INT.fullmatch(text):
        return _within(view, text, int(text))
    if view.type in ("float", "number", "factor") and _NUMBER.fullmatch(text):
        return _within(view, text, float(text))
    if view.type in ("size", "shape", "factor"):
        return _sizes(view, text)
    return None


def _parses(text: str) -> bool:
    try:
        ast.parse(text, mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        return False
    return True


def read_text(view: ParameterView, text: str) -> Reader:
    """Read what a person typed into the editor of `view`."""
    text = text.strip()
    is_marked = text.startswith(("=", "ƒ"))
    if is_marked:
        text = text[1:].strip()
    literal = None if is_marked and view.type in ("text", "folder") else _literal(view, text)
    if literal is not None:
        return literal
    name = view.label or view.name
    if not text:
        return _invalid(text, translate("Editors", "{0} needs a value.").format(name))
    if view.type in ("int", "float") and _NUMBER.fullmatch(text):
        return _invalid(text, translate("Editors", "{0} must be a whole number.").format(name))
    if not view.allows_expression or not _parses(text):
        wanted = {
            "int": translate("Editors", "a whole number"),
            "float": translate("Editors", "a number"),
            "number": translate("Editors", "a number"),
            "bool": translate("Editors", "on or off"),
            "choice": translate("Editors", "one of {0}").format(", ".join(map(as_shown, view.choices))),
            "size": " / ".join([translate("Editors", "a size such as 3 or 3, 3"), *map(as_shown, view.choices)]),
            "shape": translate("Editors", "a shape such as 1, 28, 28"),
            "factor": translate("Editors", "a number such as 2 or 1.5, or one an axis such as 2, 1.5"),
        }.get(view.type, translate("Editors", "a value"))
        sentence = translate("Editors", "{0} takes {1}, or an expression such as 2 * width.")
        return _invalid(
            text, (sentence if view.allows_expression else translate("Editors", "{0} takes {1}.")).format(name, wanted)
        )
    return Reader(Reading.EXPRESSION, text)


def stepped(view: ParameterView, text: str, steps: int) -> str | None:
    """The literal `steps` further on, kept within the limits; None where stepping means nothing."""
    if len(text) > _LONGEST:
        return None
    reader = read_text(view, text)
    if view.choices and reader.text in view.choices:
        index = view.choices.index(reader.text) - steps
        return as_shown(view.choices[min(max(index, 0), len(view.choices) - 1)])
    is_whole = view.type != "float" and _INT.fullmatch(reader.text)
    if view.type in ("float", "number", "factor") and not is_whole and _NUMBER.fullmatch(reader.text):
        return _float_step(view, reader.text, steps)
    if view.type not in ("int", "number", "size", "factor") or not _INT.fullmatch(text.strip()):
        return None
    value = int(text) + steps
    value = value if view.minimum is None else max(value, math.ceil(view.minimum))
    return str(value if view.maximum is None else min(value, int(view.maximum)))


def _float_step(view: ParameterView, text: str, steps: int) -> str | None:
    """A step of one in the second significant digit: 0.1 -> 0.11, 0.0005 -> 0.00051, 0 -> 0.1."""
    value = float(text)
    if math.isinf(value):
        return None
    step = 0.1 if value == 0.0 else 10.0 ** (int(f"{abs(value):e}".partition("e")[2]) - 1)
    value += steps * step
    value = value if view.minimum is None else max(value, view.minimum)
    return f"{value if view.maximum is None else min(value, view.maximum):.6g}"
