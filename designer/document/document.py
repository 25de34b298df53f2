"""A document: what one file holds. The value that `reading` returns and `writing` takes."""

from __future__ import annotations

from dataclasses import dataclass

from designer.base.errors import BlockyardError
from designer.engine.recipe import Recipe
from designer.graph.design import Design


@dataclass(frozen=True)
class Document:
    """A design and, where the person chose one, the recipe that it is trained with."""

    design: Design
    recipe: Recipe | None = None


class DocumentError(BlockyardError):
    """A file that cannot be read as a design, or a design that cannot be written."""
