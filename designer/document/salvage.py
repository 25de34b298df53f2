"""Damaged documents: all that can be read, and in words what cannot.

`reading` is strict, and is asked first. Here a file is read piece by piece: left out is what is no JSON (`pieces`),
then what the format does not know, then what a design cannot hold.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar, get_origin

import msgspec
from msgspec.structs import replace

from designer.base.text import Text
from designer.catalogue.registry import spec_of
from designer.document.convert import check_amounts, to_block, to_edge, to_node, to_recipe
from designer.document.custom import to_customs
from designer.document.document import Document, DocumentError
from designer.document.format import VERSION, BlockFile, DocumentFile, NodeFile
from designer.document.pieces import bare, is_struct, item_type, list_of_form, read_pieces, sorted_by_form
from designer.document.reading import parse_document, parse_json, read_bytes
from designer.document.upgrade import upgrade
from designer.graph.design import Design
from designer.graph.names import fresh

Item = TypeVar("Item")
_LOST = object()
_LONGEST = 60  # characters of a piece that are told
_NO_KIND = "Unknown"  # the kind of a node whose own cannot be read


@dataclass(frozen=True)
class Salvaged:
    """A document, and a sentence for each thing that could not be read; none where the file is sound."""

    document: Document
    losses: tuple[str, ...] = ()


def read_salvaged(path: Path) -> Salvaged:
    """What can be read of a file. Raises DocumentError where that is nothing, or it is a newer Blockyard's."""
    return salvage(read_bytes(path), path.name)


def salvage(data: bytes, origin: str) -> Salvaged:
    """What can be read of the bytes of a file. Raises DocumentError as `read_salvaged`."""
    try:
        return Salvaged(parse_document(data, origin))
    except DocumentError as error:
        found = _Salvage(origin).read(data)
        if found is None:
            raise error
        return found


class _Salvage:
    def __init__(self, origin: str) -> None:
        self._origin = origin
        self._losses: list[str] = []

    def read(self, data: bytes) -> Salvaged | None:
        """What there is; None where there is no node."""
        raw = self._tree(data)
        if not isinstance(raw, dict):
            return None
        if not isinstance(raw.get("blockyard"), int) or isinstance(raw["blockyard"], bool):
            self._lose("The version of its format is missing.")
            raw = {**raw, "blockyard": VERSION}
        raw = self._named(upgrade(raw, self._origin))
        file = self._struct(raw, DocumentFile, "")
        if file is None:
            return None
        check_amounts(file, self._origin)
        document = self._document(file)
        if not any(block.nodes for block in document.design.blocks.values()):
            return None
        if not self._losses:
            self._lose("Its brackets are not as they should be; all that they hold could be read.")
        return Salvaged(document, tuple(dict.fromkeys(self._losses)))

    def _lose(self, sentence: str) -> None:
        self._losses.append(sentence)

    def _tree(self, data: bytes) -> Any:
        try:
            return parse_json(data, self._origin)
        except DocumentError:
            text = data.decode(errors="replace")
        if "\ufffd" in text:
            self._lose("Some characters of its texts cannot be read.")

        def lose(where: str, piece: str) -> None:
            shown = piece if len(piece) <= _LONGEST else piece[: _LONGEST - 1] + "…"
            self._lose(
                Text("{where}: this cannot be read: {shown}", where=_begun(where), shown=shown)
                if where
                else Text("This cannot be read: {shown}", shown=shown)
            )

        return read_pieces(text, lose)

    # -- names without which the rest would be lost ---------------------------------------------------------------

    def _named(self, raw: dict[str, Any]) -> dict[str, Any]:
        """The tree with a name for each block and node that has none, and with an outermost block."""
        raw = self._with_lists(raw, DocumentFile)
        blocks = [self._with_lists(block, BlockFile) for block in _list(raw.get("blocks")) if isinstance(block, dict)]
        names = [block["name"] for block in blocks if isinstance(block.get("name"), str)]
        kinds = [
            node["kind"]
            for block in blocks
            for node in _list(block.get("nodes"))
            if isinstance(node, dict) and isinstance(node.get("kind"), str)
        ]
        missing = [raw["main"]] if isinstance(raw.get("main"), str) else []
        missing += [kind for kind in dict.fromkeys(kinds) if spec_of(kind) is None]
        missing = [name for name in missing if name and name not in names]
        for block in blocks:
            if not isinstance(block.get("name"), str) or not block["name"]:
                block["name"] = missing.pop(0) if missing else fresh("Block", names)
                names.append(block["name"])
                self._lose(Text("The name of a block cannot be read; it is called {block} now.", block=block["name"]))
            for node in _list(block.get("nodes")):
                self._identify(node, block)
        if raw.get("main") not in names and names:
            raw = {**raw, "main": next((name for name in names if name not in kinds), names[0])}
            self._lose(Text("Which block is the outermost one cannot be read; it is {block} now.", block=raw["main"]))
        return {**raw, "blocks": blocks}

    def _with_lists(self, raw: dict[str, Any], kind: type[msgspec.Struct]) -> dict[str, Any]:
        """The members, a list of an unknown name under that of the missing list that its items fit into."""
        types = {field.encode_name: field.type for field in msgspec.structs.fields(kind)}
        found: dict[str, Any] = {}
        for name, value in raw.items():
            free = {each: value for each, of in types.items() if each not in raw and item_type(of) is not None}
            meant = list_of_form(free, types) if name not in types and isinstance(value, list) else ""
            if meant:
                self._lose(Text("'{name}' is not known; it is taken for {meant}.", name=name[:_LONGEST], meant=meant))
            found[meant or name] = value
        return sorted_by_form(found, types)

    def _identify(self, node: Any, block: dict[str, Any]) -> None:
        if not isinstance(node, dict) or not node:
            return
        taken = [other.get("id") for other in _list(block.get("nodes")) if isinstance(other, dict)]
        if not isinstance(node.get("id"), str):
            node["id"] = fresh("node", [key for key in taken if isinstance(key, str)])
            self._lose(
                Text(
                    "Block {block}: the id of a node cannot be read; it is {node} now.",
                    block=block["name"],
                    node=node["id"],
                )
            )
        if not isinstance(node.get("kind"), str) or not node["kind"]:
            node["kind"] = _NO_KIND
            self._lose(
                Text("Block {block}, node {node}: its kind cannot be read.", block=block["name"], node=node["id"])
            )

    # -- what the format does not know ----------------------------------------------------------------------------

    def _struct(self, raw: Any, kind: type[msgspec.Struct], where: str) -> Any:
        """The struct with all fields that can be read; None where one that it needs cannot."""
        if not isinstance(raw, dict):
            self._lose(
                Text("{where}: there is no object in braces.", where=where)
                if where
                else "There is no object in braces."
            )
            return None
        place = f"{where}, " if where else ""
        fields = {field.encode_name: field for field in msgspec.structs.fields(kind)}
        values: dict[str, Any] = {}
        for name, value in raw.items():
            if name not in fields:
                self._lose(Text("{place}'{name}' is not known here.", place=place, name=name[:_LONGEST]))
                continue
            found = self._value(value, fields[name].type, f"{place}{name}", where)
            if found is not _LOST:
                values[fields[name].name] = found
        lacking = [field.encode_name for field in fields.values() if field.required and field.name not in values]
        if lacking:
            self._lose(Text("{place}{lacking} cannot be read.", place=place, lacking=" and ".join(lacking)))
            return None
        return kind(**values)

    def _value(self, raw: Any, kind: Any, where: str, block: str) -> Any:
        try:
            return msgspec.convert(raw, kind)
        except msgspec.ValidationError as error:
            reason = str(error).split(" - at ")[0].replace("`", "'")
        item = item_type(kind)
        if item is not None and isinstance(raw, list):
            return [found for each in raw if (found := self._item(each, item, block)) is not _LOST]
        if get_origin(bare(kind)) is dict and isinstance(raw, dict):
            entry = bare(kind).__args__[1]
            found = {name: self._value(value, entry, f"{where} {name}", block) for name, value in raw.items()}
            return {name: value for name, value in found.items() if value is not _LOST and 0 < len(name) <= 200}
        if is_struct(bare(kind)):
            found = self._struct(raw, bare(kind), where)
            return _LOST if found is None else found
        self._lose(Text("{where}: {reason}.", where=_begun(where), reason=f"{reason[:1].lower()}{reason[1:]}"))
        return _LOST

    def _item(self, raw: Any, kind: Any, block: str) -> Any:
        place = f"{block}, " if block else ""
        if is_struct(kind):
            noun = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind.__name__.removesuffix("File")).lower()
            name = (raw.get("id") or raw.get("name") or "") if isinstance(raw, dict) else ""
            found = self._struct(raw, kind, _begun(f"{place}{noun} {name}".rstrip()))
            return _LOST if found is None else found
        return self._value(raw, kind, f"{place}{msgspec.json.encode(raw).decode()[:_LONGEST]}", block)

    # -- what a design cannot hold --------------------------------------------------------------------------------

    def _document(self, file: DocumentFile) -> Document:
        blocks = {}
        for each in file.blocks:
            if each.name in blocks:
                self._lose(Text("Two blocks are called {block}; the second is left out.", block=each.name))
                continue
            blocks[each.name] = to_block(self._block(each), f"Block {each.name}")
        customs = self._good(file.custom_layers, lambda items: to_customs(items, blocks, "The file"))
        recipe = None
        if file.recipe is not msgspec.UNSET:
            for _ in self._good([file.recipe], lambda items: to_recipe(items[0], "The recipe") if items else None):
                recipe = to_recipe(file.recipe, "The recipe")
        return Document(Design(file.main, blocks, to_customs(customs, blocks, "The file")), recipe)

    def _block(self, file: BlockFile) -> BlockFile:
        where = f"Block {file.name}"
        nodes: dict[str, NodeFile] = {}
        for node in file.nodes:
            key = node.id if node.id not in nodes else fresh(f"{node.id[:90]}_", nodes)
            if key != node.id:
                self._lose(
                    Text(
                        "{where}: two nodes have the id {id}; the second is {key} now.",
                        where=where,
                        id=node.id,
                        key=key,
                    )
                )
            nodes[key] = self._node(replace(node, id=key), where)
        known = {key: to_node(node, where) for key, node in nodes.items()}
        edges, targets = [], set()
        for ends in self._each(file.edges, lambda ends: to_edge(ends, known, where)):
            target = to_edge(ends, known, where).target
            if target in targets:
                self._lose(Text("{where}: two wires end at {ends}; the second is left out.", where=where, ends=ends[1]))
            else:
                targets.add(target)
                edges.append(ends)
        sound = replace(file, nodes=list(nodes.values()), edges=edges, parameters=[], notes=[], routes=[])
        for name in ("parameters", "notes", "routes"):
            kept = self._good(
                getattr(file, name),
                lambda items, name=name, sound=sound: to_block(replace(sound, **{name: items}), where),
            )
            sound = replace(sound, **{name: kept})
        return sound

    def _node(self, file: NodeFile, where: str) -> NodeFile:
        """The node without those of its fields that a design cannot hold."""
        if not self._refusal(lambda: to_node(file, where)):
            return file
        plain = replace(file, params={}, repeat=1, when=True, position=(0.0, 0.0))
        for name in ("repeat", "when", "position"):
            tried = replace(plain, **{name: getattr(file, name)})
            plain = plain if self._told(lambda tried=tried: to_node(tried, where)) else tried
        for name, value in file.params.items():
            tried = replace(plain, params={**plain.params, name: value})
            plain = plain if self._told(lambda tried=tried: to_node(tried, where)) else tried
        return plain

    def _refusal(self, work: Callable[[], object]) -> str:
        try:
            work()
        except DocumentError as error:
            return error.message
        return ""

    def _told(self, work: Callable[[], object]) -> bool:
        """Whether something is refused; it is told then."""
        reason = self._refusal(work)
        if reason:
            self._lose(reason)
        return bool(reason)

    def _each(self, items: Iterable[Item], work: Callable[[Item], object]) -> list[Item]:
        return [item for item in items if not self._told(lambda item=item: work(item))]

    def _good(self, items: Sequence[Item], work: Callable[[list[Item]], object], kept: Sequence[Item] = ()) -> list:
        """Those items that are taken together with the others, the earlier before the later."""
        together = [*kept, *items]
        if not items or not self._refusal(lambda: work(together)):
            return together
        if len(items) == 1:
            self._told(lambda: work(together))
            return list(kept)
        middle = len(items) // 2
        return self._good(items[middle:], work, self._good(items[:middle], work, kept))


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else []


def _begun(place: str) -> str:
    """A place as a sentence begins with it."""
    return place[:1].upper() + place[1:]
