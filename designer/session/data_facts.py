"""What is known of the data for the checks: of sets that have a name at once, of others from the engine."""

from __future__ import annotations

from pathlib import Path

from designer.analysis.data_fit import DataFacts
from designer.engine.protocol_data import Described
from designer.engine.recipe import Recipe, known_set

_MINI = "fashion-mnist-mini"  # which lies beside the program
_SIZES = {"mnist": (1, 28), "fashion-mnist": (1, 28), _MINI: (1, 28), "cifar-10": (3, 32)}  # channels, height = width
_CLASSES = 10  # all of them have


def known_facts(recipe: Recipe | None) -> DataFacts | None:
    """Of a data set that is known by its name; None for any other."""
    if recipe is None:
        return None
    found = known_set(recipe.data.source)
    name = found.name if found else recipe.data.source
    if name not in _SIZES or Path(recipe.data.source).expanduser().exists():  # a folder of that name goes first
        return None
    channels, side = _SIZES[name]
    return _facts(name, _CLASSES, channels, (side, side), recipe)


def described_facts(described: Described, recipe: Recipe) -> DataFacts:
    """As the engine describes the data."""
    first = described.sizes[0] if described.sizes else None
    size = (first.height, first.width) if first else None
    name = known.name if (known := known_set(recipe.data.source)) else Path(recipe.data.source).name
    return _facts(name, len(described.classes), described.stored_channels or described.channels, size, recipe)


def _facts(name: str, classes: int, channels: int, size: tuple[int, int] | None, recipe: Recipe) -> DataFacts:
    resizes = recipe.data.resize is not None or recipe.augment.crop is not None
    side = recipe.augment.crop or (None if recipe.augment.scale else recipe.data.resize)
    taken = (side, side) if side else None
    made = {"grey": 1, "rgb": 3}.get(recipe.data.channels)
    return DataFacts(name, classes, channels, size, resizes, taken, made)
