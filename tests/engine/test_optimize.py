"""Optimizers and schedules do what torch's own do."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, StepLR

from designer.engine.network import initialise
from designer.engine.optimize import learning_rate, make_optimizer
from designer.engine.recipe import OptimizerRecipe, ScheduleRecipe

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("kind", "scheduler"), [("step", lambda o: StepLR(o, 3, 0.5)), ("cosine", lambda o: CosineAnnealingLR(o, 10))]
)
def test_rates_agree_with_torch_epoch_by_epoch(kind, scheduler):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 0.4)
    reference = scheduler(optimizer)
    for epoch in range(10):
        rate = learning_rate(ScheduleRecipe(kind, step_epochs=3, gamma=0.5), 0.4, epoch, 10)
        assert rate == pytest.approx(reference.get_last_lr()[0])
        optimizer.step()
        reference.step()


def test_a_constant_rate_stays():
    assert {learning_rate(ScheduleRecipe(), 0.1, done / 7, 3) for done in range(21)} == {0.1}


@pytest.mark.parametrize(
    "recipe",
    [
        OptimizerRecipe("SGD", 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        OptimizerRecipe("Adam", 0.01, betas=(0.8, 0.9), weight_decay=0.01),
        OptimizerRecipe("AdamW", 0.01, weight_decay=0.1),
    ],
    ids=lambda recipe: recipe.kind,
)
def test_steps_agree_with_torch(recipe):
    def stepped(make) -> torch.Tensor:
        torch.manual_seed(0)
        layer = nn.Linear(5, 3)
        optimizer = make(layer.parameters())
        for _ in range(4):
            optimizer.zero_grad()
            layer(torch.ones(2, 5)).square().sum().backward()
            optimizer.step()
        return layer.weight.detach()

    sgd = {"momentum": recipe.momentum, "nesterov": recipe.nesterov}
    options = {"lr": recipe.lr, "weight_decay": recipe.weight_decay}
    options |= sgd if recipe.kind == "SGD" else {"betas": recipe.betas}
    plain = stepped(lambda parameters: getattr(torch.optim, recipe.kind)(parameters, **options))
    torch.testing.assert_close(stepped(lambda parameters: make_optimizer(recipe, parameters, CPU)), plain)


@pytest.mark.parametrize("init", ["default", "xavier_uniform", "kaiming_normal"])
def test_first_weights(init):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.Flatten(), nn.Linear(400, 300))
    before = [parameter.clone() for parameter in network.parameters()]
    initialise(network, init)
    changed = [not torch.equal(*pair) for pair in zip(before, network.parameters(), strict=True)]
    assert changed == [init != "default", False, False, False, init != "default", False]
    expected = {"xavier_uniform": (2 / 700) ** 0.5, "kaiming_normal": (2 / 400) ** 0.5}.get(init, (1 / 1200) ** 0.5)
    assert network[3].weight.std().item() == pytest.approx(expected, rel=0.02)
