"""Between the file's structs and designs: what each field means, and what a file must not say.

Refused here is only what a design cannot hold at all, such as a wire to a node that is not there. What a design can
hold although it is wrong (an unknown kind, a parameter out of range, a cycle) passes: analysis reports it on the node.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Any

import msgspec

from designer.base.text import Text
from designer.document.custom import from_custom, to_customs
from designer.document.document import Document, DocumentError
from designer.document.drawing import check_place, from_notes, from_place, from_routes, to_notes, to_routes
from designer.document.format import (
    MAX_EDGES,
    MAX_NODES,
    MAX_NOTES,
    NODE_ID,
    VERSION,
    BlockFile,
    DocumentFile,
    NodeFile,
    OriginFile,
    ParameterFile,
)
from designer.document.values import from_setting, to_setting, to_value
from designer.engine.protocol import EngineError
from designer.engine.recipe import Recipe
from designer.graph.block import INPUT_PORT, OUTPUT_PORT, Block, BlockParameter, Edge, Endpoint, Node, Origin
from designer.graph.design import Design

_ID = re.compile(NODE_ID)


def to_document(file: DocumentFile, origin: str) -> Document:
    """The document in a file's structs. origin: what to call the file in errors. Raises DocumentError."""
    check_amounts(file, origin)
    _check_unique((block.name for block in file.blocks), origin, Text("two blocks are called"), "Rename one of them.")
    blocks = {block.name: to_block(block, f"{origin}: block {block.name}") for block in file.blocks}
    if file.main not in blocks:
        raise DocumentError(
            Text(
                "{origin}: the outermost block is called '{main}', and there is no such block.",
                origin=origin,
                main=file.main,
            ),
            expected=Text("one of these: {known}", known=", ".join(blocks)),
            fix='Correct "main".',
        )
    recipe = None if file.recipe is msgspec.UNSET else to_recipe(file.recipe, origin)
    return Document(Design(file.main, blocks, to_customs(file.custom_layers, blocks, origin)), recipe)


def from_document(document: Document) -> DocumentFile:
    """The structs that a document is written as. Raises DocumentError where a value has no place in a file."""
    recipe: Any = msgspec.UNSET if document.recipe is None else document.recipe.to_json()
    blocks = [_from_block(block) for block in document.design.blocks.values()]
    customs = [from_custom(layer) for layer in document.design.customs.values()]
    return DocumentFile(VERSION, document.design.main, blocks, customs, recipe)


# -- reading --------------------------------------------------------------------------------------------------------


def check_amounts(file: DocumentFile, origin: str) -> None:
    """Raises DocumentError where a file holds more than any design needs."""
    for what, count, most in (
        (Text("nodes"), sum(len(block.nodes) for block in file.blocks), MAX_NODES),
        (Text("edges"), sum(len(block.edges) for block in file.blocks), MAX_EDGES),
        (Text("notes"), sum(len(block.notes) for block in file.blocks), MAX_NOTES),
    ):
        if count > most:
            raise DocumentError(
                Text("{origin} has {count:,} {what}.", origin=origin, count=count, what=what),
                expected=Text("at most {limit:,}", limit=most),
                fix="Use repeat, or split the design.",
            )


def _check_unique(names: Iterable[str], where: str, what: Text, fix: str) -> None:
    seen: set[str] = set()
    for name in names:
        if name in seen:
            raise DocumentError(
                Text("{where}: {what} '{name}'.", where=where, what=what, name=name),
                expected="each of them once",
                fix=fix,
            )
        seen.add(name)


def to_block(file: BlockFile, where: str) -> Block:
    """The block in its structs. where: what to call it in errors. Raises DocumentError."""
    _check_unique(
        (node.id for node in file.nodes), where, Text("two nodes have the id"), "Give one of them another id."
    )
    _check_unique((p.name for p in file.parameters), where, Text("two parameters are called"), "Rename one of them.")
    nodes = {node.id: to_node(node, where) for node in file.nodes}
    edges = tuple(to_edge(ends, nodes, where) for ends in file.edges)
    _check_unique(
        (f"{wire.target.node}.{wire.target.port}" for wire in edges),
        where,
        Text("two edges end at"),
        "Remove one of them; an input takes one wire.",
    )
    return Block(
        name=file.name,
        title=file.title,
        description=file.description,
        source=file.source,
        parameters=tuple(to_parameter(parameter, where) for parameter in file.parameters),
        nodes=nodes,
        edges=edges,
        origin=file.origin and Origin(file.origin.library, file.origin.block, file.origin.fingerprint),
        notes=to_notes(file, nodes, where),
        routes=to_routes(file, lambda ends: to_edge(ends, nodes, where), where),
        is_downward=file.downward,
    )


def to_parameter(file: ParameterFile, where: str) -> BlockParameter:
    """The parameter in its structs. where: its block. Raises DocumentError."""
    return BlockParameter(file.name, to_value(file.default, f"{where}, parameter {file.name}"), file.doc)


def to_node(file: NodeFile, where: str) -> Node:
    """The node in its structs. where: its block. Raises DocumentError."""
    where = f"{where}, node {file.id}"
    check_place(file.position, where)
    return Node(
        id=file.id,
        kind=file.kind,
        name=file.name,
        params={name: to_setting(raw, f"{where}, parameter {name}") for name, raw in file.params.items()},
        repeat=to_setting(file.repeat, f"{where}, repeat"),
        when=to_setting(file.when, f"{where}, when"),
        position=file.position,
        is_collapsed=file.collapsed,
    )


def to_edge(ends: tuple[str, str], nodes: Mapping[str, Node], where: str) -> Edge:
    """The edge between two ends. nodes: of its block, by id. Raises DocumentError."""
    source, target = (
        _to_endpoint(end, port, nodes, where) for end, port in zip(ends, (OUTPUT_PORT, INPUT_PORT), strict=True)
    )
    return Edge(source, target)


def _to_endpoint(end: str, usual: str, nodes: Mapping[str, Node], where: str) -> Endpoint:
    node, dot, port = end.partition(".")
    if node not in nodes:
        raise DocumentError(
            Text("{where}: an edge has an end at '{end}', and there is no such node.", where=where, end=end[:120]),
            expected="node or node.port",
            fix="Correct the edge or remove it.",
        )
    if dot and not _ID.match(port):
        raise DocumentError(
            Text("{where}: an edge has an end at '{end}'.", where=where, end=end[:120]),
            expected="node or node.port, with letters, digits, - and _ in the port's name",
            fix="Correct the edge or remove it.",
        )
    return Endpoint(node, port if dot else usual)


def to_recipe(raw: dict[str, Any], origin: str) -> Recipe:
    """The recipe in its JSON. Raises DocumentError."""
    try:
        return Recipe.from_json(raw)
    except EngineError as error:
        raise DocumentError(
            Text("{origin}: {message}", origin=origin, message=error.message), expected=error.expected, fix=error.fix
        ) from error


# -- writing --------------------------------------------------------------------------------------------------------


def _from_block(block: Block) -> BlockFile:
    where = f"block {block.name}"
    return BlockFile(
        name=block.name,
        title=block.title,
        description=block.description,
        source=block.source,
        parameters=[
            ParameterFile(p.name, from_setting(p.default, f"{where}, parameter {p.name}"), p.doc)
            for p in block.parameters
        ],
        nodes=[_from_node(node, f"{where}, node {node.id}") for node in block.nodes.values()],
        edges=[_from_edge(e) for e in block.edges],
        origin=block.origin and OriginFile(block.origin.library, block.origin.block, block.origin.fingerprint),
        notes=from_notes(block),
        routes=from_routes(block, _from_edge),
        downward=block.is_downward,
    )


def _from_node(node: Node, where: str) -> NodeFile:
    return NodeFile(
        id=node.id,
        kind=node.kind,
        name="" if node.name == node.id else node.name,
        params={name: from_setting(value, f"{where}, parameter {name}") for name, value in node.params.items()},
        repeat=from_setting(node.repeat, f"{where}, repeat"),
        when=from_setting(node.when, f"{where}, when"),
        position=from_place(node.position),
        collapsed=node.is_collapsed,
    )


def _from_edge(wire: Edge) -> tuple[str, str]:
    return _from_endpoint(wire.source, OUTPUT_PORT), _from_endpoint(wire.target, INPUT_PORT)


def _from_endpoint(end: Endpoint, usual: str) -> str:
    return end.node if end.port == usual else f"{end.node}.{end.port}"
