"""An export takes no file along that a document names: weights only where they are wanted, and only weights."""

from __future__ import annotations

import json
import pickle
import struct
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
import torch
from safetensors.torch import load_file, save_file

from designer.document.presets import open_design
from designer.document.writing import write_document
from designer.engine.protocol import CHECKPOINTS_DIR, LAST_CHECKPOINT
from designer.engine.recipe import Recipe
from designer.engine.recipe_start import StartRecipe
from designer.exchange.project import export_project
from tests.cli.conftest import Blockyard

SECRET = b"-----BEGIN OPENSSH PRIVATE KEY-----\nb3BlbnNzaC1rZXktdjEAAAAA\n"
TENSORS = {"conv1.weight": torch.ones(2, 3), "fc.bias": torch.zeros(4)}


def design(folder: Path, weights: str) -> Path:
    document = open_design("lenet_relu")
    recipe = replace(document.recipe or Recipe(), start=StartRecipe(weights))
    write_document(replace(document, recipe=recipe), folder / "net.blockyard")
    return folder / "net.blockyard"


def holds(folder: Path, secret: bytes) -> bool:
    return any(secret in path.read_bytes() for path in folder.rglob("*") if path.is_file())


class Evil:
    def __reduce__(self):
        return (print, ("ran",))


NO_WEIGHTS: dict[str, Callable[[Path], object]] = {
    "a key": lambda path: path.write_bytes(SECRET),
    "nothing": lambda path: path.write_bytes(b""),
    "not there": lambda path: None,
    "a folder": lambda path: path.mkdir(),
    "a pickle": lambda path: path.write_bytes(pickle.dumps({"a": Evil(), "key": SECRET})),
    "a plain pickle": lambda path: path.write_bytes(pickle.dumps({"key": SECRET})),
    "no tensors": lambda path: torch.save({"key": SECRET.decode()}, path),
    "a text that looks like a header": lambda path: path.write_bytes(struct.pack("<Q", 8) + SECRET),
}


@pytest.mark.slow
@pytest.mark.parametrize("suffix", ["", ".safetensors"])
@pytest.mark.parametrize("case", NO_WEIGHTS)
def test_whatever_is_no_weights_is_never_copied(blockyard: Blockyard, tmp_path: Path, case: str, suffix: str):
    test_what_is_no_weights_is_never_copied(blockyard, tmp_path, case, suffix)


@pytest.mark.parametrize(("case", "suffix"), [("a key", ""), ("a pickle", ""), ("a key", ".safetensors")])
def test_what_is_no_weights_is_never_copied(blockyard: Blockyard, tmp_path: Path, case: str, suffix: str):
    path = tmp_path / f"id_rsa{suffix}"
    NO_WEIGHTS[case](path)
    net = design(tmp_path, str(path))

    unasked = blockyard("export", net, "--format", "project", "-o", tmp_path / "project")
    assert unasked.status == 0
    assert f"starts from the weights in {path}, which were left there" in unasked.err
    assert not holds(tmp_path / "project", SECRET)
    assert not list((tmp_path / "project").glob("start*"))

    asked = blockyard("export", net, "--format", "project", "-o", tmp_path / "asked", "--weights")
    assert asked.status == 1
    assert asked.err.startswith("error: ")
    assert "ran" not in asked.out + asked.err
    assert not (tmp_path / "asked").exists()


def test_weights_go_along_where_they_are_wanted_and_nothing_else_of_their_file(blockyard: Blockyard, tmp_path: Path):
    run = tmp_path / "run"
    (run / CHECKPOINTS_DIR).mkdir(parents=True)
    torch.save({"network": TENSORS, "note": SECRET.decode()}, run / CHECKPOINTS_DIR / LAST_CHECKPOINT)
    net = design(tmp_path, str(run))

    done = blockyard("export", net, "--format", "project", "-o", tmp_path / "project", "--weights", "--json")

    assert done.status == 0
    assert str(tmp_path / "project" / "start.safetensors") in done.json["files"]
    assert done.err == f"The weights of {run} are in start.safetensors.\n"
    taken = load_file(tmp_path / "project" / "start.safetensors")
    assert taken.keys() == TENSORS.keys()
    assert all(torch.equal(taken[name], tensor) for name, tensor in TENSORS.items())
    recipe = json.loads((tmp_path / "project" / "recipe.json").read_text())
    assert recipe["start"]["weights"] == "start.safetensors"
    assert not holds(tmp_path / "project", SECRET)
    assert "start.safetensors" in (tmp_path / "project" / "README.md").read_text()


def test_a_link_to_weights_is_read_and_what_lies_behind_them_is_not(blockyard: Blockyard, tmp_path: Path):
    save_file(TENSORS, tmp_path / "real.safetensors", {"secret": SECRET.decode()})
    (tmp_path / "w.safetensors").symlink_to(tmp_path / "real.safetensors")
    net = design(tmp_path, str(tmp_path / "w.safetensors"))

    assert blockyard("export", net, "--format", "project", "-o", tmp_path / "p", "--weights").status == 0

    assert load_file(tmp_path / "p" / "start.safetensors").keys() == TENSORS.keys()
    assert not holds(tmp_path / "p", SECRET)


@pytest.mark.parametrize("options", [["--format", "module"], ["--format", "project"]])
def test_to_ask_for_weights_where_there_are_none_is_bad_usage(blockyard: Blockyard, tmp_path: Path, options: list[str]):
    done = blockyard("export", design(tmp_path, ""), *options, "-o", tmp_path / "x", "--weights")

    assert done.status == 2
    assert "There are no weights to take along." in done.err


@pytest.mark.parametrize("source", ["..", ".", "help", "../resources", "../designer", "/etc", "fashion-mnist-mini/.."])
def test_no_folder_goes_along_that_a_recipe_names_as_data(tmp_path: Path, source: str):
    document = open_design("lenet_relu")
    recipe = replace(Recipe(), data=replace(Recipe().data, source=source))

    files = export_project(document, tmp_path / "project", recipe)

    assert {path.relative_to(tmp_path / "project").parts[0] for path in files} == {
        "README.md", "design.blockyard", "engine", "model.py", "recipe.json", "requirements.txt", "train.py"
    }  # fmt: skip
