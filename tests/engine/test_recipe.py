"""Recipes: read, written, checked, and told what is wrong with them."""

from __future__ import annotations

import dataclasses
import json

import msgspec
import pytest

from designer.engine.recipe import RECIPES, DataRecipe, Recipe, RecipeError, find_recipe, read_recipe


@pytest.mark.parametrize("recipe", RECIPES.values(), ids=RECIPES)
def test_what_is_written_reads_back(recipe, tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text(json.dumps(recipe.to_json()))
    assert read_recipe(path) == recipe
    assert find_recipe(str(path)) == recipe
    assert find_recipe(recipe.name) == recipe
    assert msgspec.convert(json.loads(path.read_text()), type=Recipe) == recipe


def test_the_courses_are_as_taught():
    lenet, vgg, mxnet = (RECIPES[name] for name in ("lenet_course", "vgg_course", "mxnet_course"))
    assert (lenet.optimizer.kind, lenet.optimizer.lr, lenet.batch_size, lenet.epochs) == ("Adam", 0.01, 64, 5)
    assert (lenet.init, lenet.data.resize) == ("default", None)
    assert (vgg.optimizer.kind, vgg.optimizer.lr, vgg.batch_size, vgg.epochs) == ("SGD", 0.05, 128, 10)
    assert (vgg.init, vgg.data.resize) == ("xavier_uniform", 224)
    assert (mxnet.optimizer.kind, mxnet.optimizer.lr, mxnet.batch_size, mxnet.epochs) == ("SGD", 0.01, 64, 1)
    assert (mxnet.init, mxnet.data.resize) == ("xavier_uniform", 224)


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ([], "the whole is []"),
        ({"epoch": 5}, "epoch is no field"),
        ({"epochs": 0}, "epochs is 0"),
        ({"epochs": 2.5}, "epochs is 2.5"),
        ({"epochs": True}, "epochs is true"),
        ({"epochs": "5"}, "epochs is '5'"),
        ({"batch_size": 2**40}, "batch_size is"),
        ({"seed": -1}, "seed is -1"),
        ({"device": "gpu"}, "device is 'gpu'"),
        ({"init": "zeros"}, "init is 'zeros'"),
        ({"loss": None}, "loss is null"),
        ({"data": "mnist"}, "data is 'mnist'"),
        ({"data": {"source": " "}}, "data.source is ' '"),
        ({"data": {"resize": 0}}, "data.resize is 0"),
        ({"data": {"limit": 0}}, "data.limit is 0"),
        ({"data": {"mean": [0.5], "std": [0.5]}}, "data.mean is"),
        ({"data": {"normalise": "given"}}, "data.std is"),
        ({"data": {"normalise": "given", "mean": [0.5], "std": [0]}}, "data.std is"),
        ({"optimizer": {"lr": 0}}, "optimizer.lr is 0"),
        ({"optimizer": {"lr": float("nan")}}, "optimizer.lr is NaN"),
        ({"optimizer": {"lr": 10**400}}, "optimizer.lr is 1000"),
        ({"optimizer": {"kind": "sgd"}}, "optimizer.kind is 'sgd'"),
        ({"optimizer": {"kind": "Adam", "momentum": 0.9}}, "optimizer.momentum is 0.9"),
        ({"optimizer": {"kind": "SGD", "nesterov": True}}, "optimizer.nesterov is true"),
        ({"optimizer": {"betas": [0.9]}}, "optimizer.betas is"),
        ({"schedule": {"kind": "step", "gamma": 0}}, "schedule.gamma is 0"),
        ({"schedule": {"step_epochs": 0}}, "schedule.step_epochs is 0"),
        ({"schedule": {"patience": 0}}, "schedule.patience is 0"),
        ({"schedule": {"kind": "one_cycle", "warmup_epochs": 1}}, "schedule.warmup_epochs is 1"),
        ({"schedule": {"kind": "plateau"}}, "data.validation is 0"),
        ({"early_stopping": 3}, "data.validation is 0"),
        ({"early_stopping": 0, "data": {"validation": 0.1}}, "early_stopping is 0"),
        ({"data": {"validation": 1}}, "data.validation is 1"),
        ({"data": {"split_seed": -1}}, "data.split_seed is -1"),
        ({"optimizer": {"alpha": 1}}, "optimizer.alpha is 1"),
        ({"optimizer": {"kind": "Adagrad", "momentum": 0.9}}, "optimizer.momentum is 0.9"),
        ({"optimizer": {"kind": "RMSprop", "nesterov": True}}, "optimizer.nesterov is true"),
        ({"label_smoothing": 1}, "label_smoothing is 1"),
        ({"loss": "mse", "label_smoothing": 0.1}, "label_smoothing is 0.1"),
        ({"loss": "bce", "class_weights": [1, 2]}, "class_weights is [1.0, 2.0]"),
        ({"class_weights": [0, 0]}, "class_weights is"),
        ({"clip_norm": 0}, "clip_norm is 0"),
        ({"accumulate": 0}, "accumulate is 0"),
        ({"ema_decay": 1}, "ema_decay is 1"),
        ({"precision": "fp16", "device": "cpu"}, "precision is 'fp16'"),
        ({"precision": "half"}, "precision is 'half'"),
    ],
)
def test_faults_are_told_in_words(value, words):
    with pytest.raises(RecipeError) as caught:
        Recipe.from_json(value)
    assert words in caught.value.message
    assert caught.value.expected
    assert caught.value.fix


def test_the_vgg_papers_training_can_be_written_down():
    recipe = Recipe.from_json(
        {
            "data": {"normalise": "mean", "validation": 0.1},
            "augment": {"scale": [256, 512], "crop": 224, "flip": 0.5},
            "optimizer": {"kind": "SGD", "lr": 0.01, "momentum": 0.9, "weight_decay": 0.0005},
            "schedule": {"kind": "plateau", "gamma": 0.1},
            "batch_size": 256,
            "epochs": 74,
        }
    )
    assert recipe.augment.touches
    assert dataclasses.replace(recipe, name="vgg_paper") == RECIPES["vgg_paper"]
    assert Recipe.from_json(json.loads(json.dumps(recipe.to_json()))) == recipe


def test_rarer_fields_are_written_only_where_they_are_set():
    first_version = {"name", "data", "optimizer", "schedule", "loss", "batch_size", "epochs", "seed", "init", "device"}
    assert Recipe().to_json().keys() == first_version
    changed = Recipe(clip_norm=1.0, data=DataRecipe(validation=0.1))
    assert changed.to_json().keys() == first_version | {"clip_norm"}
    assert changed.to_json()["data"]["validation"] == 0.1
    assert Recipe.from_json(changed.to_json()) == changed


def test_a_misspelt_field_is_guessed():
    with pytest.raises(RecipeError) as caught:
        Recipe.from_json({"optimizer": {"momentun": 0.9}})
    assert "'momentum'" in caught.value.fix


def test_every_way_to_make_a_recipe_checks_it():
    with pytest.raises(RecipeError):
        dataclasses.replace(Recipe(), epochs=-1)
    with pytest.raises(msgspec.ValidationError, match="epochs"):
        msgspec.convert({"epochs": -1}, type=Recipe)


@pytest.mark.parametrize("contents", ["{", "", "[" * 100_000, '{"epochs": 1e999}'])
def test_a_file_that_holds_no_recipe(contents, tmp_path):
    path = tmp_path / "recipe.json"
    path.write_text(contents)
    with pytest.raises(RecipeError):
        read_recipe(path)


def test_names_and_files_that_are_not_there(tmp_path):
    with pytest.raises(RecipeError, match=r"lenet_cours") as caught:
        find_recipe("lenet_cours")
    assert "'lenet_course'" in caught.value.fix
    with pytest.raises(RecipeError, match="cannot be read"):
        find_recipe(str(tmp_path / "none.json"))
    with pytest.raises(RecipeError):
        read_recipe(tmp_path)
