"""What a training takes of the device's memory, and the largest batch that fits.

An estimate over an `Analysis`: weights, gradients, the optimizer's state, and the input with the outputs of all layers,
which the backward pass needs. Not in it: workspaces of convolutions, buffers, autocast's copies of the weights, and the
framework itself (several hundred MB on a GPU).
"""

from __future__ import annotations

from enum import StrEnum
from fractions import Fraction
from math import ceil
from typing import NamedTuple

from designer.analysis.facts import Analysis

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


_NUMBERS_A_WEIGHT = {Optimizer.SGD: 0, Optimizer.MOMENTUM: 1, Optimizer.ADAM: 2}


class TrainingMemory(NamedTuple):
    """Memory of a training, in bytes, by what it is for."""

    weights_bytes: int
    gradients_bytes: int
    optimizer_bytes: int
    activations_bytes: int

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
) -> TrainingMemory:
    """The memory of training the design of `analysis` with `batch` examples a step.

    The batch of `analysis` may be another: activations are in proportion to it. Adam's step counts are left out.
    Raises ValueError where batch is below 1.
    """
    if batch < 1:
        raise ValueError(f"batch={batch}; expected at least 1")
    weights = analysis.totals.params * _FLOAT32_BYTES
    return TrainingMemory(
        weights_bytes=weights,
        gradients_bytes=weights,
        optimizer_bytes=weights * _NUMBERS_A_WEIGHT[optimizer],
        activations_bytes=ceil(batch * _activations_an_example(analysis, precision)),
    )


def largest_batch(
    analysis: Analysis,
    memory_bytes: int,
    optimizer: Optimizer = Optimizer.SGD,
    precision: Precision = Precision.FLOAT32,
) -> int | None:
    """The largest batch whose training fits in `memory_bytes`.

    Returns 0 where not even one example fits, None where no activation is known and the batch has no bound.
    """
    left = memory_bytes - training_memory(analysis, 1, optimizer, precision).fixed_bytes
    example = _activations_an_example(analysis, precision)
    if left < 0:
        return 0
    return int(left // example) if example else None


def _activations_an_example(analysis: Analysis, precision: Precision) -> Fraction:
    """Bytes of the input and of the outputs of all layers for one example."""
    share = Fraction(1) if precision is Precision.FLOAT32 else Fraction(_HALF_BYTES, _FLOAT32_BYTES)
    return Fraction(analysis.totals.activation_bytes, analysis.batch) * share
