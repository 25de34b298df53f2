"""What the window's actions that concern the canvas do."""

from __future__ import annotations

from collections.abc import Callable

from designer.editing.aligning import Alignment
from designer.ui.canvas import keys
from designer.ui.canvas_controller import CanvasController
from designer.ui.presenters.overlays import Overlay

Slots = dict[str, Callable[[], object]]


def canvas_slots(canvas: Callable[[], CanvasController]) -> Slots:
    """By the ids of the table of actions. canvas: gives the controller, which may be made later than the actions."""
    slots: Slots = {
        "cut": lambda: canvas().nodes.cut(),
        "copy": lambda: canvas().nodes.copy(),
        "paste": lambda: canvas().nodes.paste(),
        "duplicate": lambda: canvas().nodes.duplicate(),
        "delete": lambda: keys.request_delete(canvas().panel.view),
        "delete_and_heal": lambda: canvas().nodes.delete_and_heal(),
        "select_all": lambda: keys.select_all(canvas().panel.view),
        "rename": lambda: keys.request_rename(canvas().panel.view),
        "add": lambda: keys.request_add(canvas().panel.view),
        "join": lambda: canvas().nodes.join(),
        "disconnect": lambda: canvas().nodes.disconnect_selected(),
        "knife": lambda: canvas().panel.view.ready_knife(),
        "collapse": lambda: canvas().nodes.toggle_collapsed(),
        "mute": lambda: canvas().nodes.toggle_muted(),
        "freeze": lambda: canvas().nodes.toggle_frozen(),
        "reset": lambda: canvas().nodes.reset(),
        "fold": lambda: canvas().nodes.fold(),
        "unfold": lambda: canvas().nodes.unfold(),
        "note": lambda: canvas().notes.add(),
        "frame": lambda: canvas().notes.frame(),
        "arrange": lambda: canvas().arranging.arrange(),
        "turn": lambda: canvas().arranging.turn(),
        "group": lambda: canvas().nodes.group(),
        "ungroup": lambda: canvas().nodes.ungroup(),
        "remove_unused": lambda: canvas().nodes.remove_unused_blocks(),
        "make_unique": lambda: canvas().nodes.make_unique(),
        "rename_block": lambda: canvas().ask_block_name(),
        "open_block": lambda: keys.request_open(canvas().panel.view),
        "go_up": lambda: canvas().go_up(),
        "back": lambda: canvas().trail.back(),
        "forward": lambda: canvas().trail.forward(),
        "fit": lambda: canvas().panel.view.fit_all(),
        "fit_selected": lambda: canvas().panel.view.fit_cards(canvas().chosen),
        "find_node": lambda: canvas().finder.find_node(),
        "commands": lambda: canvas().finder.choose_command(),
        "history": lambda: canvas().finder.choose_step(),
    }
    for overlay in Overlay:
        slots[f"overlay_{overlay.value}"] = lambda overlay=overlay: canvas().overlays.choose(overlay)
    slots["overlay_next"] = lambda: canvas().overlays.step()
    for how in Alignment:
        slots[f"align_{how.value}"] = lambda how=how: canvas().nodes.align(how)
    return slots
