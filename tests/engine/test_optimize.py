"""Optimizers and schedules do what torch's own do."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

from designer.engine.network import initialise
from designer.engine.optimize import make_optimizer
from designer.engine.recipe import OptimizerRecipe, ScheduleRecipe
from designer.engine.schedule import Progression, learning_rate

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


def test_one_cycle_agrees_with_torch_batch_by_batch():
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 0.4)
    reference = OneCycleLR(optimizer, 0.4, total_steps=1001, cycle_momentum=False)
    for step in range(1001):
        rate = learning_rate(ScheduleRecipe("one_cycle"), 0.4, step / 100, 10)
        assert rate == pytest.approx(reference.get_last_lr()[0], rel=0.02, abs=1e-4)
        optimizer.step()
        if step < 1000:
            reference.step()


@pytest.mark.parametrize("kind", ["constant", "step", "cosine", "plateau"])
def test_a_warm_up_rises_in_a_line_and_hands_over(kind):
    schedule = ScheduleRecipe(kind, warmup_epochs=2)
    rates = [learning_rate(schedule, 0.5, done / 4, 10) for done in range(9)]
    assert rates[0] == pytest.approx(0.005)
    assert rates[4] == pytest.approx(0.5 * 0.505)
    assert rates[8] == pytest.approx(0.5)
    assert rates == sorted(rates)


def test_a_progression_stalls_after_its_patience():
    progression = Progression(2)
    stalls = []
    for accuracy in (0.5, 0.6, 0.6, 0.5, 0.7, 0.6, 0.6, 0.7, 0.7):
        progression.see(accuracy)
        stalls.append(progression.stalls)
    assert stalls == [0, 0, 0, 1, 1, 1, 2, 2, 3]


def test_norms_and_biases_can_be_left_to_themselves():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(4, 4))
    recipe = OptimizerRecipe("SGD", 0.1, weight_decay=0.1, decay_all=False)
    decays, rest = make_optimizer(recipe, network.parameters(), CPU).param_groups
    assert [parameter.ndim for parameter in decays["params"]] == [4, 2]
    assert [parameter.ndim for parameter in rest["params"]] == [1, 1, 1, 1]
    assert (decays["weight_decay"], rest["weight_decay"]) == (0.1, 0.0)


def test_a_constant_rate_stays():
    assert {learning_rate(ScheduleRecipe(), 0.1, done / 7, 3) for done in range(21)} == {0.1}


@pytest.mark.parametrize(
    "recipe",
    [
        OptimizerRecipe("SGD", 0.1, momentum=0.9, nesterov=True, weight_decay=0.01),
        OptimizerRecipe("Adam", 0.01, betas=(0.8, 0.9), weight_decay=0.01),
        OptimizerRecipe("AdamW", 0.01, weight_decay=0.1),
        OptimizerRecipe("RMSprop", 0.01, momentum=0.5, alpha=0.8, weight_decay=0.1),
        OptimizerRecipe("Adagrad", 0.1, weight_decay=0.1),
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

    own = {"SGD": ("momentum", "nesterov"), "RMSprop": ("momentum", "alpha"), "Adagrad": ()}
    names = ("lr", "weight_decay", *own.get(recipe.kind, ("betas",)))
    options = {name: getattr(recipe, name) for name in names}
    plain = stepped(lambda parameters: getattr(torch.optim, recipe.kind)(parameters, **options))
    torch.testing.assert_close(stepped(lambda parameters: make_optimizer(recipe, parameters, CPU)), plain)


@pytest.mark.parametrize("init", ["default", "xavier_uniform", "xavier_normal", "kaiming_uniform", "kaiming_normal"])
def test_first_weights(init):
    torch.manual_seed(0)
    network = nn.Sequential(nn.Conv2d(3, 64, 3), nn.BatchNorm2d(64), nn.Flatten(), nn.Linear(400, 300))
    before = [parameter.clone() for parameter in network.parameters()]
    initialise(network, init)
    changed = [not torch.equal(*pair) for pair in zip(before, network.parameters(), strict=True)]
    assert changed == [init != "default", False, False, False, init != "default", False]
    expected = {"xavier": (2 / 700) ** 0.5, "kaiming": (2 / 400) ** 0.5}.get(init.split("_")[0], (1 / 1200) ** 0.5)
    assert network[3].weight.std().item() == pytest.approx(expected, rel=0.02)


def test_orthogonal_weights_are_orthogonal():
    layer = nn.Linear(6, 6)
    initialise(layer, "orthogonal")
    torch.testing.assert_close(layer.weight @ layer.weight.T, torch.eye(6))
