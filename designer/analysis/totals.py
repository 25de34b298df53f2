"""What nodes cost, in sums."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple


class Totals(NamedTuple):
    """Sums over nodes. params: learnable numbers; macs: multiply-accumulates of one forward pass of the batch;
    activation_bytes: what a training keeps of that pass for the backward pass; fixed_bytes: those of them that do not
    grow with the batch."""

    params: int = 0
    macs: int = 0
    activation_bytes: int = 0
    fixed_bytes: int = 0

    def __add__(self, other: Totals) -> Totals:  # type: ignore[override]
        return Totals(
            self.params + other.params,
            self.macs + other.macs,
            self.activation_bytes + other.activation_bytes,
            self.fixed_bytes + other.fixed_bytes,
        )

    @classmethod
    def of(cls, parts: Iterable[Totals]) -> Totals:
        """The sum of all of them."""
        return cls(*map(sum, zip(*parts, strict=True)))  # none at all: zeros, by default
