"""A data set, as the engine describes it, in the words and figures of the data dock."""

from __future__ import annotations

import base64
from pathlib import Path

from designer.base import numbers
from designer.engine.protocol_data import Described, Picture, Sample, Transforms
from designer.engine.recipe import KNOWN_SETS, Recipe
from designer.ui.docks.data_views import ClassView, DataFacts, PictureView, TransformedView

_TITLES = {"train": "Training", "validation": "Validation", "test": "Test"}
_SHOWN_SIZES = 3


def facts_of(data: Described, recipe: Recipe) -> DataFacts:
    """What stands at the left of the dock."""
    facts = [(_TITLES[part.name], f"{sum(part.counts):,}") for part in data.parts]
    facts.append(("Classes", f"{len(data.classes):,}"))
    sizes = [f"{size.width}×{size.height}" for size in data.sizes[:_SHOWN_SIZES]]
    more = len(data.sizes) - len(sizes)
    facts.append(("Size", ", ".join(sizes) + (f" and {more} more" if more else "")))
    facts.append(("Channels", "1, grey" if data.channels == 1 else f"{data.channels}, colour"))
    if data.mean:
        facts.append(("Mean", "  ".join(f"{value:.3f}" for value in data.mean)))
        facts.append(("Deviation", "  ".join(f"{value:.3f}" for value in data.std)))
    facts.append(("In memory", numbers.size_bytes(data.size_bytes)))
    if data.checked < data.total:
        facts.append(("Looked at", f"{data.checked:,} of {data.total:,}"))
    skips = recipe.data.skip_broken
    return DataFacts(
        title=Path(data.path).name,
        path=f"{data.kind}\n{data.path}",
        facts=tuple(facts),
        parts=tuple((part.name, _TITLES[part.name]) for part in data.parts),
        problem=f"{data.problem} {data.fix}".strip(),
        broken_line=_broken_line(data.broken_count, skips),
        broken=tuple(f"{broken.name}: {broken.reason}" for broken in data.broken),
        can_skip=data.broken_count > 0 and not skips,
        notes=data.notes,
    )


def _broken_line(count: int, skips: bool) -> str:
    if not count:
        return ""
    images = "1 image cannot be read" if count == 1 else f"{count:,} images cannot be read"
    return f"{images}; training leaves {'it' if count == 1 else 'them'} out." if skips else f"{images}."


def classes_of(data: Described, part: str) -> tuple[ClassView, ...]:
    """The bars of a set: all classes together, and each."""
    counts = next((view.counts for view in data.parts if view.name == part), ())
    highest = max(counts, default=0) or 1
    each = [
        ClassView(label, name, count, count / highest)
        for label, (name, count) in enumerate(zip(data.classes, counts, strict=True))
    ]
    return (ClassView(None, "", sum(counts), 0.0), *each)


def picture_of(picture: Picture, caption: str = "", tip: str = "", broken: str = "") -> PictureView:
    """A picture that the engine sent."""
    pixels = base64.b64decode(picture.pixels)
    if len(pixels) != 3 * picture.width * picture.height:
        return PictureView(0, 0, b"", caption, tip, broken or "the engine sent no whole picture")
    return PictureView(picture.width, picture.height, pixels, caption, tip, broken)


def sample_view(sample: Sample, classes: tuple[str, ...]) -> PictureView:
    """A sample with its class under it, and its name when pointed at."""
    name = _class_name(classes, sample.label)
    tip = f"{sample.name}\n{sample.broken or name}"
    return picture_of(sample.picture, name, tip, sample.broken)


def transformed_views(shown: Transforms, classes: tuple[str, ...]) -> tuple[TransformedView, ...]:
    """What the transforms make of some images."""
    return tuple(
        TransformedView(
            _class_name(classes, image.label),
            picture_of(image.stored, tip=image.name),
            picture_of(image.evaluated),
            tuple(map(picture_of, image.draws)),
        )
        for image in shown.images
    )


def _class_name(classes: tuple[str, ...], label: int) -> str:
    return classes[label] if label < len(classes) else str(label)


def to_fetch(recipe: Recipe) -> str:
    """The words of a button that fetches the recipe's data set, empty where it is none that can be had by name."""
    known = KNOWN_SETS.get(recipe.data.source)
    return f"Download {numbers.size_bytes(known.size_bytes)}" if known else ""
