"""Going through the history with what it changes in view: what was fitted stays so, and what changes out of sight is
brought into it."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from designer.editing.difference import difference
from designer.graph.block import Block

if TYPE_CHECKING:
    from designer.ui.canvas_controller import CanvasController


def take_step(canvas: CanvasController, move: Callable[[], object]) -> None:
    """Undo, redo or jump, which is `move`, and show what it changed of the open block."""
    view, path, before = canvas.panel.view, canvas.path, canvas.block
    was_fitted = view.is_fitted
    move()
    if was_fitted:
        view.fit_all()
    elif canvas.path == path:  # else the open block is gone
        view.bring_into_view(changed(before, canvas.block))


def changed(before: Block, after: Block) -> list[str]:
    """The ids of the nodes and notes that are not, or not wired, as they were."""
    found = difference(before, after)
    edges = (*found.added_edges, *found.removed_edges)
    ends = (end.node for edge in edges for end in (edge.source, edge.target))
    notes = (key for key, note in after.notes.items() if before.notes.get(key) is not note)
    ids = dict.fromkeys((*found.added, *found.changed, *ends, *notes))
    return [key for key in ids if key in after.nodes or key in after.notes]
