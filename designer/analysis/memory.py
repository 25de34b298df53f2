"""What a training takes of the device's memory, whole and by node, and the largest batch that fits.

An estimate over an `Analysis`: weights, gradients, the optimizer's state, and what the backward pass needs of the
forward pass, as torch saves it on a CPU. Frozen weights take neither gradients nor state, and what comes before the
first layer that is trained keeps nothing. Not in it: the loss, workspaces of convolutions, buffers, autocast's copies
of the weights, an average of them, and the framework itself (several hundred MB on a GPU).
"""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from designer.analysis.activations import kept_at
from designer.analysis.facts import Analysis, BlockFacts
from designer.analysis.totals import Totals

_FLOAT32_BYTES = 4
_HALF_BYTES = 2


class Precision(StrEnum):
    """The number type of a training.

    float32: everything. bf16, fp16: autocast, weights, gradients and state in float32 and activations in two bytes.
    """

    FLOAT32 = "float32"
    BF16 = "bf16"
    FP16 = "fp16"


class Optimizer(StrEnum):
    """Optimizers by what they remember."""

    SGD = "SGD"
    MOMENTUM = "momentum"  # SGD with momentum
    ADAM = "Adam"  # AdamW too
    RMSPROP = "RMSprop"  # without momentum
    ADAGRAD = "Adagrad"


_NUMBERS_A_WEIGHT = {
    Optimizer.SGD: 0,
    Optimizer.MOMENTUM: 1,
    Optimizer.ADAM: 2,
    Optimizer.RMSPROP: 1,
    Optimizer.ADAGRAD: 1,
}


class TrainingMemory(NamedTuple):
    """Memory of a training, in bytes, by what it is for."""

    weights_bytes: int
    gradients_bytes: int
    optimizer_bytes: int
    activations_bytes: int

    @property
    def parts(self) -> dict[str, int]:
        """Bytes by what they are for, in words."""
        return {name.removesuffix("_bytes"): size for name, size in self._asdict().items()}

    @property
    def fixed_bytes(self) -> int:
        """What does not depend on the batch."""
        return self.weights_bytes + self.gradients_bytes + self.optimizer_bytes

    @property
    def total_bytes(self) -> int:
        """All of it."""
        return self.fixed_bytes + self.activations_bytes


def training_memory(
    analysis: Analysis,
    batch: int = 1,
    optimizer: Optimizer = Optimizer.SGD,
    precision: Precision = Precision.FLOAT32,
    frozen: Sequence[str] = (),
) -> TrainingMemory:
    """The memory of training the design of `analysis` with `batch` examples a step.

    The batch of `analysis` may be another: activations are in proportion to it. Adam's step counts are left out.
    frozen: parts of the network that are not trained, by their names, dotted. Raises ValueError where batch is below 1.
    """
    trained = analysis.totals.params - frozen_params(analysis, frozen)
    return memory_of(totals_of(analysis, frozen), analysis.batch, batch, optimizer, precision, trained)


def totals_of(analysis: Analysis, frozen: Sequence[str] = (), name: str = "", totals: Totals | None = None) -> Totals:
    """The totals of the design, or of the part called `name` whose own are `totals`, where some parts are frozen."""
    totals = totals or analysis.totals
    if not frozen:
        return totals
    kept = kept_at(analysis.root, name.split(".") if name else (), tuple(frozen))
    return Totals(totals.params, totals.macs, *kept)


def memory_of(
    totals: Totals,
    known_batch: int,
    batch: int,
    optimizer: Optimizer = Optimizer.SGD,
    precision: Precision = Precision.FLOAT32,
    trained: int | None = None,
) -> TrainingMemory:
    """The memory that a part of the network takes, from its totals at `known_batch` examples.

    trained: how many of its parameters are, by default all.
    """
    if batch < 1:
        raise ValueError(f"batch={batch}; expected at least 1")
    trained = totals.params if trained is None else trained
    return TrainingMemory(
        weights_bytes=totals.params * _FLOAT32_BYTES,
        gradients_bytes=trained * _FLOAT32_BYTES,
        optimizer_bytes=trained * _FLOAT32_BYTES * _NUMBERS_A_WEIGHT[optimizer],
        activations_bytes=ceil(
            totals.fixed_bytes * _share(precision) + batch * _activations_an_example(totals, known_batch, precision)
        ),
    )


def largest_batch(
    analysis: Analysis,
    memory_bytes: int,
    optimizer: Optimizer = Optimizer.SGD,
    precision: Precision = Precision.FLOAT32,
    frozen: Sequence[str] = (),
) -> int | None:
    """The largest batch whose training fits in `memory_bytes`.

    Returns 0 where not even one example fits, None where no activation is known and the batch has no bound.
    """
    totals = totals_of(analysis, frozen)
    example = _activations_an_example(totals, analysis.batch, precision)
    used = training_memory(analysis, 1, optimizer, precision, frozen)
    left = memory_bytes - used.fixed_bytes - totals.fixed_bytes * _share(precision)
    if left < 0:
        return 0
    return int(left // example) if example else None


def frozen_params(analysis: Analysis, frozen: Sequence[str]) -> int:
    """How many parameters the parts called `frozen` have. A name that is not there counts nothing."""
    outermost = [name for name in dict.fromkeys(frozen) if not any(is_within(name, [o]) for o in frozen if o != name)]
    return sum(_params_of(analysis.root, name.split(".")) for name in outermost)


def is_within(name: str, parts: Sequence[str]) -> bool:
    """Whether a dotted name is that of one of these parts of the network, or of something in one."""
    return any(name == part or name.startswith(f"{part}.") for part in parts)


def _params_of(facts: BlockFacts, names: Sequence[str]) -> int:
    first, *rest = names
    node = next((node for node in facts.nodes.values() if node.node.name == first), None)
    if node is None or node.node.id not in facts.block.live:
        return 0
    copies = node.copies
    if rest and rest[0].isdecimal() and node.repeat > 1:  # a copy, by its place
        copies, rest = copies[int(rest[0]) : int(rest[0]) + 1], rest[1:]
        if not rest:
            return sum(copy.totals.params for copy in copies)
    return sum(_params_of(copy, rest) for copy in copies) if rest else node.totals.params


def _activations_an_example(totals: Totals, batch: int, precision: Precision) -> Fraction:
    """Bytes of what is kept of a forward pass for each example."""
    return Fraction(totals.activation_bytes - totals.fixed_bytes, batch) * _share(precision)


def _share(precision: Precision) -> Fraction:
    """Of float32's bytes."""
    return Fraction(1) if precision is Precision.FLOAT32 else Fraction(_HALF_BYTES, _FLOAT32_BYTES)
