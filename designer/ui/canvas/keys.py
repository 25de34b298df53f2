"""The canvas's own keys, in one table, and how one walks from card to card without a mouse."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QCursor

from designer.ui.canvas.geometry import GRID
from designer.ui.canvas.routing_points import without_point

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

Key, Modifier = Qt.Key, Qt.KeyboardModifier
_ARROWS = {
    Key.Key_Left: QPointF(-1, 0),
    Key.Key_Right: QPointF(1, 0),
    Key.Key_Up: QPointF(0, -1),
    Key.Key_Down: QPointF(0, 1),
}


def request_add(view: CanvasView) -> None:
    """Ask for a layer to be added under the cursor, or in the middle where the cursor is elsewhere.

    A wire in hand is dropped there, to be wired to what is added.
    """
    if view.let_go():
        return
    view.add_requested.emit(point_at_cursor(view))


def request_delete(view: CanvasView) -> None:
    """Ask for what is selected to be deleted; of a wire one of whose points is selected, that point alone."""
    if found := view.canvas.selected_point:
        wire_id, number = found
        view.route_changed.emit(wire_id, without_point(view.canvas.wires[wire_id].points, number))
        return
    chosen = (view.canvas.selected, view.canvas.selected_wires)
    if any(chosen):
        view.delete_requested.emit(*chosen)


def request_rename(view: CanvasView) -> None:
    """Ask for the card that was selected last to be renamed; of a note, for its text to be edited."""
    for key in view.canvas.selected[-1:]:
        (view.rename_requested if key in view.canvas.cards else view.note_edit_requested).emit(key)


def request_open(view: CanvasView) -> None:
    """Ask for the block that was selected last to be opened."""
    for card_id in view.canvas.selected_cards[-1:]:
        if view.canvas.cards[card_id].card.is_block:
            view.open_requested.emit(card_id)


def point_at_cursor(view: CanvasView) -> QPointF:
    """The point of the scene under the cursor, or in the middle where the cursor is elsewhere."""
    viewport = view.viewport()
    pos = viewport.mapFromGlobal(QCursor.pos())
    return view.to_scene(pos if viewport.rect().contains(pos) else viewport.rect().center())


def select_all(view: CanvasView) -> None:
    """Select every card and note."""
    view.canvas.select([*view.canvas.cards, *view.canvas.notes.items])


def nudge(view: CanvasView, shift: QPointF) -> None:
    """Move the selected cards and notes by scene units."""
    scene = view.canvas
    places = {key: scene.standing(key).pos() + shift for key in scene.selected}
    if places:
        scene.move_cards(places)
        view.moved.emit({card_id: (place.x(), place.y()) for card_id, place in places.items()})


_ACTIONS: dict[tuple[Key, Modifier], Callable[[CanvasView], object]] = {
    (Key.Key_H, Modifier.NoModifier): lambda view: view.fit_all(),
    (Key.Key_Home, Modifier.NoModifier): lambda view: view.fit_all(),
    (Key.Key_G, Modifier.NoModifier): lambda view: view.fit_cards(view.canvas.selected),
    (Key.Key_Period, Modifier.NoModifier): lambda view: view.fit_cards(view.canvas.selected),
    (Key.Key_L, Modifier.NoModifier): lambda view: view.arrange_requested.emit(),
    (Key.Key_Tab, Modifier.NoModifier): request_add,
    (Key.Key_A, Modifier.ShiftModifier): request_add,
    (Key.Key_A, Modifier.ControlModifier): select_all,
    (Key.Key_Delete, Modifier.NoModifier): request_delete,
    (Key.Key_Backspace, Modifier.NoModifier): request_delete,
    (Key.Key_F2, Modifier.NoModifier): request_rename,
    (Key.Key_K, Modifier.NoModifier): lambda view: view.ready_knife(),
    (Key.Key_Return, Modifier.NoModifier): request_open,
    (Key.Key_Enter, Modifier.NoModifier): request_open,
    (Key.Key_Escape, Modifier.NoModifier): lambda view: view.escape(),
    (Key.Key_1, Modifier.ControlModifier): lambda view: view.zoom_to(1.0),
    (Key.Key_Plus, Modifier.ControlModifier): lambda view: view.zoom_to(view.zoom * 1.25),
    (Key.Key_Equal, Modifier.ControlModifier): lambda view: view.zoom_to(view.zoom * 1.25),
    (Key.Key_Minus, Modifier.ControlModifier): lambda view: view.zoom_to(view.zoom / 1.25),
}


def press_key(view: CanvasView, key: Key, modifiers: Modifier) -> bool:
    """Do what a key means on the canvas. Returns whether it means anything."""
    modifiers &= ~(Modifier.KeypadModifier | Modifier.GroupSwitchModifier)
    direction = _ARROWS.get(key)
    if direction is not None:
        if modifiers & Modifier.ControlModifier:
            step_selection(view, direction)
        else:
            nudge(view, direction * (GRID * 8 if modifiers & Modifier.ShiftModifier else GRID))
        return True
    if key in (Key.Key_Plus, Key.Key_Equal):
        modifiers &= ~Modifier.ShiftModifier
    action = _ACTIONS.get((key, modifiers))
    if action is None:
        return False
    action(view)
    return True


def step_selection(view: CanvasView, direction: QPointF) -> None:
    """Select the nearest card in a direction from the selected one; the first card where none is selected."""
    scene = view.canvas
    if not scene.cards:
        return
    if not scene.selected_cards:
        first = min(scene.cards, key=lambda card_id: (scene.cards[card_id].x(), scene.cards[card_id].y()))
        scene.select((first,))
        view.show_card(first)
        return
    here = scene.cards[scene.selected_cards[-1]].body_in_scene().center()
    best, best_cost = None, float("inf")
    for card_id, item in scene.cards.items():
        away = item.body_in_scene().center() - here
        along = QPointF.dotProduct(away, direction)
        aside = abs(away.x() * direction.y() - away.y() * direction.x())
        if along > 1 and along + 2 * aside < best_cost:
            best, best_cost = card_id, along + 2 * aside
    if best is not None:
        scene.select((best,))
        view.show_card(best)
