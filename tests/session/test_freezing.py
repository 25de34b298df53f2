"""What a recipe leaves as it is: names that a network has, blocks taken apart, and edits that carry them along."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.facts import BlockFacts
from designer.document.presets import open_design
from designer.editing import nodes
from designer.engine.network import build_network
from designer.engine.recipe import Recipe, StartRecipe
from designer.engine.warm_start import freeze
from designer.exchange.module import generated
from designer.session.freezing import carried, frozen, is_trained, thawed
from designer.session.session import Session


def with_frozen(*names: str) -> Recipe:
    return Recipe(start=StartRecipe(frozen=names))


def weighty(facts: BlockFacts, around: tuple[str, ...] = ()) -> Iterator[tuple[tuple[str, ...], int]]:
    """The names on the way to each node with weights, and how many it has."""
    for node in facts.nodes.values():
        if node.totals.params:
            way = (*around, node.node.name)
            yield way, node.totals.params
            if node.inside is not None:
                yield from weighty(node.inside, way)


@pytest.mark.parametrize("preset", ["lenet_relu", "vgg11_small", "nin", "resnet18"])
def test_each_node_is_a_part_of_the_network_by_its_name(tmp_path: Path, preset: str) -> None:
    design = open_design(preset).design
    (tmp_path / "model.py").write_text(generated(design).source, "utf-8")
    network = build_network(tmp_path / "model.py")
    for way, _ in weighty(Analyser().analyse(design).root):
        network.requires_grad_(True)
        modules = freeze(network, [".".join(way)])
        asleep = {name for name, parameter in network.named_parameters() if not parameter.requires_grad}
        assert modules
        assert asleep
        assert all(tuple(p for p in name.split(".") if not p.isdecimal())[: len(way)] == way for name in asleep)


def test_what_is_frozen_twice_is_named_once() -> None:
    recipe = frozen(with_frozen("block1.conv", "fc"), ["block1", "fc", "block2", "block2"])
    assert recipe.start.frozen == ("block1", "fc", "block2")
    assert frozen(recipe, ["block1.conv"]) == recipe
    assert not is_trained(recipe, "block1.conv")
    assert is_trained(recipe, "block10")


def test_a_part_is_thawed_and_the_rest_of_its_block_stays() -> None:
    analysis = Session.open("resnet18").analysis
    recipe = thawed(with_frozen("stage1", "stem"), ["stage1.first.conv1"], analysis)
    assert recipe.start.frozen == ("stage1.rest", "stage1.first.bn1", "stage1.first.conv2", "stage1.first.bn2", "stem")
    assert thawed(recipe, ["stage1"], analysis).start.frozen == ("stem",)


def test_a_new_name_is_followed_and_undo_takes_it_back() -> None:
    session = Session.open("vgg11_small")
    session.set_recipe(replace(session.recipe, start=StartRecipe(frozen=("block1", "block2.convs.0", "gone"))))
    told: list[tuple[str, ...]] = []
    session.state_changed.connect(lambda: told.append(session.recipe.start.frozen))
    for old, new in (("block1", "stem"), ("block2", "body")):
        key = next(node.id for node in session.design.root.nodes.values() if node.name == old)
        session.edit("Rename", lambda d, key=key, new=new: nodes.rename(d, d.main, key, new))
    assert session.recipe.start.frozen == ("stem", "body.convs.0", "gone")
    assert told == [("stem", "block2.convs.0", "gone"), ("stem", "body.convs.0", "gone")]
    session.undo()
    session.undo()
    assert session.recipe.start.frozen == ("block1", "block2.convs.0", "gone")


def test_a_part_that_is_deleted_keeps_its_name_until_it_is_back() -> None:
    design = open_design("lenet_relu").design
    key = next(iter(node.id for node in design.root.nodes.values() if node.name == "fc"))
    without = nodes.delete(design, design.main, [key])
    recipe = with_frozen("fc")
    assert carried(recipe, design, without) == recipe
    assert carried(recipe, without, design) == recipe
