"""A session knows how its design fits the recipe's data, as soon as these are known, and says so before a training."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from designer.analysis.data_fit import DataFacts
from designer.base.errors import DesignError
from designer.document.document import Document
from designer.engine.recipe import DataRecipe, Recipe
from designer.graph.block import Node
from designer.session.preparing import prepare_run
from designer.session.session import Session
from tests.analysis.drawing import between


def session(width: int) -> Session:
    nodes = Node("flat", "Flatten"), Node("fc", "Linear", params={"out_features": width})
    return Session(Document(between(*nodes, shape=(1, 28, 28))))


def codes(opened: Session) -> list[str]:
    return [d.code for d in opened.problems]


def test_a_recipe_of_a_known_set_is_compared_at_once() -> None:
    opened = session(12)
    assert codes(opened) == []  # nobody has chosen data yet
    heard: list[object] = []
    opened.analysed.connect(heard.append)
    opened.set_recipe(Recipe(data=DataRecipe(source="mnist")))
    assert codes(opened) == ["too_many_outputs"]
    assert len(heard) == 1
    opened.apply_fix(opened.problems[0].fixes[0])
    assert codes(opened) == []
    opened.undo()
    assert codes(opened) == ["too_many_outputs"]
    opened.set_recipe(Recipe(data=DataRecipe(source="/some/folder")))
    assert codes(opened) == []  # until the engine has looked into it


def test_what_the_engine_found_is_compared_too() -> None:
    opened = session(12)
    opened.know_data(DataFacts("pets", 14, 3, (28, 28)))
    assert codes(opened) == ["too_few_outputs", "images_converted"]
    assert not [d for d in opened.analysis.diagnostics if d.code == "too_few_outputs"]


def test_a_training_that_cannot_be_is_refused_before_its_start(tmp_path: Path) -> None:
    opened = session(7)
    recipe = replace(Recipe(), epochs=1)
    with pytest.raises(DesignError, match="7 scores") as raised:
        prepare_run(opened.document, recipe, root=tmp_path)
    assert "Set out_features of fc to 10" in raised.value.fix
    assert list(tmp_path.iterdir()) == []
