"""The documents that ship with Blockyard: presets, which are whole designs, and the library of blocks."""

from __future__ import annotations

import difflib
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from designer.base.paths import presets_dir
from designer.base.text import Text, one_of
from designer.document.document import Document, DocumentError
from designer.document.format import EXTENSION
from designer.document.reading import read_document
from designer.graph.block import Block


class Preset(NamedTuple):
    """A design that ships with Blockyard."""

    id: str
    path: Path

    def read(self) -> Document:
        """Its document."""
        return read_document(self.path)

    @property
    def title(self) -> str:
        """What it is called on the start page."""
        return self.read().design.root.title or self.id


def list_presets() -> tuple[Preset, ...]:
    """All presets by id, in alphabetical order, none of them read yet."""
    paths = sorted(presets_dir().glob(f"*{EXTENSION}"))
    return tuple(Preset(path.name.removesuffix(EXTENSION), path) for path in paths)


def open_design(name_or_path: str) -> Document:
    """A preset by its id, or the document in a file. Raises DocumentError, with near names where it is neither.

    A name without a folder and without an extension is a preset's; a file of that very name gives way to it.
    """
    presets = {preset.id: preset for preset in list_presets()}
    if name_or_path in presets:
        return presets[name_or_path].read()
    path = Path(name_or_path)
    if _exists(path) or path.suffix or path.parent != Path():
        return read_document(path)
    near = difflib.get_close_matches(name_or_path, presets, n=3)
    raise DocumentError(
        Text("There is no preset and no file '{name_or_path}'.", name_or_path=name_or_path),
        expected=Text("a file, or one of these presets: {presets}", presets=", ".join(presets)),
        fix=Text("Did you mean {near}?", near=one_of(near)) if near else "",
    )


def _exists(path: Path) -> bool:
    try:
        return path.exists()
    except (OSError, ValueError):
        return False


@cache
def library_blocks() -> Mapping[str, Block]:
    """The blocks that ship with Blockyard, by name, in alphabetical order; each file holds one and what it needs."""
    blocks: dict[str, Block] = {}
    mains: dict[str, Block] = {}
    for path in sorted((presets_dir() / "blocks").glob(f"*{EXTENSION}")):
        design = read_document(path).design
        blocks |= design.blocks
        mains[design.main] = design.root
    return MappingProxyType(mains | {name: block for name, block in blocks.items() if name not in mains})
