"""Between the canvas and the session: gestures become named edits, and every new analysis is drawn.

Holds where the person is: the path of blocks that were opened, and what is selected there.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

from PySide6.QtCore import QObject, QPointF, Signal

from designer.analysis.facts import BlockFacts
from designer.base.errors import BlockyardError
from designer.editing import links, nodes, notes, rewiring
from designer.graph.block import Block, Edge, Endpoint
from designer.graph.design import Design
from designer.session.session import Session
from designer.ui.adding import Adding
from designer.ui.arranging import Arranging
from designer.ui.canvas.cards import PortRef
from designer.ui.canvas.geometry import card_size
from designer.ui.canvas.panel import CanvasPanel
from designer.ui.finder import Finder
from designer.ui.language import translated
from designer.ui.node_edits import NodeEdits
from designer.ui.note_edits import NoteEdits
from designer.ui.overlaying import Overlaying
from designer.ui.presenters.cards import CardMaker, edge_of, marked
from designer.ui.presenters.fitting import misfit
from designer.ui.presenters.notes import note_views
from designer.ui.presenters.tips import facts_tip
from designer.ui.trail import Place, Trail

Path = tuple[str, ...]
Look = tuple[float, QPointF] | None  # zoom and what is in the middle; None is all of it

_AT_ONCE = 150  # nodes that are drawn in one go: it takes no longer than a frame


class CanvasController(QObject):
    """refused(error): an edit could not be made. moved_to(): another block was opened, or another node selected.
    ways_changed(back, forward): whether there is a block to go back or forward to. blocks_changed(): the blocks and
    custom layers in the design are not what they were. custom_requested(kind): a custom layer was opened.
    """

    refused = Signal(object)
    moved_to = Signal()
    ways_changed = Signal(bool, bool)
    blocks_changed = Signal()
    custom_requested = Signal(str)

    def __init__(self, panel: CanvasPanel, parent: QObject) -> None:
        super().__init__(parent)
        self.panel = panel
        self.session: Session | None = None
        self.path: Path = ()
        self._maker = CardMaker()
        self._frozen: tuple[str, ...] = ()  # parts, as the cards show it
        self.nodes = NodeEdits(self)
        self.notes = NoteEdits(self)
        self.arranging = Arranging(self)
        self.adding = Adding(self)
        self.overlays = Overlaying(panel.legend, self)
        self.overlays.changed.connect(self.refresh)
        self.finder = Finder(self)
        self.trail = Trail(self.go_to, lambda: self.ways_changed.emit(*self.trail.ways))
        self._looks: dict[Path, Look] = {}  # how blocks were looked at, unless whole
        self._paths: tuple[Block, links.Paths] | None = None
        self._inner_blocks: dict[str, Block] | None = None
        view = panel.view
        view.can_insert = self.nodes.can_insert
        view.can_connect = self._why_not
        view.misfit = lambda source, target: misfit(self.session.design, self.facts, source, target)
        view.card_facts = self._card_facts
        view.selection_changed.connect(lambda _cards, _wires: self.moved_to.emit())
        view.moved.connect(self._move)
        view.connect_requested.connect(self._connect)
        view.reconnect_requested.connect(self._reconnect)
        view.route_changed.connect(self.route)
        view.disconnect_requested.connect(self._disconnect)
        view.delete_requested.connect(self.delete)
        view.open_requested.connect(self.open_block)
        view.put_on_wire.connect(self.nodes.put_into)
        view.rewire_requested.connect(self._rewire)
        view.back_requested.connect(self.trail.back)
        view.forward_requested.connect(self.trail.forward)
        panel.renamed.connect(self._rename)
        panel.block_renamed.connect(self.nodes.rename_block)
        panel.crumb_clicked.connect(self._crumb)

    # -- what is open ---------------------------------------------------------------------------------------------

    def open_session(self, session: Session, place: Place | None = None) -> None:
        """Show another design: the place in it that was left, else all of it."""
        self.session, self.path = session, place.path if place else ()
        self._looks.clear()
        if place is None:
            self._draw_anew(None)
            self.trail.take_up()
        else:
            self._draw_anew((place.zoom, QPointF(*place.centre)), place.cards, place.wires)
            self.trail.take_up(place.trail)

    def leave(self) -> Place:
        """Bring what is under way on the canvas to its end. Returns the place, for `open_session`."""
        self.panel.glide.finish()
        self.panel.scene.await_extent()
        view, scene = self.panel.view, self.panel.scene
        centre = view.seen().center()
        return Place(
            self.path,
            view.zoom,
            (centre.x(), centre.y()),
            scene.selected_cards,
            scene.selected_wires,
            self.trail.state,
        )

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
    def chosen(self) -> tuple[str, ...]:
        """The ids of the selected nodes and notes."""
        return self.panel.scene.selected

    @property
    def selected(self) -> tuple[str, ...]:
        """The ids of the selected nodes."""
        return tuple(self.panel.scene.selected_cards)

    @property
    def sizes(self) -> dict[str, tuple[float, float]]:
        """Width and height of the cards of the open block, by id."""
        return {key: card_size(item.card) for key, item in self.panel.scene.cards.items()}

    def refresh(self) -> None:
        """Draw the open block as it is now; where it is gone, the nearest one around it."""
        self._leave_what_is_gone()
        self.panel.scene.fill(self._content(), at_once=self._is_small)
        self._drawn()

    def _draw_anew(self, look: Look, cards: tuple[str, ...] = (), wires: tuple[str, ...] = ()) -> None:
        """Draw another block than before, in which these are selected."""
        self._leave_what_is_gone()
        self._maker = CardMaker()
        self.panel.view.is_fitted = look is None  # as soon as all places are known
        self.panel.scene.fill_anew(self._content(look), cards, wires, at_once=self._is_small)
        self._drawn()

    def _leave_what_is_gone(self) -> None:
        while self.path and self.session.analysis.inside(self.path) is None:
            self.path = self.path[:-1]

    @property
    def _is_small(self) -> bool:
        return len(self.block.nodes) <= _AT_ONCE

    def _content(self, *looks: Look) -> Iterator[None]:
        """The steps that draw the open block as it is now. looks: how it is to be looked at, if not as before."""
        session, scene, maker, path, facts = self.session, self.panel.scene, self._maker, self.path, self.facts
        design, analysis, recipe = session.design, session.analysis, session.recipe

        def steps() -> Iterator[None]:
            yield from scene.show_notes(note_views(facts.block))
            cards = yield from maker.cards(design, facts, card_size)
            cards = self.overlays.dress(marked(cards, analysis, recipe, path), analysis, path, facts)
            yield from scene.foresee(cards)
            for look in looks:
                self._look(look)
            yield from scene.show_cards(cards)
            wires = yield from maker.wires(design, facts)
            yield from scene.show_wires(wires)

        return steps()

    def _look(self, look: Look) -> None:
        if look is None:
            self.panel.view.fit_again()
        else:
            self.panel.view.zoom_to(look[0])
            self.panel.view.centre_on(look[1])

    def _drawn(self) -> None:
        """Tell of the open block."""
        self._frozen = self.session.recipe.start.frozen
        self._show_path()
        design = self.session.design
        inner = {name: block for name, block in design.blocks.items() if name != design.main}
        inner |= dict(self.session.design.customs)
        if inner != self._inner_blocks:
            self._inner_blocks = inner
            self.blocks_changed.emit()
        self.moved_to.emit()

    def follow_recipe(self) -> None:
        """Draw anew what the recipe says of the cards, if it says something else now."""
        if self.session is not None and self.session.recipe.start.frozen != self._frozen:
            self.refresh()

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
        """Open the block at `path`, seen as when it was left, else whole; and select a node in it."""
        view = self.panel.view
        if path != self.path:
            self.panel.scene.await_extent()
            self._looks[self.path] = None if view.is_fitted else (view.zoom, view.seen().center())
            self.path = path
            self._draw_anew(self._looks.get(path))
            self.trail.went_to(self.path)
        if select and select in self.panel.scene.cards:  # asking for them has them all drawn first
            self.panel.scene.select([select], [])
            view.find_card(select)

    def go_up(self) -> None:
        """Leave the open block for the one around it, its instance selected."""
        if self.path:
            self.go_to(self.path[:-1], self.path[-1])

    def ask_block_name(self) -> None:
        """Let the name of the block be edited that the last selected node is an instance of."""
        for key in self.selected[-1:]:
            if self.panel.scene.cards[key].card.is_block:
                self.panel.title_editor.edit_block(key)

    def open_block(self, key: str) -> None:
        """Go inside a block; the code of a custom layer is for who edits it."""
        if self.session.analysis.inside((*self.path, key)) is not None:
            self.go_to((*self.path, key))
        elif (kind := self.block.nodes[key].kind) in self.session.design.customs:
            self.custom_requested.emit(kind)
        elif kind in self.session.design.blocks:
            error = BlockyardError(
                self.tr("'{0}' cannot be opened yet.").format(self.block.nodes[key].name),
                fix=self.tr("Mend its own problem, or wire its input, and then open it."),
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
        self.edit(self.tr("Move"), lambda design, block: notes.place(design, block, places))

    def _connect(self, source: str, source_port: str, target: str, target_port: str) -> None:
        new = Edge(Endpoint(source, source_port), Endpoint(target, target_port))
        self.edit(self.tr("Connect"), lambda design, block: links.connect(design, block, new))

    def _reconnect(self, wire: str, source: str, source_port: str, target: str, target_port: str) -> None:
        old = edge_of(self.block, wire)
        new = Edge(Endpoint(source, source_port), Endpoint(target, target_port))
        if old:
            self.edit(self.tr("Move a wire"), lambda design, block: links.reconnect(design, block, old, new))

    def route(self, wire: str, points: tuple[tuple[float, float], ...]) -> None:
        """Lead a wire through points."""
        if edge := edge_of(self.block, wire):
            self.edit(self.tr("Lead a wire"), lambda design, block: notes.set_route(design, block, edge, points))

    def _rewire(self, wires: tuple[str, ...], card: str, port: str) -> None:
        edges = [edge for wire in wires if (edge := edge_of(self.block, wire))]
        source = Endpoint(card, port)
        self.edit(self.tr("Move wires"), lambda design, block: rewiring.move_wires(design, block, edges, source))

    def _disconnect(self, wires: tuple[str, ...]) -> None:
        edges = [edge for wire in wires if (edge := edge_of(self.block, wire))]
        self.edit(self.tr("Disconnect"), lambda design, block: nodes.delete(design, block, (), edges))

    def delete(self, keys: tuple[str, ...], wires: tuple[str, ...]) -> None:
        """Delete nodes, notes and wires."""
        edges = [edge for wire in wires if (edge := edge_of(self.block, wire))]
        self.edit(self.tr("Delete"), lambda design, block: notes.remove(design, block, keys, edges))

    def _rename(self, key: str, name: str) -> None:
        self.edit(self.tr("Rename"), lambda design, block: nodes.rename(design, block, key, name))

    def _card_facts(self, key: str) -> str:
        tip = facts_tip(self.facts.nodes[key])
        frozen = self.tr("Frozen: training leaves its weights as they are")
        return f"{tip}\n{frozen}" if self.panel.scene.cards[key].card.is_frozen else tip

    def _why_not(self, source: PortRef, target: PortRef) -> str:
        edge = Edge(Endpoint(source.card, source.port), Endpoint(target.card, target.port))
        if self._paths is None or self._paths[0] is not self.block:
            self._paths = self.block, links.Paths(self.block.graph)
        error = links.why_not(self.session.design, self.block.name, edge, self._paths[1])
        return translated(error.message) if error else ""
