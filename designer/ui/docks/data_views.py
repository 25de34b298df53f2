"""What the data dock shows, as plain values: facts, classes, pictures, and what transforms make of them."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class ClassView:
    """One class and how many images it has. share: of the largest class, 0 to 1. label: None for all classes."""

    label: int | None
    name: str
    count: int
    share: float


@dataclass(frozen=True)
class PictureView:
    """A picture to show. pixels: rows of red, green, blue, a byte each. broken: why there is none, if so."""

    width: int
    height: int
    pixels: bytes
    caption: str = ""
    tip: str = ""
    broken: str = ""


@dataclass(frozen=True)
class TransformedView:
    """One image as it is stored, as it is evaluated, and as training may see it."""

    caption: str
    stored: PictureView
    evaluated: PictureView
    draws: tuple[PictureView, ...]


@dataclass(frozen=True)
class DataFacts:
    """What is known of a data set. parts: id and title of each set that there is. broken: names and reasons in lines.

    problem: why it cannot be trained on as the recipe stands. notes: what else to know, a sentence each.
    """

    title: str
    path: str
    facts: tuple[tuple[str, str], ...]
    parts: tuple[tuple[str, str], ...]
    problem: str = ""
    broken_line: str = ""
    broken: tuple[str, ...] = ()
    can_skip: bool = False
    notes: tuple[str, ...] = ()
