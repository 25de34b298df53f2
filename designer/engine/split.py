"""Parts a set of images in two, the same share of each class in both."""

from __future__ import annotations

import torch

from .idx import Split
from .protocol import EngineError


def hold_out(examples: Split, share: float, seed: int) -> tuple[Split, Split]:
    """The examples without a share of each class, in their order, and that share, likewise. Raises EngineError.

    share: above 0, below 1; rounded to whole images, class by class, and never all of a class.
    """
    generator = torch.Generator().manual_seed(seed)
    held = torch.zeros(len(examples), dtype=torch.bool)
    for label in range(int(examples.labels.max()) + 1):
        indices = (examples.labels == label).nonzero().flatten()
        count = min(round(share * len(indices)), len(indices) - 1)
        if count > 0:
            held[indices[torch.randperm(len(indices), generator=generator)[:count]]] = True
    if not held.any():
        raise EngineError(
            f"Of {len(examples):,} training images, data.validation ({share:g}) leaves none for the validation set.",
            expected="at least one image of some class",
            fix="Raise data.validation, or use more data.",
        )
    return examples.at(~held), examples.at(held)
