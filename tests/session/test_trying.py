"""Trying a run on images through the real child process: it stays between images, and never runs code unasked."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image

from designer.engine.control import Wishes
from designer.engine.job import carry_out
from designer.engine.protocol_data import Refused, Tried, TryImage, read_request, write_request
from designer.engine.recipe import DataRecipe, Recipe
from designer.session.data_view import DataView
from designer.session.preparing import prepare_run
from designer.session.session import Session
from designer.session.trust import UntrustedError

RECIPE = Recipe(data=DataRecipe(limit=64), epochs=1, device="cpu")


@pytest.fixture
def run_dir(tmp_path: Path) -> Path:
    return prepare_run(Session.open("lenet_relu").document, RECIPE, run_dir=tmp_path / "run")


@pytest.fixture
def image(tmp_path: Path) -> Path:
    path = tmp_path / "image.png"
    Image.linear_gradient("L").save(path)
    return path


@pytest.fixture
def view():
    view = DataView()
    yield view
    view.close()


def train(run_dir: Path, resume: bool = False) -> None:
    assert carry_out(run_dir, lambda message: None, Wishes(), resume=resume) == 0


def ask(view: DataView, run_dir: Path, path: Path, **options) -> Tried | Refused:
    number = view.try_image(run_dir, path, **options)
    *_, answer = view.answers()
    assert answer.request == number
    return answer


def test_one_child_answers_image_after_image_with_the_weights_of_the_moment(view, run_dir, image):
    refused = ask(view, run_dir, image)
    assert isinstance(refused, Refused)
    assert "There is no checkpoint" in refused.message
    assert "after each epoch" in refused.expected
    child = view._process
    train(run_dir)
    first = ask(view, run_dir, image, top=10)
    assert isinstance(first, Tried)
    assert (first.epoch, first.scale, first.shape) == (1, "softmax", (1, 28, 28))
    assert isinstance(ask(view, run_dir, image.parent), Refused)
    assert ask(view, run_dir, image, top=10).guesses == first.guesses
    recipe = json.loads((run_dir / "recipe.json").read_text())
    (run_dir / "recipe.json").write_text(json.dumps({**recipe, "epochs": 2}))
    train(run_dir, resume=True)
    later = ask(view, run_dir, image, top=10)
    assert later.epoch == 2
    assert later.guesses != first.guesses
    assert view._process is child


def test_code_from_elsewhere_is_not_run_unasked(view, run_dir, image, tmp_path):
    marker = tmp_path / "it ran"
    (run_dir / "model.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Net: ...\n", "utf-8")
    with pytest.raises(UntrustedError):
        view.try_image(run_dir, image)
    assert not view.alive
    assert not marker.exists()


def test_requests_and_answers_keep_what_they_hold():
    request = TryImage(3, "/runs/a", "/a.png", 4, True)
    assert read_request(write_request(request)) == request
