"""Recipes whose fields contradict each other: they are read, told of in words, and not trained by where nobody can."""

from __future__ import annotations

import pytest

from designer.engine import protocol
from designer.engine.recipe import RECIPES, Recipe, RecipeError
from designer.engine.recipe_checks import contradictions, require_sense, warnings_of

WATCHED = {"validation": 0.1}
PLATEAU = {"kind": "plateau", "patience": 2}


@pytest.mark.parametrize("warmup", [3, 3.5, 100])
@pytest.mark.parametrize("kind", ["constant", "step", "cosine"])
def test_a_warm_up_as_long_as_the_run_is_no_training(kind, warmup):
    recipe = Recipe.from_json({"epochs": 3, "schedule": {"kind": kind, "warmup_epochs": warmup}})
    with pytest.raises(RecipeError, match=rf"schedule.warmup_epochs is {warmup:g} with epochs=3") as caught:
        require_sense(recipe)
    assert caught.value.expected.startswith("less than 3")
    assert caught.value.fix


@pytest.mark.parametrize(
    ("value", "words"),
    [
        (
            {"epochs": 10, "schedule": {"kind": "step", "step_epochs": 10}},
            ["schedule.step_epochs is 10 with epochs=10"],
        ),
        ({"epochs": 11, "schedule": {"kind": "step", "step_epochs": 10}}, []),
        ({"epochs": 9, "schedule": {"kind": "step", "step_epochs": 3, "gamma": 1}}, ["schedule.gamma is 1"]),
        ({"epochs": 3, "schedule": PLATEAU, "data": WATCHED}, ["schedule.patience is 2 with epochs=3"]),
        ({"epochs": 4, "schedule": PLATEAU, "data": WATCHED}, []),
        ({"epochs": 4, "early_stopping": 3, "data": WATCHED}, ["early_stopping is 3 with epochs=4"]),
        ({"epochs": 5, "early_stopping": 3, "data": WATCHED}, []),
        (
            {"epochs": 9, "early_stopping": 2, "schedule": PLATEAU, "data": WATCHED},
            ["schedule.patience is 2 with early_stopping=2"],
        ),
        (
            {
                "epochs": 9,
                "early_stopping": 2,
                "early_stopping_monitor": "loss",
                "schedule": PLATEAU,
                "data": WATCHED,
            },
            [],
        ),
        ({"sync_batchnorm": True}, ["sync_batchnorm is true with devices=1"]),
        ({"epochs": 3, "schedule": {"kind": "cosine", "warmup_epochs": 2.5}}, []),
    ],
)
def test_what_has_no_effect_is_told_and_trained_all_the_same(value, words):
    recipe = Recipe.from_json(value)
    require_sense(recipe)
    found = contradictions(recipe)
    assert [each.message.startswith(said) for each, said in zip(found, words, strict=True)] == [True] * len(words)
    assert all(each.expected and each.fix for each in found)


def test_the_recipes_that_come_along_make_sense():
    assert {name: contradictions(recipe) for name, recipe in RECIPES.items()} == dict.fromkeys(RECIPES, ())


def test_the_engine_says_so_before_it_starts(run_folder, start_engine):
    run_dir = run_folder(epochs=2, schedule={"kind": "cosine", "warmup_epochs": 2})
    with start_engine(run_dir) as engine:
        told = list(engine.messages())
        assert engine.process.wait() == 1
    assert [type(message) for message in told] == [protocol.Failed]
    assert "schedule.warmup_epochs is 2 with epochs=2" in told[0].message


def test_steps_of_more_batches_than_an_epoch_has_are_told():
    assert [each.code for each in warnings_of(Recipe(accumulate=4), 3)] == ["recipe_without_effect"]
    assert "accumulate is 4, and an epoch has 3 batches" in warnings_of(Recipe(accumulate=4), 3)[0].message
    assert warnings_of(Recipe(accumulate=4), 4) == []


def test_the_engine_warns_of_what_has_no_effect(run_folder, start_engine):
    run_dir = run_folder(epochs=1, data={"limit": 64}, schedule={"kind": "step", "step_epochs": 30})
    with start_engine(run_dir) as engine:
        told = list(engine.messages())
        assert engine.process.wait() == 0
    assert [message.code for message in told if isinstance(message, protocol.Warned)] == ["recipe_without_effect"]
