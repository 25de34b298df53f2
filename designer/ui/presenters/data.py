"""A data set, as the engine describes it, in the words and figures of the data dock."""

from __future__ import annotations

import base64
from pathlib import Path

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from designer.base import numbers
from designer.base.text import joined
from designer.engine.protocol_data import Described, Picture, Sample, Transforms
from designer.engine.recipe import KNOWN_SETS, Recipe
from designer.ui.docks.data_views import ClassView, DataFacts, PictureView, TransformedView
from designer.ui.language import translated

translate = QCoreApplication.translate

_TITLES = {
    "train": QT_TRANSLATE_NOOP("DataFacts", "Training"),
    "validation": QT_TRANSLATE_NOOP("DataFacts", "Validation"),
    "test": QT_TRANSLATE_NOOP("DataFacts", "Test"),
}
_SHOWN_SIZES = 3


def facts_of(data: Described, recipe: Recipe) -> DataFacts:
    """What stands at the left of the dock."""
    facts = [(_title(part.name), f"{sum(part.counts):,}") for part in data.parts]
    facts.append((translate("DataFacts", "Classes"), f"{len(data.classes):,}"))
    sizes = [f"{size.width}×{size.height}" for size in data.sizes[:_SHOWN_SIZES]]
    more = len(data.sizes) - len(sizes)
    shown = translate("DataFacts", "{0} and {1} more") if more else "{0}"
    facts.append((translate("DataFacts", "Size"), shown.format(", ".join(sizes), more)))
    colour = translate("DataFacts", "{0}, grey") if data.channels == 1 else translate("DataFacts", "{0}, colour")
    facts.append((translate("DataFacts", "Channels"), colour.format(data.channels)))
    if data.mean:
        facts.append((translate("DataFacts", "Mean"), "  ".join(f"{value:.3f}" for value in data.mean)))
        facts.append((translate("DataFacts", "Deviation"), "  ".join(f"{value:.3f}" for value in data.std)))
    facts.append((translate("DataFacts", "In memory"), numbers.size_bytes(data.size_bytes)))
    if data.checked < data.total:
        looked = translate("DataFacts", "{0} of {1}").format(f"{data.checked:,}", f"{data.total:,}")
        facts.append((translate("DataFacts", "Looked at"), looked))
    skips = recipe.data.skip_broken
    return DataFacts(
        title=Path(data.path).name,
        path=f"{data.kind}\n{data.path}",
        facts=tuple(facts),
        parts=tuple((part.name, _title(part.name)) for part in data.parts),
        problem=translated(joined(data.problem, data.fix)),
        broken_line=_broken_line(data.broken_count, skips),
        broken=tuple(f"{broken.name}: {broken.reason}" for broken in data.broken),
        can_skip=data.broken_count > 0 and not skips,
        notes=tuple(map(translated, data.notes)),
    )


def _broken_line(count: int, skips: bool) -> str:
    if not count:
        return ""
    if skips and count == 1:
        return translate("DataFacts", "1 image cannot be read; training leaves it out.")
    if count == 1:
        return translate("DataFacts", "1 image cannot be read.")
    if skips:
        return translate("DataFacts", "{0} images cannot be read; training leaves them out.").format(f"{count:,}")
    return translate("DataFacts", "{0} images cannot be read.").format(f"{count:,}")


def _title(part: str) -> str:
    return translate("DataFacts", _TITLES[part])


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
        return PictureView(
            0, 0, b"", caption, tip, broken or translate("DataFacts", "the engine sent no whole picture")
        )
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
    return translate("DataFacts", "Download {0}").format(numbers.size_bytes(known.size_bytes)) if known else ""
