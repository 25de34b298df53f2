"""Settings carried from one block into another: what they read there, put in place of names that they read here."""

from __future__ import annotations

import ast
import copy
from collections.abc import Iterable, Mapping
from dataclasses import replace

from designer.graph.block import Node
from designer.graph.expressions import Expression, ExpressionError, Setting, evaluate, names_in, parse


def settings_of(node: Node) -> tuple[Setting, ...]:
    """All that a node is set to: its parameters, `repeat` and `when`."""
    return (*node.params.values(), node.repeat, node.when)


def names_read(nodes: Iterable[Node]) -> dict[str, None]:
    """The names that the nodes' expressions read, in the order of their coming; what cannot be read is left out."""
    found: dict[str, None] = {}
    for node in nodes:
        for setting in settings_of(node):
            found.update(dict.fromkeys(sorted(_names(setting))))
    return found


def substituted(setting: Setting, values: Mapping[str, Setting]) -> Setting:
    """The setting with other settings in place of names. An expression that then reads no name becomes its value.

    Raises ExpressionError where it grows too long.
    """
    if not isinstance(setting, Expression) or not _names(setting) & values.keys():
        return setting
    tree = parse(setting.source)
    if isinstance(tree, ast.Name):
        return values[tree.id]
    source = ast.unparse(_Substitution(values).visit(copy.deepcopy(tree)))
    result = Expression(source)
    if names_in(source):
        return result
    try:
        return evaluate(result, {})
    except ExpressionError:
        return result  # analysis says on the node what is wrong with it


def with_substituted(node: Node, values: Mapping[str, Setting]) -> Node:
    """The node with other settings in place of names, in all that it is set to. Raises ExpressionError."""
    if not values:
        return node
    return replace(
        node,
        params={name: substituted(setting, values) for name, setting in node.params.items()},
        repeat=substituted(node.repeat, values),
        when=substituted(node.when, values),
    )


def _names(setting: Setting) -> frozenset[str]:
    if not isinstance(setting, Expression):
        return frozenset()
    try:
        return names_in(setting.source)
    except ExpressionError:
        return frozenset()


class _Substitution(ast.NodeTransformer):
    def __init__(self, values: Mapping[str, Setting]) -> None:
        self._values = values

    def visit_Call(self, node: ast.Call) -> ast.AST:
        node.args = [self.visit(argument) for argument in node.args]  # the function's own name stays
        return node

    def visit_Name(self, node: ast.Name) -> ast.AST:
        if node.id not in self._values:
            return node
        value = self._values[node.id]
        source = value.source if isinstance(value, Expression) else repr(value)
        return copy.deepcopy(parse(source))
