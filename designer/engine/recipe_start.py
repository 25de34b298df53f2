"""What a training starts from: weights of an earlier one, and layers that stay as they are. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from .protocol import CHECKPOINTS_DIR
from .recipe_json import later, require
from .run_files import BEST_CHECKPOINT


@dataclass(frozen=True)
class StartRecipe:
    """weights: a run's folder, a checkpoint or a safetensors file to take weights from; empty for none. epoch: of a
    run, whether those of its last epoch or of its best.

    match: how its layers are matched with the network's: `name` takes those of the same name and shape; `order` takes
    layers of like shape that come in the same order, for a design whose layers are called otherwise; `auto` goes by
    name, and by order where not one layer has a name in common. frozen: parts of the network that are
    not trained, as its code names them: `block1`, `conv.conv1`; of repeated ones `convs.0.conv`, or `convs.conv` for
    all copies.
    """

    weights: str = ""
    match: Literal["auto", "name", "order"] = "auto"
    frozen: tuple[str, ...] = later(())
    epoch: Literal["last", "best"] = later("last")

    def __post_init__(self) -> None:
        named = all(part.isidentifier() or part.isdecimal() for name in self.frozen for part in name.split("."))
        fix = "Use the names of the generated code, such as block1 or conv.conv1."
        require(named and len(self.frozen) <= 10_000, "start.frozen", self.frozen, "names of layers or blocks", fix)

    @property
    def source(self) -> str:
        """The folder or the file that the weights are in."""
        folder = Path(self.weights).expanduser()
        is_best = self.epoch == "best" and bool(self.weights) and folder.is_dir()
        return str(folder / CHECKPOINTS_DIR / BEST_CHECKPOINT) if is_best else self.weights


ANEW = StartRecipe()
