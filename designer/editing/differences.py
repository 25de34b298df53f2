"""What differs between two designs, in words: for a person who has to choose between them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from designer.base.text import Text
from designer.graph.block import Block, Edge, Node
from designer.graph.design import Design
from designer.graph.expressions import Setting, to_text

_LONGEST = 40  # characters of a value that are told


def differences(before: Design, after: Design) -> Iterator[Text]:
    """A sentence for each thing that is there in one of the two alone, or is another one there."""
    for name in before.blocks:
        if name not in after.blocks:
            yield Text("Block {block} is gone.", block=name)
    for name, block in after.blocks.items():
        if name not in before.blocks:
            yield Text("Block {block} is new.", block=name)
        elif before.blocks[name] != block:
            yield from _of_block(before.blocks[name], block)
    for name in dict.fromkeys([*before.customs, *after.customs]):
        if before.customs.get(name) != after.customs.get(name):
            yield Text("The custom layer {name} is another one.", name=name)
    if before.main != after.main:
        yield Text("The outermost block is {after} in place of {before}.", after=after.main, before=before.main)


def _of_block(before: Block, after: Block) -> Iterator[Text]:
    where = after.name
    for key, node in before.nodes.items():
        if key not in after.nodes:
            yield Text("{block}: {node} ({kind}) is gone.", block=where, node=node.name, kind=node.kind)
    for key, node in after.nodes.items():
        if key not in before.nodes:
            yield Text("{block}: {node} ({kind}) is new.", block=where, node=node.name, kind=node.kind)
        else:
            yield from _of_node(where, before.nodes[key], node)
    old, new = set(before.edges), set(after.edges)
    yield from (_of_edge(where, edge, before, is_new=False) for edge in before.edges if edge not in new)
    yield from (_of_edge(where, edge, after, is_new=True) for edge in after.edges if edge not in old)
    named = {p.name: p.default for p in before.parameters}
    yield from _of_values(where, named, {p.name: p.default for p in after.parameters})
    drawn = (before.title, before.description, before.source, before.notes, before.routes, before.is_downward)
    if drawn != (after.title, after.description, after.source, after.notes, after.routes, after.is_downward):
        yield Text("{block}: its title, its description, its notes or its wires' ways differ.", block=where)


def _of_node(block: str, before: Node, after: Node) -> Iterator[Text]:
    where = f"{block}, {after.name}"
    if before.name != after.name:
        yield Text("{block}: {before} is called {after}.", block=block, before=before.name, after=after.name)
    if before.kind != after.kind:
        yield Text("{node}: it is {after} in place of {before}.", node=where, after=after.kind, before=before.kind)
    old, new = ({**node.params, "repeat": node.repeat, "when": node.when} for node in (before, after))
    yield from _of_values(where, old, new)
    if before.position != after.position or before.is_collapsed != after.is_collapsed:
        yield Text("{node}: it lies elsewhere or looks different.", node=where)


def _of_values(where: str, before: Mapping[str, Setting], after: Mapping[str, Setting]) -> Iterator[Text]:
    for name in dict.fromkeys([*before, *after]):
        if name not in after:
            yield Text("{where}: {name} is not set any more.", where=where, name=name)
        elif name not in before:
            yield Text("{where}: {name} is {after}.", where=where, name=name, after=_shown(after[name]))
        elif _shown(before[name]) != _shown(after[name]) or before[name] != after[name]:
            yield Text(
                "{where}: {name} is {after} in place of {before}.",
                where=where,
                name=name,
                after=_shown(after[name]),
                before=_shown(before[name]),
            )


def _of_edge(where: str, edge: Edge, block: Block, *, is_new: bool) -> Text:
    start, end = _name(block, edge.source.node), _name(block, edge.target.node)
    if is_new:
        return Text("{block}: the wire from {start} to {end} is new.", block=where, start=start, end=end)
    return Text("{block}: the wire from {start} to {end} is gone.", block=where, start=start, end=end)


def _name(block: Block, key: str) -> str:
    return block.nodes[key].name if key in block.nodes else key


def _shown(value: Setting) -> str:
    text = to_text(value)
    return text if len(text) <= _LONGEST else text[: _LONGEST - 1] + "…"
