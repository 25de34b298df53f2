"""Expressions: the small, safe subset of Python in which a parameter may be written.

`64 // ratio`, `4 * width`, `stride != 1 or in_channels != out_channels`: numbers, text, tuples, names of the block's
parameters, arithmetic, comparisons, `and`, `or`, `not`, `a if c else b`, indexing, a few functions. Read with `ast`,
never with `eval`; the length of the source and the size of every result are bounded, so that a stranger's document
cannot make the program hang. Because it is a subset of Python, code generation can emit an expression as it stands.
"""

from __future__ import annotations

import ast
import math
import operator
import warnings
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from designer.base.errors import BlockyardError
from designer.base.text import Text

MAX_SOURCE = 500  # characters
MAX_NODES = 200  # syntax nodes
MAX_NUMBER = 2**53  # largest magnitude of a result
MAX_EXPONENT = 64
MAX_ITEMS = 1000  # items of a tuple, characters of a text

Value = int | float | bool | str | None | tuple["Value", ...]


class ExpressionError(BlockyardError):
    """An expression that cannot be read or has no value here."""


@dataclass(frozen=True)
class Expression:
    """A parameter written in terms of the parameters of the block that it stands in."""

    source: str

    def __str__(self) -> str:
        return self.source


Setting = Value | Expression  # what a parameter holds


_BINARY: dict[type[ast.operator], Callable[[Any, Any], Any]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: dict[type[ast.unaryop], Callable[[Any], Any]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: dict[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}
FUNCTIONS: dict[str, Callable[..., Any]] = {
    "abs": abs,
    "float": float,
    "int": int,
    "len": len,
    "max": max,
    "min": min,
    "round": round,
}
_OPERATORS = (*_BINARY, *_UNARY, *_COMPARE, ast.And, ast.Or)
_FORMS = (
    ast.Name, ast.Load, ast.Tuple, ast.BoolOp, ast.IfExp, ast.Subscript, ast.UnaryOp, ast.BinOp, ast.Compare
)  # fmt: skip


@lru_cache(maxsize=4096)
def parse(source: str) -> ast.expr:
    """The syntax tree of `source`. Raises ExpressionError where it is not in the subset, or too long."""
    if len(source) > MAX_SOURCE:
        raise ExpressionError(
            Text("The expression has {count} characters.", count=len(source)),
            expected=Text("at most {limit}", limit=MAX_SOURCE),
            fix="Shorten it.",
        )
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Python's advice on odd literals is for programmers
            tree = ast.parse(source.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        raise ExpressionError(
            Text("'{source}' cannot be read as an expression.", source=source),
            expected="something like 64, 2 * width or (3, 3)",
            fix="Check brackets and operators.",
        ) from error
    nodes = list(ast.walk(tree))
    if len(nodes) > MAX_NODES:
        raise ExpressionError(
            Text("'{source}…' has too many terms.", source=source[:40]),
            expected=Text("at most {limit}", limit=MAX_NODES),
            fix="Split it into parameters of the block.",
        )
    for node in nodes:
        _check_allowed(node, source)
    return tree


def _check_allowed(node: ast.AST, source: str) -> None:
    match node:
        case ast.Constant(value=bool() | int() | float() | str() | None):
            return
        case ast.Call(func=ast.Name(id=name), keywords=[]) if name in FUNCTIONS:
            return
        case ast.Call(func=ast.Name(id=name)) if name in FUNCTIONS:
            raise ExpressionError(
                Text("'{name}' takes its arguments without names here.", name=name), fix="Write them in their order."
            )
        case ast.Call(func=ast.Name(id=name)):
            raise ExpressionError(
                Text("'{name}' is not a function here.", name=name),
                expected=Text("one of {functions}", functions=", ".join(FUNCTIONS)),
            )
    if not isinstance(node, _FORMS + _OPERATORS):
        raise ExpressionError(
            Text(
                "'{source}' uses {name}, which expressions do not have.",
                source=source,
                name=type(node).__name__.lower(),
            ),
            expected="numbers, names, + - * / // % **, comparisons, and, or, not, if-else, tuples",
        )


def names_in(source: str) -> frozenset[str]:
    """The names that `source` reads, functions left out."""
    return frozenset(
        node.id for node in ast.walk(parse(source)) if isinstance(node, ast.Name) and node.id not in FUNCTIONS
    )


def canonical(source: str) -> str:
    """`source` as Python's own unparser writes it: the spelling that generated code uses."""
    return ast.unparse(parse(source))


def evaluate(setting: Setting, scope: Mapping[str, Value]) -> Value:
    """The value of a parameter. A plain value is its own; an expression is worked out over `scope`.

    Raises ExpressionError: a name that `scope` lacks, a division by zero, a result that is too large or not finite.
    """
    if not isinstance(setting, Expression):
        return setting
    try:
        return _bounded(_evaluate(parse(setting.source), scope))
    except ZeroDivisionError as error:
        raise ExpressionError(
            Text("'{source}' divides by zero.", source=setting.source),
            expected="a divisor other than 0",
            fix="Make it at least 1.",
        ) from error
    except (TypeError, ValueError, IndexError, OverflowError, RecursionError) as error:
        raise ExpressionError(
            Text("'{source}' has no value here: {error}.", source=setting.source, error=error),
            expected="values that its operators and functions take",
        ) from error


def _evaluate(node: ast.expr, scope: Mapping[str, Value]) -> Any:
    match node:
        case ast.Constant(value=value):
            return value
        case ast.Name(id=name):
            if name not in scope:
                known = ", ".join(sorted(scope)) or Text("none, this block has no parameters")
                raise ExpressionError(
                    Text("'{name}' is not a parameter here.", name=name),
                    expected=Text("one of these: {known}", known=known),
                )
            return scope[name]
        case ast.Tuple(elts=items):
            return _bounded(tuple(_evaluate(item, scope) for item in items))
        case ast.UnaryOp(op=op, operand=operand):
            return _UNARY[type(op)](_evaluate(operand, scope))
        case ast.BinOp(left=left, op=op, right=right):
            return _binary(op, _evaluate(left, scope), _evaluate(right, scope))
        case ast.BoolOp(op=op, values=values):
            result: Any = None
            for value in values:
                result = _evaluate(value, scope)
                if bool(result) != isinstance(op, ast.And):
                    return result
            return result
        case ast.Compare():
            return all(_comparisons(node, scope))
        case ast.IfExp(test=test, body=body, orelse=orelse):
            return _evaluate(body if _evaluate(test, scope) else orelse, scope)
        case ast.Subscript(value=value, slice=index):
            return _evaluate(value, scope)[_evaluate(index, scope)]
        case ast.Call(func=ast.Name(id=name), args=args):
            return _call(name, [_evaluate(argument, scope) for argument in args])
    raise ExpressionError(Text("'{node}' is not an expression.", node=ast.unparse(node)))


def _call(name: str, arguments: list[Any]) -> Any:
    digits = arguments[1] if name == "round" and len(arguments) > 1 else 0
    if isinstance(digits, int) and abs(digits) > MAX_EXPONENT:  # Python would work out 10 to that power
        raise ExpressionError(
            Text("round cannot keep {digits} digits.", digits=digits),
            expected=Text("at most {limit}", limit=MAX_EXPONENT),
        )
    return FUNCTIONS[name](*arguments)


def _comparisons(node: ast.Compare, scope: Mapping[str, Value]) -> Iterator[bool]:
    left = _evaluate(node.left, scope)
    for op, comparator in zip(node.ops, node.comparators, strict=True):
        right = _evaluate(comparator, scope)
        yield _COMPARE[type(op)](left, right)
        left = right


def _binary(op: ast.operator, left: Any, right: Any) -> Any:
    if isinstance(op, ast.Pow) and isinstance(right, int | float) and abs(right) > MAX_EXPONENT:
        raise ExpressionError(
            Text("The exponent {right} is too large.", right=right),
            expected=Text("at most {limit}", limit=MAX_EXPONENT),
        )
    if isinstance(left, str) or isinstance(right, str):
        raise ExpressionError("Text cannot be calculated with.", expected="numbers on both sides of the operator")
    for sequence, times in ((left, right), (right, left)):
        if isinstance(sequence, tuple) and isinstance(times, int) and len(sequence) * times > MAX_ITEMS:
            raise ExpressionError("The tuple is too long.", expected=Text("at most {limit} items", limit=MAX_ITEMS))
    return _bounded(_BINARY[type(op)](left, right))


def _bounded(value: Any) -> Any:
    if isinstance(value, str | tuple) and _size(value) > MAX_ITEMS:
        raise ExpressionError("The result is too long.", expected=Text("at most {limit} items", limit=MAX_ITEMS))
    if isinstance(value, tuple):
        for item in value:
            _bounded(item)
    if isinstance(value, complex) or (isinstance(value, float) and not math.isfinite(value)):
        raise ExpressionError("The result is not a finite number.", expected="a real number")
    if isinstance(value, int | float) and abs(value) > MAX_NUMBER:
        raise ExpressionError("The result is too large.", expected=Text("at most {limit}", limit=MAX_NUMBER))
    return value


def _size(value: str | tuple[Any, ...]) -> int:
    """The items in it, those of tuples in tuples too; no more than the limit is counted."""
    count = len(value)
    if isinstance(value, tuple):
        for item in value:
            if count > MAX_ITEMS:
                break
            if isinstance(item, tuple):
                count += _size(item)
    return count


def from_text(text: str) -> Setting:
    """What a person typed into a parameter's field: a literal becomes its value, anything else an expression.

    `3` -> 3, `(3, 3)` -> (3, 3), `3, 3` -> (3, 3), `'same'` -> 'same', `64 // ratio` -> Expression('64 // ratio').
    Raises ExpressionError where it is neither.
    """
    parse(text)
    try:
        value = ast.literal_eval(text.strip())
    except ValueError:
        return Expression(text.strip())
    return _bounded(value)


def to_text(setting: Setting) -> str:
    """The inverse of `from_text`: what a field shows for a parameter."""
    return setting.source if isinstance(setting, Expression) else repr(setting)
