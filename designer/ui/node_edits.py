"""What a person does to the selected nodes: copy, paste, group, join, heal, mute, align. Each is one undoable step."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF
from PySide6.QtGui import QGuiApplication

from designer.base.errors import BlockyardError
from designer.editing import blocks, fragments, lifting, nodes, notes, parameters, repeating, rewiring
from designer.editing.aligning import Alignment, aligned
from designer.editing.errors import EditError, LinkError
from designer.editing.grouping import group
from designer.editing.port_order import move_port
from designer.editing.room import make_room
from designer.editing.routing import Box
from designer.editing.ungrouping import ungroup
from designer.graph.block import INPUT, OUTPUT, Edge
from designer.graph.design import Design
from designer.session import clipboard
from designer.session.freezing import frozen, is_trained, thawed
from designer.ui.canvas.geometry import card_size
from designer.ui.canvas.keys import point_at_cursor
from designer.ui.presenters.cards import card_of, edge_of

if TYPE_CHECKING:
    from designer.ui.canvas_controller import CanvasController


class NodeEdits(QObject):
    """Edits of what is selected in the open block."""

    def __init__(self, canvas: CanvasController) -> None:
        super().__init__(canvas)
        self._canvas = canvas

    # -- copies ---------------------------------------------------------------------------------------------------

    def copy(self) -> bool:
        """Put the selected nodes and notes on the clipboard, as text. Returns whether there were any."""
        canvas = self._canvas
        try:
            fragment = fragments.extract(canvas.session.design, canvas.block.name, canvas.chosen)
            QGuiApplication.clipboard().setText(clipboard.to_text(fragment))
        except BlockyardError as error:
            canvas.refused.emit(error)
            return False
        return True

    def cut(self) -> None:
        """Copy the selected nodes and notes, and delete them."""
        chosen = self._canvas.chosen
        if self.copy():
            self._canvas.edit(self.tr("Cut"), lambda design, block: notes.remove(design, block, chosen))

    def paste(self, at: QPointF | None = None) -> None:
        """Add what the clipboard holds, its middle at a point of the scene, else at the cursor."""
        point = at if at is not None else point_at_cursor(self._canvas.panel.view)
        text = QGuiApplication.clipboard().text()

        def change(design: Design, block: str) -> tuple[Design, list[str]]:
            middle = (point.x() - 64, point.y() - 28)
            return fragments.insert(design, block, clipboard.from_text(text), middle)

        if self._make(self.tr("Paste"), change):
            self._canvas.panel.view.show_cards(self._canvas.chosen)

    def duplicate(self) -> None:
        """Copy the selected nodes and notes beside themselves, with the wires among them."""
        chosen = self._canvas.chosen

        def change(design: Design, block: str) -> tuple[Design, list[str]]:
            design, ids = nodes.duplicate(design, block, chosen)
            return design, list(ids.values())

        if chosen:
            self._make(self.tr("Duplicate"), change)

    def _make(self, name: str, change: Callable[[Design, str], tuple[Design, list[str]]]) -> bool:
        """Make an edit that makes nodes, and select them. Returns whether it was made."""
        made: list[str] = []

        def edit(design: Design, block: str) -> Design:
            design, ids = change(design, block)
            made.extend(ids)
            return design

        is_made = self._canvas.edit(name, edit)
        if is_made:
            self._canvas.panel.scene.select(made, [])
        return is_made

    # -- wires ----------------------------------------------------------------------------------------------------

    def delete_and_heal(self) -> None:
        """Delete the selected nodes, what fed them wired to what followed."""
        chosen = self._canvas.selected
        self._canvas.edit(
            self.tr("Delete and heal"), lambda design, block: rewiring.delete_and_heal(design, block, chosen)
        )

    def disconnect_selected(self) -> None:
        """Cut the selected wires and all wires at the selected nodes."""
        canvas = self._canvas
        chosen = set(canvas.selected)
        edges = [e for e in canvas.block.edges if e.source.node in chosen or e.target.node in chosen]
        edges += [edge for wire in canvas.panel.scene.selected_wires if (edge := edge_of(canvas.block, wire))]
        canvas.edit(self.tr("Disconnect"), lambda design, block: nodes.delete(design, block, (), edges))

    def join(self) -> None:
        """Wire the selected nodes as they are drawn, and tell of a wire that could not be drawn."""
        canvas, chosen = self._canvas, self._canvas.selected
        problems: list[LinkError] = []
        if canvas.edit(self.tr("Join"), lambda design, block: rewiring.join(design, block, chosen, problems)):
            for problem in problems[:1]:
                canvas.refused.emit(problem)

    def put_into(self, places: dict[str, tuple[float, float]], card: str, wire: str) -> None:
        """Move nodes, and lead a wire through one of them."""
        edge = edge_of(self._canvas.block, wire)
        sizes = self._canvas.sizes

        def change(design: Design, block: str) -> Design:
            design = nodes.move(design, block, places)
            if edge is None:
                return design
            return make_room(rewiring.insert_into(design, block, card, edge), block, card, sizes)

        self._canvas.edit(self.tr("Insert into a wire"), change)

    def can_insert(self, card: str) -> bool:
        """Whether a node is free of wires and could stand in one."""
        canvas = self._canvas
        first: Edge | None = next(iter(canvas.block.edges), None)
        return first is not None and rewiring.can_insert(canvas.session.design, canvas.block.name, card, first)

    # -- settings -------------------------------------------------------------------------------------------------

    def toggle_muted(self) -> None:
        """Bypass the selected nodes, or take them in again."""
        chosen = self._canvas.selected
        name = self.tr("Unmute") if self._all_muted() else self.tr("Mute")
        self._canvas.edit(name, lambda design, block: rewiring.toggle_muted(design, block, chosen))

    def toggle_collapsed(self) -> None:
        """Show of the selected cards the names alone, or all of them again; their ports stay at the same height."""
        canvas = self._canvas
        block, sizes = canvas.block, canvas.sizes
        chosen = [key for key in canvas.selected if key in block.nodes]
        if not chosen:
            canvas.refused.emit(EditError(self.tr("There is nothing to collapse."), fix=self.tr("Select cards.")))
            return
        wanted = not all(block.nodes[key].is_collapsed for key in chosen)
        places = {}
        for key in chosen:
            node, (width, height) = block.nodes[key], sizes[key]
            card = card_of(canvas.session.design, canvas.facts, replace(node, is_collapsed=wanted))
            new_width, new_height = card_size(card)
            x, y = node.position
            x, y = (x + (width - new_width) / 2, y) if block.is_downward else (x, y + (height - new_height) / 2)
            places[key] = x, y

        def change(design: Design, block_name: str) -> Design:
            return nodes.collapse(nodes.move(design, block_name, places), block_name, chosen, wanted)

        canvas.edit(self.tr("Collapse") if wanted else self.tr("Expand"), change)

    def _all_muted(self) -> bool:
        found = [self._canvas.block.nodes[key] for key in self._canvas.selected]
        return bool(found) and all(node.when is False or node.kind in (INPUT, OUTPUT) for node in found)

    def toggle_frozen(self) -> None:
        """Let training leave the selected nodes as they are, or train them again."""
        canvas = self._canvas
        chosen = [key for key in canvas.selected if canvas.facts.nodes[key].totals.params]
        if chosen:
            recipe = canvas.session.recipe
            self.freeze(chosen, any(is_trained(recipe, name) for name in self._dotted(chosen)))
        else:
            said = self.tr("What is selected has no weights to freeze.")
            canvas.refused.emit(EditError(said, fix=self.tr("Select layers or blocks.")))

    def freeze(self, chosen: Sequence[str], wanted: bool) -> None:
        """Let the recipe leave nodes of the open block as they are, or train them."""
        session = self._canvas.session
        recipe, names = session.recipe, self._dotted(chosen)
        session.set_recipe(frozen(recipe, names) if wanted else thawed(recipe, names, session.analysis))

    def _dotted(self, chosen: Sequence[str]) -> list[str]:
        """The names of nodes of the open block, from the outermost one."""
        names = self._canvas.session.analysis.names
        return [".".join(names((*self._canvas.path, key))) for key in chosen]

    def reset(self) -> None:
        """Put all parameters of the selected nodes back to their defaults."""
        chosen = self._canvas.selected

        def change(design: Design, block: str) -> Design:
            for key in chosen:
                for name in list(design.blocks[block].nodes[key].params):
                    design = parameters.reset_param(design, block, key, name)
            return design

        self._canvas.edit(self.tr("Reset parameters"), change)

    def lift(self, card: str, name: str) -> None:
        """Make a value of a node a parameter of the open block."""
        title = self.tr("Lift {0} to the block").format(name)
        self._canvas.edit(title, lambda design, block: lifting.lift(design, block, card, name)[0])

    def move_port(self, card: str, steps: int) -> None:
        """Put a port of the open block further down among its like, or up."""
        self._canvas.edit(self.tr("Move port"), lambda design, block: move_port(design, block, card, steps))

    def align(self, how: Alignment) -> None:
        """Align or spread the selected cards."""
        cards = [self._canvas.panel.scene.cards[key].card for key in self._canvas.selected]
        places = aligned({card.id: Box(*card.position, *card_size(card)) for card in cards}, how)
        self._canvas.edit(self.tr("Align"), lambda design, block: nodes.move(design, block, places))

    # -- blocks ---------------------------------------------------------------------------------------------------

    def group(self) -> None:
        """Make the selected nodes a block of their own."""
        canvas = self._canvas
        chosen = canvas.selected
        channels = canvas.facts.scope.get("in_channels")

        def change(design: Design, block: str) -> tuple[Design, list[str]]:
            made, new = group(design, block, chosen, channels=channels if isinstance(channels, int) else 1)
            return made, [new]

        self._make(self.tr("Group to block"), change)

    def ungroup(self) -> None:
        """Open the selected instances out into the nodes of their blocks."""
        canvas = self._canvas
        design, facts = canvas.session.design, canvas.facts
        chosen = [key for key in canvas.selected if canvas.block.nodes[key].kind in design.blocks]
        inputs = {key: facts.nodes[key].inputs for key in chosen}
        # Only in the outermost block is what arrives at an input the same for all.
        known = {
            key: found[0].shape[1]
            for key, found in inputs.items()
            if canvas.block.name == design.main and found and found[0] and found[0].rank >= 2
        }

        def change(design: Design, block: str) -> tuple[Design, list[str]]:
            if not chosen:
                raise EditError(
                    self.tr("There is no block to ungroup."), fix=self.tr("Select an instance of a block first.")
                )
            made: list[str] = []
            for key in chosen:
                design, ids = ungroup(design, block, key, known.get(key))
                made += ids
            return design, made

        self._make(self.tr("Ungroup"), change)

    def fold(self) -> None:
        """Make runs of identical nodes one node each that repeats: among the selected, or everywhere."""
        chosen = self._canvas.selected
        only = chosen if len(chosen) > 1 else ()
        self._make(self.tr("Fold repeats"), lambda design, block: repeating.fold(design, block, only))

    def unfold(self) -> None:
        """Draw the selected node that repeats as so many nodes in a row."""
        for key in self._canvas.selected[-1:]:
            self._make(self.tr("Unfold"), lambda design, block, key=key: repeating.unfold(design, block, key))

    def make_unique(self) -> None:
        """Give each selected instance its own copy of its block."""
        chosen = self._canvas.selected

        def change(design: Design, block: str) -> Design:
            for key in chosen:
                design, _ = blocks.make_unique(design, block, key)
            return design

        if chosen:
            self._canvas.edit(self.tr("Make unique"), change)

    def remove_unused_blocks(self) -> None:
        """Take the blocks out of the design that it does not need."""
        self._canvas.edit(self.tr("Delete unused blocks"), lambda design, _block: blocks.remove_unused_blocks(design))

    def rename_block(self, card: str, name: str) -> None:
        """Call the block that a node is an instance of by another name."""
        kind = self._canvas.block.nodes[card].kind
        self._canvas.edit(self.tr("Rename block"), lambda design, _block: blocks.rename_block(design, kind, name))
