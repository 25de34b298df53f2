"""Parameters as symbols: a value together with the source that says how it follows from a class's parameters."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

from designer.catalogue.emit import source_of
from designer.codegen.dims import Dim
from designer.graph.expressions import Expression, Setting, Value, evaluate, parse


class Symbol(NamedTuple):
    """A value and its source. Where they say the same, the symbol is constant."""

    value: Value
    source: str

    @property
    def constant(self) -> bool:
        """Whether the source is just the value, written down."""
        return self.source == source_of(self.value)


Scope = Mapping[str, Symbol]


def constant(value: Value) -> Symbol:
    """The symbol of a plain value."""
    return Symbol(value, source_of(value))


def of_dim(number: int) -> Symbol:
    """The symbol of a dimension."""
    return Symbol(int(number), repr(number))


def symbolic(setting: Setting, scope: Scope) -> Symbol:
    """A parameter in terms of what the names in `scope` stand for. Raises ExpressionError as `evaluate` does."""
    if not isinstance(setting, Expression):
        return constant(setting)
    value = evaluate(setting, {name: symbol.value for name, symbol in scope.items()})
    tree = _Substitution(scope).visit(copy.deepcopy(parse(setting.source)))
    if not any(isinstance(node, ast.Name) for node in ast.walk(tree)):
        return constant(value)
    return Symbol(value, _quoted(ast.unparse(tree)))


def number(symbol: Symbol) -> Any:
    """What the catalogue's rules calculate with: a Dim where the symbol is an int that is not constant.

    A tuple's items become Dims each for itself, where its source is a tuple written out.
    """
    if symbol.constant:
        return symbol.value
    if isinstance(symbol.value, int) and not isinstance(symbol.value, bool):
        return Dim(symbol.value, symbol.source)
    tree = ast.parse(symbol.source, mode="eval").body
    if isinstance(symbol.value, tuple) and isinstance(tree, ast.Tuple):
        items = zip(symbol.value, tree.elts, strict=True)
        return tuple(number(Symbol(value, _quoted(ast.unparse(item)))) for value, item in items)
    return symbol.value


def _quoted(source: str) -> str:
    return source.replace("'", '"') if '"' not in source else source


class _Substitution(ast.NodeTransformer):
    """Puts the source of each symbol in the place of its name."""

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def visit_Name(self, node: ast.Name) -> ast.expr:
        symbol = self.scope.get(node.id)
        return ast.parse(symbol.source, mode="eval").body if symbol else node
