"""Between the canvas and the session: gestures become named edits, and every new analysis is drawn.

Holds where the person is: the path of blocks that were opened, and what is selected there.
"""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QObject, QPointF, Signal

from designer.analysis.facts import BlockFacts
from designer.analysis.ports import input_ports, output_ports
from designer.base.errors import BlockyardError
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Family
from designer.document.presets import library_blocks
from designer.editing import links, nodes
from designer.graph.block import Block, Edge, Endpoint
from designer.graph.design import Design
from designer.session.session import Session
from designer.ui.canvas.cards import Card, PortRef
from designer.ui.canvas.geometry import card_size
from designer.ui.canvas.panel import CanvasPanel
from designer.ui.presenters.cards import CardMaker, edge_of
from designer.ui.presenters.palette import add_entries

Path = tuple[str, ...]


class CanvasController(QObject):
    """refused(error): an edit could not be made. moved_to(): another block was opened, or another node selected."""

    refused = Signal(object)
    moved_to = Signal()

    def __init__(self, panel: CanvasPanel, parent: QObject) -> None:
        super().__init__(parent)
        self.panel = panel
        self.session: Session | None = None
        self.path: Path = ()
        self._maker = CardMaker()
        self._wire_end: PortRef | None = None  # a wire was dropped on the ground, and waits for what is chosen
        view = panel.view
        view.can_connect = self._why_not
        view.ghost_card = self._ghost
        view.selection_changed.connect(lambda _cards, _wires: self.moved_to.emit())
        view.moved.connect(self._move)
        view.connect_requested.connect(self._connect)
        view.reconnect_requested.connect(self._reconnect)
        view.disconnect_requested.connect(lambda wires: self.delete((), wires))
        view.wire_dropped.connect(self._wire_dropped)
        view.delete_requested.connect(self.delete)
        view.open_requested.connect(self.open_block)
        view.add_requested.connect(self._ask)
        view.drop_requested.connect(lambda kind, point: self._add(kind, point))
        view.arrange_requested.connect(self.arrange)
        panel.renamed.connect(self._rename)
        panel.crumb_clicked.connect(self._crumb)
        panel.kind_chosen.connect(self._chosen)

    # -- what is open ---------------------------------------------------------------------------------------------

    def open_session(self, session: Session) -> None:
        """Show another design, fitted into the view."""
        self.session, self.path, self._maker = session, (), CardMaker()
        self.panel.scene.set_content((), ())
        self.refresh()
        self.panel.view.fit_all()

    @property
    def facts(self) -> BlockFacts:
        """The facts of the block that is open."""
        found = self.session.analysis.inside(self.path) if self.path else self.session.analysis.root
        return found or self.session.analysis.root

    @property
    def block(self) -> Block:
        """The block that is open."""
        return self.facts.block

    @property
    def selected(self) -> tuple[str, ...]:
        """The ids of the selected nodes."""
        return tuple(self.panel.scene.selected_cards)

    def refresh(self) -> None:
        """Draw the open block as it is now; where it is gone, the nearest one around it."""
        while self.path and self.session.analysis.inside(self.path) is None:
            self.path = self.path[:-1]
        cards, wires = self._maker.content(self.session.design, self.facts)
        self.panel.scene.set_content(cards, wires)
        self._show_path()
        self.moved_to.emit()

    def _show_path(self) -> None:
        root = self.session.design.root
        steps = [(root.title or root.name, "")]
        facts = self.session.analysis.root
        for depth, key in enumerate(self.path, 1):
            node = facts.nodes[key].node
            steps.append((f"{node.name} · {node.kind}", "/".join(self.path[:depth])))
            facts = facts.nodes[key].inside
        self.panel.set_path(steps)

    def _crumb(self, key: str) -> None:
        self.go_to(tuple(key.split("/")) if key else ())

    def go_to(self, path: Path, select: str = "") -> None:
        """Open the block at `path`, and select a node in it."""
        if path != self.path:
            self.path, self._maker = path, CardMaker()
            self.panel.scene.set_content((), ())
            self.refresh()
            self.panel.view.fit_all()
        if select in self.panel.scene.cards:
            self.panel.scene.select([select], [])
            self.panel.view.show_card(select)

    def open_block(self, key: str) -> None:
        """Go inside a block."""
        if self.session.analysis.inside((*self.path, key)) is not None:
            self.go_to((*self.path, key))
        elif self.block.nodes[key].kind in self.session.design.blocks:
            error = BlockyardError(
                f"'{self.block.nodes[key].name}' cannot be opened yet.",
                fix="Mend its own problem, or wire its input, and then open it.",
            )
            self.refused.emit(error)

    # -- edits ----------------------------------------------------------------------------------------------------

    def edit(self, name: str, change: Callable[[Design, str], Design], merge_key: object = None) -> bool:
        """Make an edit of the open block as one undoable step; refused edits are told. Returns whether it was made."""
        block = self.block.name
        try:
            self.session.edit(name, lambda design: change(design, block), merge_key)
        except BlockyardError as error:
            self.refused.emit(error)
            self.refresh()  # the canvas may show what was refused
            return False
        return True

    def _move(self, places: dict[str, tuple[float, float]]) -> None:
        self.edit(self.tr("Move"), lambda design, block: nodes.move(design, block, places))

    def _connect(self, source: str, source_port: str, target: str, target_port: str) -> None:
        new = Edge(Endpoint(source, source_port), Endpoint(target, target_port))
        self.edit(self.tr("Connect"), lambda design, block: links.connect(design, block, new))

    def _reconnect(self, wire: str, source: str, source_port: str, target: str, target_port: str) -> None:
        old = edge_of(self.block, wire)
        new = Edge(Endpoint(source, source_port), Endpoint(target, target_port))
        if old:
            self.edit(self.tr("Move a wire"), lambda design, block: links.reconnect(design, block, old, new))

    def delete(self, cards: tuple[str, ...], wires: tuple[str, ...]) -> None:
        """Delete nodes and wires."""
        edges = [edge for wire in wires if (edge := edge_of(self.block, wire))]
        self.edit(self.tr("Delete"), lambda design, block: nodes.delete(design, block, cards, edges))

    def delete_selected(self) -> None:
        """Delete what is selected."""
        self.panel.view.request_delete()

    def duplicate(self) -> None:
        """Copy the selected nodes, with the wires among them."""
        chosen, made = self.selected, {}

        def change(design: Design, block: str) -> Design:
            design, ids = nodes.duplicate(design, block, chosen)
            made.update(ids)
            return design

        if chosen and self.edit(self.tr("Duplicate"), change):
            self.panel.scene.select(list(made.values()), [])

    def _rename(self, key: str, name: str) -> None:
        self.edit(self.tr("Rename"), lambda design, block: nodes.rename(design, block, key, name))

    def arrange(self) -> None:
        """Lay the open block out anew, and show all of it."""
        sizes = {key: card_size(item.card) for key, item in self.panel.scene.cards.items()}
        block = self.block
        if not block.nodes:
            return
        from designer.editing.layout import arrange

        places = arrange(block, lambda key: sizes[key])
        self.edit(self.tr("Arrange"), lambda design, name: nodes.move(design, name, places))
        self.panel.view.fit_all()

    # -- adding ---------------------------------------------------------------------------------------------------

    def add_in_middle(self, kind: str) -> None:
        """Add a node where there is room: behind what is selected, else in the middle of the view."""
        self._add(kind, None)

    def _ask(self, point: QPointF) -> None:
        self._wire_end = None
        self.panel.ask_what_to_add(add_entries(self.session.design, library_blocks()), point)

    def _wire_dropped(self, card: str, port: str, is_output: bool, point: QPointF) -> None:
        self._wire_end = PortRef(card, port, is_output)
        self.panel.ask_what_to_add(add_entries(self.session.design, library_blocks()), point)

    def _chosen(self, kind: str, point: QPointF) -> None:
        self._add(kind, point, self._wire_end)
        self._wire_end = None

    def _add(self, kind: str, point: QPointF | None, wire: PortRef | None = None) -> None:
        made: list[str] = []
        width, height = card_size(self._ghost(kind))
        behind = self._last_selected() if point is None else None
        position = self._free_place(point, behind, width, height)

        def change(design: Design, block: str) -> Design:
            design, new = nodes.add_node(design, block, kind, position, library=library_blocks())
            made.append(new)
            if wire:
                design = _wired(design, block, wire, new)
            elif behind:
                design = _wired(design, block, PortRef(behind, "", True), new)
            return design

        if self.edit(self.tr("Add {0}").format(kind), change):
            self.panel.scene.select(made, [])
            self.panel.view.show_card(made[0])
            self.panel.view.setFocus()

    def _last_selected(self) -> str | None:
        chosen = self.selected
        return chosen[0] if len(chosen) == 1 else None

    def _free_place(
        self, point: QPointF | None, behind: str | None, width: float, height: float
    ) -> tuple[float, float]:
        if point is not None:
            return point.x(), point.y()
        if behind:
            item = self.panel.scene.cards[behind]
            x, y = item.card.position
            return x + card_size(item.card)[0] + 72, y
        centre = self.panel.view.seen().center()
        x, y = centre.x() - width / 2, centre.y() - height / 2
        taken = {card.card.position for card in self.panel.scene.cards.values()}
        while any(abs(x - a) < width and abs(y - b) < height for a, b in taken):
            y += height + 24
        return x, y

    def _ghost(self, kind: str) -> Card:
        spec = spec_of(kind)
        family = spec.family.value if spec else Family.BLOCK.value
        return Card(id="", title=kind, kind="", family=family, is_block=spec is None)

    def _why_not(self, source: PortRef, target: PortRef) -> str:
        edge = Edge(Endpoint(source.card, source.port), Endpoint(target.card, target.port))
        error = links.why_not(self.session.design, self.block.name, edge)
        return error.message if error else ""


def _wired(design: Design, block_name: str, end: PortRef, new: str) -> Design:
    """The design with the new node wired to a port, where it has one that fits."""
    block = design.blocks[block_name]
    node, other = block.nodes[new], block.nodes[end.card]
    if end.is_output:
        given, taken = output_ports(design, block, other), input_ports(design, block, node)
        if not given or not taken:
            return design
        edge = Edge(Endpoint(end.card, end.port or given[0]), Endpoint(new, taken[0]))
    else:
        given = output_ports(design, block, node)
        if not given:
            return design
        edge = Edge(Endpoint(new, given[0]), Endpoint(end.card, end.port))
    return links.connect(design, block_name, edge)
