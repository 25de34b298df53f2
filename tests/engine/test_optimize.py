"""Optimizers and schedules do what torch's own do."""

from __future__ import annotations

import inspect

import pytest
import torch
from torch import nn
from torch.optim.lr_scheduler import CosineAnnealingLR, OneCycleLR, StepLR

from designer.catalogue.registry import registry
from designer.catalogue.spec import Family
from designer.engine.network import initialise
from designer.engine.optimize import make_optimizer, set_learning_rate, set_momentum
from designer.engine.recipe import OptimizerRecipe, ScheduleRecipe
from designer.engine.schedule import Progression, learning_rate, momentum

CPU = torch.device("cpu")


@pytest.mark.parametrize(
    ("kind", "scheduler"), [("step", lambda o: StepLR(o, 3, 0.5)), ("cosine", lambda o: CosineAnnealingLR(o, 10))]
)
def test_rates_agree_with_torch_epoch_by_epoch(kind, scheduler):
    optimizer = torch.optim.SGD([nn.Parameter(torch.zeros(1))], 0.4)
    reference = scheduler(optimizer)
    for epoch in range(10):
        rate = learning_rate(ScheduleRecipe(kind, step_epochs=3, gamma=0.5), 0.4, epoch, 1, 10)
        assert rate == pytest.approx(reference.get_last_lr()[0])
        optimizer.step()
        reference.step()


@pytest.mark.parametrize("total", [1, 2, 3, 4, 7, 10, 100, 1001])
@pytest.mark.parametrize("kind", ["SGD", "Adam", "AdamW", "RMSprop", "Adagrad"])
def test_one_cycle_agrees_with_torch_at_every_step(kind, total):
    recipe = OptimizerRecipe(kind, 0.4)
    own = make_optimizer(recipe, nn.Linear(1, 1), CPU)
    theirs = getattr(torch.optim, kind)([nn.Parameter(torch.zeros(1))], 0.4)
    reference = OneCycleLR(theirs, 0.4, total_steps=total, cycle_momentum=kind != "Adagrad")
    for step in range(total):
        set_learning_rate(own, learning_rate(ScheduleRecipe("one_cycle"), 0.4, step, total, 1))
        set_momentum(own, momentum(ScheduleRecipe("one_cycle"), step, total, 1))
        for name in {"lr", "momentum", "betas"} & theirs.param_groups[0].keys():
            assert own.param_groups[0][name] == pytest.approx(theirs.param_groups[0][name], rel=1e-12)
        theirs.step()
        if step < total - 1:
            reference.step()


def test_the_momentum_is_the_recipes_unless_it_cycles():
    assert momentum(ScheduleRecipe("one_cycle", cycle_momentum=False), 3, 10, 1) is None
    assert momentum(ScheduleRecipe("cosine"), 3, 10, 1) is None


@pytest.mark.parametrize("kind", ["constant", "step", "cosine", "plateau"])
def test_a_warm_up_rises_in_a_line_and_hands_over(kind):
    schedule = ScheduleRecipe(kind, warmup_epochs=2)
    rates = [learning_rate(schedule, 0.5, done, 4, 10) for done in range(9)]
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


def test_a_loss_gets_better_as_it_falls():
    progression = Progression(1, "loss")
    stalls = []
    for loss in (2.0, 1.0, 1.0, 0.5, 0.75):
        progression.see(loss)
        stalls.append(progression.stalls)
    assert stalls == [0, 0, 1, 1, 2]


def test_norms_and_biases_can_be_left_to_themselves():
    network = nn.Sequential(nn.Conv2d(1, 2, 3), nn.BatchNorm2d(2), nn.Linear(4, 4))
    recipe = OptimizerRecipe("SGD", 0.1, weight_decay=0.1, decay_all=False)
    decays, rest = make_optimizer(recipe, network, CPU).param_groups
    assert [parameter.ndim for parameter in decays["params"]] == [4, 2]
    assert [parameter.ndim for parameter in rest["params"]] == [1, 1, 1, 1]
    assert (decays["weight_decay"], rest["weight_decay"]) == (0.1, 0.0)


class OwnNorm(nn.Module):
    """As a person writes one for images: its scale has the axes of what it scales."""

    def __init__(self) -> None:
        super().__init__()
        self.weight = nn.Parameter(torch.ones(4, 1, 1))
        self.inner = nn.Linear(2, 2)


class Response(nn.Module):
    """Scales and shifts by what it learns, under names that such things have."""

    def __init__(self) -> None:
        super().__init__()
        self.gamma, self.beta = nn.Parameter(torch.ones(1, 1, 1, 4)), nn.Parameter(torch.zeros(1, 1, 1, 4))
        self.out_bias, self.layer_scale = nn.Parameter(torch.zeros(4, 1, 1)), nn.Parameter(torch.ones(4, 1, 1))
        self.kernel = nn.Parameter(torch.ones(4, 4))


@pytest.mark.parametrize(
    ("module", "decayed"),
    [
        (nn.BatchNorm1d(4), set()),
        (nn.BatchNorm3d(4), set()),
        (nn.SyncBatchNorm(4), set()),
        (nn.InstanceNorm2d(4, affine=True), set()),
        (nn.GroupNorm(2, 4), set()),
        (nn.LayerNorm(4), set()),
        (nn.LayerNorm((4, 3, 3)), set()),
        (nn.RMSNorm((4, 3, 3)), set()),
        (OwnNorm(), {"inner.weight"}),
        (Response(), {"kernel"}),
        (nn.PReLU(4), set()),
        (nn.Linear(1, 4), {"weight"}),
        (nn.Conv2d(4, 1, 1), {"weight"}),
        (nn.Bilinear(2, 3, 4), {"weight"}),
        (nn.Embedding(3, 4), {"weight"}),
        (nn.LSTM(3, 4), {"weight_ih_l0", "weight_hh_l0"}),
        (nn.MultiheadAttention(4, 2, add_bias_kv=True), {"in_proj_weight", "out_proj.weight"}),
        (
            nn.TransformerEncoderLayer(4, 2, 8),
            {"self_attn.in_proj_weight", "self_attn.out_proj.weight", "linear1.weight", "linear2.weight"},
        ),
    ],
    ids=lambda value: type(value).__name__,
)
def test_what_scales_and_shifts_is_spared_whatever_its_shape_and_wherever_it_is(module, decayed):
    module = nn.Sequential(nn.Linear(3, 3), module)
    recipe = OptimizerRecipe("SGD", 0.1, weight_decay=0.1, decay_all=False)
    names = {id(parameter): name for name, parameter in module.named_parameters()}
    decays, rest = make_optimizer(recipe, module, CPU).param_groups
    assert {names[id(parameter)] for parameter in decays["params"]} == {"0.weight"} | {f"1.{name}" for name in decayed}
    assert len(decays["params"]) + len(rest["params"]) == len(names)


NORMALISATIONS = [spec for spec in registry().values() if spec.family is Family.NORMALISATION and spec.module]


@pytest.mark.parametrize("spec", NORMALISATIONS, ids=lambda spec: spec.kind)
def test_every_normalisation_of_the_catalogue_is_spared(spec):
    kind = getattr(nn, spec.module.removeprefix("nn."))
    given = {"num_groups": 2, "num_channels": 4, "num_features": 4, "normalized_shape": (4, 3, 3), "size": 3}
    names = inspect.signature(kind).parameters
    options = {name: value for name, value in given.items() if name in names}
    module = kind(**options, **({"affine": True} if "affine" in names else {}))
    recipe = OptimizerRecipe("SGD", 0.1, weight_decay=0.1, decay_all=False)
    decays, *rest = make_optimizer(recipe, nn.Sequential(nn.Linear(2, 2, bias=False), module), CPU).param_groups
    assert len(decays["params"]) == 1
    assert sum(len(group["params"]) for group in rest) == len(list(module.parameters()))


def test_a_constant_rate_stays():
    assert {learning_rate(ScheduleRecipe(), 0.1, done, 7, 3) for done in range(21)} == {0.1}


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
        optimizer = make(layer)
        for _ in range(4):
            optimizer.zero_grad()
            layer(torch.ones(2, 5)).square().sum().backward()
            optimizer.step()
        return layer.weight.detach()

    own = {"SGD": ("momentum", "nesterov"), "RMSprop": ("momentum", "alpha"), "Adagrad": ()}
    names = ("lr", "weight_decay", *own.get(recipe.kind, ("betas",)))
    options = {name: getattr(recipe, name) for name in names}
    plain = stepped(lambda layer: getattr(torch.optim, recipe.kind)(layer.parameters(), **options))
    torch.testing.assert_close(stepped(lambda layer: make_optimizer(recipe, layer, CPU)), plain)


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
