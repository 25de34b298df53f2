"""The texts of a custom layer that speak of shapes: the axes of its inputs, the rules of its outputs, its costs.

An input names its axes, `N, C, H, W`; `...` stands for any number of axes more. An output says each of its lengths in
terms of those names and of the parameters, `N, 2 * C, H // stride, W // stride`; its `...` is that of the inputs. The
same letter at two inputs stands for the same length. A port's own name is its whole shape: `input[1]`, `len(input)`.

Lengths that remember how they were calculated go on remembering: a type derived from int that can be made from a value
and the source that its repr gives, which is what code generation works with.
"""

from __future__ import annotations

import ast
import copy
from collections.abc import Callable, Mapping, Sequence
from functools import lru_cache
from typing import Any

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.catalogue.rules.expect import shape_text
from designer.catalogue.spec import LayerError, Tensor
from designer.graph.custom import CustomPort
from designer.graph.expressions import (
    MAX_SOURCE,
    Expression,
    ExpressionError,
    evaluate,
    names_in,
    parse,
)
from designer.graph.names import is_parameter_name

REST = "..."
MAX_RANK = 8
Scope = dict[str, Any]  # parameters, axes and ports by name

# Forms in which a length that remembers is calculated as it stands, and reads well in code.
_PLAIN = (ast.Name, ast.Load, ast.Constant, ast.BinOp, ast.UnaryOp, ast.USub, ast.Add, ast.Sub, ast.Mult, ast.FloorDiv)


@lru_cache(maxsize=1024)
def items(text: str) -> tuple[str, ...]:
    """The items of a rule, by their sources: `(N, 2 * C)` and `N, 2 * C` give ("N", "2 * C"). Raises BlockyardError."""
    text = text.strip()
    if len(text) > MAX_SOURCE:
        raise ExpressionError(
            Text("The shape has {count} characters.", count=len(text)),
            expected=Text("at most {limit}", limit=MAX_SOURCE),
        )
    source = text if text.startswith("(") and text.endswith(")") else f"({text})"
    for candidate in (source, f"({text},)"):
        try:
            tree = ast.parse(candidate, mode="eval").body
            found = tuple(map(ast.unparse, tree.elts)) if isinstance(tree, ast.Tuple) else ()
        except (SyntaxError, ValueError, RecursionError, MemoryError):
            continue
        if len(found) > MAX_RANK:
            raise ExpressionError(
                Text("'{text}' has {count} axes.", text=text, count=len(found)),
                expected=Text("at most {limit}", limit=MAX_RANK),
            )
        if found:
            return found
    raise ExpressionError(
        Text("'{text}' cannot be read as a shape.", text=text), expected="axes with commas between, such as N, C, H, W"
    )


def axes(text: str) -> tuple[str, ...]:
    """The names of an input's axes, `...` among them at most once. Raises BlockyardError."""
    found = items(text)
    for name in found:
        if name != REST and not is_parameter_name(name):
            raise ExpressionError(
                Text("'{name}' cannot be the name of an axis.", name=name[:40]),
                expected="names with commas between, such as N, C, H, W; ... for any number of axes",
                fix="Inputs only name their axes; what comes out is for the outputs to say.",
            )
    if len(set(found)) < len(found):
        raise ExpressionError(Text("'{text}' names an axis twice.", text=text.strip()), expected="each of them once")
    return found


def names_read(text: str) -> frozenset[str]:
    """The names that an output's rule reads. Raises BlockyardError where it cannot be read."""
    return frozenset().union(*(names_in(item) for item in items(text) if item != REST))


def bound(ports: Sequence[CustomPort], tensors: Sequence[Tensor]) -> Scope:
    """The lengths by the names of axes, and the shapes by those of ports. Raises LayerError where they do not fit."""
    scope: Scope = {}
    for port, tensor in zip(ports, tensors, strict=True):
        names = axes(port.shape)
        spare = tensor.rank - len(names) + (REST in names)
        if spare < 0 or (spare and REST not in names):
            raise LayerError(
                "wrong_rank",
                Text(
                    "a {rank}-d tensor {shape} arrives at {port}.",
                    rank=tensor.rank,
                    shape=shape_text(tensor.shape),
                    port=port.name,
                ),
                expected=f"({', '.join(names)})",
                received=shape_text(tensor.shape),
                fix="Check the layers before it, or change the axes that the custom layer declares.",
            )
        lengths = iter(tensor.shape)
        for name in names:
            length = tuple(next(lengths) for _ in range(spare)) if name == REST else next(lengths)
            if scope.setdefault(name, length) != length:
                raise LayerError(
                    "merge_mismatch",
                    Text(
                        "{name} is {scope} at one input and {length} at {port}.",
                        name=name,
                        scope=scope[name],
                        length=length,
                        port=port.name,
                    ),
                    expected="the same length wherever the same name stands",
                    received=", ".join(shape_text(t.shape) for t in tensors),
                    fix="Change the layers before it so that they agree.",
                )
        scope[port.name] = tuple(tensor.shape)
    return scope


def shape_of(rule: str, scope: Scope) -> tuple[int, ...]:
    """The shape that an output's rule gives. Raises LayerError."""
    lengths: list[int] = []
    for item in items(rule):
        if item == REST:
            lengths += scope.get(REST, ())
        else:
            lengths.append(whole(item, scope, 1))
    return tuple(lengths)


def whole(source: str, scope: Scope, least: int) -> int:
    """The whole number of an expression, `least` or more. Raises LayerError."""
    known = {name: value for name, value in scope.items() if name != REST}
    try:
        value = _evaluated(source, known)
    except BlockyardError as error:
        raise _failed(error.message, error.expected, error.fix) from error
    if isinstance(value, bool) or not isinstance(value, int) or value < least:
        raise _failed(
            Text("'{source}' is {value}.", source=source, value=int(value) if isinstance(value, int) else repr(value)),
            Text("a whole number of at least {least}", least=least),
            "Divide with //, which leaves no fraction." if isinstance(value, float) else "Check what arrives.",
        )
    return value


def _failed(message: str, expected: str, fix: str) -> LayerError:
    told = Text("its declared rule fails: {message}", message=message)
    return LayerError("custom_rule_failed", told, expected=expected, fix=fix)


def _evaluated(source: str, scope: Scope) -> Any:
    tree = parse(source)
    remembering = [value for name in names_in(source) for value in _lengths(scope.get(name)) if type(value) is not int]
    if not remembering:
        return evaluate(Expression(source), scope)
    if all(isinstance(node, _PLAIN) for node in ast.walk(tree)):
        return evaluate(Expression(source), scope)
    value = evaluate(Expression(source), {name: _forgetting(value) for name, value in scope.items()})
    if isinstance(value, bool) or not isinstance(value, int):
        return value
    make: Callable[[int, str], int] = type(remembering[0])
    return make(value, ast.unparse(_Written(scope).visit(copy.deepcopy(tree))))


def _lengths(value: object) -> tuple[int, ...]:
    """The ints in a value: lengths, and those of a shape."""
    candidates = value if isinstance(value, tuple) else (value,)
    return tuple(one for one in candidates if isinstance(one, int) and not isinstance(one, bool))


def _forgetting(value: Any) -> Any:
    if isinstance(value, tuple):
        return tuple(map(_forgetting, value))
    return int(value) if isinstance(value, int) and not isinstance(value, bool) else value


class _Written(ast.NodeTransformer):
    """Puts what each name stands for, as it is written in code, in the name's place."""

    def __init__(self, scope: Mapping[str, Any]) -> None:
        self.scope = scope

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Name(self, node: ast.Name) -> ast.expr:
        return ast.parse(repr(self.scope[node.id]), mode="eval").body
