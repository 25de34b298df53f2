"""What can be added to a design: the catalogue's layers, the library's blocks, and the design's own."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.graph.block import Block
from designer.graph.design import Design
from designer.ui.canvas.add_search import AddEntry
from designer.ui.docks.views import PaletteEntry


def palette_entries(design: Design, library: Mapping[str, Block]) -> list[PaletteEntry]:
    """Blocks first, then layers in the order of the catalogue."""
    entries = [
        PaletteEntry(block.name, block.title or block.name, Family.BLOCK.value, block.description)
        for block in _blocks(design, library)
    ]
    entries += [PaletteEntry(spec.kind, spec.kind, spec.family.value, spec.summary) for spec in registry().values()]
    return entries


def add_entries(design: Design, library: Mapping[str, Block]) -> list[AddEntry]:
    """The same for the search at the cursor."""
    return [AddEntry(e.kind, e.title, e.family, e.summary) for e in palette_entries(design, library)]


def _blocks(design: Design, library: Mapping[str, Block]) -> Iterator[Block]:
    """The library's blocks, and those of the design that the library does not have; never the outermost one."""
    names = dict.fromkeys((*library, *design.blocks))
    for name in names:
        if name != design.main:
            yield design.blocks.get(name) or library[name]
