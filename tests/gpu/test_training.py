"""Training on an accelerator: the recipes that only make sense there, and resuming on it."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from designer.engine.data import load_data
from designer.engine.loop import Hooks, Training
from designer.engine.meter import Meter
from designer.engine.protocol import Batch, Epoch, Message
from designer.engine.recipe import DataRecipe, OptimizerRecipe, Recipe
from designer.engine.review import Review
from designer.engine.stepper import Stepper

pytestmark = [
    pytest.mark.gpu,
    pytest.mark.skipif(not torch.cuda.is_available(), reason="needs an accelerator"),
]
MINI = str(Path(__file__).resolve().parents[2] / "resources" / "fashion-mnist-mini")
RECIPE = Recipe(data=DataRecipe(source=MINI), optimizer=OptimizerRecipe("SGD", 0.05, momentum=0.9), epochs=2)


def network() -> nn.Module:
    torch.manual_seed(0)
    layers = (nn.Conv2d(1, 16, 3, padding=1), nn.ReLU(), nn.MaxPool2d(2), nn.Flatten(), nn.Linear(3136, 10))
    return nn.Sequential(*layers).cuda()


def trained(recipe: Recipe) -> list[Message]:
    device = torch.device("cuda:0")
    told: list[Message] = []
    Training(network(), recipe, load_data(recipe.data, device), device, Hooks(told.append)).run()
    return told


@pytest.mark.parametrize("fields", [{}, {"precision": "fp16"}, {"precision": "bf16", "channels_last": True}], ids=str)
def test_learns_on_the_device(fields):
    told = trained(replace(RECIPE, **fields))
    *_, last = (message for message in told if isinstance(message, Epoch))
    assert last.test_accuracy > 0.75
    assert all(message.memory_bytes > 2**20 for message in told if isinstance(message, Batch))


def test_deterministic_runs_agree(monkeypatch):
    monkeypatch.setenv("CUBLAS_WORKSPACE_CONFIG", ":4096:8")
    torch.use_deterministic_algorithms(True)
    try:
        runs = [[m.train_loss for m in trained(RECIPE) if isinstance(m, Epoch)] for _ in range(2)]
    finally:
        torch.use_deterministic_algorithms(False)
    assert runs[0] == runs[1]


def waiting(reading: Callable[..., Any]) -> Callable[..., Any]:
    """A method that may wait for the device, where all else may not."""

    @functools.wraps(reading)
    def read(*arguments: Any, **keywords: Any) -> Any:
        torch.cuda.set_sync_debug_mode("default")
        try:
            return reading(*arguments, **keywords)
        finally:
            torch.cuda.set_sync_debug_mode("error")

    return read


@pytest.mark.parametrize(
    "fields", [{}, {"data": DataRecipe(source=MINI, resize=56, limit=1000)}], ids=["as is", "resized"]
)
def test_the_host_waits_for_the_device_only_to_report(monkeypatch, fields):
    for owner, name in ((Meter, "read"), (Review, "written"), (Stepper, "gradient_norm"), (Training, "_save")):
        monkeypatch.setattr(owner, name, waiting(getattr(owner, name)))
    device, recipe = torch.device("cuda:0"), replace(RECIPE, **fields)
    known, told = load_data(recipe.data, device), []
    training = Training(nn.Sequential(nn.AdaptiveAvgPool2d(28), network()), recipe, known, device, Hooks(told.append))
    torch.cuda.set_sync_debug_mode("error")
    try:
        training.run()
    finally:
        torch.cuda.set_sync_debug_mode("default")
    assert sum(isinstance(message, Epoch) for message in told) == recipe.epochs
