"""The menus of the canvas: what can be done with a card, with a wire, and here on the ground."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QT_TRANSLATE_NOOP, QObject, QPoint, QPointF
from PySide6.QtGui import QAction
from PySide6.QtWidgets import QMenu

from designer.catalogue.registry import spec_of
from designer.graph.block import INPUT, OUTPUT, Node
from designer.graph.expressions import Expression, Setting, to_text
from designer.graph.note import COLOURS
from designer.ui.actions import translated
from designer.ui.canvas.note_item import note_colour
from designer.ui.canvas.routing_points import with_point
from designer.ui.canvas_controller import CanvasController
from designer.ui.rich_text import menu_text
from designer.ui.theme.icons import icon

_COPIES = ("cut", "copy", "duplicate", "delete")
_CARD = ("rename", "", *_COPIES, "delete_and_heal", "", "disconnect", "mute", "freeze", "collapse", "reset")
_SEVERAL = ("join", "frame", "fold")
_BLOCK = ("open_block", "rename_block", "make_unique", "ungroup", "keep_block")
_ALIGN = ("left", "centre", "right", "top", "middle", "bottom", "across", "down")
_NOTE = ("rename", "", *_COPIES, "", "frame")
_GROUND = ("paste", "select_all", "", "arrange", "turn", "fit", "find_node")
_LONGEST_VALUE = 24  # characters
COLOUR_NAMES = {
    "grey": QT_TRANSLATE_NOOP("Actions", "Grey"),
    "blue": QT_TRANSLATE_NOOP("Actions", "Blue"),
    "violet": QT_TRANSLATE_NOOP("Actions", "Violet"),
    "pink": QT_TRANSLATE_NOOP("Actions", "Pink"),
    "amber": QT_TRANSLATE_NOOP("Actions", "Amber"),
    "green": QT_TRANSLATE_NOOP("Actions", "Green"),
    "cyan": QT_TRANSLATE_NOOP("Actions", "Cyan"),
}


class CanvasMenus(QObject):
    """Opens the menu that fits what was clicked. `menu` is the last one."""

    def __init__(self, canvas: CanvasController, actions: Mapping[str, QAction]) -> None:
        super().__init__(canvas)
        self._canvas = canvas
        self._actions = actions
        self.menu: QMenu | None = None
        canvas.panel.view.menu_requested.connect(self.open)

    def open(self, target: str, key: str, place: QPoint) -> None:
        """Open the menu of a card, a wire or the ground at a point of the screen. Nothing waits for it."""
        if self.menu is not None:
            self.menu.deleteLater()
        self.menu = QMenu(self._canvas.panel)
        view = self._canvas.panel.view
        point = view.to_scene(view.viewport().mapFromGlobal(place))
        if target == "card":
            self._fill_for_card(self.menu, key)
        elif target == "note":
            self._fill_for_note(self.menu)
        elif target == "wire":
            self._fill_for_wire(self.menu, key, point)
        else:
            self._fill_for_ground(self.menu, point)
        self.menu.popup(place)

    def _put(self, menu: QMenu, ids: Sequence[str]) -> None:
        for name in ids:
            if name:
                menu.addAction(self._actions[name])
            else:
                menu.addSeparator()

    def _fill_for_card(self, menu: QMenu, key: str) -> None:
        canvas = self._canvas
        node = canvas.block.nodes[key]
        is_block = node.kind in canvas.session.design.blocks and spec_of(node.kind, canvas.session.design) is None
        if is_block:
            self._put(menu, ("open_block",))
        if node.kind in canvas.session.design.customs:
            menu.addAction(self.tr("Edit the layer…"), lambda: canvas.custom_requested.emit(node.kind))
        self._put(menu, _CARD)
        several = len(canvas.selected) > 1
        if several:
            self._put(menu, _SEVERAL)
            part = menu.addMenu(self.tr("Align"))
            self._put(part, [f"align_{how}" for how in _ALIGN])
        elif node.kind not in (INPUT, OUTPUT):
            self._fill_lifts(menu.addMenu(self.tr("Lift to the block")), node)
        else:
            self._fill_for_port(menu, node)
        if node.repeat != 1:
            self._put(menu, ("unfold",))
        menu.addSeparator()
        self._put(menu, ("group", *(_BLOCK[1:] if is_block else ())))

    def _fill_for_port(self, menu: QMenu, node: Node) -> None:
        """The order of the open block's ports, where there are several."""
        block = self._canvas.block
        ports = [port.id for port in (block.inputs if node.kind == INPUT else block.outputs)]
        for text, steps in ((self.tr("Move port up"), -1), (self.tr("Move port down"), 1)):
            if len(ports) > 1:
                action = menu.addAction(text, lambda steps=steps: self._canvas.nodes.move_port(node.id, steps))
                action.setEnabled(0 <= ports.index(node.id) + steps < len(ports))

    def _fill_lifts(self, menu: QMenu, node: Node) -> None:
        """The values of a node that may become parameters of the open block."""
        design = self._canvas.session.design
        spec, inner = spec_of(node.kind, design), design.blocks.get(node.kind)
        values: dict[str, Setting] = {p.name: p.default for p in spec.parameters} if spec else {}
        values.update(inner.defaults if inner and not spec else {})
        values.update(node.params)
        values.update({"repeat": node.repeat, "when": node.when})
        for name, value in values.items():
            if not isinstance(value, Expression):
                text = to_text(value)
                shown = text if len(text) <= _LONGEST_VALUE else text[: _LONGEST_VALUE - 1] + "…"
                action = menu.addAction(menu_text(f"{name} = {shown}"))
                action.triggered.connect(lambda _=False, name=name: self._canvas.nodes.lift(node.id, name))

    def _fill_for_wire(self, menu: QMenu, wire: str, point: QPointF) -> None:
        insert = menu.addAction(self.tr("Insert here…"))
        insert.triggered.connect(lambda: self._canvas.adding.ask_to_insert(wire, point))
        add = menu.addAction(self.tr("Add a point"))
        item = self._canvas.panel.scene.wires[wire]
        points = with_point(item.path(), item.points, point)[0]
        add.triggered.connect(lambda: self._canvas.route(wire, points))
        straighten = menu.addAction(self.tr("Remove all points"))
        straighten.setEnabled(bool(item.points))
        straighten.triggered.connect(lambda: self._canvas.route(wire, ()))
        self._put(menu, ("", "disconnect"))

    def _fill_for_note(self, menu: QMenu) -> None:
        colours = menu.addMenu(self.tr("Colour"))
        for name in COLOURS:
            action = colours.addAction(icon("square", note_colour(name)), translated(COLOUR_NAMES[name]))
            action.triggered.connect(lambda _=False, name=name: self._canvas.notes.paint(name))
        self._put(menu, _NOTE)

    def _fill_for_ground(self, menu: QMenu, point: QPointF) -> None:
        add = menu.addAction(self._actions["add"].icon(), self.tr("Add…"))
        add.triggered.connect(lambda: self._canvas.panel.view.add_requested.emit(point))
        note = menu.addAction(self._actions["note"].icon(), self.tr("Add a note"))
        note.triggered.connect(lambda: self._canvas.notes.add(point))
        paste = menu.addAction(self._actions["paste"].icon(), self.tr("Paste here"))
        paste.triggered.connect(lambda: self._canvas.nodes.paste(point))
        self._put(menu, _GROUND[1:])
        if self._canvas.path:
            self._put(menu, ("", "keep_block", "go_up"))
