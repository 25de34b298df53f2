"""Training LeNet through the engine, metrics on, against the barest loop in memory and against a course's loop.

Run with `pytest tests/benchmarks/test_engine_speed.py --benchmark-enable`. The three loops take turns, an epoch each;
the report's extra_info has the median over the rounds of the ratios of their speeds, by the clock and by the time that
the processor spent. The aims are 0.97 of the barest loop and twice the course's. Nothing here fails for being slow.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Iterable
from pathlib import Path

import numpy as np
import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.utils.data import DataLoader, Dataset

from designer.engine.data import ImageData, load_data
from designer.engine.journal import Journal
from designer.engine.loop import Hooks, Training
from designer.engine.protocol import Batch, Epoch, Message
from designer.engine.recipe import DataRecipe, OptimizerRecipe, Recipe

CPU = torch.device("cpu")
RECIPE = Recipe(
    data=DataRecipe(normalise="unit"),
    optimizer=OptimizerRecipe(kind="SGD", lr=0.05),
    epochs=1,
    device="cpu",
)
ROUNDS = 12
Speed = tuple[float, float]  # examples a second, and examples a second of the processor's time


class OneAtATime(Dataset):
    """Images as a course serves them: each by itself from bytes to an array to a tensor of floats.

    torchvision goes by way of a Pillow image as well, which takes longer still.
    """

    def __init__(self, data: ImageData) -> None:
        self._images = data.train.images[:, 0].numpy()  # (N, H, W)
        self._labels = data.train.labels

    def __len__(self) -> int:
        return len(self._labels)

    def __getitem__(self, index: int) -> tuple[Tensor, int]:
        image = np.array(self._images[index])[:, :, None]  # (H, W, C)
        pixels = torch.from_numpy(image.transpose(2, 0, 1)).contiguous()  # (C, H, W)
        return pixels.to(torch.float32).div(255), int(self._labels[index])


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


def engine_speed(data: ImageData, run_dir: Path) -> Speed:
    """One epoch as the engine itself reports it, every message logged in a run folder; evaluation is not in it."""
    speed = 0.0
    trained_at = 0.0

    def hear(message: Message) -> None:
        nonlocal speed, trained_at
        if isinstance(message, Epoch):
            speed = message.examples_per_second
        elif isinstance(message, Batch) and message.batch == message.batches:
            trained_at = time.process_time()

    with Journal(run_dir, hear) as journal:
        training = Training(lenet(), RECIPE, data, CPU, Hooks(journal.tell))
        began_at = time.process_time()
        training.run()
    return speed, len(data.train) / (trained_at - began_at)


def bare_speed(batches: Iterable[tuple[Tensor, Tensor]]) -> Speed:
    """One epoch over float batches made beforehand, with the optimizer that the engine uses, and nothing counted."""
    network = lenet()
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), RECIPE.optimizer.lr, fused=True)
    examples = 0
    began, began_at = time.perf_counter(), time.process_time()
    for images, labels in batches:
        loss = functional.cross_entropy(network(images), labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        examples += len(labels)
    return examples / (time.perf_counter() - began), examples / (time.process_time() - began_at)


def course_speed(data: ImageData, workers: int) -> Speed:
    """One epoch of a course's loop: a DataLoader, images one at a time, loss and hits fetched at each step.

    workers: processes that fetch images, as courses have them; their time is not in the second figure.
    """
    network = lenet()
    network.train()
    optimizer = torch.optim.SGD(network.parameters(), RECIPE.optimizer.lr)
    loader = DataLoader(OneAtATime(data), RECIPE.batch_size, shuffle=True, num_workers=workers)
    total, hits, examples = 0.0, 0, 0
    began, began_at = time.perf_counter(), time.process_time()
    for images, labels in loader:
        scores = network(images)
        loss = functional.cross_entropy(scores, labels)
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        total += loss.item() * len(labels)
        hits += (scores.argmax(1) == labels).sum().item()
        examples += len(labels)
    return examples / (time.perf_counter() - began), examples / (time.process_time() - began_at)


@pytest.mark.timeout(900)
def test_lenet_through_the_engine_against_the_barest_loop_and_a_courses(benchmark, tmp_path):
    data = load_data(RECIPE.data, CPU)
    batches = list(data.train_batches(RECIPE.batch_size, torch.Generator().manual_seed(0)))
    loops = {
        "engine": lambda: engine_speed(data, tmp_path),
        "bare": lambda: bare_speed(batches),
        "course": lambda: course_speed(data, 0),
        "course_with_workers": lambda: course_speed(data, 2 if benchmark.enabled else 0),
    }
    speeds: dict[str, list[Speed]] = {name: [] for name in loops}
    for turn in range(ROUNDS if benchmark.enabled else 1):
        for name in list(loops) if turn % 2 else reversed(loops):
            speeds[name].append(loops[name]())
    for name, rivals in speeds.items():
        benchmark.extra_info[f"{name}_examples_per_second"] = round(statistics.median(wall for wall, _ in rivals))
        for label, part in (("clock", 0), ("processor", 1)):
            ratios = [engine[part] / rival[part] for engine, rival in zip(speeds["engine"], rivals, strict=True)]
            benchmark.extra_info[f"{label}_ratio_to_{name}"] = round(statistics.median(ratios), 3)
    benchmark.pedantic(loops["engine"], rounds=1)
