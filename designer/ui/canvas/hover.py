"""What the pointer is over, marked as such: a card, a port, a wire, a note."""

from __future__ import annotations

from designer.ui.canvas.hits import Hit, Target
from designer.ui.canvas.scene import CanvasScene

NOTHING = Hit(Target.GROUND)


class Hover:
    """Marks one thing at a time."""

    def __init__(self, scene: CanvasScene) -> None:
        self._scene = scene
        self.hit = NOTHING

    def over(self, hit: Hit) -> None:
        """The pointer is over this now."""
        if hit != self.hit:
            self._mark(self.hit, False)
            self.hit = hit
            self._mark(hit, True)

    def forget_what_is_gone(self) -> None:
        """The content changed."""
        cards, wires, notes = self._scene.shown_cards, self._scene.shown_wires, self._scene.notes.items
        known = {Target.WIRE: wires, Target.POINT: wires, Target.NOTE: notes}.get(self.hit.target, cards)
        if self.hit.target is not Target.GROUND and self.hit.id not in known:
            self.hit = NOTHING

    def _mark(self, hit: Hit, hovered: bool) -> None:
        if hit.target in (Target.WIRE, Target.POINT):
            if hit.id in self._scene.shown_wires:
                self._scene.shown_wires[hit.id].mark(hovered=hovered)
        elif hit.target is Target.NOTE:
            if hit.id in self._scene.notes.items:
                self._scene.notes.items[hit.id].mark(hovered=hovered)
        elif hit.id in self._scene.shown_cards:
            card = self._scene.shown_cards[hit.id]
            card.mark(hovered=hovered)
            lit = {(hit.port.port, hit.port.is_output)} if hovered and hit.port is not None else ()
            card.show_fit(frozenset(lit), dimmed=False)
