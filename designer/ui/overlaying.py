"""Which overlay is on: cards take their colours and figures from it, the legend explains it, the menu marks it."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QObject, Signal
from PySide6.QtGui import QAction

from designer.analysis.facts import Analysis, BlockFacts
from designer.ui.actions import translated
from designer.ui.canvas.cards import Card
from designer.ui.canvas.legend import Legend
from designer.ui.presenters.overlays import Overlay, coloured, ends, measures

_TITLES = {
    Overlay.NONE: "",
    Overlay.PARAMETERS: QT_TRANSLATE_NOOP("Actions", "Parameters"),
    Overlay.MACS: QT_TRANSLATE_NOOP("Actions", "MACs"),
    Overlay.MEMORY: QT_TRANSLATE_NOOP("Actions", "Activation memory / image"),
    Overlay.FIELD: QT_TRANSLATE_NOOP("Actions", "Receptive field"),
}


class Overlaying(QObject):
    """changed(): another overlay was chosen, and the cards are to be drawn anew."""

    changed = Signal()

    def __init__(self, legend: Legend, parent: QObject) -> None:
        super().__init__(parent)
        self.overlay = Overlay.NONE
        self._actions: Mapping[str, QAction] = {}
        self._legend = legend
        legend.closed.connect(lambda: self.choose(Overlay.NONE))

    def choose(self, overlay: Overlay) -> None:
        """Colour the cards by this from now on."""
        self.overlay = overlay
        self._mark()
        self.changed.emit()

    def mark_in(self, actions: Mapping[str, QAction]) -> None:
        """Check the action of the overlay that is on, from now on."""
        self._actions = actions
        self._mark()

    def _mark(self) -> None:
        for each in Overlay:
            if action := self._actions.get(f"overlay_{each.value}"):
                action.setChecked(each is self.overlay)

    def step(self) -> None:
        """Go on to the next overlay; behind the last one there is none."""
        every = list(Overlay)
        self.choose(every[(every.index(self.overlay) + 1) % len(every)])

    def dress(self, cards: list[Card], analysis: Analysis, path: tuple[str, ...], facts: BlockFacts) -> list[Card]:
        """The cards of the open block as the overlay shows them; the legend says what they mean."""
        if self.overlay is Overlay.NONE:
            self._legend.show_scale("", "", "")
            return cards
        measured = measures(self.overlay, analysis, path, facts)
        self._legend.show_scale(translated(_TITLES[self.overlay]), *ends(measured))
        return coloured(cards, measured)
