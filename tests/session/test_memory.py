"""A recipe's memory, the size that a person writes, and what a device has."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.memory import Optimizer
from designer.base.errors import BlockyardError
from designer.engine.recipe import OptimizerRecipe, Recipe, StartRecipe
from designer.session.memory import device_memory, is_trained, memory_plan, node_memory, optimizer_of, read_size
from tests.analysis.unwise import chain, fc


@pytest.mark.parametrize(
    ("optimizer", "kind"),
    [
        (OptimizerRecipe("SGD"), Optimizer.SGD),
        (OptimizerRecipe("SGD", momentum=0.9), Optimizer.MOMENTUM),
        (OptimizerRecipe("AdamW"), Optimizer.ADAM),
        (OptimizerRecipe("RMSprop"), Optimizer.RMSPROP),
        (OptimizerRecipe("RMSprop", momentum=0.9), Optimizer.ADAM),
        (OptimizerRecipe("Adagrad"), Optimizer.ADAGRAD),
    ],
)
def test_the_recipes_optimizer(optimizer, kind):
    assert optimizer_of(Recipe(optimizer=optimizer)) is kind


def test_the_plan_follows_the_recipe():
    analysis = Analyser().analyse(chain("ReLU", fc("a", 5), fc("b", 3), shape=(4,)))
    recipe = Recipe(
        batch_size=10, precision="bf16", optimizer=OptimizerRecipe("Adam"), start=StartRecipe(frozen=("a",))
    )
    plan = memory_plan(analysis, recipe, 1 << 19)
    assert plan.used == (43 * 4, 18 * 4, 18 * 8, 10 * 5 * 2)  # what arrives at b, which alone is trained
    assert plan.largest_batch == ((1 << 19) - 43 * 4 - 18 * 12) // 10
    assert memory_plan(analysis, recipe, 1 << 30).fits_any_batch
    assert memory_plan(analysis, recipe, 200).largest_batch == 0
    assert plan.fits
    assert not memory_plan(analysis, recipe, 100).fits
    assert memory_plan(analysis, recipe).largest_batch is None
    assert node_memory(analysis, analysis.root.nodes["a"], recipe, "a").gradients_bytes == 0
    assert not is_trained(recipe, "a.deeper")
    assert is_trained(recipe, "ab")


@pytest.mark.parametrize(
    ("text", "size"), [("8GiB", 8 << 30), ("8 gb", 8 << 30), ("512m", 512 << 20), ("1.5 TiB", 3 << 39), ("4096", 4096)]
)
def test_sizes_as_people_write_them(text, size):
    assert read_size(text) == size


@pytest.mark.parametrize("text", ["", "x", "-1", "0", "8 PiB", "1e9", "9" * 30, "8GiB8"])
def test_what_is_no_size_is_refused(text):
    with pytest.raises(BlockyardError, match="no size"):
        read_size(text)


def test_memory_of_devices(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    machine = device_memory("cpu")
    assert machine == os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    assert device_memory("auto") == machine
    assert device_memory("cuda") is None
    tool = tmp_path / "nvidia-smi"
    tool.write_text("#!/bin/sh\necho 81559\necho 24576\n")
    tool.chmod(0o755)
    assert device_memory("auto") == 81559 << 20
    assert device_memory("cuda:1") == 24576 << 20
    tool.write_text("#!/bin/sh\necho no devices were found\nexit 6\n")
    assert device_memory("cuda") is None
