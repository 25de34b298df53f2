"""Parts a data set: for training, to watch the training by, and to test on; the same share of each class in each."""

from __future__ import annotations

from dataclasses import dataclass

import torch

from .examples import Collection, Part
from .protocol import EngineError
from .recipe_data import DataRecipe
from .text import Text


@dataclass(frozen=True)
class Parts:
    """The sets of one training, as the recipe limits them."""

    train: Part
    test: Part
    validation: Part | None = None

    @property
    def all(self) -> tuple[Part, ...]:
        """Those that there are."""
        return tuple(part for part in (self.train, self.test, self.validation) if part is not None)


def parted(collection: Collection, recipe: DataRecipe) -> Parts:
    """The sets that the data bring, and those held out of the training images by the recipe's seed."""
    train, test, validation = collection.train, collection.test, collection.validation
    if test is None:
        train, test = hold_out(train, recipe.test, recipe.split_seed, "data.test")
    if validation is None and recipe.validation:
        train, validation = hold_out(train, recipe.validation, recipe.split_seed, "data.validation")
    limited = [part and _limited(part, recipe, collection.is_mixed) for part in (train, test, validation)]
    return Parts(*limited)


def hold_out(examples: Part, share: float, seed: int, field: str) -> tuple[Part, Part]:
    """The examples without a share of each class, in their order, and that share, likewise. Raises EngineError.

    share: above 0, below 1; rounded to whole images, class by class, and never all of a class. field: of the recipe,
    for the message.
    """
    generator = torch.Generator().manual_seed(seed)
    held = torch.zeros(len(examples), dtype=torch.bool)
    for label in range(int(examples.labels.max()) + 1):
        indices = (examples.labels == label).nonzero().flatten()
        count = min(round(share * len(indices)), len(indices) - 1)
        if count > 0:
            held[indices[torch.randperm(len(indices), generator=generator)[:count]]] = True
    if not held.any():
        name = field.removeprefix("data.")
        raise EngineError(
            Text(
                "Of {count:,} training images, {field} ({share:g}) leaves none for the {name} set.",
                count=len(examples),
                field=field,
                share=share,
                name=name,
            ),
            expected="at least one image of some class",
            fix=Text("Raise {field}, or use more data.", field=field),
        )
    return examples.at(~held), examples.at(held)


def _limited(part: Part, recipe: DataRecipe, is_mixed: bool) -> Part:
    """At most so many examples: the first, or where these would be of one class, a draw in their order."""
    if recipe.limit is None or len(part) <= recipe.limit:
        return part
    if is_mixed:
        return part.at(torch.arange(recipe.limit))
    generator = torch.Generator().manual_seed(recipe.split_seed)
    return part.at(torch.randperm(len(part), generator=generator)[: recipe.limit].sort().values)
