"""Between JSON and the values and expressions that a design holds."""

from __future__ import annotations

import math
from typing import Any

from designer.base.text import Text
from designer.document.document import DocumentError
from designer.graph.expressions import Expression, Setting, Value

_EXPRESSION = "="
_TEXT = "'"
_MAX_INT = 2**63


def to_setting(raw: Any, where: str) -> Setting:
    """A parameter's value or expression from its JSON. Raises DocumentError."""
    if isinstance(raw, str) and raw.startswith(_EXPRESSION):
        return Expression(raw[1:])
    return to_value(raw, where)


def to_value(raw: Any, where: str) -> Value:
    """A plain value from its JSON: a list becomes a tuple. Raises DocumentError."""
    match raw:
        case str() if raw.startswith(_EXPRESSION):
            raise DocumentError(
                Text(
                    "{where}: there is an expression, '{raw}', where only values can stand.", where=where, raw=raw[:80]
                ),
                expected='a value, or in a node one expression for the whole parameter, such as "=(width, width)"',
                fix="Write the value; a text that begins with = is written '= instead.",
            )
        case str():
            return raw.removeprefix(_TEXT)
        case int() if abs(raw) >= _MAX_INT:
            raise DocumentError(
                Text("{where}: the number is too large.", where=where), expected="less than 2^63", fix="Correct it."
            )
        case None | bool() | int() | float():
            return raw
        case list():
            return tuple(to_value(item, where) for item in raw)
    raise DocumentError(
        Text("{where}: its value is an object in braces.", where=where),
        expected="a number, a text, true, false, null or a list",
    )


def from_setting(setting: Setting, where: str) -> Any:
    """The JSON of a value or an expression. Raises DocumentError where it is not a finite number."""
    match setting:
        case Expression(source=source):
            return _EXPRESSION + source
        case str():
            return _TEXT + setting if setting.startswith((_EXPRESSION, _TEXT)) else setting
        case float() if not math.isfinite(setting):
            raise DocumentError(
                Text("{where}: {setting} cannot be saved.", where=where, setting=setting),
                expected="a finite number",
                fix="Correct it.",
            )
        case tuple():
            return [from_setting(item, where) for item in setting]
    return setting
