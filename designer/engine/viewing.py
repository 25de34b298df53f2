"""Looks into a data set for a person: what it holds, some of its images, and what a recipe does to them."""

from __future__ import annotations

import base64

import torch
from torch import Generator, Tensor

from . import transforms
from .data import fit_of, preparation, require_classes
from .examining import Examination, examine
from .examples import Fit, Part
from .faults import converted, various_sizes
from .normalising import COUNTED_BYTES, stated, statistics_of
from .placing import Tell
from .protocol import EngineError
from .protocol_data import (
    THUMB_PX,
    BrokenView,
    Described,
    PartView,
    Picture,
    Sample,
    Samples,
    SetName,
    SizeView,
    Transformed,
    Transforms,
)
from .recipe import Recipe
from .sources.find import open_data
from .sources.left_out import printable
from .split import parted
from .text import joined

_MOST_READ = 20_000  # files; of more, some evenly spaced
_MOST_BROKEN = 200  # that are named
_MOST_SIZES = 50
_CPU = torch.device("cpu")


class View:
    """A data set as a recipe would take it, opened to be looked at."""

    def __init__(self, recipe: Recipe, tell: Tell, fetch: bool = False, whole: bool = False) -> None:
        """tell: hears how far it is, now and then. fetch: whether to download a known set. whole: whether to read all
        images, however many there are. Raises EngineError."""
        self.tell = tell
        self._whole = whole
        self._recipe = recipe
        self._collection = open_data(recipe.data, (), tell if fetch else None)
        parts = parted(self._collection, recipe.data)
        named = {"train": parts.train, "validation": parts.validation, "test": parts.test}
        self._parts: dict[SetName, Part] = {name: part for name, part in named.items() if part is not None}
        self._fit = fit_of(recipe.data, recipe.augment)
        known = {id(part.pictures): part.pictures for part in self._parts.values()}
        self._fitted = {key: pictures.fitted(self._fit) for key, pictures in known.items()}
        self._found: tuple[Tensor, Tensor] | None = None

    def described(self, request: int) -> Described:
        """What the data set holds; reads all of it, or much of it."""
        notes: list[str] = []
        problem: EngineError | None = None
        try:
            require_classes(self._collection, lambda warned: notes.append(joined(warned.message, warned.fix)))
        except EngineError as error:
            problem = error
        found = self._examined()
        odd = [fault for fault in found.faults if fault.kind == "size"]
        broken = sorted((fault for fault in found.faults if fault.kind != "size"), key=lambda fault: fault.name)
        problem = various_sizes(odd) if odd and problem is None else problem
        mean, std = self._found or (torch.zeros(0), torch.zeros(0))
        classes = self._collection.classes
        views = [
            PartView(name, tuple(torch.bincount(part.labels, minlength=len(classes)).tolist()))
            for name, part in self._parts.items()
        ]
        first = self._fitted_of(self._parts["train"])
        return Described(
            request=request,
            kind=self._collection.kind,
            path=str(self._collection.root),
            classes=classes,
            parts=tuple(views),
            sizes=tuple(SizeView(*size[::-1], count) for size, count in found.sizes.most_common(_MOST_SIZES)),
            channels=first.pictures.shape[0],
            mean=tuple(mean.tolist()),
            std=tuple(std.tolist()),
            size_bytes=sum(self._fitted_of(part).size_bytes for part in self._parts.values()),
            checked=found.read,
            total=sum(map(len, self._parts.values())),
            broken_count=len(broken),
            broken=tuple(BrokenView(printable(fault.name), fault.reason) for fault in broken[:_MOST_BROKEN]),
            problem=problem.message if problem else "",
            fix=problem.fix if problem else "",
            notes=(*self._collection.notes, *first.pictures.notes, *converted(found.seen), *found.notes(), *notes),
            stored_channels=self._stored_channels(),
        )

    def _stored_channels(self) -> int:
        """The channels of the training images before the recipe makes them grey or colour."""
        pictures = self._parts["train"].pictures
        if self._fit.channels is None:
            return self._fitted[id(pictures)].shape[0]
        return pictures.fitted(Fit(self._fit.side_px, self._fit.keep_ratio)).shape[0]

    def _fitted_of(self, part: Part) -> Part:
        return Part(self._fitted[id(part.pictures)], part.labels, part.numbers)

    def _examined(self) -> Examination:
        """What the images hold, or many of them."""
        chosen = {name: self._some_of(part) for name, part in self._parts.items()}
        found = examine(chosen, self._recipe.data.workers, self.tell)
        if found.levels is not None:
            self._found = statistics_of(found.levels)
        return found

    def _some_of(self, part: Part) -> Part:
        fitted = self._fitted_of(part)
        if self._whole:
            return fitted
        step = -(-fitted.size_bytes // COUNTED_BYTES)
        if fitted.pictures.decodes:
            step = max(step, -(-len(part) // _MOST_READ))
        return fitted.at(torch.arange(0, len(part), max(step, 1)))

    def samples(self, request: int, name: SetName, label: int | None, first: int, count: int) -> Samples:
        """Some images of a set, of one class or of all of them, mixed."""
        part = self._parts.get(name)
        if part is None:
            return Samples(request, name, 0, 0, ())
        if label is not None:
            part = part.at(part.labels == label)
        elif not self._collection.is_mixed:
            part = part.at(torch.randperm(len(part), generator=Generator().manual_seed(0)))
        window = part.at(torch.arange(first, min(first + count, len(part))))
        pictures = part.pictures.fitted(Fit(THUMB_PX, True, 3 if part.pictures.decodes else None))
        reading = pictures.read(window.numbers)
        broken = {fault.position: fault.reason for fault in reading.faults}
        found = [
            Sample(printable(pictures.name(number)), label, picture_of(image), broken.get(position, ""))
            for position, (number, label, image) in enumerate(
                zip(window.numbers.tolist(), window.labels.tolist(), reading.images, strict=True)
            )
        ]
        return Samples(request, name, first, len(part), tuple(found))

    def transforms(self, request: int, recipe: Recipe, seed: int, count: int, draws: int) -> Transforms:
        """What the recipe makes of some training images, which the seed chooses. recipe: of these very data."""
        train = self._fitted_of(self._parts["train"])
        chance = Generator().manual_seed(seed)
        part = train.at(torch.randperm(len(train), generator=chance)[: 4 * count])
        reading = part.pictures.read(part.numbers)
        faulty = {fault.position for fault in reading.faults}
        kept = torch.tensor([index for index in range(len(part)) if index not in faulty][:count], dtype=torch.int64)
        part, images = part.at(kept), reading.images[kept]
        if not len(part):
            raise EngineError("None of these images can be read.", expected="whole images", fix="Look at others.")
        statistics = stated(recipe.data, train.pictures.shape[0], self._statistics())
        prepare = preparation(recipe.data, recipe.augment, statistics, _CPU)
        evaluated = prepare.shown(prepare(images))
        classes = len(self._collection.classes)
        trained = [prepare.shown(prepare.for_training(images, part.labels, classes, chance)[0]) for _ in range(draws)]
        rows = [
            Transformed(
                printable(part.pictures.name(number)),
                label,
                picture_of(images[row]),
                picture_of(evaluated[row]),
                tuple(picture_of(draw[row]) for draw in trained),
            )
            for row, (number, label) in enumerate(zip(part.numbers.tolist(), part.labels.tolist(), strict=True))
        ]
        height, width = trained[0].shape[-2:]
        return Transforms(request, (height, width), tuple(rows))

    def _statistics(self) -> tuple[Tensor, Tensor]:
        if self._found is None:
            self._examined()
        return self._found or (torch.zeros(1), torch.ones(1))


def picture_of(image: Tensor) -> Picture:
    """An image to look at, no larger than a thumb. image: uint8 (C, H, W), of any number of channels."""
    height, width = image.shape[-2:]
    if max(height, width) > THUMB_PX:
        scale = THUMB_PX / max(height, width)
        size = max(1, round(height * scale)), max(1, round(width * scale))
        image = transforms.resized(image[None].float(), *size)[0].round().byte()
        height, width = size
    colours = image[:3] if len(image) >= 3 else image[:1].expand(3, -1, -1)
    raw = colours.permute(1, 2, 0).contiguous().flatten().tolist()  # (H, W, 3)
    return Picture(width, height, base64.b64encode(bytes(raw)).decode("ascii"))
