"""Part of a design as a small design of its own, and such a part put into another: what copy and paste are made of.

How a fragment is written as text is for `document`; who holds the clipboard, for the window.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import replace

from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.editing.blocks import check_no_recursion, with_library_block
from designer.editing.copying import with_notes_of, with_wires_of
from designer.editing.customs import bring_customs
from designer.editing.errors import EditError
from designer.editing.grouping import IN_CHANNELS
from designer.editing.substituting import names_read, with_substituted
from designer.graph.block import Block, Node
from designer.graph.design import Design
from designer.graph.expressions import Setting
from designer.graph.names import fresh

FRAGMENT = "Fragment"  # the outermost block of what is copied


def extract(design: Design, block_name: str, node_ids: Collection[str]) -> Design:
    """Some nodes and notes of a block, the wires among them, the blocks and custom layers that they need, and the
    parameters that they read.


    Raises EditError where none of them is there.
    """
    block = design.blocks[block_name]
    chosen = set(node_ids)
    nodes = {key: node for key, node in block.nodes.items() if key in chosen}
    notes = {key: note for key, note in block.notes.items() if key in chosen}
    if not nodes and not notes:
        raise EditError("There is nothing to copy.", expected="nodes", fix="Select some first.")
    kinds = {node.kind for node in nodes.values() if node.kind in design.blocks}
    needed = kinds | design.uses.descendants(*kinds)
    name = FRAGMENT if FRAGMENT not in needed else fresh(FRAGMENT, needed)
    read = names_read(nodes.values())
    part = Block(
        name,
        parameters=tuple(parameter for parameter in block.parameters if parameter.name in read),
        nodes=nodes,
        edges=tuple(e for e in block.edges if e.source.node in nodes and e.target.node in nodes),
        notes=notes,
        routes=block.routes,
        is_downward=block.is_downward,
    )
    blocks = {**{key: inner for key, inner in design.blocks.items() if key in needed}, name: part}
    used = frozenset().union(*(block.kinds for block in blocks.values()))
    return Design(name, blocks, {key: layer for key, layer in design.customs.items() if key in used})


def insert(
    design: Design, block_name: str, fragment: Design, middle: tuple[float, float] | None = None
) -> tuple[Design, list[str]]:
    """The design with a fragment's nodes and notes in one of its blocks; and their ids, which are fresh.

    middle: where the middle of the nodes' corners comes, in pixels; where they were, if it is None. Blocks that are
    there already are shared. A parameter that the block lacks becomes its value in the nodes. Raises EditError.
    """
    if not fragment.root.nodes and not fragment.root.notes:
        raise EditError("There is nothing in what is to be pasted.", expected="nodes", fix="Copy some nodes first.")
    design, fragment = bring_customs(design, fragment)
    part = fragment.root
    kinds: dict[str, str] = {}
    for node in part.nodes.values():
        if spec_of(node.kind, fragment) is None and node.kind in fragment.blocks and node.kind not in kinds:
            if node.kind in fragment.recursive:
                raise EditError(Text("{kind} contains itself.", kind=node.kind), fix="Mend it where it comes from.")
            design, kinds[node.kind] = with_library_block(design, node.kind, fragment.blocks)
        if spec_of(node.kind, fragment) is None:
            check_no_recursion(design, block_name, kinds.get(node.kind, node.kind))
    block = design.blocks[block_name]
    values: dict[str, Setting] = {
        parameter.name: parameter.default
        for parameter in part.parameters
        if parameter.name not in block.defaults and parameter.name != IN_CHANNELS
    }
    ids = _fresh_ids(block, part)
    dx, dy = _shift(part, middle)
    copies = []
    for node in part.nodes.values():
        x, y = node.position
        name = ids[node.id]
        made = with_substituted(node, values)
        kind = kinds.get(node.kind, node.kind)
        copies.append(replace(made, id=name, name=name, kind=kind, position=(x + dx, y + dy)))
    block = with_wires_of(block.with_nodes(copies), part, ids, (dx, dy))
    block, notes = with_notes_of(block, part.notes.values(), (dx, dy))
    return design.with_block(block), [*ids.values(), *notes.values()]


def _fresh_ids(block: Block, part: Block) -> dict[str, str]:
    """A new id for each node, free as an id and as a name: its own name where that is free."""
    taken = set(block.nodes) | {node.name for node in block.nodes.values()}
    ids: dict[str, str] = {}
    for node in part.nodes.values():
        name = node.name
        if name in taken or not _is_id(name):
            name = fresh(_stem(node), taken)
        taken.add(name)
        ids[node.id] = name
    return ids


def _is_id(name: str) -> bool:
    return name.isidentifier() and name.isascii() and len(name) <= 100


def _stem(node: Node) -> str:
    stem = node.name.rstrip("0123456789")
    return stem[:90] if stem and _is_id(stem[:90]) else "node"


def _shift(part: Block, middle: tuple[float, float] | None) -> tuple[float, float]:
    if middle is None:
        return 0.0, 0.0
    standing = (*part.nodes.values(), *part.notes.values())
    xs, ys = [each.position[0] for each in standing], [each.position[1] for each in standing]
    dx, dy = middle[0] - (min(xs) + max(xs)) / 2, middle[1] - (min(ys) + max(ys)) / 2
    return 8.0 * round(dx / 8), 8.0 * round(dy / 8)
