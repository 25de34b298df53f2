"""What can be taken into a design: the blocks that ship with Blockyard and those of the personal library; and what a
design took that a library has changed since."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache
from types import MappingProxyType
from typing import NamedTuple

from designer.document.library import PERSONAL, Kept
from designer.document.presets import library_blocks
from designer.editing.blocks import with_library_block
from designer.editing.customs import bring_customs
from designer.editing.updating import changes, update_block
from designer.graph.block import Block, Origin
from designer.graph.design import Design
from designer.graph.fingerprint import fingerprint

BUILT_IN = "built-in"  # how an `Origin` names what ships with Blockyard


@cache
def _built_in_origin(name: str) -> Origin:
    """The origin of a block that ships with Blockyard. To show them all in a palette takes none."""
    return Origin(BUILT_IN, name, fingerprint(Design("", library_blocks()), name))


@cache
def built_in_blocks() -> Mapping[str, Block]:
    """The blocks that ship with Blockyard, by name, each with its origin."""
    blocks = library_blocks().items()
    return MappingProxyType({name: replace(block, origin=_built_in_origin(name)) for name, block in blocks})


class News(NamedTuple):
    """A block of a design whose library has another version by now. is_edited: it was changed in the design too."""

    block: str
    newer: Design
    is_edited: bool

    @property
    def origin(self) -> Origin:
        """What to note as the origin of a block that is as the library's, or was compared with it."""
        return self.newer.root.origin

    def words(self, design: Design) -> tuple[str, ...]:
        """What an update would change, and what instances would lose, a sentence each."""
        return (*changes(design, self.block, self.newer), *update_block(design, self.block, self.newer).lost)


@dataclass(frozen=True)
class Shelf:
    """All blocks that can be taken. personal: those of the person's library, by name."""

    personal: Mapping[str, Design] = field(default_factory=dict)

    @classmethod
    def of(cls, kept: Kept) -> Shelf:
        """With what a personal library holds."""
        return cls(kept.blocks)

    def take(self, design: Design, key: str) -> tuple[Design, str]:
        """The design with what a key of the palette stands for, and the kind that it is there.

        `personal:Stem` and `built-in:VGGBlock` are blocks of a library, whatever the design calls so; any other key is
        a kind as it is.
        """
        library, _, name = key.partition(":")
        if library == PERSONAL and name in self.personal:
            design, kept = bring_customs(design, self.personal[name])
            return with_library_block(design, name, kept.blocks)
        if library == BUILT_IN and name in built_in_blocks():
            return with_library_block(design, name, built_in_blocks())
        return design, key

    def block(self, design: Design, key: str) -> Block | None:
        """The block that a key of the palette stands for, None where it is none."""
        library, _, name = key.partition(":")
        if library == PERSONAL:
            return self.personal[name].root if name in self.personal else None
        return design.blocks.get(key) or built_in_blocks().get(name if library == BUILT_IN else key)

    def is_as_kept(self, design: Design, name: str) -> bool:
        """Whether a block of a design is what a library has under that name."""
        kept = [self.personal[name].root.origin] if name in self.personal else []
        kept += [_built_in_origin(name)] if name in library_blocks() else []
        return bool(kept) and fingerprint(design, name) in {origin.fingerprint for origin in kept}

    def holding(self, origin: Origin) -> Design | None:
        """The block that an origin names, or that was renamed since and is as it was; None where it is gone."""
        if origin.library == BUILT_IN:
            blocks = built_in_blocks()
            return Design(origin.block, blocks) if origin.block in blocks else None
        if origin.library != PERSONAL:
            return None
        found = self.personal.get(origin.block)
        if found is not None:
            return found
        return next((d for d in self.personal.values() if d.root.origin.fingerprint == origin.fingerprint), None)

    def news(self, design: Design, name: str) -> News | None:
        """What is new about a block of a design; None where it is no copy, or its library has it as it was."""
        origin = design.blocks[name].origin
        if origin is None or name in design.recursive or (newer := self.holding(origin)) is None:
            return None
        theirs = newer.root.origin.fingerprint
        if theirs == origin.fingerprint or theirs == (mine := fingerprint(design, name)):
            return None
        return News(name, newer, mine != origin.fingerprint)

    def all_news(self, design: Design) -> tuple[News, ...]:
        """What is new about the blocks of a design."""
        found = (self.news(design, name) for name in design.blocks)
        return tuple(news for news in found if news is not None)
