"""A batch of one image: taken where torch takes it in training; else told of before the start, or left out."""

from __future__ import annotations

import pytest
import torch
from torch import nn
from torch.nn import functional

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.data import load_data
from designer.engine.group import Group
from designer.engine.loop import seed_of_epoch
from designer.engine.network import build_network
from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe, Recipe, read_recipe
from designer.engine.smallest_batch import settle_batches

CPU = torch.device("cpu")
FLAT = """
from torch import nn

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.linear = nn.Linear(784, 8)
        self.middle = {middle}
        self.drop = nn.Dropout(0.5)
        self.head = nn.Linear(8, 10)

    def forward(self, x):
        return self.head(self.drop(self.middle(self.linear(x.flatten(1)))))
"""
TAKES_ONE = {
    "identity": "nn.Identity()",
    "layer norm": "nn.LayerNorm(8)",
    "without statistics of its own": "nn.Sequential(nn.Unflatten(1, (4, 2)), nn.BatchNorm1d(4), nn.Flatten())",
    "maps": "nn.Sequential(nn.Unflatten(1, (2, 2, 2)), nn.BatchNorm2d(2), nn.Flatten())",
}
REFUSES_ONE = {
    "BatchNorm1d": "nn.BatchNorm1d(8)",
    "BatchNorm1d, no running statistics": "nn.BatchNorm1d(8, track_running_stats=False)",
    "BatchNorm2d of one pixel": "nn.Sequential(nn.Unflatten(1, (8, 1, 1)), nn.BatchNorm2d(8), nn.Flatten())",
    "BatchNorm3d of one voxel": "nn.Sequential(nn.Unflatten(1, (8, 1, 1, 1)), nn.BatchNorm3d(8), nn.Flatten())",
}


def words(failed: protocol.Failed) -> str:
    return f"{failed.message} {failed.expected} {failed.fix}"


@pytest.mark.parametrize("middle", REFUSES_ONE.values(), ids=REFUSES_ONE)
def test_batches_of_one_are_told_of_before_the_start(run_folder, start_engine, middle):
    run_dir = run_folder(model=FLAT.format(middle=middle), batch_size=1, data={"limit": 10})
    with start_engine(run_dir) as engine:
        told = list(engine.messages())
        assert engine.process.wait() == 1
    assert not any(isinstance(message, protocol.Started) for message in told)
    assert told[-1].node.startswith("middle")
    assert "cannot be trained on one image at a time" in told[-1].message
    assert "batch_size is 1" in told[-1].message
    assert "Set batch_size to 2 or more" in words(told[-1])
    assert not (run_dir / protocol.LOG_FILE).read_text()


@pytest.fixture
def settled(tmp_path):
    """The number of batches, where the last one ends, and what is told; sees to it that the network stays as it was."""

    def settle(middle: str, group: Group | None = None, frozen: bool = False, limit: int = 65, **fields):
        recipe = Recipe(data=DataRecipe(limit=limit), **fields)
        model = tmp_path / "model.py"
        model.write_text(FLAT.format(middle=middle), "utf-8")
        network = build_network(model)
        before = {name: tensor.clone() for name, tensor in network.state_dict().items()}
        drawn = torch.get_rng_state()
        parts = [network.middle] if frozen else []
        data, warning = settle_batches(network, load_data(recipe.data, CPU), recipe, parts, group or Group())
        assert all(torch.equal(tensor, before[name]) for name, tensor in network.state_dict().items())
        assert torch.equal(torch.get_rng_state(), drawn)
        return len(data.train_starts(recipe.batch_size)), data.train_starts(recipe.batch_size).stop, warning

    return settle


@pytest.mark.parametrize("middle", REFUSES_ONE.values(), ids=REFUSES_ONE)
def test_a_last_batch_of_one_is_left_out_and_that_is_told(settled, middle):
    batches, stop, warning = settled(middle)
    assert (batches, stop, warning.code) == (1, 64, "last_batch_left_out")
    assert "1 of 65 images" in warning.message


@pytest.mark.parametrize("middle", TAKES_ONE.values(), ids=TAKES_ONE)
@pytest.mark.parametrize("batch_size", [1, 64])
def test_what_can_be_trained_one_by_one_leaves_nothing_out(settled, middle, batch_size):
    assert settled(middle, batch_size=batch_size) == (-(-65 // batch_size), 65, None)


def test_a_frozen_normalisation_takes_one(settled):
    assert settled("nn.BatchNorm1d(8)", frozen=True) == (2, 65, None)


def test_each_of_several_processes_needs_two(settled):
    assert settled("nn.BatchNorm1d(8)", Group(0, 2), limit=67)[:2] == (1, 64)
    assert settled("nn.BatchNorm1d(8)", Group(0, 2), limit=68) == (2, 68, None)
    with pytest.raises(EngineError, match="batch_size is 3") as caught:
        settled("nn.BatchNorm1d(8)", Group(0, 2), batch_size=3)
    assert caught.value.expected == "batches of 4 images or more on 2 devices"


def test_a_set_of_one_image_is_told_of(settled):
    with pytest.raises(EngineError, match="The data has 1 for training"):
        settled("nn.BatchNorm1d(8)", limit=1)


def test_what_torch_refuses_in_training_whatever_the_batch_is_told_too(settled):
    middle = "nn.Sequential(nn.Unflatten(1, (8, 1)), nn.InstanceNorm1d(8, track_running_stats=True), nn.Flatten())"
    with pytest.raises(EngineError, match=r"evaluated and not trained: in middle\.1 \(InstanceNorm1d\)"):
        settled(middle)


@pytest.mark.parametrize("middle", ["nn.Identity()", "nn.BatchNorm1d(8)"])
def test_weights_are_those_of_a_plain_loop_with_a_last_batch_of_one(run_folder, start_engine, middle):
    optimizer = {"kind": "SGD", "lr": 0.05, "momentum": 0.9}
    model = FLAT.format(middle=middle).replace("Dropout(0.5)", "Identity()")
    run_dir = run_folder(model=model, batch_size=8, epochs=2, data={"limit": 25}, optimizer=optimizer, init="default")
    with start_engine(run_dir) as engine:
        told = list(engine.messages())
        assert engine.process.wait() == 0
    assert any(isinstance(m, protocol.Warned) and m.code == "last_batch_left_out" for m in told) == ("Batch" in middle)
    recipe = read_recipe(run_dir / protocol.RECIPE_FILE)
    data = load_data(recipe.data, CPU)
    torch.manual_seed(recipe.seed)
    network = build_network(run_dir / protocol.MODEL_FILE)
    plain = torch.optim.SGD(network.parameters(), 0.05, momentum=0.9)
    images, labels = data.prepare(data.train.images), data.train.labels
    for epoch in (1, 2):
        order = torch.randperm(25, generator=torch.Generator().manual_seed(seed_of_epoch(recipe.seed, epoch)))
        for chosen in order.split(8):
            if len(chosen) == 1 and isinstance(network.middle, nn.BatchNorm1d):
                continue
            plain.zero_grad()
            functional.cross_entropy(network(images[chosen]), labels[chosen]).backward()
            plain.step()
    kept = load_checkpoint(last_checkpoint(run_dir))["network"]
    for name, tensor in network.state_dict().items():
        torch.testing.assert_close(kept[name], tensor, msg=name)


def test_one_image_that_fits_no_batch_norm_is_no_search_for_memory(run_folder, start_engine):
    """Where the memory runs out, the batch that fits is sought among smaller ones, down to one."""
    statement = "\n        if self.training and len(x) > 1: raise MemoryError"
    model = FLAT.format(middle="nn.BatchNorm1d(8)").replace(
        "        return self.head", f"{statement}\n        return self.head"
    )
    run_dir = run_folder(model=model, data={"limit": 64}, optimizer={"kind": "SGD"})
    with start_engine(run_dir) as engine:
        *_, failed = engine.messages()
        assert engine.process.wait() == 1
    assert "There is not enough memory" in failed.message
