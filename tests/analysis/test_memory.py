"""Training memory by hand: a design small enough to count on paper."""

from __future__ import annotations

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.analysis.memory import (
    Optimizer,
    Precision,
    TrainingMemory,
    frozen_params,
    largest_batch,
    memory_of,
    training_memory,
)
from designer.graph.block import Node
from tests.analysis.unwise import chain, fc, holding, within

WEIGHTS = 60  # Linear 4 -> 3 with bias: 15 numbers of 4 bytes
EXAMPLE = 16  # the 4 numbers behind the ReLU, which it and the Linear share


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


def test_frozen_parts_take_no_gradients_and_no_state():
    deep = Analyser().analyse(
        holding(
            chain("Outer", fc("last", 3), shape=(4,)), within("Outer", fc("a", 4), "Inner"), within("Inner", fc("b", 4))
        )
    )
    inner = 20 * 4  # Linear 4 -> 4 in bytes
    for frozen, left in (((), 55), (("n0",), 15), (("n0.a",), 35), (("n0.n1.b", "n0.n1"), 35), (("gone",), 55)):
        found = training_memory(deep, 1, Optimizer.ADAM, frozen=frozen)
        assert (found.weights_bytes, found.gradients_bytes) == (2 * inner + WEIGHTS, 4 * left), frozen
        assert found.optimizer_bytes == 8 * left


def test_a_frozen_copy_is_called_by_its_place():
    row = Analyser().analyse(holding(chain(Node("cells", "Cell", repeat=3), shape=(4,)), within("Cell", fc("a", 4))))
    assert [frozen_params(row, [name]) for name in ("cells", "cells.0", "cells.1.a", "cells.7")] == [60, 20, 20, 0]


def test_the_parts_of_nodes_make_up_the_whole():
    network = Analyser().analyse(chain("ReLU", fc("a", 5), fc("b", 3), shape=(4,)))
    parts = [memory_of(network.root.nodes[key].totals, 1, 8, Optimizer.ADAM) for key in network.root.nodes]
    assert tuple(map(sum, zip(*parts, strict=True))) == training_memory(network, 8, Optimizer.ADAM)
