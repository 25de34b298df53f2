"""Each field of a recipe is an option, with its type and its bounds, on both command lines."""

from __future__ import annotations

import argparse
import typing
from dataclasses import fields, is_dataclass
from typing import Any

import pytest

from designer.engine import recipe_options
from designer.engine.recipe import Recipe, RecipeError
from designer.engine.recipe_options import adapted, add_options, given, options


def parsed(*arguments: str) -> dict[str, Any]:
    parser = argparse.ArgumentParser(allow_abbrev=False)
    add_options(parser)
    return given(parser.parse_args(arguments))


def leaves(kind: type, prefix: str = "") -> set[str]:
    hints = typing.get_type_hints(kind)
    found = set()
    for entry in fields(kind):
        inner = hints[entry.name]
        found |= leaves(inner, f"{prefix}{entry.name}.") if is_dataclass(inner) else {prefix + entry.name}
    return found


def value_at(recipe: Recipe, path: str) -> object:
    value: Any = recipe
    for name in path.split("."):
        value = getattr(value, name)
    return value


def test_every_field_has_one_option_and_words():
    assert {option.path for option in options()} == leaves(Recipe) - {"name"}
    flags = [option.flag for option in options()]
    assert len(set(flags)) == len(flags)
    assert not set(flags) & {"--help", "--json", "--resume", "--recipe", "--run-dir", "--trust", "--set"}
    assert all(option.help for option in options())
    assert set(recipe_options._HELP) <= leaves(Recipe)
    helped = {option.flag: option.help for option in options()}
    assert helped["--momentum"] == "of SGD and RMSprop; 0 to below 1"
    assert "1 to 1,048,576 images" in helped["--batch-size"]
    assert helped["--resize"].endswith("1 to 4096 pixels, or none")


CASES = [
    ("--lr 0.05", {"optimizer.lr": 0.05}),
    ("--optimizer SGD --momentum 0.9 --nesterov", {"optimizer.kind": "SGD", "optimizer.nesterov": True}),
    ("--optimizer Adam --betas 0.8,0.99 --weight-decay 1e-4", {"optimizer.betas": (0.8, 0.99)}),
    ("--batch-size 32 --epochs 7 --seed 3 --limit 100", {"batch_size": 32, "data.limit": 100}),
    ("--data cifar-10 --resize 224 --channels rgb", {"data.source": "cifar-10", "data.resize": 224}),
    ("--resize none --limit none", {"data.resize": None, "data.limit": None}),
    ("--validation 0.1 --early-stopping 5", {"data.validation": 0.1, "early_stopping": 5}),
    ("--validation 0.1 --schedule plateau --patience 2", {"schedule.kind": "plateau", "schedule.patience": 2}),
    ("--schedule step --step-epochs 3 --gamma 0.5 --warmup-epochs 1.5", {"schedule.warmup_epochs": 1.5}),
    ("--skip-broken --no-deterministic --tensorboard", {"data.skip_broken": True, "deterministic": False}),
    ("--loss mse --init kaiming_normal --device cpu", {"loss": "mse", "init": "kaiming_normal"}),
    ("--class-weights 1,2,0.5 --label-smoothing 0.1", {"class_weights": (1.0, 2.0, 0.5)}),
    ("--class-weights none", {"class_weights": ()}),
    ("--scale 28,32 --crop 24 --padding 2 --flip 0.5", {"augment.scale": (28, 32), "augment.flip": 0.5}),
    ("--weights a.pt --match order --frozen conv1,block.fc", {"start.frozen": ("conv1", "block.fc")}),
    ("--normalise given --mean 0.5 --std 0.25", {"data.mean": (0.5,), "data.std": (0.25,)}),
]


@pytest.mark.parametrize(("line", "expected"), CASES)
def test_what_is_given_is_what_trains(line: str, expected: dict[str, object]):
    values = parsed(*line.split())
    assert len(values) == sum(word.startswith("--") for word in line.split())
    recipe = adapted(Recipe(), values)
    assert {path: value_at(recipe, path) for path in expected} == expected
    untouched = leaves(Recipe) - set(values)
    assert all(value_at(recipe, path) == value_at(Recipe(), path) for path in untouched)
    assert Recipe.from_json(recipe.to_json()) == recipe


@pytest.mark.parametrize("path", sorted(option.path for option in options()))
@pytest.mark.parametrize("text", ["", "x", "-1", "nan", "inf", "1e999", "9" * 400, "1,2,3,4", "\0", "none"])
def test_whatever_is_typed_is_taken_or_refused_in_words(path: str, text: str):
    flag, recipe, refused = recipe_options.flag_of(path), Recipe(), None
    try:
        recipe = adapted(Recipe(), parsed(f"{flag}={text}"))
    except (SystemExit, RecipeError) as error:
        refused = error
    if isinstance(refused, SystemExit):
        assert refused.code == 2
    elif refused is not None:
        assert refused.message
        assert refused.fix
    assert Recipe.from_json(recipe.to_json()) == recipe


def test_what_the_recipe_says_and_no_longer_fits_has_its_option_named():
    recipe = adapted(Recipe(), parsed("--optimizer", "SGD", "--momentum", "0.9"))
    with pytest.raises(RecipeError, match=r"optimizer.momentum is 0.9") as refused:
        adapted(recipe, parsed("--optimizer", "Adam"))
    assert "--momentum" in refused.value.fix
    assert adapted(recipe, parsed("--optimizer", "Adam", "--momentum", "0")).optimizer.kind == "Adam"
