"""What is told of the images of a data set once all are read: of one colour, equal ones, and the levels of all."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from PIL import Image

from designer.engine.protocol_data import Described
from designer.engine.recipe import DataRecipe, Recipe
from designer.engine.viewing import View

Draw = Callable[..., Path]


def described(path: Path, **recipe: object) -> Described:
    return View(Recipe(data=DataRecipe(source=str(path), **recipe)), lambda told: None, whole=True).described(1)


def in_files(folder: Path, images: dict[str, np.ndarray]) -> Path:
    for name, pixels in images.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(folder / f"{name}.png")
    return folder


def in_arrays(folder: Path, images: dict[str, np.ndarray]) -> Path:
    sets: dict[str, list[np.ndarray]] = {}
    for name, pixels in images.items():
        split, label, _ = name.split("/")
        sets.setdefault(f"{split}_images", []).append(pixels)
        sets.setdefault(f"{split}_labels", []).append(np.int64("ab".index(label)))
    np.savez(folder / "set.npz", **{name: np.stack(values) for name, values in sets.items()})
    return folder / "set.npz"


@pytest.mark.parametrize("stored", [in_files, in_arrays])
def test_equal_images_across_sets_and_classes_and_those_of_one_colour(tmp_path: Path, stored: Callable[..., Path]):
    rng = np.random.default_rng(0)
    noise = [rng.integers(0, 256, (6, 5), dtype=np.uint8) for _ in range(5)]
    images = {f"train/{'ab'[n % 2]}/{n}": noise[n] for n in range(4)}
    images |= {"train/b/8": np.full((6, 5), 9, np.uint8), "test/a/9": np.full((6, 5), 9, np.uint8)}
    images |= {"test/a/0": noise[0], "test/a/1": noise[1], "test/b/4": noise[4]}
    notes = described(stored(tmp_path, images)).notes
    assert [note.partition(":")[0] for note in notes] == [
        "2 images are of one colour only",
        "2 images of the test set are also in the training set",
        "1 image has an equal one of another class",
    ]
    if stored is in_files:
        assert notes[1].endswith(": test/a/0.png = train/a/0.png, test/a/1.png = train/b/1.png.")


@pytest.mark.parametrize("resize", [None, 7])
def test_mean_and_deviation_are_those_of_numpy_over_all_training_images(tmp_path: Path, draw: Draw, resize: int | None):
    for split, count in (("train", 9), ("test", 4)):
        for number in range(count):
            draw(tmp_path / split / "ab"[number % 2] / f"{number}.png", seed=count * number, size=(5 + number, 8))
    found = described(tmp_path, resize=resize)
    files = sorted((tmp_path / "train").rglob("*.png"))
    images = [Image.open(file).convert("RGB") for file in files]
    if resize:
        images = [image.resize((resize, resize), Image.Resampling.BILINEAR) for image in images]
    pixels = np.concatenate([np.asarray(image).reshape(-1, 3) for image in images]) / 255
    assert np.allclose(found.mean, pixels.mean(0), atol=1e-6)
    assert np.allclose(found.std, pixels.std(0), atol=1e-6)
    assert (found.checked, found.total) == (13, 13)
    assert bool(found.problem) == (resize is None)


def test_pixels_and_digests_of_one_number_in_every_source(tmp_path: Path, draw: Draw):
    """Two images are only taken for equal where all their pixels and their sizes are."""
    for number, size in enumerate([(4, 6), (6, 4), (2, 12), (24, 1)]):
        pixels = np.arange(24, dtype=np.uint8).reshape(size[1], size[0])
        (tmp_path / "train" / "ab"[number % 2]).mkdir(parents=True, exist_ok=True)
        Image.fromarray(pixels).save(tmp_path / "train" / "ab"[number % 2] / f"{number}.png")
    assert not [note for note in described(tmp_path, test=0.4).notes if "equal" in note or "also in" in note]


def test_many_files_are_sampled_for_the_panel_and_all_read_when_asked(
    tmp_path: Path, draw: Draw, monkeypatch: pytest.MonkeyPatch
):
    from designer.engine import viewing

    monkeypatch.setattr(viewing, "_MOST_READ", 4)
    for number in range(20):
        draw(tmp_path / "ab"[number % 2] / f"{number}.png", seed=number)
    recipe = Recipe(data=DataRecipe(source=str(tmp_path)))
    torch.manual_seed(0)
    some = View(recipe, lambda told: None).described(1)
    assert some.checked < some.total == 20
    assert View(recipe, lambda told: None, whole=True).described(1).checked == 20
