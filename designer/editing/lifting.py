"""A value of a node lifted to a parameter of its block, so that each instance may set it."""

from __future__ import annotations

from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.editing import parameters, variables
from designer.editing.errors import EditError
from designer.editing.nodes import get_node
from designer.editing.substituting import names_read
from designer.graph.block import Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, Setting
from designer.graph.names import fresh, is_parameter_name

_STEMS = {"repeat": "num_{0}", "when": "with_{0}"}


def lift(design: Design, block_name: str, node_id: str, name: str) -> tuple[Design, str]:
    """The design with a node's parameter, its `repeat` or its `when` read from a new parameter of the block.

    Returns it and the new parameter's name. Raises EditError where there is no such parameter, or where it is an
    expression already.
    """
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    value = _value(design, node, name)
    if isinstance(value, Expression):
        raise EditError(
            Text("{node}.{name} is '{value}' already.", node=node.name, name=name, value=value),
            expected="a plain value",
            fix="Change the parameters that it reads.",
        )
    new = _fresh_name(block, node, name)
    design = variables.add_variable(design, block_name, new, value, f"{name} of {node.name}")
    setting = Expression(new)
    if name == "repeat":
        return parameters.set_repeat(design, block_name, node_id, setting), new
    if name == "when":
        return parameters.set_when(design, block_name, node_id, setting), new
    return parameters.set_param(design, block_name, node_id, name, setting), new


def _value(design: Design, node: Node, name: str) -> Setting:
    if name in _STEMS:
        return getattr(node, name)
    if name in node.params:
        return node.params[name]
    spec, inner = spec_of(node.kind, design), design.blocks.get(node.kind)
    if spec and (parameter := spec.parameter(name)):
        return parameter.default
    if not spec and inner and name in inner.defaults:
        return inner.defaults[name]
    raise EditError(Text("{node} has no parameter '{name}'.", node=node, name=name), expected="one that it has")


def _fresh_name(block: Block, node: Node, name: str) -> str:
    # A name that is read, though nobody defines it, must not be caught.
    taken = {*block.defaults, *block.kinds, *names_read(block.nodes.values())}
    stem = _STEMS.get(name, name).format(node.name)
    for candidate in (stem, f"{node.name}_{stem}"):
        if candidate not in taken and is_parameter_name(candidate):
            return candidate
    return fresh(f"{node.name}_{name}", taken)
