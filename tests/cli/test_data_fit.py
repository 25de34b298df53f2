"""A design is held against the data on the command line, before and at the start of a training."""

from __future__ import annotations

import json
from pathlib import Path

from PIL import Image

from tests.cli.conftest import Blockyard


def network(width: int, shape: tuple[int, ...] = (3, 8, 8)) -> str:
    """A document of a network that gives so many scores."""
    nodes = [
        {"id": "input", "kind": "Input", "params": {"shape": shape}},
        {"id": "flat", "kind": "Flatten"},
        {"id": "fc", "kind": "Linear", "params": {"out_features": width}},
        {"id": "output", "kind": "Output"},
    ]
    edges = [["input", "flat"], ["flat", "fc"], ["fc", "output"]]
    return json.dumps({"blockyard": 1, "main": "Net", "blocks": [{"name": "Net", "nodes": nodes, "edges": edges}]})


def test_a_design_is_checked_against_data(blockyard: Blockyard, tmp_path: Path) -> None:
    for name, colour in (("cat", "red"), ("dog", "blue"), ("emu", "green")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(4):
            Image.new("RGB", (8, 8), colour).save(tmp_path / "pets" / name / f"{number}.png")
    (tmp_path / "net.blockyard").write_text(network(5), "utf-8")
    told = blockyard("check", "net.blockyard", "--data", "pets", "--json")
    assert told.status == 0
    (found,) = told.json["diagnostics"]
    assert (found["code"], found["severity"], found["node"]) == ("too_many_outputs", "warning", "output")
    assert found["fixes"] == [{"title": "Set out_features of fc to 3"}]
    (tmp_path / "net.blockyard").write_text(network(2, (1, 9, 9)), "utf-8")
    told = blockyard("check", "net.blockyard", "--data", "pets")
    assert told.status == 1
    assert "2 scores" in told.out
    assert "Set out_features of fc to 3" in told.out
    assert "made grey" in told.out
    assert "resized to 9 × 9" in told.out


def test_a_training_says_that_some_scores_are_of_no_class(blockyard: Blockyard, tmp_path: Path) -> None:
    (tmp_path / "net.blockyard").write_text(network(128, (1, 28, 28)), "utf-8")
    done = blockyard("train", "net.blockyard", "--epochs", "1", "--limit", "64", "--json")
    assert done.status == 0, done.err
    messages = [json.loads(line) for line in done.out.splitlines()]
    (warning,) = (m for m in messages if m["type"] == "warning" and m["code"] == "too_many_outputs")
    assert "128 scores" in warning["message"]
    assert "10 classes" in warning["message"]
    assert messages.index(warning) < next(i for i, m in enumerate(messages) if m["type"] == "batch")


def test_what_a_training_converts_is_said_before_it(blockyard: Blockyard, tmp_path: Path) -> None:
    (tmp_path / "net.blockyard").write_text(network(10, (3, 12, 12)), "utf-8")
    done = blockyard("train", "net.blockyard", "--epochs", "1", "--limit", "64")
    assert done.status == 0, done.err
    assert "the grey images of fashion-mnist-mini are made colour" in done.err
    assert "are resized to 12 × 12" in done.err


def test_the_data_of_a_files_own_recipe_are_checked_unasked(blockyard: Blockyard, tmp_path: Path) -> None:
    document = json.loads(network(128, (1, 28, 28)))
    document["recipe"] = {"data": {"source": "fashion-mnist-mini"}}
    (tmp_path / "net.blockyard").write_text(json.dumps(document), "utf-8")
    told = blockyard("check", "net.blockyard", "--json")
    (found,) = told.json["diagnostics"]
    assert (found["code"], told.status) == ("too_many_outputs", 0)
    assert blockyard("check", "net.blockyard", "--data", "mnist", "--json").json == {
        "ok": True,
        "diagnostics": [
            {**found, "message": found["message"].replace("fashion-mnist-mini", "mnist")},
        ],
    }
