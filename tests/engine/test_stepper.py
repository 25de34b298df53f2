"""Losses, accumulation, clipping, averages, precision: each against torch's own or a closed form."""

from __future__ import annotations

import copy
import math

import pytest
import torch
from torch import nn
from torch.nn import functional

from designer.engine.group import ALONE
from designer.engine.losses import guessing_loss, make_loss
from designer.engine.meter import Meter
from designer.engine.protocol import EngineError
from designer.engine.recipe import OptimizerRecipe, Recipe
from designer.engine.stepper import Stepper

CPU = torch.device("cpu")
SGD = OptimizerRecipe("SGD", 0.5)


def network() -> nn.Module:
    torch.manual_seed(0)
    return nn.Sequential(nn.Conv2d(1, 4, 3), nn.ReLU(), nn.Flatten(), nn.Linear(144, 3))


def batch(size: int = 12) -> tuple[torch.Tensor, torch.Tensor]:
    generator = torch.Generator().manual_seed(1)
    return torch.rand(size, 1, 8, 8, generator=generator), torch.randint(0, 3, (size,), generator=generator)


def stepper(recipe: Recipe) -> Stepper:
    return Stepper(network(), recipe, make_loss(recipe, 3, CPU), CPU)


def weights(stepped: Stepper) -> torch.Tensor:
    return torch.cat([parameter.detach().flatten() for parameter in stepped.network.parameters()])


@pytest.mark.parametrize(
    ("recipe", "expected"),
    [
        (Recipe(), lambda s, t: functional.cross_entropy(s, t)),
        (Recipe(label_smoothing=0.2), lambda s, t: functional.cross_entropy(s, t, label_smoothing=0.2)),
        (
            Recipe(class_weights=(1, 2, 0.5)),
            lambda s, t: functional.cross_entropy(s, t, torch.tensor([1, 2, 0.5])),
        ),
        (Recipe(loss="mse"), lambda s, t: ((s - torch.eye(3)[t]) ** 2).mean()),
        (
            Recipe(loss="bce"),
            lambda s, t: functional.binary_cross_entropy(s.sigmoid(), torch.eye(3)[t]),
        ),
    ],
    ids=["plain", "smoothed", "weighted", "mse", "bce"],
)
def test_losses(recipe, expected):
    scores, targets = torch.randn(7, 3, generator=torch.Generator().manual_seed(0)), torch.arange(7) % 3
    loss = make_loss(recipe, 3, CPU)
    torch.testing.assert_close(loss(scores, targets), expected(scores, targets))
    if not recipe.class_weights:
        torch.testing.assert_close(loss(scores, torch.eye(3)[targets]), expected(scores, targets))


def test_as_many_class_weights_as_classes():
    with pytest.raises(EngineError, match="2 class_weights; the data has 3"):
        make_loss(Recipe(class_weights=(1, 2)), 3, CPU)
    scores = torch.randn(4, 5)
    assert make_loss(Recipe(class_weights=(1, 2, 1)), 3, CPU)(scores, torch.zeros(4, dtype=torch.int64)).isfinite()


@pytest.mark.parametrize("kind", ["cross_entropy", "mse", "bce"])
def test_guessing_gives_its_loss(kind):
    recipe = Recipe(loss=kind)
    scores = {"cross_entropy": 0.0, "mse": 0.25, "bce": math.log(0.25 / 0.75)}[kind]
    loss = make_loss(recipe, 4, CPU)(torch.full((8, 4), scores), torch.arange(8) % 4)
    assert loss.item() == pytest.approx(guessing_loss(recipe, 4), rel=1e-5)


def test_accumulated_batches_are_one_joint_batch():
    images, labels = batch()
    joint, parts = stepper(Recipe(optimizer=SGD)), stepper(Recipe(optimizer=SGD, accumulate=3))
    joint.train(images, labels, 0.5, 1, last=True)
    for window in (slice(0, 5), slice(5, 10), slice(10, 12)):
        size = len(labels[window])
        parts.train(images[window], labels[window], 0.5, size / 12, last=window.stop == 12)
    torch.testing.assert_close(weights(parts), weights(joint))


WEIGHTS = torch.tensor([0.25, 1.0, 3.0])


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("class_weights", [(0.25, 1.0, 3.0), (0.0, 1.0, 3.0), (0.0, 0.0, 2.0)], ids=str)
def test_accumulated_batches_are_one_joint_batch_of_weighted_examples_too(class_weights, smoothing):
    images, labels = batch()
    labels = labels.sort().values  # so that a whole batch may have no weight
    plain = network()
    optimizer = torch.optim.SGD(plain.parameters(), 0.5)
    weight = torch.tensor(class_weights)
    functional.cross_entropy(plain(images), labels, weight, label_smoothing=smoothing).backward()
    optimizer.step()
    recipe = Recipe(optimizer=SGD, accumulate=3, class_weights=class_weights, label_smoothing=smoothing)
    parts = stepper(recipe)
    for window in (slice(0, 2), slice(2, 7), slice(7, 12)):
        size = len(labels[window])
        parts.train(images[window], labels[window], 0.5, size / 12, last=window.stop == 12)
    expected = torch.cat([parameter.detach().flatten() for parameter in plain.parameters()])
    torch.testing.assert_close(weights(parts), expected)


def test_accumulated_blends_are_one_joint_batch():
    images, labels = batch()
    shares = 0.3 * functional.one_hot(labels, 3) + 0.7 * functional.one_hot(labels.flip(0), 3)
    plain = network()
    functional.cross_entropy(plain(images), shares, WEIGHTS).backward()
    torch.optim.SGD(plain.parameters(), 0.5).step()
    parts = stepper(Recipe(optimizer=SGD, accumulate=2, class_weights=(0.25, 1.0, 3.0)))
    for window in (slice(0, 5), slice(5, 12)):
        size = len(labels[window])
        parts.train(images[window], shares[window], 0.5, size / 12, last=window.stop == 12)
    expected = torch.cat([parameter.detach().flatten() for parameter in plain.parameters()])
    torch.testing.assert_close(weights(parts), expected)


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize("smoothing", [0.0, 0.2])
def test_a_batch_without_weight_moves_nothing_and_is_a_number(accumulate, smoothing):
    images, _ = batch()
    labels = torch.zeros(12, dtype=torch.int64)
    recipe = Recipe(optimizer=SGD, class_weights=(0, 1, 3), label_smoothing=smoothing, accumulate=accumulate)
    stepped = stepper(recipe)
    before = weights(stepped)
    for part in range(accumulate):
        _, loss = stepped.train(images, labels, 0.5, 1 / accumulate, last=part == accumulate - 1)
        assert loss.item() == 0
    assert torch.equal(weights(stepped), before)


def test_a_weighted_step_is_torchs_to_the_bit():
    images, labels = batch()
    plain, own = network(), stepper(Recipe(optimizer=SGD, class_weights=(0.25, 1.0, 3.0), label_smoothing=0.1))
    optimizer = torch.optim.SGD(plain.parameters(), 0.5, fused=True)
    for _ in range(3):
        optimizer.zero_grad()
        functional.cross_entropy(plain(images), labels, WEIGHTS, label_smoothing=0.1).backward()
        optimizer.step()
        own.train(images, labels, 0.5, 1, last=True)
    assert torch.equal(weights(own), torch.cat([parameter.detach().flatten() for parameter in plain.parameters()]))


@pytest.mark.parametrize("smoothing", [0.0, 0.2])
@pytest.mark.parametrize("class_weights", [(), (0.25, 1.0, 3.0), (0.0, 1.0, 3.0)], ids=str)
def test_batches_of_a_set_add_up_to_torchs_loss_of_the_whole(class_weights, smoothing):
    images, labels = batch(50)
    labels = labels.sort().values
    stepped = stepper(Recipe(class_weights=class_weights, label_smoothing=smoothing))
    meter, earlier = Meter(CPU), Meter(CPU)
    with torch.inference_mode():
        for number, window in enumerate(torch.arange(50).split(8)):  # the last one of two
            scores, loss = stepped.run(stepped.evaluated, images[window], labels[window])
            (meter if number > 2 else earlier).add(
                loss, scores, labels[window], stepped.weighed(scores, labels[window])
            )
        meter_over = Meter(CPU)
        meter_over.restore(earlier.state(ALONE))  # as where a run goes on
        totals = meter_over.read().with_more(meter.read())
        weight = torch.tensor(class_weights) if class_weights else None
        whole = functional.cross_entropy(stepped.network(images), labels, weight, label_smoothing=smoothing)
    assert totals.mean_loss == pytest.approx(whole.item(), rel=1e-6)
    assert totals.examples == 50
    assert meter_over.read().with_more(meter.read()).since(meter_over.read()).mean_loss == pytest.approx(
        meter.read().mean_loss, rel=1e-6
    )


def test_guessing_by_weighted_classes_is_known():
    recipe = Recipe(class_weights=(0, 1, 3), label_smoothing=0.1)
    scores = torch.tensor([-20.0, 0.0, math.log(3)]).repeat(3, 1).requires_grad_()
    loss = make_loss(Recipe(class_weights=(0, 1, 3)), 3, CPU)(scores, torch.arange(3))
    assert loss.item() == pytest.approx(guessing_loss(recipe, 3), rel=1e-5)


def test_a_gradient_is_clipped_to_its_length():
    images, labels = batch()
    clipped = stepper(Recipe(optimizer=SGD, clip_norm=0.01))
    before = weights(clipped)
    clipped.train(images, labels, 0.5, 1, last=True)
    assert (weights(clipped) - before).norm().item() == pytest.approx(0.005, rel=1e-3)


def test_the_average_follows_and_is_what_is_evaluated():
    images, labels = batch()
    averaged = stepper(Recipe(optimizer=SGD, ema_decay=0.15))
    expected = weights(averaged)
    for decay in (0.15, 0.15):  # the first steps' would be 2/11 and 3/12
        averaged.train(images, labels, 0.5, 1, last=True)
        expected = decay * expected + (1 - decay) * weights(averaged)
    own = torch.cat([parameter.flatten() for parameter in averaged.evaluated.parameters()])
    torch.testing.assert_close(own, expected)
    assert averaged.evaluated is not averaged.network


@pytest.mark.parametrize("fields", [{"precision": "bf16"}, {"channels_last": True}], ids=str)
def test_precision_and_layout_come_close_to_the_plain_step(fields):
    images, labels = batch()
    plain, other = stepper(Recipe(optimizer=SGD)), stepper(Recipe(optimizer=SGD, **fields))
    for stepped in (plain, other):
        scores, loss = stepped.train(images, labels, 0.5, 1, last=True)
        assert (scores.dtype, loss.dtype) == (torch.float32, torch.float32)
    torch.testing.assert_close(weights(other), weights(plain), atol=0.01, rtol=0.05)
    assert not torch.equal(weights(other), weights(plain)) or "channels_last" in fields


def test_fp16_is_for_cuda():
    with pytest.raises(EngineError, match="fp16 is for cuda"):
        stepper(Recipe(precision="fp16"))


@pytest.mark.parametrize(
    "fields",
    [{}, {"ema_decay": 0.9}, {"optimizer": OptimizerRecipe("RMSprop", 0.01, momentum=0.5)}],
    ids=str,
)
def test_its_state_is_all_it_needs(fields):
    images, labels = batch()
    first, second = stepper(Recipe(**fields)), stepper(Recipe(**fields))
    first.train(images, labels, 0.01, 1, last=True)
    second.restore(copy.deepcopy(first.state()))
    for stepped in (first, second):
        stepped.train(images, labels, 0.01, 1, last=True)
    assert torch.equal(weights(first), weights(second))
    assert all(map(torch.equal, first.evaluated.parameters(), second.evaluated.parameters()))
