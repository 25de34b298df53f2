"""Training from trained weights: by name, in order, of a run or a file; what is frozen; what poses as weights."""

from __future__ import annotations

import json
import pickle
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file
from torch import nn

from designer.document.presets import open_design
from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint
from designer.engine.control import Wishes
from designer.engine.job import carry_out
from designer.engine.network import build_network
from designer.engine.warm_start import nothing_to_freeze, warm_start
from designer.exchange.module import generated

RENAMED = """
import torch
from torch import nn

class Network(nn.Module):
    def __init__(self):
        super().__init__()
        self.first = nn.Linear(784, 8)
        self.extra = nn.Linear(8, 8)
        self.norm = nn.BatchNorm1d(8)
        self.last = nn.Linear(8, 10)

    def forward(self, x):
        x = torch.relu(self.first(x.flatten(1)))
        return self.last(torch.relu(self.norm(self.extra(x))))
"""


def carried_out(run_dir: Path) -> list[protocol.Message]:
    told: list[protocol.Message] = []
    carry_out(run_dir, told.append, Wishes())
    return told


def only(told: list[protocol.Message], kind: type):
    (found,) = (message for message in told if isinstance(message, kind))
    return found


@pytest.fixture
def trained(run_folder) -> Path:
    run_dir = run_folder("trained", data={"limit": 256})
    assert isinstance(carried_out(run_dir)[-1], protocol.Finished)
    return run_dir


def test_a_run_starts_from_another_and_says_what_it_took(run_folder, trained):
    run_dir = run_folder(data={"limit": 64}, start={"weights": str(trained)}, optimizer={"lr": 1e-12})
    took = only(carried_out(run_dir), protocol.WarmStarted)
    assert (took.layers, took.taken, took.left, took.unused) == (2, ("stem.linear", "head"), (), ())
    before, after = (load_checkpoint(last_checkpoint(folder))["network"] for folder in (trained, run_dir))
    assert torch.allclose(before["head.weight"], after["head.weight"], atol=1e-6)
    assert next(iter(protocol.read_metrics(run_dir))) == took


def test_layers_with_other_names_are_matched_in_order(run_folder, trained):
    weights = str(trained / protocol.WEIGHTS_FILE)
    run_dir = run_folder(model=RENAMED, data={"limit": 64}, start={"weights": weights})
    took = only(carried_out(run_dir), protocol.WarmStarted)
    assert took.taken == ("first from stem.linear", "last from head")
    assert [line.partition(":")[0] for line in took.left] == ["extra", "norm"]


def test_a_layer_of_another_shape_starts_anew(tmp_path):
    path = tmp_path / "w.safetensors"
    save_file({"0.weight": torch.ones(3, 4), "0.bias": torch.ones(3), "1.weight": torch.ones(7, 3),
               "1.bias": torch.ones(7), "2.weight": torch.ones(1)}, path)  # fmt: skip
    network = nn.Sequential(nn.Linear(4, 3), nn.Linear(3, 5))
    took = warm_start(network, str(path), "auto")
    assert took.taken == ("0",)
    assert took.left == ("1: it is 7 × 3 there and 5 × 3 here",)
    assert took.unused == ("1", "2")
    assert network[0].weight.eq(1).all()
    assert not network[1].weight.eq(1).any()


def test_deeper_vggs_start_from_the_trained_layers_of_a_shallower_one(tmp_path):
    """Simonyan and Zisserman, section 3.1: net A trained first, its layers give the deeper nets their start."""
    sources = []
    for name in ("vgg11_fashion", "vgg13_fashion"):
        sources.append(tmp_path / f"{name}.py")
        small = open_design(name).design.with_variables({"ratio": 8})
        sources[-1].write_text(generated(small).source, "utf-8")
    shallow, deep = (build_network(path) for path in sources)
    path = tmp_path / "vgg11.safetensors"
    save_file({name: tensor.clone() for name, tensor in shallow.state_dict().items()}, path)
    took = warm_start(deep, str(path), "auto")
    assert (took.layers, len(took.taken)) == (13, 11)
    assert {line.rpartition(":")[2] for line in took.left} == {" there is none of this name"}
    assert torch.equal(deep.get_submodule(took.taken[0]).weight, next(shallow.parameters()))


def test_frozen_layers_stay_as_they_are(run_folder):
    recipe = {"model": RENAMED, "data": {"limit": 256}, "start": {"frozen": ["first", "norm", "extra.bias"]}}
    run_dir, again = run_folder(**recipe), run_folder("again", **recipe, epochs=3)
    for folder in (run_dir, again):
        assert isinstance(carried_out(folder)[-1], protocol.Finished)
    first, second = (load_checkpoint(last_checkpoint(folder))["network"] for folder in (run_dir, again))
    same = {name for name in first if torch.equal(first[name], second[name])}
    assert same == {"first.weight", "first.bias", "extra.bias"} | {name for name in first if name.startswith("norm.")}


def test_all_frozen_is_refused(run_folder):
    failed = carried_out(run_folder(data={"limit": 64}, start={"frozen": ["stem", "head"]}))[-1]
    assert isinstance(failed, protocol.Failed)
    assert "Every layer is frozen" in failed.message
    assert failed.fix


def test_names_that_are_gone_are_told_of_once_and_the_rest_is_frozen(run_folder):
    run_dir = run_folder(data={"limit": 64}, start={"frozen": ["gone", "stem"]})
    told = [message for message in carried_out(run_dir) if not isinstance(message, protocol.Batch)]
    assert [message.type for message in told] == ["started", "warning", "epoch", "kept", "finished"]
    assert told[1].code == "nothing_to_freeze"
    assert "nothing named 'gone' to freeze" in told[1].message
    network = load_checkpoint(last_checkpoint(run_dir))["network"]
    recipe = json.loads((run_dir / protocol.RECIPE_FILE).read_text())
    (run_dir / protocol.RECIPE_FILE).write_text(json.dumps(recipe | {"epochs": 2}))
    assert carry_out(run_dir, told.append, Wishes(), resume=True) == 0
    assert [type(message) for message in protocol.read_metrics(run_dir)].count(protocol.Warned) == 1
    again = load_checkpoint(last_checkpoint(run_dir))["network"]
    assert torch.equal(network["stem.linear.weight"], again["stem.linear.weight"])
    assert not torch.equal(network["head.weight"], again["head.weight"])


def test_names_to_freeze_are_found_though_misspelt():
    network = nn.Sequential()
    network.add_module("block1", nn.Linear(1, 1))
    assert nothing_to_freeze(network, ["blok1"]).fix == "Did you mean 'block1'?"
    assert "'a0', 'a1', 'a2', 'a3', 'a4' and 3 more" in nothing_to_freeze(network, [f"a{n}" for n in range(8)]).message
    assert nothing_to_freeze(network, ["block1", "block1.weight"]) is None


class Bomb:
    def __reduce__(self):
        return (Path.touch, (Path("exploded"),))


@pytest.mark.parametrize(
    ("name", "make", "words"),
    [
        ("w.pt", lambda path: path.write_bytes(pickle.dumps(Bomb())), "cannot be read"),
        ("w.safetensors", lambda path: path.write_bytes(pickle.dumps(Bomb())), "no safetensors file"),
        ("w.safetensors", lambda path: path.write_bytes(b""), "no safetensors file"),
        ("w.safetensors", lambda path: path.write_bytes(b"\xff" * 64), "no safetensors file"),
        ("w.safetensors", lambda path: None, "are not there"),
        ("w", lambda path: path.mkdir(), "no weights"),
        ("w.pt", lambda path: torch.save({"epoch": 3}, path), "holds no weights"),
        ("w.pt", lambda path: torch.save([1, 2], path), "cannot be read"),
        ("w.safetensors", lambda path: save_file({"other.weight": torch.ones(2)}, path), "of another design"),
    ],
)
def test_what_poses_as_weights_is_refused_and_never_run(run_folder, tmp_path, monkeypatch, name, make, words):
    monkeypatch.chdir(tmp_path)
    make(tmp_path / name)
    failed = carried_out(run_folder(data={"limit": 64}, start={"weights": str(tmp_path / name)}))[-1]
    assert isinstance(failed, protocol.Failed)
    assert words in failed.message
    assert failed.expected
    assert failed.fix
    assert not (tmp_path / "exploded").exists()


def test_a_run_leaves_its_weights_as_safetensors(trained):
    left = load_file(trained / protocol.WEIGHTS_FILE)
    kept = load_checkpoint(last_checkpoint(trained))["network"]
    assert left.keys() == kept.keys()
    assert all(torch.equal(left[name], kept[name]) for name in left)
