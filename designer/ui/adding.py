"""Adding to the open block: from the palette, from the search at the cursor, onto a wire, behind what is selected."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, QPointF, QRectF, Signal

from designer.analysis.ports import input_ports, output_ports
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Family
from designer.editing import links, nodes, rewiring
from designer.editing.room import make_room
from designer.graph.block import Edge, Endpoint
from designer.graph.design import Design
from designer.graph.expressions import to_text
from designer.graph.names import fresh_node_id
from designer.session.shelf import Shelf, built_in_blocks
from designer.ui.canvas.add_search import AddEntry
from designer.ui.canvas.cards import Card, PortRef
from designer.ui.canvas.dropping import place_under
from designer.ui.canvas.geometry import card_size, snapped
from designer.ui.presenters.cards import edge_of
from designer.ui.presenters.palette import NEW_CUSTOM

if TYPE_CHECKING:
    from designer.ui.canvas_controller import CanvasController

_GAP_PX, _GAP_BELOW_PX = 112, 56  # between a card and the one that is added behind it


class Adding(QObject):
    """added(key): a kind or a library's block was put on the canvas. new_custom_requested(): a custom layer is wanted
    that is yet to be written. `shelf` and `offers` are set by who knows them."""

    added = Signal(str)
    new_custom_requested = Signal()

    def __init__(self, canvas: CanvasController) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self.shelf = Shelf()
        self.offers: Callable[[PortRef | None], list[AddEntry]] = lambda _end: []
        self._wire_end: PortRef | None = None  # a wire was dropped on the ground, and waits for what is chosen
        self._wire: str = ""  # a wire waits for what is chosen to be put into it
        view = canvas.panel.view
        view.can_insert_kind = self._can_stand_in_a_wire
        view.ghost_card = self._ghost
        view.wire_dropped.connect(lambda card, port, is_out, at: self._search(at, PortRef(card, port, is_out)))
        view.add_requested.connect(self._ask)
        view.drop_requested.connect(lambda kind, point: self._add(kind, point))
        view.drop_on_wire_requested.connect(lambda kind, point, wire: self._add(kind, point, wire=wire))
        canvas.panel.kind_chosen.connect(self._chosen)

    def add_behind(self, kind: str) -> None:
        """Add a node behind the selected one and wire it, or in the middle of the view where none is selected."""
        behind = self._only_selected()
        self._add(kind, None, PortRef(behind, "", True) if behind else None)

    def ask_to_insert(self, wire: str, point: QPointF) -> None:
        """Open the search for what is to be put into a wire."""
        self._search(point, None, wire)

    def _ask(self, point: QPointF) -> None:
        """Open the search. Where one node is selected, what is chosen comes behind it, and is wired to it."""
        behind = self._only_selected()
        self._search(point, PortRef(behind, "", True) if behind else None)

    def _search(self, point: QPointF, end: PortRef | None, wire: str = "") -> None:
        self._wire_end, self._wire = end, wire
        into = edge_of(self._canvas.block, wire) if wire else None
        source = PortRef(into.source.node, into.source.port, True) if into else end
        self._canvas.panel.ask_what_to_add(self.offers(source if source and source.port else None), point)
        if end and end.port:
            self._canvas.panel.view.loose_wire.show(end, point)

    def _chosen(self, kind: str, point: QPointF) -> None:
        end, self._wire_end = self._wire_end, None
        wire, self._wire = self._wire, ""
        place = None if end and not end.port else self._place_at(kind, point, end if not wire else None)
        self._add(kind, place, end, wire)

    def _place_at(self, kind: str, point: QPointF, end: PortRef | None) -> QPointF:
        """Where the corner of a new card belongs: its middle at the pointer, or its port where a wire was let go."""
        card = self._ghost(kind)
        if end is not None:
            width, height = card_size(card)
            away = QPointF(0, height / 2) if card.is_downward else QPointF(width / 2, 0)
            point = point + away if end.is_output else point - away
        return place_under(card, point)

    def _add(self, key: str, point: QPointF | None, end: PortRef | None = None, wire: str = "") -> None:
        """Add a node at `point`, else behind the selected one or in the middle, wired to `end` or put into `wire`."""
        canvas = self._canvas
        if key == NEW_CUSTOM:
            self.new_custom_requested.emit()
            return
        made: list[str] = []
        size = card_size(self._ghost(key))
        position = self._free_place(point, end, *size)
        into = edge_of(canvas.block, wire) if wire else None

        def change(design: Design, block: str) -> Design:
            design, kind = self.shelf.take(design, key)
            design, new = nodes.add_node(design, block, kind, position, library=built_in_blocks())
            made.append(new)
            if into is not None:
                design = rewiring.insert_into(design, block, new, into)
                return make_room(design, block, new, {**canvas.sizes, new: size})
            return _wired(design, block, end, new) if end else design

        if canvas.edit(self.tr("Add {0}").format(_name(key)), change):
            canvas.panel.scene.select(made, [])
            canvas.panel.view.show_card(made[0])
            canvas.panel.view.setFocus()
            self.added.emit(key)

    def _ghost(self, key: str) -> Card:
        """The card to come, as far as it is known."""
        canvas = self._canvas
        block, is_downward = canvas.block, canvas.block.is_downward
        spec = spec_of(key, canvas.session.design)
        if spec is None:
            return Card("", _name(key), family=Family.BLOCK.value, is_block=True, is_downward=is_downward)
        title = fresh_node_id(block, spec.stem)
        brief = spec.brief({parameter.name: to_text(parameter.default) for parameter in spec.parameters})
        return Card("", title, spec.kind, spec.family.value, brief, is_downward=is_downward)

    def _can_stand_in_a_wire(self, kind: str) -> bool:
        """Whether a kind has an input and an output; a block is taken to have them."""
        spec = spec_of(kind, self._canvas.session.design)
        return spec is None or bool(spec.outputs and spec.input_ports(()))

    def _only_selected(self) -> str | None:
        chosen = self._canvas.selected
        return chosen[0] if len(chosen) == 1 else None

    def _free_place(
        self, point: QPointF | None, end: PortRef | None, width: float, height: float
    ) -> tuple[float, float]:
        """Where a new card goes: where it was asked for, or near by without covering another."""
        if point is not None:
            return point.x(), point.y()
        panel = self._canvas.panel
        cards = [item.card for item in panel.scene.cards.values()]
        if end:
            before = panel.scene.cards[end.card].card
            before_width, before_height = card_size(before)
            x, y = before.position  # the wire between them is straight
            if before.is_downward:
                x, y = x + (before_width - width) / 2, snapped(y + before_height + _GAP_BELOW_PX)
            else:
                x, y = snapped(x + before_width + _GAP_PX), y + (before_height - height) / 2
        else:
            centre = panel.view.seen().center()
            x, y = centre.x() - width / 2, centre.y() - height / 2
        boxes = [QRectF(*card.position, *card_size(card)) for card in cards]
        while any(box.intersects(QRectF(x, y, width, height)) for box in boxes):
            if end and before.is_downward:
                x += width + 24
            else:
                y += height + 24
        return x, y


def _name(key: str) -> str:
    """What a key of the palette is called: `Stem` of `personal:Stem`."""
    return key.rpartition(":")[2]


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
