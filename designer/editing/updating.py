"""A block that was copied from a library, brought to what the library holds by now: what that changes, in words, and
what its instances cannot keep."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from designer.base.text import Text, joined
from designer.editing.blocks import with_library_block
from designer.editing.customs import bring_customs
from designer.graph.block import INPUT, OUTPUT, Block, Edge, Endpoint, Node, Origin
from designer.graph.design import Design
from designer.graph.expressions import to_text
from designer.graph.fingerprint import fingerprint

_MOST = 6  # names in one sentence
_Ports = Mapping[str, str | None]  # each port as it was -> what it is called now, None where it is gone


class Update(NamedTuple):
    """design: as it is afterwards. lost: what instances had and cannot keep, a sentence each."""

    design: Design
    lost: tuple[str, ...]


def with_origin(design: Design, name: str, origin: Origin) -> Design:
    """The design with a note of where one of its blocks comes from, and what that was like."""
    block = design.blocks[name]
    return design if block.origin == origin else design.with_block(replace(block, origin=origin))


def update_block(design: Design, name: str, newer: Design) -> Update:
    """The design with one of its blocks as a library has it; it keeps its name, and its instances stay.

    newer: the library's block, outermost, with what it needs. Wires at ports that are still there are kept, also where
    a port was drawn anew under its old name; other wires and settings of the instances go, and are told.
    """
    old = design.blocks[name]
    made, newer = bring_customs(design, newer)
    for inner in _only_inside(design, name):
        made = made.without_block(inner)
    made, _ = with_library_block(made, newer.main, newer.blocks, as_name=name)
    new = made.blocks[name]
    ways = _carried(old, new, INPUT), _carried(old, new, OUTPUT)
    lost: list[str] = []
    for block in made.blocks.values():
        ids = {node.id for node in block.nodes.values() if node.kind == name}
        if ids:
            made = made.with_block(_fitted(block, ids, old, new, ways, lost))
    names = dict.fromkeys((*(key for key in design.blocks if key in made.blocks), *made.blocks))
    return Update(replace(made, blocks={key: made.blocks[key] for key in names}), tuple(lost))


def _only_inside(design: Design, name: str) -> Collection[str]:
    """The blocks that the block of that name needs, and nothing else does."""
    inside = design.uses.descendants(name)
    without = design.uses.subgraph(set(design.blocks) - {name})
    others = set(without) - inside
    return inside - (others | without.descendants(*others))


def _carried(old: Block, new: Block, kind: str) -> _Ports:
    """What becomes of the ports of a kind: one that is gone may have been drawn anew under its name."""
    before, after = (_ports(block, kind) for block in (old, new))
    free = {label: key for key, label in after.items() if key not in before}
    return {key: key if key in after else free.get(label) for key, label in before.items()}


def _ports(block: Block, kind: str) -> dict[str, str]:
    return {node.id: node.name for node in block.nodes.values() if node.kind == kind}


def _fitted(
    block: Block, ids: Collection[str], old: Block, new: Block, ways: tuple[_Ports, _Ports], lost: list[str]
) -> Block:
    """A block with the wires and settings of some instances as the new block takes them."""
    edges = []
    for wire in block.edges:
        source, target = wire
        gives = ways[1].get(source.port, source.port) if source.node in ids else source.port
        takes = ways[0].get(target.port, target.port) if target.node in ids else target.port
        if gives is None or takes is None:
            ends = (f"{block.nodes[end.node].name}" for end in wire if end.node in block.nodes)
            port = (
                Text("output '{port}'", port=source.port) if gives is None else Text("input '{port}'", port=target.port)
            )
            lost.append(
                Text(
                    "The wire {ends} in {block} goes: {new} has no {port} any more.",
                    ends=" → ".join(ends),
                    block=block.name,
                    new=new.name,
                    port=port,
                )
            )
        else:
            edges.append(Edge(Endpoint(source.node, gives), Endpoint(target.node, takes)))
    changed = []
    for key in ids:
        node = block.nodes[key]
        gone = [name for name in node.params if name in old.defaults and name not in new.defaults]
        for name in gone:
            lost.append(
                Text(
                    "{node} in {block} loses {name} = {value}.",
                    node=node.name,
                    block=block.name,
                    name=name,
                    value=to_text(node.params[name]),
                )
            )
            node = node.without_param(name)
        if gone:
            changed.append(node)
    block = block.with_nodes(changed) if changed else block
    return block if tuple(edges) == block.edges else replace(block, edges=tuple(edges))


# -- in words ---------------------------------------------------------------------------------------------------------


def changes(design: Design, name: str, newer: Design) -> tuple[str, ...]:
    """What an update of a block would change in it: parameters, ports, nodes, wires, words; a sentence each."""
    old, new = design.blocks[name], newer.root
    found = [
        *_parameters(old, new),
        *_port_changes(old, new),
        *_nodes(design, old, newer, new),
        *_inside(design, newer),
    ]
    wires = len(set(old.edges) ^ set(new.edges))
    if wires and not any(line.startswith(("New: ", "Gone: ")) for line in found):
        found.append(Text("Wires inside are drawn otherwise."))
    if any(getattr(old, text) != getattr(new, text) for text in ("title", "description", "source")):
        found.append(Text("The words about it are others."))
    if not found:
        found.append(Text("Its nodes lie elsewhere or in another order."))
    return tuple(found)


def _parameters(old: Block, new: Block) -> Iterator[str]:
    before, after = old.defaults, new.defaults
    for name, value in after.items():
        if name not in before:
            yield Text("New parameter {name} = {value}.", name=name, value=to_text(value))
        elif repr(value) != repr(before[name]):
            yield Text(
                "{name} is {value} by default, it was {before}.",
                name=name,
                value=to_text(value),
                before=to_text(before[name]),
            )
    if gone := [name for name in before if name not in after]:
        several = len(gone) > 1
        yield (
            Text("No more: parameters {names}.", names=_listed(gone))
            if several
            else Text("No more: parameter {name}.", name=gone[0])
        )
    docs = {parameter.name: parameter.doc for parameter in old.parameters}
    if told := [p.name for p in new.parameters if docs.get(p.name, p.doc) != p.doc]:
        yield Text("Other words about {names}.", names=_listed(told))
    if list(after) != list(before) and set(after) == set(before):
        yield Text("Its parameters stand in another order.")


def _port_changes(old: Block, new: Block) -> Iterator[str]:
    for kind in (INPUT, OUTPUT):
        before, after, carried = _ports(old, kind), _ports(new, kind), _carried(old, new, kind)
        kept = set(carried.values())
        what = Text("input") if kind == INPUT else Text("output")
        for key, label in after.items():
            if key not in kept:
                yield Text("New {what} '{name}'.", what=what, name=label)
        for key, port in carried.items():
            if port is None:
                yield Text("No more: {what} '{name}'.", what=what, name=before[key])
            elif after[port] != before[key]:
                yield Text(
                    "The {what} '{before}' is called '{after}'.", what=what, before=before[key], after=after[port]
                )
        if list(carried.values()) != list(after) and kept == set(after):
            inputs = Text("Its inputs stand in another order.")
            yield inputs if kind == INPUT else Text("Its outputs stand in another order.")


def _nodes(design: Design, old: Block, newer: Design, new: Block) -> Iterator[str]:
    before, after = (
        {key: node for key, node in b.nodes.items() if node.kind not in (INPUT, OUTPUT)} for b in (old, new)
    )
    if added := [f"{node.name} ({node.kind})" for key, node in after.items() if key not in before]:
        yield Text("New: {names}.", names=_listed(added))
    if gone := [f"{node.name} ({node.kind})" for key, node in before.items() if key not in after]:
        yield Text("Gone: {names}.", names=_listed(gone))
    for key, node in after.items():
        if key in before and (said := _settings_changed(design, before[key], newer, node)):
            yield Text("{node}: {changes}.", node=node.name, changes=_listed(said))


def _settings_changed(design: Design, old: Node, newer: Design, new: Node) -> list[str]:
    said = [Text("it was called {old}", old=old.name)] if old.name != new.name else []
    if _told_kind(design, old.kind) != _told_kind(newer, new.kind) and old.kind != new.kind:
        said.append(Text("a {kind}, it was a {old_kind}", kind=new.kind, old_kind=old.kind))
    for name in dict.fromkeys((*new.params, *old.params)):
        one, other = (to_text(node.params[name]) if name in node.params else Text("default") for node in (new, old))
        if one != other:
            said.append(Text("{name} {one}, it was {other}", name=name, one=one, other=other))
    for name in ("repeat", "when"):
        one, other = (to_text(getattr(node, name)) for node in (new, old))
        if one != other:
            said.append(Text("{name} {one}, it was {other}", name=name, one=one, other=other))
    return said


def _inside(design: Design, newer: Design) -> Iterator[str]:
    for kind in newer.blocks:
        known = kind != newer.main and kind in design.blocks
        if known and _told_kind(design, kind) != _told_kind(newer, kind):
            yield Text("{kind} inside it has changed.", kind=kind)


def _told_kind(design: Design, kind: str) -> str:
    return fingerprint(design, kind) if kind in design.blocks else kind


def _listed(said: Sequence[str]) -> str:
    row, more = joined(*said[:_MOST], by=", "), len(said) - _MOST
    return Text("{names} and {count} more", names=row, count=more) if more > 0 else row
