"""Commands on a block's parameters; those of the outermost block are the design's variables."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace

from designer.base.text import Text
from designer.editing.errors import EditError
from designer.graph.block import Block, BlockParameter, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression, ExpressionError, Setting, Value, names_in
from designer.graph.names import is_parameter_name

_TOKEN = re.compile(r"""'[^']*'|"[^"]*"|\w+""")  # texts whole, so that what they say is left alone


def add_variable(design: Design, block_name: str, name: str, default: Value = 1, doc: str = "") -> Design:
    """The design with one more parameter of a block. Raises EditError where its name is taken or no name."""
    block = design.blocks[block_name]
    name = name.strip()
    _check_name(block, name)
    return design.with_block(replace(block, parameters=(*block.parameters, BlockParameter(name, default, doc))))


def remove_variable(design: Design, block_name: str, name: str) -> Design:
    """The design without a parameter of a block. Raises EditError where an expression reads it."""
    block = design.blocks[block_name]
    _get(block, name)
    readers = [node.name for node in block.nodes.values() if any(_reads(setting, name) for setting in _settings(node))]
    if readers:
        raise EditError(
            Text("'{name}' is read by {readers} and others.", name=name, readers=", ".join(readers[:5]))
            if len(readers) > 5
            else Text("'{name}' is read by {readers}.", name=name, readers=", ".join(readers)),
            expected="a parameter that no expression names",
            fix="Change those first.",
        )
    design = design.with_block(replace(block, parameters=tuple(p for p in block.parameters if p.name != name)))
    return _on_instances(design, block_name, lambda node: node.without_param(name) if name in node.params else node)


def rename_variable(design: Design, block_name: str, old: str, new: str) -> Design:
    """The design with a parameter of a block under another name, in its expressions and in its instances too."""
    block = design.blocks[block_name]
    new = new.strip()
    _get(block, old)
    if old == new:
        return design
    _check_name(block, new)
    parameters = tuple(replace(p, name=new) if p.name == old else p for p in block.parameters)
    changed = [
        replace(
            node,
            params={key: _renamed(setting, old, new) for key, setting in node.params.items()},
            repeat=_renamed(node.repeat, old, new),
            when=_renamed(node.when, old, new),
        )
        for node in block.nodes.values()
        if any(_reads(setting, old) for setting in _settings(node))
    ]
    design = design.with_block(replace(block.with_nodes(changed) if changed else block, parameters=parameters))

    def rename_in(node: Node) -> Node:
        if old not in node.params:
            return node
        return replace(node, params={new if key == old else key: setting for key, setting in node.params.items()})

    return _on_instances(design, block_name, rename_in)


def set_variable(
    design: Design, block_name: str, name: str, *, default: Value | None = None, doc: str | None = None
) -> Design:
    """The design with another default, or other words about it, of a block's parameter; None leaves it as it is."""
    block = design.blocks[block_name]
    before = _get(block, name)
    after = replace(
        before, default=before.default if default is None else default, doc=before.doc if doc is None else doc
    )
    if repr(after) == repr(before):
        return design
    return design.with_block(replace(block, parameters=tuple(after if p is before else p for p in block.parameters)))


def move_variable(design: Design, block_name: str, name: str, steps: int) -> Design:
    """The design with a parameter of a block further down in their order, up where `steps` is negative. It is the order
    of the arguments in code."""
    block = design.blocks[block_name]
    moved = _get(block, name)
    place = block.parameters.index(moved)
    others = [parameter for parameter in block.parameters if parameter is not moved]
    target = min(max(place + steps, 0), len(others))
    if target == place:
        return design
    return design.with_block(replace(block, parameters=(*others[:target], moved, *others[target:])))


def _get(block: Block, name: str) -> BlockParameter:
    for parameter in block.parameters:
        if parameter.name == name:
            return parameter
    raise EditError(
        Text("{block} has no parameter '{name}'.", block=block.name, name=name),
        expected=Text("one of these: {known}", known=", ".join(block.defaults) or Text("it has none")),
    )


def _check_name(block: Block, name: str) -> None:
    if not is_parameter_name(name):
        raise EditError(
            Text("'{name}' cannot be the name of a parameter.", name=name[:60]),
            expected="letters, digits and underscores, a letter first, and no word that Python or expressions keep",
            fix="Choose another name.",
        )
    if name in block.defaults:
        raise EditError(
            Text("{block} has a parameter '{name}' already.", block=block.name, name=name), fix="Choose another name."
        )


def _settings(node: Node) -> tuple[Setting, ...]:
    return (*node.params.values(), node.repeat, node.when)


def _reads(setting: Setting, name: str) -> bool:
    if not isinstance(setting, Expression):
        return False
    try:
        return name in names_in(setting.source)
    except ExpressionError:
        return False


def _renamed(setting: Setting, old: str, new: str) -> Setting:
    if not isinstance(setting, Expression) or not _reads(setting, old):
        return setting
    return Expression(_TOKEN.sub(lambda match: new if match[0] == old else match[0], setting.source))


def _on_instances(design: Design, block_name: str, change: Callable[[Node], Node]) -> Design:
    for block in design.blocks.values():
        changed = [
            new for node in block.nodes.values() if node.kind == block_name and (new := change(node)) is not node
        ]
        if changed:
            design = design.with_block(block.with_nodes(changed))
    return design
