"""Commands on blocks: copy one from the library, give an instance its own copy, rename, describe."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

from designer.base.text import Text, joined
from designer.catalogue.registry import name_in_use
from designer.editing.errors import EditError
from designer.graph.block import Block
from designer.graph.copies import with_own_block
from designer.graph.design import Design
from designer.graph.names import fresh, is_block_name


def with_library_block(
    design: Design, name: str, library: Mapping[str, Block], as_name: str = ""
) -> tuple[Design, str]:
    """The design with a library's block and the blocks that it needs; and what the block is called there.

    A block that the design holds already is shared, and takes on the library's origin where it has none; where another
    block has its name, the copy gets a fresh one. as_name: it replaces the design's block of that name.
    """
    needed = [name]
    for current in needed:
        kinds = {node.kind for node in library[current].nodes.values()}
        needed += [kind for kind in library if kind in kinds and kind not in needed]
    differ = {key for key in needed if key in design.blocks and not _is_same(design.blocks[key], library[key])}
    differ |= {key for key in needed if key in design.customs or key == as_name != name}  # that name is taken
    while more := {
        key
        for key in needed
        if key in design.blocks and key not in differ and any(n.kind in differ for n in library[key].nodes.values())
    }:
        differ |= more  # a block that must name its copy of another one is itself not the one that the design holds
    names: dict[str, str] = {name: as_name} if as_name else {}
    for current in needed[1:] if as_name else needed:
        taken = {*design.blocks, *design.customs, *names.values()}
        names[current] = fresh(current, taken) if current in differ else current
    for current in reversed(needed):
        known = design.blocks.get(names[current])
        if known is None or (as_name and current == name):
            design = design.with_block(_renamed(library[current], names))
        elif known.origin is None and library[current].origin is not None:
            design = design.with_block(replace(known, origin=library[current].origin))
    return design, names[name]


def _is_same(one: Block, other: Block) -> bool:
    """Whether two blocks hold the same, wherever they come from."""
    return replace(one, origin=None) == replace(other, origin=None)


def _renamed(block: Block, names: Mapping[str, str]) -> Block:
    changed = [
        replace(node, kind=names[node.kind])
        for node in block.nodes.values()
        if names.get(node.kind, node.kind) != node.kind
    ]
    block = block.with_nodes(changed) if changed else block
    name = names.get(block.name, block.name)
    return replace(block, name=name) if name != block.name else block


def check_no_recursion(design: Design, block_name: str, kind: str) -> None:
    """Raises EditError where a block would contain itself if an instance of `kind` stood in it."""
    if kind == block_name or (kind in design.uses and design.uses.has_path(kind, block_name)):
        raise EditError(
            Text("{kind} cannot stand in {block_name}: it would contain itself.", kind=kind, block_name=block_name),
            expected="a block that does not use the one it is put into",
            fix="Open another block, or use a copy under another name.",
        )


def make_unique(design: Design, block_name: str, node_id: str) -> tuple[Design, str]:
    """Give one instance its own copy of its block. Returns the design and the copy's name."""
    block = design.blocks[block_name]
    node = block.nodes.get(node_id)
    if node is None or node.kind not in design.blocks:
        name = node.name if node else node_id
        raise EditError(Text("'{name}' is a layer, not a block.", name=name), expected="an instance of a block")
    return with_own_block(design, block_name, node_id)


def rename_block(design: Design, old: str, new: str) -> Design:
    """The design with a block, and so its class in code, under another name. Raises EditError."""
    new = new.strip()
    if new == old:
        return design
    if not is_block_name(new):
        raise EditError(
            Text("'{name}' cannot be the name of a block.", name=new[:60]),
            expected="letters, digits and underscores, a letter first: it names a class",
            fix="Choose another name.",
        )
    if what := name_in_use(design, new):
        raise EditError(
            Text("There is {what} called '{name}'.", what=what, name=new),
            expected="a name of its own",
            fix="Choose another name.",
        )
    names = {old: new}
    blocks = {names.get(name, name): _renamed(block, names) for name, block in design.blocks.items()}
    return Design(names.get(design.main, design.main), blocks, design.customs)


def describe(
    design: Design,
    block_name: str,
    *,
    title: str | None = None,
    description: str | None = None,
    source: str | None = None,
) -> Design:
    """The design with other words about a block; None leaves a text as it is."""
    block = design.blocks[block_name]
    texts = {"title": title, "description": description, "source": source}
    changed = {key: text for key, text in texts.items() if text is not None and text != getattr(block, key)}
    return design.with_block(replace(block, **changed)) if changed else design


def remove_block(design: Design, name: str) -> Design:
    """The design without one of its blocks. Raises EditError where it is in use."""
    users = [user for user in design.uses.pred[name] if user != name] if name in design.blocks else []
    if users or name == design.main:
        where = Text("It stands in {users}.", users=", ".join(users[:3])) if users else "It is the outermost one."
        raise EditError(
            joined(Text("{name} cannot be deleted.", name=name), where),
            expected="a block that nothing uses",
            fix="Delete its instances first.",
        )
    return design.without_block(name)


def remove_unused_blocks(design: Design) -> Design:
    """The design without blocks that the outermost one does not need."""
    needed = design.uses.descendants(design.main) | {design.main}
    kept = {name: block for name, block in design.blocks.items() if name in needed}
    return replace(design, blocks=kept) if len(kept) < len(design.blocks) else design
