"""Damaged documents: structs of the format -> a document, without what a design cannot hold.

Everything is asked of `convert` for itself, so that one thing that is wrong costs no other.
"""

from __future__ import annotations

from collections.abc import Callable, Hashable, Iterable
from typing import TypeVar

import msgspec
from msgspec.structs import replace

from designer.base.text import Text
from designer.document.convert import to_block, to_edge, to_node, to_parameter, to_recipe
from designer.document.custom import to_customs
from designer.document.document import Document, DocumentError
from designer.document.drawing import to_note, to_route
from designer.document.format import BlockFile, CustomLayerFile, DocumentFile, NodeFile
from designer.document.losses import Losses
from designer.document.salvage_names import FreshNames
from designer.engine.recipe import Recipe
from designer.graph.block import Block
from designer.graph.custom import CustomLayer
from designer.graph.design import Design

Item = TypeVar("Item")
Read = TypeVar("Read")


def document_of_parts(file: DocumentFile, losses: Losses) -> Document:
    """The document, without what has no place in one."""
    parts = _Parts(losses)
    blocks: dict[str, Block] = {}
    for each in file.blocks:
        if each.name in blocks:
            losses.lose(Text("Two blocks are called {block}; the second is left out.", block=each.name))
        else:
            blocks[each.name] = to_block(parts.block(each), f"Block {each.name}")
    main = file.main
    if main not in blocks:
        main = next(iter(blocks))
        losses.lose(Text("Which block is the outermost one cannot be read; it is {block} now.", block=main))
    customs = parts.customs(file.custom_layers, blocks)
    return Document(Design(main, blocks, customs), None if file.recipe is msgspec.UNSET else parts.recipe(file.recipe))


class _Parts:
    def __init__(self, losses: Losses) -> None:
        self._lose = losses.lose

    def block(self, file: BlockFile) -> BlockFile:
        """The block with those of its parts that a design can hold."""
        where = f"Block {file.name}"
        named = self._with_ids(file, where)
        known = {node.id: to_node(node, where) for node in named}
        edges = [
            (ends, wire) for ends in file.edges if (wire := self._read(lambda ends=ends: to_edge(ends, known, where)))
        ]
        parameters = [p for p in file.parameters if self._read(lambda p=p: to_parameter(p, where))]
        notes = [note for note in file.notes if self._read(lambda note=note: to_note(note, where))]
        routes = [
            route
            for route in file.routes
            if self._read(lambda route=route: to_route(route, lambda ends: to_edge(ends, known, where), where))
        ]
        return replace(
            file,
            nodes=named,
            edges=[
                ends
                for ends, _ in self._once(
                    edges,
                    lambda found: found[1].target,
                    lambda found: Text(
                        "{where}: two wires end at {ends}; the second is left out.", where=where, ends=found[0][1]
                    ),
                )
            ],
            parameters=self._once(
                parameters,
                lambda p: p.name,
                lambda p: Text("{where}: two parameters are called '{name}'.", where=where, name=p.name),
            ),
            notes=self._once(
                notes,
                lambda note: note.id,
                lambda note: Text("{where}: two of its nodes and notes have the id '{id}'.", where=where, id=note.id),
                known,
            ),
            routes=routes,
        )

    def _with_ids(self, file: BlockFile, where: str) -> list[NodeFile]:
        """The nodes, each with an id of its own and without what a design cannot hold."""
        nodes: dict[str, NodeFile] = {}
        fresh = FreshNames(node.id for node in file.nodes)
        for node in file.nodes:
            key = node.id
            if key in nodes:
                key = fresh.next(f"{node.id[:90]}_")
                self._lose(
                    Text(
                        "{where}: two nodes have the id {id}; the second is {key} now.",
                        where=where,
                        id=node.id,
                        key=key,
                    )
                )
            nodes[key] = self._node(replace(node, id=key), where)
        return list(nodes.values())

    def _node(self, file: NodeFile, where: str) -> NodeFile:
        """The node without those of its fields that a design cannot hold."""
        if not _refusal(lambda: to_node(file, where)):
            return file
        plain = NodeFile(file.id, file.kind, file.name)

        def takes(**field: object) -> bool:
            return self._read(lambda: to_node(replace(plain, **field), where)) is not None

        fields = {name: getattr(file, name) for name in ("repeat", "when", "position")}
        fields = {name: value for name, value in fields.items() if takes(**{name: value})}
        params = {name: value for name, value in file.params.items() if takes(params={name: value})}
        return replace(plain, params=params, collapsed=file.collapsed, **fields)

    def customs(self, files: Iterable[CustomLayerFile], blocks: dict[str, Block]) -> dict[str, CustomLayer]:
        """The custom layers, the earlier before the later where not all of them have room."""
        kept: list[CustomLayerFile] = []
        for each in files:
            if self._read(lambda each=each: to_customs([*kept, each], blocks, "The file")):
                kept.append(each)
        return to_customs(kept, blocks, "The file")

    def recipe(self, raw: dict[str, object]) -> Recipe | None:
        """The recipe, None where it is none."""
        return self._read(lambda: to_recipe(raw, "The recipe"))

    def _read(self, work: Callable[[], Read]) -> Read | None:
        """What something is read as; None where it is refused, which is told."""
        try:
            return work()
        except DocumentError as error:
            self._lose(error.message)
            return None

    def _once(
        self,
        items: Iterable[Item],
        key: Callable[[Item], Hashable],
        sentence: Callable[[Item], str],
        taken: Iterable[Hashable] = (),
    ) -> list[Item]:
        """The first item of each key; each other is told of. taken: keys that no item may have."""
        seen, kept = set(taken), []
        for item in items:
            if key(item) in seen:
                self._lose(sentence(item))
            else:
                seen.add(key(item))
                kept.append(item)
        return kept


def _refusal(work: Callable[[], object]) -> str:
    try:
        work()
    except DocumentError as error:
        return error.message
    return ""
