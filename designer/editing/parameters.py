"""Commands on what a node is set to: its parameters, how often it repeats, when it is there."""

from __future__ import annotations

import math
from dataclasses import replace

from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import ParameterType
from designer.editing.errors import EditError
from designer.editing.nodes import get_node
from designer.graph.block import Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, ExpressionError, Setting, Value, from_text, names_in


def set_param(design: Design, block_name: str, node_id: str, name: str, setting: Setting) -> Design:
    """The design with a parameter of a node set. A layer's parameter that takes its default is left out of the node.

    Raises EditError where the kind has no such parameter, or the value is not finite. Whether the value makes sense is
    for analysis to say.
    """
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    _check_known(design, node, name)
    _check_finite(setting, f"{node.name}.{name}")
    spec = spec_of(node.kind, design)
    parameter = spec.parameter(name) if spec else None
    if parameter and _same(setting, parameter.default):
        return reset_param(design, block_name, node_id, name)
    if name in node.params and _same(setting, node.params[name]):
        return design
    return design.with_block(block.with_node(node.with_param(name, setting)))


def set_param_text(design: Design, block_name: str, node_id: str, name: str, text: str) -> Design:
    """The design with a parameter set to what a person typed. Raises ExpressionError or EditError."""
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    _check_known(design, node, name)
    return set_param(design, block_name, node_id, name, _read(design, block, node, name, text))


def reset_param(design: Design, block_name: str, node_id: str, name: str) -> Design:
    """The design with a parameter back at its default."""
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    return design.with_block(block.with_node(node.without_param(name))) if name in node.params else design


def set_repeat(design: Design, block_name: str, node_id: str, setting: Setting) -> Design:
    """The design with a node that stands for so many copies in a row."""
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    _check_finite(setting, f"{node.name}.repeat")
    return _with(design, block, node, "repeat", setting)


def set_when(design: Design, block_name: str, node_id: str, setting: Setting) -> Design:
    """The design with a node that is there only where `setting` holds."""
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    _check_finite(setting, f"{node.name}.when")
    return _with(design, block, node, "when", setting)


def _with(design: Design, block: Block, node: Node, field: str, setting: Setting) -> Design:
    if _same(getattr(node, field), setting):
        return design
    return design.with_block(block.with_node(replace(node, **{field: setting})))


def _read(design: Design, block: Block, node: Node, name: str, text: str) -> Setting:
    """A text's own parameter takes `zeros` as it is typed; a name of the block's parameters still means that one."""
    if not _takes_text(design, node, name):
        return from_text(text)
    try:
        setting = from_text(text)
        named = names_in(setting.source) if isinstance(setting, Expression) else set()
    except ExpressionError:
        return text.strip()
    known = {parameter.name for parameter in block.parameters}
    if isinstance(setting, Expression) and named and not named <= known:
        return text.strip()
    return setting if isinstance(setting, str | Expression) else text.strip()


def _takes_text(design: Design, node: Node, name: str) -> bool:
    if spec := spec_of(node.kind, design):
        parameter = spec.parameter(name)
        return parameter is not None and (
            parameter.type == ParameterType.TEXT
            or (parameter.type == ParameterType.CHOICE and all(isinstance(choice, str) for choice in parameter.choices))
        )
    inner = design.blocks.get(node.kind)
    return inner is not None and isinstance(inner.defaults.get(name), str)


def _check_known(design: Design, node: Node, name: str) -> None:
    if spec := spec_of(node.kind, design):
        known = [parameter.name for parameter in spec.parameters]
    elif inner := design.blocks.get(node.kind):
        known = [parameter.name for parameter in inner.parameters]
    else:
        return  # an unknown kind may have any
    if name not in known:
        raise EditError(
            Text("{kind} '{node}' has no parameter '{name}'.", kind=node.kind, node=node.name, name=name),
            expected=Text("one of these: {known}", known=", ".join(known) or Text("it has none")),
        )


def _check_finite(value: Setting, where: str) -> None:
    items: tuple[Value, ...] = value if isinstance(value, tuple) else ()
    for item in items:
        _check_finite(item, where)
    if isinstance(value, float) and not math.isfinite(value):
        raise EditError(
            Text("{where}: {value} is not a finite number.", where=where, value=value), expected="a finite number"
        )


def _same(a: Setting, b: Setting) -> bool:
    return repr(a) == repr(b)  # 1, 1.0 and True are equal, and yet different parameters
