"""Examines all images of a data set for a person: what they hold, which are equal, which are of one colour."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

import torch
from torch import Tensor

from .examples import Fault, Findings, Part, Pictures, Seen
from .placing import Progress, Tell, groups_of
from .sources.left_out import listed
from .streaming import Reader
from .text import Text

_MOST_DIGESTS = 4_000_000
_MOST_NAMED = 3
_SETS = {"train": Text("training"), "validation": Text("validation"), "test": Text("test")}


@dataclass(frozen=True)
class _Examined:
    """Pictures that give findings where a reader wants images: these go from process to process, and not the pixels."""

    pictures: Pictures

    @property
    def decodes(self) -> bool:
        return self.pictures.decodes

    @property
    def shape(self) -> tuple[int, int, int]:
        return self.pictures.shape

    def read(self, numbers: Tensor) -> Findings:
        return self.pictures.examined(numbers)


@dataclass
class Examination:
    """What was found. levels: of the training images, int64 (C, 256), None where none could be read.

    read: how many images were. sizes: heights and widths. seen: what was made of how many.
    """

    levels: Tensor | None = None
    read: int = 0
    sizes: Counter[tuple[int, int]] = field(default_factory=Counter)
    faults: list[Fault] = field(default_factory=list)
    seen: Counter[Seen] = field(default_factory=Counter)
    plain: int = 0
    _plain_names: list[str] = field(default_factory=list)
    _owners: dict[int, tuple[str, str, int]] = field(default_factory=dict)
    _shared: Counter[tuple[str, str]] = field(default_factory=Counter)
    _shared_names: dict[tuple[str, str], list[str]] = field(default_factory=dict)
    _torn: int = 0
    _torn_names: list[str] = field(default_factory=list)

    def notes(self) -> Iterator[Text]:
        """What a person should know of it."""
        if self.plain == 1:
            yield Text("1 image is of one colour only: {names}.", names=listed(self._plain_names))
        elif self.plain:
            names = listed(self._plain_names, self.plain)
            yield Text("{count:,} images are of one colour only: {names}.", count=self.plain, names=names)
        for (first, second), count in self._shared.items():
            names = listed(self._shared_names[first, second], count)
            if count == 1:
                yield Text(
                    "1 image of the {second} set is also in the {first} set: {names}.",
                    second=_SETS[second],
                    first=_SETS[first],
                    names=names,
                )
            else:
                yield Text(
                    "{count:,} images of the {second} set are also in the {first} set: {names}.",
                    count=count,
                    second=_SETS[second],
                    first=_SETS[first],
                    names=names,
                )
        if self._torn == 1:
            yield Text("1 image has an equal one of another class: {names}.", names=listed(self._torn_names))
        elif self._torn:
            names = listed(self._torn_names, self._torn)
            yield Text("{count:,} images have an equal one of another class: {names}.", count=self._torn, names=names)

    def take(self, set_name: str, part: Part, start: int, findings: Findings) -> None:
        """Add what was found in some images of a set, of those from a place on."""
        self.read += len(findings.digests)
        self.sizes.update(findings.sizes)
        self.faults += findings.faults
        self.seen.update(findings.seen)
        self.plain += len(findings.plain)
        name = part.pictures.name
        numbers, labels = part.numbers, part.labels
        if len(self._plain_names) < _MOST_NAMED:
            self._plain_names += (name(int(numbers[start + position])) for position in findings.plain[:_MOST_NAMED])
        if set_name == "train":
            self.levels = findings.levels if self.levels is None else self.levels + findings.levels
        for position, digest in enumerate(findings.digests, start):
            if digest is None or len(self._owners) > _MOST_DIGESTS:
                continue
            known = self._owners.get(digest)
            if known is None:
                self._owners[digest] = set_name, name(int(numbers[position])), int(labels[position])
                continue
            first_set, first_name, label = known
            pair = f"{name(int(numbers[position]))} = {first_name}"
            if first_set != set_name:
                self._shared[first_set, set_name] += 1
                if len(names := self._shared_names.setdefault((first_set, set_name), [])) < _MOST_NAMED:
                    names.append(pair)
            if label != int(labels[position]):
                self._torn += 1
                if len(self._torn_names) < _MOST_NAMED:
                    self._torn_names.append(pair)


def examine(parts: Mapping[str, Part], workers: int | None, tell: Tell) -> Examination:
    """Read all images of some sets, of fitted pictures, and count what they hold. tell: hears how far it is."""
    found = Examination()
    progress = Progress(sum(map(len, parts.values())), tell)
    for name, part in parts.items():
        reader = Reader(_Examined(part.pictures), workers, torch.device("cpu"))  # type: ignore[arg-type]
        start = 0
        for findings in reader.read(groups_of(part)):
            found.take(name, part, start, findings)
            start += len(findings.digests)
            progress.add(len(findings.digests))
    if found.levels is not None and not found.levels.sum():
        found.levels = None
    return found
