"""Going through the history with what it changes in view: what was fitted stays so, what changes out of sight is
brought into it, and a block that changes is opened where the open one does not."""

from __future__ import annotations

from collections.abc import Callable, Collection
from typing import TYPE_CHECKING

from designer.analysis.facts import BlockFacts
from designer.editing.difference import difference
from designer.graph.block import Block
from designer.ui.trail import Path

if TYPE_CHECKING:
    from designer.ui.canvas_controller import CanvasController


def take_step(canvas: CanvasController, move: Callable[[], object]) -> None:
    """Undo, redo or jump, which is `move`, and show what it changed."""
    view, path, before, opened = canvas.panel.view, canvas.path, canvas.session.design, canvas.block.name
    was_fitted = view.is_fitted
    move()
    after = canvas.session.design
    if canvas.session.history.stays and canvas.path == path:
        return
    if canvas.path == path and before.blocks[opened] is canvas.block:
        others = {name for name, block in after.blocks.items() if before.blocks.get(name) is not block}
        if (elsewhere := path_to(canvas.session.facts, others)) is not None:
            canvas.go_to(elsewhere)
    elif was_fitted:
        view.fit_all()
    if not view.is_fitted and (old := before.blocks.get(canvas.block.name)):
        view.bring_into_view(changed(old, canvas.block))


def path_to(root: BlockFacts, names: Collection[str]) -> Path | None:
    """The way to an instance of one of the blocks, the nearest to the outermost one; None where there is none."""
    waiting: list[tuple[Path, BlockFacts]] = [((), root)]
    seen: set[str] = set()
    for path, facts in waiting:  # grows as it goes: level by level
        if facts.block.name in names:
            return path
        if facts.block.name not in seen:
            seen.add(facts.block.name)
            waiting += [((*path, key), known.inside) for key, known in facts.nodes.items() if known.inside]
    return None


def changed(before: Block, after: Block) -> list[str]:
    """The ids of the nodes and notes that are not, or not wired, as they were."""
    found = difference(before, after)
    edges = (*found.added_edges, *found.removed_edges)
    ends = (end.node for edge in edges for end in (edge.source, edge.target))
    notes = (key for key, note in after.notes.items() if before.notes.get(key) is not note)
    ids = dict.fromkeys((*found.added, *found.changed, *ends, *notes))
    return [key for key in ids if key in after.nodes or key in after.notes]
