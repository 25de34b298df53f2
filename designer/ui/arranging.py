"""Arranging the open block, or what is selected in it: cards glide to their places, and one step is remembered."""

from __future__ import annotations

from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.editing.arranging import arranged, places
from designer.ui.canvas.geometry import card_size

if TYPE_CHECKING:
    from designer.ui.canvas_controller import CanvasController


class Arranging(QObject):
    """What `L` and `Shift+L` do."""

    def __init__(self, canvas: CanvasController) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        canvas.panel.view.arrange_requested.connect(self.arrange)

    def arrange(self) -> None:
        """Lay out the selected nodes, where there are several, else the whole block, and then show all of it."""
        chosen = self._canvas.selected
        self._glide(self.tr("Arrange"), chosen if len(chosen) > 1 else (), self._canvas.block.is_downward)

    def turn(self) -> None:
        """Draw the open block from top to bottom, or from left to right again."""
        self._glide(self.tr("Turn"), (), not self._canvas.block.is_downward)

    def _glide(self, name: str, only: tuple[str, ...], is_downward: bool) -> None:
        canvas = self._canvas
        cards = {key: replace(item.card, is_downward=is_downward) for key, item in canvas.panel.scene.cards.items()}
        if not canvas.block.nodes:
            return

        def size_of(key: str) -> tuple[float, float]:
            return card_size(cards[key])

        found = places(canvas.block, size_of, only, is_downward)

        def arrived() -> None:
            canvas.edit(name, lambda design, block: arranged(design, block, found, size_of, is_downward))
            if not only:
                canvas.panel.view.fit_all()

        canvas.panel.glide.to(found, arrived)
