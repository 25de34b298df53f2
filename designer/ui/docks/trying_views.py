"""What the page for trying images shows, as plain values."""

from __future__ import annotations

from dataclasses import dataclass

from designer.ui.docks.data_views import PictureView


@dataclass(frozen=True)
class GuessView:
    """A class and what the network gives it. share: how long its bar is, 0 to 1."""

    name: str
    share: float
    value: str


@dataclass(frozen=True)
class TriedView:
    """An image that was tried. picture: as the network sees it, None while it is on its way, or where there is none.

    size: of the picture in words. problem: why it cannot be tried, in words, tip the whole of it.
    """

    name: str
    picture: PictureView | None = None
    size: str = ""
    guesses: tuple[GuessView, ...] = ()
    problem: str = ""
    tip: str = ""
