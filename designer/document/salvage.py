"""Damaged documents: all that can be read, and in words what cannot.

`reading` is strict, and is asked first. Here a file is read piece by piece: left out is what is no JSON (`pieces`),
then names are found for what has none (`salvage_names`), then left out is what the format does not know
(`salvage_fields`), at last what a design cannot hold (`salvage_content`). Each step looks at each thing a fixed number
of times, so that a file that is damaged all over takes no longer than one that is large. What comes out can be saved,
and the strict reader takes it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from designer.base.text import Text
from designer.document.convert import check_amounts
from designer.document.document import Document, DocumentError
from designer.document.format import VERSION, DocumentFile
from designer.document.losses import Losses
from designer.document.pieces import read_pieces
from designer.document.reading import decoded, parse_document, read_bytes
from designer.document.salvage_content import document_of_parts
from designer.document.salvage_fields import begun, struct_of, without_depth
from designer.document.salvage_names import LONGEST, with_names
from designer.document.upgrade import upgrade


@dataclass(frozen=True)
class Salvaged:
    """A document, and what could not be read of it: a sentence for each of the first things, and how many there are;
    none where the file is sound."""

    document: Document
    losses: tuple[str, ...] = ()
    count: int = 0


def read_salvaged(path: Path) -> Salvaged:
    """What can be read of a file. Raises DocumentError where that is nothing, or it is a newer Blockyard's."""
    return salvage(read_bytes(path), path.name)


def salvage(data: bytes, origin: str) -> Salvaged:
    """What can be read of the bytes of a file. Raises DocumentError as `read_salvaged`."""
    try:
        return Salvaged(parse_document(data, origin))
    except DocumentError as error:
        losses = Losses()
        document = _read(data, origin, losses)
        if document is None:
            raise error
        return Salvaged(document, losses.sentences, losses.count)


def _read(data: bytes, origin: str, losses: Losses) -> Document | None:
    """What there is; None where there is no node."""
    raw = _tree(data, origin, losses)
    if not isinstance(raw, dict):
        return None
    if not isinstance(raw.get("blockyard"), int) or isinstance(raw["blockyard"], bool):
        losses.lose("The version of its format is missing.")
        raw = {**raw, "blockyard": VERSION}
    raw = with_names(upgrade(without_depth(raw, losses), origin), losses)
    file = struct_of(raw, DocumentFile, losses)
    if file is None:
        return None
    check_amounts(file, origin)
    document = document_of_parts(file, losses)
    if not any(block.nodes for block in document.design.blocks.values()):
        return None
    if not losses.count:
        losses.lose("Its brackets are not as they should be; all that they hold could be read.")
    return document


def _tree(data: bytes, origin: str, losses: Losses) -> Any:
    try:
        return decoded(data, origin)
    except DocumentError:
        text = data.decode(errors="replace")
    if "\ufffd" in text:
        losses.lose("Some characters of its texts cannot be read.")

    def skip(where: str, piece: str) -> None:
        shown = piece if len(piece) <= LONGEST else piece[: LONGEST - 1] + "…"
        losses.lose(
            Text("{where}: this cannot be read: {shown}", where=begun(where), shown=shown)
            if where
            else Text("This cannot be read: {shown}", shown=shown)
        )

    return read_pieces(text, skip)
