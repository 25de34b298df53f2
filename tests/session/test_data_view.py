"""Looking into data sets through the real child process: what a dock shows, and the faults that it has to show."""

from __future__ import annotations

import base64
import random
import signal
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image

from designer.engine.protocol import Preparing, Unreadable
from designer.engine.protocol_data import (
    Described,
    Refused,
    Samples,
    ShowSamples,
    Transforms,
    read_answer,
    read_request,
    write_request,
)
from designer.engine.recipe import AugmentRecipe, DataRecipe, Recipe
from designer.session.data_view import DataView


@pytest.fixture(scope="module")
def view():
    view = DataView()
    yield view
    view.close()


@pytest.fixture
def folder(tmp_path) -> Path:
    """Six cats that are red and nine dogs that are blue, 12 × 8, and one file of each that is none."""
    for name, colour, count in (("cat", "red", 6), ("dog", "blue", 9)):
        (tmp_path / name).mkdir()
        for number in range(count):
            Image.new("RGB", (12, 8), colour).save(tmp_path / name / f"{number}.png")
        (tmp_path / name / "broken.png").write_bytes(b"not an image")
    return tmp_path


def recipe_of(folder: Path | str, **data) -> Recipe:
    return Recipe(data=DataRecipe(source=str(folder), **data))


def last(view: DataView, kind: type):
    *_, answer = view.answers()
    assert isinstance(answer, kind), answer
    return answer


def first_pixel(picture) -> tuple[int, ...]:
    return tuple(base64.b64decode(picture.pixels)[:3])


def test_describes_a_folder(view, folder):
    number = view.describe(recipe_of(folder, split_seed=3))
    described = last(view, Described)
    assert described.request == number
    assert described.classes == ("cat", "dog")
    counts = {part.name: part.counts for part in described.parts}
    assert [sum(pair) for pair in zip(counts["train"], counts["test"], strict=True)] == [7, 10]
    assert (described.total, described.checked, described.broken_count) == (17, 17, 2)
    assert sorted(broken.name for broken in described.broken) == ["cat/broken.png", "dog/broken.png"]
    assert [(size.width, size.height, size.count) for size in described.sizes] == [(12, 8, 15)]
    assert described.channels == 3
    assert described.mean[1] == 0
    assert 0.2 < described.mean[0] < 0.6
    assert described.problem == ""


def test_shows_samples_of_one_class_and_of_all(view, folder):
    recipe = recipe_of(folder)
    view.samples(recipe, "train", 0, 0, 20)
    cats = last(view, Samples)
    assert {sample.label for sample in cats.samples} == {0}
    assert all(first_pixel(sample.picture) == (255, 0, 0) for sample in cats.samples if not sample.broken)
    view.samples(recipe, "train", None, 2, 3)
    some = last(view, Samples)
    assert (len(some.samples), some.first) == (3, 2)
    assert some.total > len(cats.samples)
    view.samples(recipe, "validation", None, 0, 3)
    assert last(view, Samples).total == 0


def test_shows_what_the_transforms_do_and_another_draw(view, folder):
    augment = AugmentRecipe(crop=6, padding=4, flip=0.5)
    recipe = replace(recipe_of(folder, skip_broken=True), augment=augment)
    drawn = []
    for seed in (1, 1, 2):
        view.transforms(recipe, seed, 3, 4)
        drawn.append(last(view, Transforms).images)
    assert drawn[0] == drawn[1] != drawn[2]
    for image in drawn[0]:
        assert (image.stored.width, image.stored.height) == (12, 8)
        assert (image.evaluated.width, image.evaluated.height) == (6, 6)
        colour = (255, 0, 0) if image.label == 0 else (0, 0, 255)
        assert first_pixel(image.evaluated) == colour  # normalising is taken back to look at it
        assert len(image.draws) == 4
        black = bytes(3)
        assert any(black in base64.b64decode(draw.pixels) for draw in image.draws)  # the frame that was cropped into


def test_what_cannot_be_trained_on_is_told_and_described_all_the_same(view, folder):
    Image.new("RGB", (5, 5)).save(folder / "cat" / "small.png")
    view.describe(recipe_of(folder))
    described = last(view, Described)
    assert "various sizes" in described.problem
    assert "data.resize" in described.fix
    assert len(described.sizes) == 2


def test_a_refusal_answers_and_the_next_request_is_served(view, folder):
    number = view.describe(recipe_of(folder / "nowhere"))
    refused = last(view, Refused)
    assert refused.request == number
    assert "no data set or folder" in refused.message
    view.describe(recipe_of("cifar-10"))
    assert "not on this machine yet" in last(view, Refused).message
    view.describe(recipe_of(folder))
    last(view, Described)


def test_an_engine_that_is_killed_is_told_and_started_anew(view, folder):
    view.describe(recipe_of(folder))  # which starts it, if it is not there
    last(view, Described)
    if hasattr(signal, "SIGSTOP"):  # or it may answer first: it has the data in hand
        view._process.send_signal(signal.SIGSTOP)
    view.describe(recipe_of(folder))
    view._process.kill()
    assert "it was killed" in last(view, Refused).message
    view._process.wait()
    view.describe(recipe_of(folder))
    last(view, Described)


def test_lines_that_are_nonsense_are_never_taken_for_answers():
    noise = random.Random(0)
    lines = ["", "{}", "[]", '{"type": "described"}', '{"type": 3}', "null", '{"type": "samples", "request": "x"}']
    lines += ["".join(chr(noise.randrange(32, 127)) for _ in range(40)) for _ in range(50)]
    assert all(isinstance(read_answer(line), Unreadable) for line in lines)
    assert all(isinstance(read_request(line), Unreadable) for line in lines)
    request = ShowSamples(3, Recipe(), "test", 2, 5, 6)
    assert read_request(write_request(request)) == request
    assert isinstance(read_answer('{"type":"preparing","what":"a","done":1,"total":null,"unit":"bytes"}'), Preparing)
