"""Which gesture a press of the left button begins, by what lies under it and the keys that are held."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QPoint, Qt

from designer.ui.canvas.cards import PortRef
from designer.ui.canvas.carrying import CarryGesture
from designer.ui.canvas.connecting import ConnectGesture
from designer.ui.canvas.gestures import Gesture, MarqueeGesture, Modifiers, MoveGesture
from designer.ui.canvas.hits import Target
from designer.ui.canvas.routing_points import PointGesture, with_point
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.sizing import SizeGesture

if TYPE_CHECKING:
    from designer.ui.canvas.view import CanvasView

_ADDING = Qt.KeyboardModifier.ShiftModifier | Qt.KeyboardModifier.ControlModifier


def gesture_at(view: CanvasView, pos: QPoint, modifiers: Modifiers) -> Gesture | None:
    """The gesture that begins here; None where the press has done all that it means."""
    view.canvas.slices.finish()
    scene, hit, adding = view.canvas, view.hit(pos), bool(modifiers & _ADDING)
    if hit.port is not None:
        return _at_port(view, pos, hit.port, modifiers)
    if hit.target is Target.POINT:
        return PointGesture(view, pos, hit.id, scene.wires[hit.id].points, hit.point, is_new=False)
    if hit.target is Target.WIRE:
        if modifiers & Modifiers.AltModifier:
            view.disconnect_requested.emit((hit.id,))
        elif modifiers & Modifiers.ControlModifier:
            item = scene.wires[hit.id]
            points, number = with_point(item.path(), item.points, view.to_scene(pos))
            return PointGesture(view, pos, hit.id, points, number, is_new=True)
        else:
            scene.select(*_toggled(scene, (), (hit.id,)) if adding else ((), (hit.id,)))
        return None
    if hit.target is Target.GROUND:
        return MarqueeGesture(view, pos, adding)
    if hit.sides:
        return SizeGesture(view, pos, hit.id, hit.sides)
    was_selected = hit.id in scene.selected
    if adding:
        scene.select(*_toggled(scene, (hit.id,), ()))
        if was_selected:
            return None
    elif not was_selected:
        scene.select((hit.id,))
    return MoveGesture(view, pos, hit.id, selects_at_click=was_selected and not adding)


def _at_port(view: CanvasView, pos: QPoint, port: PortRef, modifiers: Modifiers) -> Gesture | None:
    wires = [item.wire for item in view.canvas.wires_at(port)]
    if modifiers & Modifiers.AltModifier:
        if wires:
            view.disconnect_requested.emit(tuple(wire.id for wire in wires))
        return None
    if port.is_output and wires and modifiers & Modifiers.ControlModifier:
        return CarryGesture(view, pos, port, wires)
    if port.is_output or not wires:
        return ConnectGesture(view, pos, port)
    wire = wires[-1]
    return ConnectGesture(view, pos, PortRef(wire.source_card, wire.source_port, True), wire)


def _toggled(scene: CanvasScene, card_ids: tuple[str, ...], wire_ids: tuple[str, ...]) -> tuple[list[str], list[str]]:
    """The selection with some ids added, or taken out where they were in."""

    def toggle(chosen: tuple[str, ...], ids: tuple[str, ...]) -> list[str]:
        return [key for key in chosen if key not in ids] + [key for key in ids if key not in chosen]

    return toggle(scene.selected, card_ids), toggle(scene.selected_wires, wire_ids)
