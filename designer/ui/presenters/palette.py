"""What can be added to a design: its own blocks, those of the libraries, the catalogue's layers and custom ones."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QCoreApplication

from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.document.library import PERSONAL
from designer.document.presets import library_blocks
from designer.graph.block import Block
from designer.graph.design import Design
from designer.session.shelf import BUILT_IN, Shelf
from designer.ui.canvas.add_search import AddEntry
from designer.ui.docks.views import PaletteEntry
from designer.ui.language import translated

translate = QCoreApplication.translate

NEW_CUSTOM = "new:custom"  # the key of the entry that makes a custom layer
OF_DESIGN, OF_LIBRARY = "design", "library"  # the groups of blocks that do not ship with Blockyard


def palette_entries(design: Design, shelf: Shelf) -> list[PaletteEntry]:
    """Blocks first, then layers in the order of the catalogue. A block that is as a library has it stands there alone;
    the outermost one nowhere."""
    own = [name for name in design.blocks if name != design.main and not shelf.is_as_kept(design, name)]
    entries = [_block_entry(name, design.blocks[name], OF_DESIGN, shelf.news(design, name) is not None) for name in own]
    entries += [_block_entry(f"{PERSONAL}:{name}", kept.root, OF_LIBRARY) for name, kept in shelf.personal.items()]
    for name, block in library_blocks().items():
        entries.append(_block_entry(f"{BUILT_IN}:{name}" if name in own else name, block))
    entries += [
        PaletteEntry(spec.kind, spec.kind, spec.family.value, translated(spec.summary)) for spec in registry().values()
    ]
    custom = Family.CUSTOM.value
    entries += [PaletteEntry(layer.name, layer.name, custom, layer.summary) for layer in design.customs.values()]
    title, summary = translate("Palette", "New custom layer…"), translate("Palette", "Write a layer in Python.")
    return [*entries, PaletteEntry(NEW_CUSTOM, title, custom, summary)]


def add_entries(design: Design, shelf: Shelf, rank: Callable[[str], int], word: Callable[[str], str]) -> list[AddEntry]:
    """The same for the search at the cursor. rank: of a key, the lowest first; word: what a group is called."""
    return [
        AddEntry(
            e.kind,
            e.title,
            e.family,
            e.summary,
            word=word(e.group) if e.group else translated(e.family),
            rank=rank(e.kind),
        )
        for e in palette_entries(design, shelf)
    ]


def _block_entry(key: str, block: Block, group: str = "", has_news: bool = False) -> PaletteEntry:
    title, description = translated(block.title or block.name), translated(block.description)
    return PaletteEntry(key, title, Family.BLOCK.value, description, group, has_news)
