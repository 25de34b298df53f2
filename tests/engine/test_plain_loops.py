"""Whole runs end in the weights and the figures of loops that are written out here, with torch's own parts alone."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import torch
from torch import Tensor, nn
from torch.nn import functional
from torch.optim.lr_scheduler import OneCycleLR

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.control import Wishes
from designer.engine.data import ImageData, load_data
from designer.engine.job import carry_out
from designer.engine.loop import seed_of_epoch
from designer.engine.network import build_network
from designer.engine.recipe import Recipe, read_recipe

CPU = torch.device("cpu")
WEIGHTS = [0.0, 1.0, 3.0, 0.5, 0.0, 1.0, 2.0, 0.25, 1.0, 4.0]
SHAPES = {"limit": 165, "validation": 0.2}  # batches of 32 make steps of two; the last one is of five


def trained(run_dir: Path, resume: bool = False) -> list[protocol.Epoch]:
    assert carry_out(run_dir, lambda message: None, Wishes(), resume=resume) == 0
    return [message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Epoch)]


def start(run_dir: Path) -> tuple[Recipe, ImageData, nn.Module]:
    recipe = read_recipe(run_dir / protocol.RECIPE_FILE)
    torch.manual_seed(recipe.seed)
    return recipe, load_data(recipe.data, CPU, augment=recipe.augment), build_network(run_dir / protocol.MODEL_FILE)


def steps(recipe: Recipe, data: ImageData, epoch: int) -> list[list[tuple[Tensor, Tensor]]]:
    """The batches of an epoch, step by step, in the order that the seed draws."""
    order = torch.Generator().manual_seed(seed_of_epoch(recipe.seed, epoch))
    batches = list(data.train_batches(recipe.batch_size, order))
    return [batches[first : first + recipe.accumulate] for first in range(0, len(batches), recipe.accumulate)]


def require_same(run_dir: Path, network: nn.Module) -> None:
    kept = load_checkpoint(last_checkpoint(run_dir))["network"]
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(
            kept[name], tensor, atol=1e-5, rtol=1e-4, msg=lambda text, name=name: f"{name}: {text}"
        )


@pytest.mark.parametrize("accumulate", [1, 2])
@pytest.mark.parametrize(("smoothing", "mixup"), [(0.0, 0.0), (0.2, 0.0), (0.1, 0.4)])
def test_weighted_losses_are_torchs_over_a_step_and_over_a_whole_set(run_folder, accumulate, smoothing, mixup):
    fields = {
        "class_weights": WEIGHTS,
        "label_smoothing": smoothing,
        "accumulate": accumulate,
        "augment": {"mixup": mixup},
    }
    optimizer = {"kind": "SGD", "lr": 0.1, "momentum": 0.9}
    run_dir = run_folder(epochs=2, batch_size=32, init="default", optimizer=optimizer, data=SHAPES, **fields)
    epochs = trained(run_dir)
    recipe, data, network = start(run_dir)
    weight = torch.tensor(WEIGHTS)
    plain = torch.optim.SGD(network.parameters(), 0.1, momentum=0.9)
    for epoch in (1, 2):
        for batches in steps(recipe, data, epoch):
            images, targets = map(torch.cat, zip(*batches, strict=True))  # one large batch
            plain.zero_grad()
            functional.cross_entropy(network(images), targets, weight, label_smoothing=smoothing).backward()
            plain.step()
        with torch.no_grad():
            for part, told in (
                (data.validation, epochs[epoch - 1].validation_loss),
                (data.test, epochs[epoch - 1].test_loss),
            ):
                scores = network(data.prepare(part.images))
                whole = functional.cross_entropy(scores, part.labels, weight, label_smoothing=smoothing)
                assert told == pytest.approx(whole.item(), rel=1e-4)
    require_same(run_dir, network)


@pytest.mark.parametrize("kind", ["SGD", "AdamW"])
@pytest.mark.parametrize("accumulate", [1, 2])
def test_one_cycle_is_torchs_and_goes_on_where_it_was(run_folder, kind, accumulate):
    options = {"SGD": {"lr": 0.1, "momentum": 0.9}, "AdamW": {"lr": 0.01}}[kind]
    fields = {"optimizer": {"kind": kind, **options}, "schedule": {"kind": "one_cycle"}, "accumulate": accumulate}
    fields |= {"batch_size": 32, "init": "default", "data": {"limit": 165}}
    run_dir, parted = run_folder("whole", epochs=3, **fields), run_folder("parted", epochs=3, **fields)
    trained(run_dir)
    stops = Wishes()
    carry_out(parted, lambda message: isinstance(message, protocol.Epoch) and stops.stop(), stops)
    assert protocol.read_status(parted).state == "stopped"
    trained(parted, resume=True)
    recipe, data, network = start(run_dir)
    plain = getattr(torch.optim, kind)(network.parameters(), **options, weight_decay=0.0)
    per_epoch = -(-6 // accumulate)
    cycle = OneCycleLR(plain, options["lr"], epochs=3, steps_per_epoch=per_epoch)
    for epoch in (1, 2, 3):
        for number, batches in enumerate(steps(recipe, data, epoch), 1):
            images, labels = map(torch.cat, zip(*batches, strict=True))
            plain.zero_grad()
            functional.cross_entropy(network(images), labels).backward()
            plain.step()
            if (epoch, number) != (3, per_epoch):
                cycle.step()
    require_same(run_dir, network)
    whole, again = (load_checkpoint(last_checkpoint(folder))["network"] for folder in (run_dir, parted))
    assert all(torch.equal(whole[name], again[name]) for name in whole)


def test_two_processes_weigh_as_one(run_folder, train):
    fields = {"class_weights": WEIGHTS, "label_smoothing": 0.1, "accumulate": 2, "batch_size": 32, "data": SHAPES}
    fields |= {"epochs": 2, "optimizer": {"kind": "SGD", "lr": 0.1}}
    one, two = run_folder("one", **fields), run_folder("two", **fields)
    assert train(one) == [0]
    assert train(two, size=2) == [0, 0]
    figures = []
    for folder in (one, two):
        epochs = [message for message in protocol.read_metrics(folder) if isinstance(message, protocol.Epoch)]
        figures.append([[e.train_loss, e.validation_loss, e.test_loss] for e in epochs])
    assert torch.allclose(torch.tensor(figures[0]), torch.tensor(figures[1]), atol=1e-5)
    first, second = (load_checkpoint(last_checkpoint(folder))["network"] for folder in (one, two))
    for name in first:
        torch.testing.assert_close(second[name], first[name], atol=1e-5, rtol=1e-4)


@pytest.mark.parametrize("monitor", ["accuracy", "loss"])
def test_stopping_and_a_plateau_go_by_what_they_monitor(run_folder, monitor):
    fields = {"early_stopping": 2, "early_stopping_monitor": monitor, "data": {"limit": 300, "validation": 0.2}}
    fields |= {"schedule": {"kind": "plateau", "patience": 1, "gamma": 0.5, "monitor": monitor}}
    run_dir = run_folder(epochs=30, optimizer={"kind": "SGD", "lr": 1.0, "momentum": 0.9}, clip_norm=2.0, **fields)
    epochs = trained(run_dir)
    batches = [message for message in protocol.read_metrics(run_dir) if isinstance(message, protocol.Batch)]
    rates = {batch.epoch: batch.learning_rate for batch in batches}
    best, waited, cut, rate = None, 0, 0, 1.0
    for epoch in epochs:
        assert rates[epoch.epoch] == pytest.approx(rate)
        assert waited < 2
        value = epoch.validation_accuracy if monitor == "accuracy" else -epoch.validation_loss
        if best is None or value > best:
            best, waited = value, 0
        else:
            waited, cut = waited + 1, cut + 1
            rate *= 0.5
    assert cut
    ended_early = any(
        isinstance(m, protocol.Warned) and m.code == "stopped_early" for m in protocol.read_metrics(run_dir)
    )
    assert ended_early == (len(epochs) < 30) == (waited == 2)


def test_older_recipes_are_read_as_before():
    value = json.loads(json.dumps(Recipe().to_json()))
    assert "keep_best" not in value
    assert set(value["schedule"]) == {"kind", "step_epochs", "gamma"}
    assert Recipe.from_json(value) == Recipe()
