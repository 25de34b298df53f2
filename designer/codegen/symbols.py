"""Parameters as symbols: a value together with the source that says how it follows from a class's parameters."""

from __future__ import annotations

import ast
import copy
from collections.abc import Mapping
from typing import Any, NamedTuple

from designer.catalogue.emit import source_of
from designer.codegen.dims import Dim
from designer.graph.expressions import FUNCTIONS, Expression, ExpressionError, Setting, Value, evaluate, parse


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


def symbolic(setting: Setting, scope: Scope, default: Value = None, *, there: bool = True) -> Symbol:
    """A parameter in terms of what the names in `scope` stand for.

    there: whether its node is; where not, an expression without a value here has the default. Raises ExpressionError as
    `evaluate` does.
    """
    if not isinstance(setting, Expression):
        return constant(setting)
    try:
        value = evaluate(setting, {name: symbol.value for name, symbol in scope.items()})
    except ExpressionError:
        if there:
            raise
        value = default
    tree = _Substitution(scope).visit(copy.deepcopy(parse(setting.source)))
    if not _reads_names(tree):
        return constant(value)
    return Symbol(value, ast.unparse(tree))


def number(symbol: Symbol) -> Any:
    """What the catalogue's rules calculate with: a Dim where the symbol is an int that is not constant.

    A tuple's items become Dims each for itself: `(k, 2 * k)` item by item, a name by index, `kernel_size[0]`.
    """
    if symbol.constant or isinstance(symbol.value, bool):
        return symbol.value
    if isinstance(symbol.value, int):
        return Dim(symbol.value, symbol.source)
    if isinstance(symbol.value, tuple):
        tree = ast.parse(symbol.source, mode="eval").body
        if isinstance(tree, ast.Tuple):
            sources = [ast.unparse(item) for item in tree.elts]
        else:
            whole = symbol.source if isinstance(tree, ast.Name | ast.Subscript) else f"({symbol.source})"
            sources = [f"{whole}[{index}]" for index in range(len(symbol.value))]
        return tuple(number(_item(value, source)) for value, source in zip(symbol.value, sources, strict=True))
    return symbol.value


def _item(value: Value, source: str) -> Symbol:
    return Symbol(value, source) if _reads_names(ast.parse(source, mode="eval")) else constant(value)


def _reads_names(tree: ast.AST) -> bool:
    return any(isinstance(node, ast.Name) and node.id not in FUNCTIONS for node in ast.walk(tree))


class _Substitution(ast.NodeTransformer):
    """Puts the source of each symbol in the place of its name, and writes comparisons as linters want them.

    A comparison of what is known by then is decided here: `stride != 1 or wide` with a stride of 1 is `wide`.
    """

    def __init__(self, scope: Scope) -> None:
        self.scope = scope

    def visit_Name(self, node: ast.Name) -> ast.expr:
        symbol = self.scope.get(node.id)
        return ast.parse(symbol.source, mode="eval").body if symbol else node

    def visit_Call(self, node: ast.Call) -> ast.expr:
        node.args = [self.visit(argument) for argument in node.args]
        return node

    def visit_Compare(self, node: ast.Compare) -> ast.expr:
        self.generic_visit(node)
        pairs = zip(node.ops, node.comparators, strict=True)
        node.ops, node.comparators = map(list, zip(*(_comparison(op, c) for op, c in pairs), strict=True))
        if _reads_names(node):
            return node
        try:
            return ast.Constant(bool(evaluate(Expression(ast.unparse(node)), {})))
        except ExpressionError:  # it has no value, and stands where nobody asks for one
            return node

    def visit_BoolOp(self, node: ast.BoolOp) -> ast.expr:
        self.generic_visit(node)
        neutral = isinstance(node.op, ast.And)  # True and x is x, False or x is x
        *first, last = node.values
        kept = [value for value in first if not _is(value, neutral)]
        if not (_is(last, neutral) and kept and isinstance(kept[-1], ast.Compare)):
            kept.append(last)
        node.values = kept
        return node if len(kept) > 1 else kept[0]

    def visit_IfExp(self, node: ast.IfExp) -> ast.expr:
        self.generic_visit(node)
        if _is(node.test, True):
            return node.body
        return node.orelse if _is(node.test, False) else node


def _is(tree: ast.expr, truth: bool) -> bool:
    return isinstance(tree, ast.Constant) and tree.value is truth


def _comparison(op: ast.cmpop, comparator: ast.expr) -> tuple[ast.cmpop, ast.expr]:
    """`== None` as `is None`, `== True` as `== 1`, which is the same for all values that parameters have."""
    if isinstance(comparator, ast.Constant) and isinstance(op, ast.Eq | ast.NotEq):
        if comparator.value is None:
            return ast.Is() if isinstance(op, ast.Eq) else ast.IsNot(), comparator
        if isinstance(comparator.value, bool):
            return op, ast.Constant(int(comparator.value))
    return op, comparator
