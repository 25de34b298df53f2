"""Trying a run on image files gives what its evaluation found for them; files that are no images are told of."""

from __future__ import annotations

import base64
import shutil
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from designer.engine import protocol
from designer.engine.checkpoints import last_checkpoint, load_checkpoint, save_checkpoint
from designer.engine.control import Wishes
from designer.engine.data import load_data
from designer.engine.job import carry_out
from designer.engine.network import build_network
from designer.engine.protocol_data import Tried, TryImage
from designer.engine.recipe import read_recipe
from designer.engine.sources.find import open_data
from designer.engine.split import parted
from designer.engine.trial import Trial

COLOUR = """
from torch import nn

class Network(nn.Sequential):
    def __init__(self):
        super().__init__(nn.LazyConv2d(4, 3), nn.BatchNorm2d(4), nn.ReLU(), nn.Flatten(), nn.LazyLinear(3))
"""


@pytest.fixture
def trained(run_folder):
    """Makes a run as `run_folder` does, and trains it, here: a child takes seconds to begin."""

    def train(**options) -> Path:
        run_dir = run_folder(**options)
        assert carry_out(run_dir, lambda message: None, Wishes()) == 0
        return run_dir

    return train


def tried(run_dir: Path, path: Path, **options) -> Tried:
    return Trial(run_dir).answer(TryImage(1, str(run_dir), str(path), **options))


def drawn(image: torch.Tensor, path: Path) -> Path:
    """A stored image, uint8 (C, H, W), as a file."""
    mode = "L" if len(image) == 1 else "RGB"
    height, width = image.shape[1:]
    pixels = bytes(image.permute(1, 2, 0).flatten().tolist())
    Image.frombytes(mode, (width, height), pixels).save(path)
    return path


def reference(run_dir: Path) -> torch.Tensor:
    """What the run's network gives for each test image, by the data set itself. Returns (N, classes)."""
    state, recipe = load_checkpoint(last_checkpoint(run_dir)), read_recipe(run_dir / protocol.RECIPE_FILE)
    data = load_data(recipe.data, torch.device("cpu"), augment=recipe.augment)
    network = build_network(run_dir / protocol.MODEL_FILE).eval()
    weights = state["average"]["network"] if recipe.ema_decay else state["network"]
    with torch.inference_mode():
        network(data.sample(2))
        network.load_state_dict(weights)
        return torch.cat([network(images) for images, _ in data.test_batches(16)])


def test_a_mistake_saved_as_a_file_is_made_again(run_folder, start_engine, tmp_path):
    run_dir = run_folder(data={"limit": 400}, batch_size=32)
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Finished)
    recipe, evaluation = read_recipe(run_dir / protocol.RECIPE_FILE), protocol.read_evaluation(run_dir)
    data = load_data(recipe.data, torch.device("cpu"))
    trial = Trial(run_dir)
    for mistake in evaluation.mistakes[:5]:
        path = drawn(data.test.images[mistake.index], tmp_path / "mistake.png")
        answer = trial.answer(TryImage(7, str(run_dir), str(path), 10))
        assert (answer.request, answer.epoch, answer.scale, answer.shape) == (7, 1, "softmax", (1, 28, 28))
        assert (answer.guesses[0].label, answer.guesses[0].name) == (mistake.guess, data.classes[mistake.guess])
        assert answer.guesses[0].value == pytest.approx(mistake.confidence, abs=1e-5)
        assert sum(guess.value for guess in answer.guesses) == pytest.approx(1, abs=1e-5)
        assert (answer.picture.width, answer.picture.height) == (28, 28)


@pytest.mark.parametrize(
    ("loss", "options"),
    [
        ("cross_entropy", {"ema_decay": 0.9, "data": {"resize": 12, "keep_ratio": True}}),
        ("bce", {"data": {"resize": 12, "normalise": "unit"}}),
        ("mse", {"channels_last": True, "augment": {"scale": [12, 18], "crop": 10, "flip": 0.5}}),
    ],
)
def test_files_of_a_folder_are_seen_as_the_evaluation_sees_them(loss, options, trained, pictures):
    folder = pictures(suffix="jpg", size=(40, 25), count=10, quality=90)
    data = {"source": str(folder), "limit": 20, **options.pop("data", {})}
    run_dir = trained(model=COLOUR, loss=loss, data=data, batch_size=4, **options)
    recipe, scores = read_recipe(run_dir / protocol.RECIPE_FILE), reference(run_dir)
    part = parted(open_data(recipe.data), recipe.data).test
    values = {"cross_entropy": scores.softmax(1), "bce": scores.sigmoid(), "mse": scores}[loss]
    for number, expected in list(zip(part.numbers.tolist(), values, strict=True))[:3]:
        answer = tried(run_dir, folder / part.pictures.name(number))
        assert answer.scale == {"cross_entropy": "softmax", "bce": "sigmoid", "mse": "raw"}[loss]
        assert [guess.value for guess in answer.guesses] == sorted(
            (guess.value for guess in answer.guesses), reverse=True
        )
        found = {guess.name: guess.value for guess in answer.guesses}
        assert found == pytest.approx(dict(zip(("cat", "dog", "owl"), expected.tolist(), strict=True)), abs=1e-5)


def test_other_sizes_colours_and_turned_photos_are_brought_to_the_form_of_the_data(trained, tmp_path):
    run_dir = trained(data={"limit": 200, "normalise": "unit"})
    photo = Image.new("RGB", (300, 100), "black")
    photo.paste("white", (100, 0, 150, 100))  # the left half of the middle square
    photo.save(tmp_path / "photo.png")
    answer = tried(run_dir, tmp_path / "photo.png", top=3)
    assert (len(answer.guesses), answer.shape) == (3, (1, 28, 28))
    left, right = pixel(answer, 2, 14), pixel(answer, 25, 14)
    assert (left, right) == (255, 0)
    inverted = tried(run_dir, tmp_path / "photo.png", invert=True)
    assert (pixel(inverted, 2, 14), pixel(inverted, 25, 14)) == (0, 255)
    exif = Image.Exif()
    exif[0x0112] = 6  # held upright, stored on its side
    photo.save(tmp_path / "turned.jpg", exif=exif, quality=95)
    turned = tried(run_dir, tmp_path / "turned.jpg")
    assert pixel(turned, 14, 2) > 200
    assert pixel(turned, 14, 25) < 50


def pixel(answer: Tried, column: int, row: int) -> int:
    return base64.b64decode(answer.picture.pixels)[3 * (row * answer.picture.width + column)]


def test_files_that_are_no_images_are_told(trained, tmp_path, draw):
    run_dir = trained(data={"limit": 100})
    whole = draw(tmp_path / "whole.png", size=(64, 64)).read_bytes()
    (tmp_path / "short.png").write_bytes(whole[:2000])
    (tmp_path / "words.png").write_text("no image")
    (tmp_path / "folder.png").mkdir()
    (tmp_path / "drawing.svg").write_text("<svg/>")
    Image.new("1", (9000, 9000)).save(tmp_path / "bomb.png")
    trial = Trial(run_dir)
    for name, reason in (
        ("short.png", "it is cut short"),
        ("words.png", "it is no PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file"),
        ("folder.png", "it is no file"),
        ("drawing.svg", "it is no PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file"),
        ("bomb.png", "pixels"),
        ("gone.png", "no such file"),
    ):
        with pytest.raises(protocol.EngineError, match=reason) as caught:
            trial.answer(TryImage(1, str(run_dir), str(tmp_path / name)))
        assert caught.value.message.startswith(f"{name} cannot be tried: ")
        assert "PNG, JPEG, WebP, BMP, TIFF, GIF or PPM" in caught.value.expected
        assert caught.value.fix


def test_runs_that_cannot_be_tried_say_why(trained, run_folder, tmp_path):
    with pytest.raises(protocol.EngineError, match="no checkpoint") as caught:
        Trial(run_folder(name="new"))
    assert "after each epoch" in caught.value.expected
    run_dir = trained(data={"limit": 100})
    path = last_checkpoint(run_dir)
    state = load_checkpoint(path)
    for change, reason in (
        ({"inputs": None}, "does not tell how its network is given an image"),
        ({"inputs": {**state["inputs"], "shape": [1, 1 << 20, 1 << 20]}}, "does not tell"),
        ({"inputs": {**state["inputs"], "shape": [5, 28, 28]}}, "5 channels"),
        ({"network": {}}, "another design"),
        ({"inputs": {**state["inputs"], "shape": [1, 14, 14]}}, "cannot take the data's images"),
    ):
        save_checkpoint(path, {**state, **change})
        with pytest.raises(protocol.EngineError, match=reason):
            Trial(run_dir)
    shutil.copy(run_dir / protocol.MODEL_FILE, path)
    with pytest.raises(protocol.EngineError, match="cannot be read"):
        Trial(run_dir)


def test_what_is_no_number_is_told(trained, draw, tmp_path):
    run_dir = trained(data={"limit": 100})
    path = last_checkpoint(run_dir)
    state = load_checkpoint(path)
    state["network"]["head.bias"][0] = float("nan")
    save_checkpoint(path, state)
    with pytest.raises(protocol.EngineError, match="no number"):
        tried(run_dir, draw(tmp_path / "noise.png"))


def test_a_deep_image_is_tried_by_the_range_that_the_run_was_trained_with(trained, tmp_path):
    ramp = np.linspace(0, 4095, 784).astype("uint16").reshape(28, 28)
    for number in range(12):
        (tmp_path / "deep" / "ab"[number % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(np.roll(ramp, number, axis=0)).save(tmp_path / "deep" / "ab"[number % 2] / f"{number}.png")
    run_dir = trained(data={"source": str(tmp_path / "deep"), "normalise": "unit"})
    Image.fromarray(ramp // 8).save(tmp_path / "dark.png")
    answer = tried(run_dir, tmp_path / "dark.png")
    assert abs(pixel(answer, 27, 27) - 255 / 8) <= 1
