"""Training memory by hand: a design small enough to count on paper."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.analysis.memory import Optimizer, Precision, TrainingMemory, largest_batch, training_memory
from tests.analysis.unwise import chain, fc

WEIGHTS = 60  # Linear 4 -> 3 with bias: 15 numbers of 4 bytes
EXAMPLE = 44  # Input 4, ReLU 4 and Linear 3 numbers


def analysis(batch: int = 1) -> Analysis:
    return Analyser().analyse(chain("ReLU", fc(out_features=3), shape=(4,)), batch)


@pytest.mark.parametrize(
    ("optimizer", "state"), [(Optimizer.SGD, 0), (Optimizer.MOMENTUM, WEIGHTS), (Optimizer.ADAM, 2 * WEIGHTS)]
)
def test_the_parts_at_float32(optimizer, state):
    found = training_memory(analysis(), 8, optimizer)
    assert found == TrainingMemory(WEIGHTS, WEIGHTS, state, 8 * EXAMPLE)
    assert found.fixed_bytes == 2 * WEIGHTS + state
    assert found.total_bytes == 2 * WEIGHTS + state + 8 * EXAMPLE


@pytest.mark.parametrize("precision", [Precision.BF16, Precision.FP16])
def test_autocast_halves_the_activations_alone(precision):
    assert training_memory(analysis(), 8, Optimizer.ADAM, precision) == (WEIGHTS, WEIGHTS, 2 * WEIGHTS, 4 * EXAMPLE)


def test_the_batch_of_the_analysis_does_not_matter():
    assert training_memory(analysis(batch=5), 8) == training_memory(analysis(batch=1), 8)


@pytest.mark.parametrize(
    ("memory_bytes", "batch"),
    [
        (2 * WEIGHTS + 10 * EXAMPLE, 10),
        (2 * WEIGHTS + 10 * EXAMPLE - 1, 9),
        (2 * WEIGHTS + EXAMPLE - 1, 0),
        (2 * WEIGHTS - 1, 0),
        (0, 0),
    ],
)
def test_the_largest_batch_fits_and_one_more_does_not(memory_bytes, batch):
    assert largest_batch(analysis(), memory_bytes) == batch
    assert training_memory(analysis(), batch + 1).total_bytes > memory_bytes
    if batch:
        assert training_memory(analysis(), batch).total_bytes <= memory_bytes


def test_state_and_precision_change_the_largest_batch():
    memory_bytes = 4 * WEIGHTS + 10 * EXAMPLE
    assert largest_batch(analysis(), memory_bytes, Optimizer.ADAM) == 10
    assert largest_batch(analysis(), memory_bytes, Optimizer.ADAM, Precision.BF16) == 20


def test_without_activations_there_is_no_bound():
    unknown = Analyser().analyse(chain("Wobble", shape=(0,)))
    assert unknown.totals.activation_bytes == 0
    assert largest_batch(unknown, 1000) is None


def test_a_batch_below_one_is_refused():
    with pytest.raises(ValueError, match="at least 1"):
        training_memory(analysis(), 0)
