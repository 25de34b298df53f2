"""Commands on nodes: add, delete, move, rename, duplicate. Pure functions from a design to the edited design."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from dataclasses import replace

from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.editing.blocks import check_no_recursion, with_library_block
from designer.editing.copying import with_notes_of, with_wires_of
from designer.editing.errors import EditError
from designer.graph.block import INPUT, OUTPUT, Block, Edge, Node
from designer.graph.design import Design
from designer.graph.expressions import Setting
from designer.graph.names import fresh, fresh_node_id, is_node_name, stem_of_class

_NO_BLOCKS: Mapping[str, Block] = {}
DUPLICATE_OFFSET = (32.0, 32.0)  # pixels, so that a copy does not hide what it was made from


def add_node(
    design: Design,
    block_name: str,
    kind: str,
    position: tuple[float, float] = (0.0, 0.0),
    *,
    params: Mapping[str, Setting] | None = None,
    library: Mapping[str, Block] = _NO_BLOCKS,
) -> tuple[Design, str]:
    """A new node of a layer kind or of a block, and its id, which is also its name: conv1, vgg2.

    library: blocks that may be copied into the design, with what they need. Raises EditError: an unknown kind, or a
    block that would contain itself.
    """
    spec = spec_of(kind, design)
    if spec is None:
        if kind not in design.blocks:
            if kind not in library:
                raise EditError(
                    Text("There is no layer or block '{kind}'.", kind=kind), expected="one of the palette's"
                )
            design, kind = with_library_block(design, kind, library)
        check_no_recursion(design, block_name, kind)
    block = design.blocks[block_name]
    new_id = _new_id(block, kind, spec.stem if spec else stem_of_class(kind))
    node = Node(new_id, kind, params=params or {}, position=_place(position))
    return design.with_block(block.with_node(node)), new_id


def _new_id(block: Block, kind: str, stem: str) -> str:
    names = set(block.nodes) | {node.name for node in block.nodes.values()}
    alone = kind in (INPUT, OUTPUT) and stem not in names
    return stem if alone else fresh_node_id(block, stem)


def delete(design: Design, block_name: str, node_ids: Collection[str] = (), edges: Iterable[Edge] = ()) -> Design:
    """The design without some nodes, the edges at them, and some other edges."""
    block = design.blocks[block_name]
    gone = [key for key in node_ids if key in block.nodes]
    doomed = [e for e in edges if e in block.edges]
    if not gone and not doomed:
        return design
    if doomed:
        block = block.without_edges(doomed)
    return design.with_block(block.without_nodes(gone) if gone else block)


def move(design: Design, block_name: str, positions: Mapping[str, tuple[float, float]]) -> Design:
    """The design with nodes at other places: upper left corners in pixels, by node id."""
    block = design.blocks[block_name]
    moved = [
        replace(block.nodes[key], position=_place(position))
        for key, position in positions.items()
        if key in block.nodes and block.nodes[key].position != _place(position)
    ]
    return design.with_block(block.with_nodes(moved)) if moved else design


def collapse(design: Design, block_name: str, node_ids: Iterable[str], wanted: bool) -> Design:
    """The design with the cards of nodes collapsed to their names, or shown in full again."""
    block = design.blocks[block_name]
    found = [block.nodes[key] for key in node_ids]
    return design.with_block(
        block.with_nodes(replace(node, is_collapsed=wanted) for node in found if node.is_collapsed != wanted)
    )


def _place(position: tuple[float, float]) -> tuple[float, float]:
    x, y = position
    return (round(float(x), 1) + 0.0, round(float(y), 1) + 0.0)  # finer is noise in the file; and no -0.0


def rename(design: Design, block_name: str, node_id: str, name: str) -> Design:
    """The design with a node under another name. Raises EditError where code could not use it, or it is taken."""
    block = design.blocks[block_name]
    node = get_node(block, node_id)
    name = name.strip()
    if not is_node_name(name):
        raise EditError(
            Text("'{name}' cannot be the name of a node.", name=name[:60]),
            expected="letters, digits and underscores, a letter first, and no word that Python or torch keeps",
            fix="Choose another name.",
        )
    if any(other.name == name for other in block.nodes.values() if other.id != node_id):
        raise EditError(
            Text("There is another node '{name}' here.", name=name), expected="names that differ", fix="Choose another."
        )
    return design.with_block(block.with_node(replace(node, name=name))) if name != node.name else design


def duplicate(
    design: Design, block_name: str, keys: Iterable[str], offset: tuple[float, float] = DUPLICATE_OFFSET
) -> tuple[Design, dict[str, str]]:
    """Copies of some nodes and notes and of the edges among them; and each copy's id by its original's."""
    block = design.blocks[block_name]
    chosen = list(keys)
    taken = set(block.nodes) | {node.name for node in block.nodes.values()}
    ids: dict[str, str] = {}
    copies: list[Node] = []
    for key in chosen:
        if key in block.notes:
            continue
        node = get_node(block, key)
        ids[key] = new_id = fresh(node.name.rstrip("0123456789") or "node", taken)
        taken.add(new_id)
        x, y = node.position
        copies.append(replace(node, id=new_id, name=new_id, position=_place((x + offset[0], y + offset[1]))))
    made = with_wires_of(block.with_nodes(copies), block, ids, offset)
    made, notes = with_notes_of(made, [block.notes[key] for key in chosen if key in block.notes], offset)
    return design.with_block(made), {**ids, **notes}


def get_node(block: Block, node_id: str) -> Node:
    """The node of that id. Raises EditError where there is none."""
    try:
        return block.nodes[node_id]
    except KeyError:
        raise EditError(
            Text("There is no node '{node_id}' in {block}.", node_id=node_id, block=block.name),
            fix="It may have been deleted.",
        ) from None
