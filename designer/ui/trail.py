"""Where one is in a design and where one has been: the blocks that were opened, to go back and forward through as in a
browser. No Qt."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

Path = tuple[str, ...]
_LONGEST = 100


@dataclass(frozen=True)
class Place:
    """Where a person is in a design, to come back to. path: of the open block. centre: of what is seen, in the scene.
    cards, wires: what is selected. trail: the paths that were opened, and which of them is the present one."""

    path: Path
    zoom: float
    centre: tuple[float, float]
    cards: tuple[str, ...] = ()
    wires: tuple[str, ...] = ()
    trail: tuple[tuple[Path, ...], int] = (((),), 0)


class Trail:
    """The paths that were opened; `go` opens one. told: called when there may be other ways back or forward."""

    def __init__(self, go: Callable[[Path], None], told: Callable[[], object] = lambda: None) -> None:
        self._go = go
        self._told = told
        self._paths: list[Path] = [()]
        self._at = 0
        self._is_walking = False

    @property
    def state(self) -> tuple[tuple[Path, ...], int]:
        """The paths that were opened, and which of them is the present one."""
        return tuple(self._paths), self._at

    @property
    def ways(self) -> tuple[bool, bool]:
        """Whether there is something to go back to, and to go forward to."""
        return self._at > 0, self._at < len(self._paths) - 1

    def take_up(self, state: tuple[tuple[Path, ...], int] = (((),), 0)) -> None:
        """Go on where `state` was taken; begin anew at the outermost block where there is none."""
        self._paths, self._at = list(state[0]), state[1]
        self._told()

    def went_to(self, path: Path) -> None:
        """Remember that a block was opened; what lay ahead is forgotten, unless the trail itself led here."""
        if not self._is_walking and path != self._paths[self._at]:
            self._paths[self._at + 1 :] = [path]
            del self._paths[:-_LONGEST]
            self._at = len(self._paths) - 1
            self._told()

    def back(self) -> None:
        """Open what was open before."""
        self._walk(-1)

    def forward(self) -> None:
        """Open what was open before going back."""
        self._walk(1)

    def _walk(self, step: int) -> None:
        if 0 <= self._at + step < len(self._paths):
            self._at += step
            self._is_walking = True
            try:
                self._go(self._paths[self._at])
            finally:
                self._is_walking = False
            self._told()
