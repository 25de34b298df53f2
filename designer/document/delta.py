"""What turns one document into the next, as JSON: what a journal appends after each edit.

Made from snapshots by identity, so that it costs what was changed and not what is there; applied to the parsed JSON of
a file, so that whatever the format holds is carried along without being named here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import msgspec

from designer.document.convert import from_document
from designer.document.document import Document
from designer.graph.block import Block

Tree = dict[str, Any]  # the parsed JSON of a document


def tree_of(document: Document) -> Tree:
    """The parsed JSON of a whole document. Raises DocumentError where a value has no place in one."""
    return msgspec.to_builtins(from_document(document))


def delta(before: Document, after: Document) -> Tree:
    """What `apply_delta` needs to make the JSON of `after` of that of `before`. Raises DocumentError as `tree_of`."""
    old, new = before.design.blocks, after.design.blocks
    changed = {name: block for name, block in new.items() if old.get(name) is not block}
    reduced = {name: _reduced(old.get(name), block) for name, block in changed.items()}
    return {
        "tree": tree_of(replace(after, design=replace(after.design, blocks=reduced))),
        "blocks": list(new),
        "rest": {name: _rest(old[name], block) for name, block in changed.items() if name in old},
    }


def apply_delta(tree: Tree, change: Tree) -> Tree:
    """The JSON after a change. Raises KeyError or TypeError where `change` is no delta, or one of another document."""
    blocks = {block["name"]: block for block in tree["blocks"]}
    for block in change["tree"]["blocks"]:
        name = block["name"]
        rest = change["rest"].get(name)
        blocks[name] = block if rest is None else _merged(blocks[name], block, rest)
    return {**change["tree"], "blocks": [blocks[name] for name in change["blocks"]]}


def _reduced(old: Block | None, block: Block) -> Block:
    """The block with only those nodes that changed, and edges only where any did."""
    if old is None:
        return block
    nodes = {key: node for key, node in block.nodes.items() if old.nodes.get(key) is not node}
    return replace(block, nodes=nodes, edges=() if _same_edges(old, block) else block.edges)


def _rest(old: Block, block: Block) -> Mapping[str, Any]:
    """What a reduced block does not say: which nodes went, their order where it is not plain, and kept edges."""
    gone = [key for key in old.nodes if key not in block.nodes]
    plain = [key for key in old.nodes if key in block.nodes] + [key for key in block.nodes if key not in old.nodes]
    order = {} if plain == list(block.nodes) else {"order": list(block.nodes)}
    return {"gone": gone, "same_edges": _same_edges(old, block), **order}


def _same_edges(old: Block, block: Block) -> bool:
    return old.edges is block.edges or old.edges == block.edges


def _merged(old: Tree, block: Tree, rest: Mapping[str, Any]) -> Tree:
    gone = set(rest["gone"])
    nodes = {node["id"]: node for node in old.get("nodes", []) if node["id"] not in gone}
    nodes |= {node["id"]: node for node in block.get("nodes", [])}
    ordered = [nodes[key] for key in rest["order"]] if "order" in rest else list(nodes.values())
    edges = old.get("edges", []) if rest["same_edges"] else block.get("edges", [])
    return {**block, "nodes": ordered, "edges": edges}
