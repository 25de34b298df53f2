"""Training LeNet through the engine's loop, metrics on, against the barest loop over tensors already in memory.

Run with `pytest tests/benchmarks/test_engine_speed.py --benchmark-enable`. The ratio of the two speeds, the median over
pairs of epochs run one after the other, is in the report's extra_info; the aim is at least 0.97. Nothing here fails for
being slow.
"""

from __future__ import annotations

import statistics
import time

import torch
from torch import nn
from torch.nn import functional

from designer.engine.data import load_data
from designer.engine.loop import Hooks, Training
from designer.engine.protocol import Epoch, Message
from designer.engine.recipe import DataRecipe, OptimizerRecipe, Recipe

CPU = torch.device("cpu")
RECIPE = Recipe(
    data=DataRecipe(normalise="unit"),
    optimizer=OptimizerRecipe(kind="SGD", lr=0.05),
    epochs=1,
    device="cpu",
)
ROUNDS = 10


def lenet() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(
        nn.Conv2d(1, 6, 5),
        nn.Sigmoid(),
        nn.MaxPool2d(2),
        nn.Conv2d(6, 16, 5),
        nn.Sigmoid(),
        nn.MaxPool2d(2),
        nn.Flatten(),
        nn.Linear(256, 120),
        nn.Sigmoid(),
        nn.Linear(120, 84),
        nn.Sigmoid(),
        nn.Linear(84, 10),
    )


def engine_speed(data) -> float:
    """Examples a second of one epoch, as the engine itself reports them."""
    told: list[Message] = []
    Training(lenet(), RECIPE, data, CPU, Hooks(told.append)).run()
    return next(message.examples_per_second for message in told if isinstance(message, Epoch))


def bare_speed(batches) -> float:
    """Examples a second of one epoch over float batches made beforehand, with the optimizer that the engine uses."""
    network = lenet()
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), RECIPE.optimizer.lr, fused=True)
    began = time.perf_counter()
    for images, labels in batches:
        loss = functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
    return sum(len(labels) for _, labels in batches) / (time.perf_counter() - began)


def test_lenet_through_the_engine_against_the_barest_loop(benchmark):
    data = load_data(RECIPE.data, CPU)
    batches = list(data.train_batches(RECIPE.batch_size, torch.Generator().manual_seed(0)))
    rounds = ROUNDS if benchmark.enabled else 1
    pairs = [(engine_speed(data), bare_speed(batches)) for _ in range(rounds)]
    benchmark.extra_info["ratio"] = round(statistics.median(engine / bare for engine, bare in pairs), 3)
    benchmark.extra_info["engine_examples_per_second"] = round(statistics.median(engine for engine, _ in pairs))
    benchmark.extra_info["bare_examples_per_second"] = round(statistics.median(bare for _, bare in pairs))
    benchmark.pedantic(engine_speed, args=(data,), rounds=rounds)
