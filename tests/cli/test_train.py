"""Trainings that cannot be meant are told of before anything is made for them."""

from __future__ import annotations

import json
from itertools import pairwise
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file

from tests.cli.conftest import Blockyard

FLAT = [("fl", "Flatten", {}), ("fc", "Linear", {"out_features": 8}), ("bn", "BatchNorm1d", {})]
POOLED = [
    ("conv", "Conv2d", {"out_channels": 4}),
    ("pool", "AdaptiveAvgPool2d", {"output_size": 1}),
    ("bn", "BatchNorm2d", {}),
    ("fl", "Flatten", {}),
]


def design(path: Path, layers: list[tuple[str, str, dict]], inside: bool = False) -> Path:
    """A chain of layers for images of 28 × 28 in 10 classes, in a block of its own if so wished."""

    def block(name: str, nodes: list[tuple[str, str, dict]], shape: list[int] | None) -> dict:
        entry = {"id": "input", "kind": "Input", "params": {"shape": shape} if shape else {}}
        found = [{"id": key, "kind": kind, "params": params} for key, kind, params in nodes]
        ends = [entry, *found, {"id": "output", "kind": "Output"}]
        return {"name": name, "nodes": ends, "edges": [list(pair) for pair in pairwise(node["id"] for node in ends)]}

    head = ("head", "Linear", {"out_features": 10})
    blocks = [block("Net", [*layers, head], [1, 28, 28])]
    if inside:
        blocks = [block("Net", [("stem", "Stem", {}), head], [1, 28, 28]), block("Stem", layers, None)]
    path.write_text(json.dumps({"blockyard": 1, "main": "Net", "blocks": blocks}), "utf-8")
    return path


@pytest.mark.parametrize(("layers", "inside"), [(FLAT, False), (FLAT, True), (POOLED, False)])
def test_one_image_before_batch_norm_is_a_sentence_before_the_start(blockyard: Blockyard, tmp_path, layers, inside):
    net = design(tmp_path / "net.blockyard", layers, inside)
    done = blockyard("train", net, "--batch-size", "1", "--run-dir", tmp_path / "run")
    assert (done.status, done.out) == (1, "")
    kind = next(kind for key, kind, _ in layers if key == "bn")
    assert f"{kind} '{'stem.' * inside}bn' normalises each channel over the batch" in done.err
    assert "batch_size is 1" in done.err
    assert "Set batch_size to 2 or more" in done.err
    assert not (tmp_path / "run").exists()


def test_one_image_before_batch_norm_of_maps_is_trained_on(blockyard: Blockyard, tmp_path):
    net = design(tmp_path / "net.blockyard", [POOLED[0], POOLED[2], POOLED[1], POOLED[3]])
    options = ("--batch-size", "1", "--limit", "20", "--epochs", "1", "--device", "cpu")
    done = blockyard("train", net, *options, "--run-dir", tmp_path / "run")
    assert done.status == 0, done.err


def test_a_last_batch_of_one_image_is_left_out_in_words(blockyard: Blockyard, tmp_path):
    net = design(tmp_path / "net.blockyard", FLAT)
    options = ("--batch-size", "8", "--limit", "17", "--epochs", "1", "--device", "cpu")
    done = blockyard("train", net, *options, "--run-dir", tmp_path / "run")
    assert done.status == 0, done.err
    assert "leaves out its last batch of 1 of 17 images" in done.err


def test_a_warm_up_as_long_as_the_run_is_a_sentence_before_the_start(blockyard: Blockyard, tmp_path):
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps({"epochs": 10, "schedule": {"kind": "cosine", "warmup_epochs": 5}}))
    options = ("--recipe", recipe, "--epochs", "5", "--run-dir", tmp_path / "run")
    done = blockyard("train", design(tmp_path / "net.blockyard", FLAT), *options)
    assert (done.status, done.out) == (2, "")
    assert "schedule.warmup_epochs is 5 with epochs=5" in done.err
    assert "raise epochs" in done.err
    assert not (tmp_path / "run").exists()


def test_a_project_takes_the_weights_of_the_best_epoch_along(blockyard: Blockyard, tmp_path):
    net = design(tmp_path / "net.blockyard", FLAT[:2])
    recipe = tmp_path / "recipe.json"
    jumpy = {"optimizer": {"kind": "SGD", "lr": 1e-30}, "epochs": 2, "device": "cpu", "data": {"limit": 64}}
    recipe.write_text(json.dumps(jumpy))  # no epoch betters the first
    done = blockyard("train", net, "--recipe", recipe, "--run-dir", tmp_path / "run")
    assert done.status == 0, done.err
    assert "Best: epoch 1, by test accuracy" in done.out
    document = json.loads(net.read_text())
    document["recipe"] = {**jumpy, "start": {"weights": str(tmp_path / "run")}}
    net.write_text(json.dumps(document), "utf-8")
    for name in ("last", "best"):
        done = blockyard("export", net, "--format", "project", "-o", tmp_path / name, "--weights", name)
        assert done.status == 0, done.err
        taken = load_file(tmp_path / name / "start.safetensors")
        kept = torch.load(tmp_path / "run" / "checkpoints" / f"{name}.pt", weights_only=True)["network"]
        assert taken.keys() == kept.keys()
        assert all(torch.equal(taken[key], kept[key]) for key in kept)
    done = blockyard("export", net, "-o", tmp_path / "net.py", "--weights", "best")
    assert (done.status, "There are no weights to take along." in done.err) == (2, True)


def test_a_training_from_the_best_weights_of_a_run_that_has_none_is_told_of(blockyard: Blockyard, tmp_path):
    net = design(tmp_path / "net.blockyard", FLAT)
    plain = {"epochs": 1, "device": "cpu", "data": {"limit": 64}, "keep_best": "off"}
    recipe = tmp_path / "recipe.json"
    recipe.write_text(json.dumps(plain))
    assert blockyard("train", net, "--recipe", recipe, "--run-dir", tmp_path / "run").status == 0
    recipe.write_text(json.dumps({**plain, "start": {"weights": "run", "epoch": "best"}}))
    done = blockyard("train", net, "--recipe", recipe, "--run-dir", tmp_path / "again")
    assert done.status == 1
    assert "The run run has no weights of a best epoch." in done.err
    assert not (tmp_path / "again").exists()
