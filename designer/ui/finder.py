"""Lists to choose from by a few letters: the nodes of the whole design, all commands, the steps of the history."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPoint
from PySide6.QtGui import QAction, QKeySequence

from designer.analysis.facts import BlockFacts
from designer.catalogue.spec import Family
from designer.ui.actions import ACTIONS, MENUS, translated
from designer.ui.canvas.add_search import WIDTH, AddEntry
from designer.ui.stepping import take_step

if TYPE_CHECKING:
    from designer.ui.canvas_controller import CanvasController

MOST_NODES = 10_000
_TOP_PX = 72  # of the list, under the upper edge of the canvas
_SEPARATOR = "/"


class Finder(QObject):
    """Opens the lists over the canvas, and does what is chosen. `actions` are those of the window."""

    def __init__(self, canvas: CanvasController) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.actions: Mapping[str, QAction] = {}
        self._answer: Callable[[str], object] = lambda key: None
        canvas.panel.picker.chosen.connect(lambda key: self._answer(key))

    def find_node(self) -> None:
        """Ask for a node anywhere in the design, by its name or kind, and go there."""
        entries = list(node_entries(self._canvas.session.analysis.root))

        def go(key: str) -> None:
            path = tuple(key.split(_SEPARATOR))
            self._canvas.go_to(path[:-1], path[-1])

        self._ask(self.tr("Find a node by name or kind"), entries, go)

    def choose_command(self) -> None:
        """Ask for a command, and do it."""
        entries = [
            AddEntry(spec.id, self.actions[spec.id].text(), _keys(self.actions[spec.id]), translated(MENUS[spec.menu]))
            for spec in ACTIONS
            if spec.id in self.actions and self.actions[spec.id].isEnabled()
        ]
        self._ask(self.tr("Choose a command"), entries, lambda key: self.actions[key].trigger())

    def choose_step(self) -> None:
        """Ask for a step of the history, the last one first, and go back or forward to it."""
        history = self._canvas.session.history
        names = (self.tr("The beginning"), *map(translated, history.names))
        entries = [
            AddEntry(str(position), name, self.tr("now") if position == history.position else str(position))
            for position, name in enumerate(names)
        ]
        self._ask(
            self.tr("Go to a step"), entries[::-1], lambda key: take_step(self._canvas, lambda: history.jump(int(key)))
        )

    def _ask(self, words: str, entries: Sequence[AddEntry], answer: Callable[[str], object]) -> None:
        self._answer = answer
        picker = self._canvas.panel.picker
        picker.set_words(words)
        picker.set_entries(entries)
        picker.open_at(QPoint((self._canvas.panel.width() - WIDTH) // 2 + 24, _TOP_PX))


def node_entries(root: BlockFacts) -> Iterator[AddEntry]:
    """Every node that can be gone to, those outside before those inside; at most MOST_NODES."""
    waiting: list[tuple[tuple[str, ...], tuple[str, ...], BlockFacts]] = [((), (), root)]
    count = 0
    for path, names, facts in waiting:  # grows as it goes: level by level
        for key, known in facts.nodes.items():
            if count >= MOST_NODES:
                return
            count += 1
            node, here = known.node, (*path, key)
            where = " › ".join((node.kind, *names))
            family = known.spec.family.value if known.spec else Family.BLOCK.value
            also = node.kind, ".".join((*names, node.name))
            yield AddEntry(_SEPARATOR.join(here), node.name, family, where, also, translated(family))
            if known.inside is not None:
                waiting.append((here, (*names, node.name), known.inside))


def _keys(action: QAction) -> str:
    return action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
