"""Every preset holds the published figures, tells what it is, and bears a change of its variables.

`models.json` has, for each id, the shape that goes in, the shape behind each stage, and the number of parameters.
"""

from __future__ import annotations

import json
import subprocess
import sys
from functools import cache
from pathlib import Path
from typing import Any

import pytest
import torch
from torch import nn

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.codegen.module import generate
from designer.document.document import Document
from designer.document.presets import library_blocks, list_presets, open_design
from designer.engine.recipe import RECIPES
from designer.graph.block import INPUT, OUTPUT
from designer.graph.design import Design

MODELS: dict[str, dict[str, Any]] = json.loads((Path(__file__).parent / "models.json").read_text("utf-8"))
WITH_DROPOUT = ("alexnet", "nin", *(name for name in MODELS if name.startswith("vgg")))


@cache
def read(name: str) -> Document:
    return open_design(name)


def analyse(design: Design) -> Analysis:
    analysis = Analyser().analyse(design)
    assert [d.message for d in analysis.problems] == []
    return analysis


def stages(analysis: Analysis) -> list[list[Any]]:
    facts = [analysis.root.nodes[key] for key in analysis.root.order()]
    return [[f.node.name, list(f.output.shape)] for f in facts if f.node.kind not in (INPUT, OUTPUT)]


def built(source: str, name: str) -> nn.Module:
    """The network of a generated module, on a device that computes shapes alone."""
    namespace: dict[str, Any] = {"__name__": "generated"}
    exec(compile(source, f"{name}.py", "exec"), namespace)  # noqa: S102
    classes = [value for value in namespace.values() if isinstance(value, type) and value.__module__ == "generated"]
    with torch.device("meta"):
        return classes[-1]().eval()


def test_there_is_a_preset_for_every_network():
    assert {preset.id for preset in list_presets()} == set(MODELS)


@pytest.mark.parametrize("name", MODELS)
def test_stages_and_parameters_are_the_published_ones(name):
    analysis = analyse(read(name).design)
    assert [list(shape) for shape in analysis.input_shapes] == [MODELS[name]["input"]]
    assert stages(analysis) == MODELS[name]["stages"]
    assert analysis.root.totals.params == MODELS[name]["parameters"]


@pytest.mark.parametrize("name", MODELS)
def test_the_code_gives_the_same_stages_and_parameters(name):
    design = read(name).design
    network = built(generate(design, analyse(design)).source, name)
    seen: list[list[Any]] = []
    for stage, module in network.named_children():
        module.register_forward_hook(lambda _, args, output, stage=stage: seen.append([stage, list(output.shape)]))
    network(torch.zeros(MODELS[name]["input"], device="meta"))
    assert seen == MODELS[name]["stages"]
    assert sum(p.numel() for p in network.parameters()) == MODELS[name]["parameters"]


def test_the_code_of_all_presets_is_formatted_and_clean(tmp_path):
    for name in MODELS:
        design = read(name).design
        (tmp_path / f"{name}.py").write_text(generate(design, analyse(design)).source, "utf-8")
    for command in (["check"], ["format", "--check"]):
        done = subprocess.run(
            [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", str(tmp_path)],
            capture_output=True,
            text=True,
        )
        assert done.returncode == 0, done.stdout + done.stderr


@pytest.mark.parametrize("name", MODELS)
def test_it_says_what_it_is(name):
    document = read(name)
    root = document.design.root
    assert root.title
    assert len(root.description) > 80
    assert root.description.endswith(".")
    assert any(str(year) in root.source for year in range(1990, 2030))
    assert document.recipe == RECIPES[document.recipe.name]
    for block in document.design.blocks.values():
        assert block.title, block.name
        assert block.description.endswith("."), block.name
        assert all(parameter.doc for parameter in block.parameters), block.name


@pytest.mark.parametrize("name", MODELS)
def test_it_is_trained_as_its_source_says(name):
    recipe = read(name).recipe
    if name.startswith("lenet"):
        expected = "lenet_course"
    elif name in ("vgg11_fashion", "vgg11_small", "vgg13_fashion"):
        expected = "vgg_course"
    elif name.startswith("vgg"):
        expected = "vgg_paper"
    else:
        expected = "resnet_paper" if name in ("resnet18", "resnet34", "resnet50", "resnet152") else "mxnet_course"
    assert recipe.name == expected


def test_titles_tell_presets_apart():
    titles = [preset.title for preset in list_presets()]
    assert len(set(titles)) == len(titles)


def test_a_block_of_one_name_is_the_same_everywhere():
    known = dict(library_blocks())
    for name in MODELS:
        design = read(name).design
        for block in design.inner_blocks():
            assert known.setdefault(block.name, block) == block, f"{block.name} of {name}"


@pytest.mark.parametrize("name", MODELS)
def test_a_preset_holds_no_block_that_it_does_not_use(name):
    design = read(name).design
    assert {block.name for block in design.inner_blocks()} | {design.main} == set(design.blocks)


@pytest.mark.parametrize("name", MODELS)
def test_any_number_of_classes(name):
    analysis = analyse(read(name).design.with_variables({"num_classes": 500}))
    assert stages(analysis)[-1][1] == [1, 500]


@pytest.mark.parametrize("name", MODELS)
def test_grey_images_or_colour(name):
    batch, channels, *size = MODELS[name]["input"]
    other = {1: 3, 3: 1}[channels]
    design = read(name).design.with_variables({"in_channels": other})
    analysis = analyse(design)
    assert [list(shape) for shape in analysis.input_shapes] == [[batch, other, *size]]
    assert stages(analysis) == MODELS[name]["stages"]
    network = built(generate(design, analysis).source, name)
    network(torch.zeros(batch, other, *size, device="meta"))


@pytest.mark.parametrize("name", WITH_DROPOUT)
def test_dropout_reaches_every_dropout_layer(name):
    design = read(name).design.with_variables({"dropout": 0.25})
    network = built(generate(design, analyse(design)).source, name)
    assert {module.p for module in network.modules() if isinstance(module, nn.Dropout)} == {0.25}


@pytest.mark.parametrize("name", [name for name in MODELS if name.startswith("vgg")])
def test_ratio_divides_every_channel(name):
    ratio = 2 * read(name).design.root.defaults["ratio"]
    design = read(name).design.with_variables({"ratio": ratio})
    network = built(generate(design, analyse(design)).source, name)
    found = [module.out_channels for module in network.modules() if isinstance(module, nn.Conv2d)]
    assert found[0] == 64 // ratio
    assert found[-1] == 512 // ratio


@pytest.mark.parametrize(
    ("name", "plain", "variables"),
    [
        ("vgg11_small", "vgg11_fashion", {"ratio": 4}),
        *((f"vgg{depth}_bn", f"vgg{depth}", {"batch_norm": True}) for depth in (11, 13, 16, 19)),
    ],
)
def test_it_is_another_preset_with_one_variable_set(name, plain, variables):
    one, other = read(name).design, read(plain).design.with_variables(variables)
    assert one.root.parameters == other.root.parameters
    assert one.root.edges == other.root.edges
    assert {key: (node.kind, node.params) for key, node in one.root.nodes.items()} == {
        key: (node.kind, node.params) for key, node in other.root.nodes.items()
    }
    assert {block.name: block for block in one.inner_blocks()} == {block.name: block for block in other.inner_blocks()}
