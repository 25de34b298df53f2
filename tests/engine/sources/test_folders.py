"""Folders of images by class: what is found, how it is parted, and what is said where it is no data set."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch
from PIL import Image

from designer.engine.data import load_data
from designer.engine.protocol import EngineError, Warned
from designer.engine.recipe import DataRecipe

CPU = torch.device("cpu")


def load(folder: Path, **recipe):
    return load_data(DataRecipe(source=str(folder), normalise="unit", **recipe), CPU)


def pixels(path: Path) -> torch.Tensor:
    image = Image.open(path)
    values = torch.tensor(list(image.tobytes()), dtype=torch.uint8)
    return values.view(image.height, image.width, -1).permute(2, 0, 1)


def contains(images: torch.Tensor, image: torch.Tensor) -> bool:
    return bool((images == image).flatten(1).all(1).any())


@pytest.mark.parametrize("suffix", ["png", "jpg", "webp"])
def test_each_class_is_a_folder_and_a_share_of_each_is_for_testing(pictures, suffix):
    folder = pictures(count=10, suffix=suffix)
    data = load(folder)
    assert data.classes == ("cat", "dog", "owl")
    assert data.train.labels.bincount().tolist() == [8, 8, 8]
    assert data.test.labels.bincount().tolist() == [2, 2, 2]
    assert data.train.shape == (3, 8, 8)
    of_dogs = torch.cat([data.train.images[data.train.labels == 1], data.test.images[data.test.labels == 1]])
    assert all(contains(of_dogs, pixels(folder / "dog" / f"{number}.{suffix}")) for number in range(10))


def test_the_seed_decides_what_is_held_out(pictures):
    folder = pictures(count=10)
    first, same, other = (load(folder, split_seed=seed).test.images for seed in (1, 1, 2))
    assert torch.equal(first, same)
    assert not torch.equal(first, other)


def test_folders_above_the_classes_are_the_sets(pictures):
    for under, count in (("train", 5), ("val", 3), ("test", 2)):
        folder = pictures(under=under, count=count)
    data = load(folder, validation=0.5)
    assert [len(part) for part in (data.train, data.validation, data.test)] == [15, 9, 6]


def test_a_validation_set_alone_serves_as_test_set(pictures):
    pictures(under="train", count=5)
    data = load(pictures(under="valid", count=3))
    assert (len(data.train), len(data.test), data.validation) == (15, 9, None)


def test_a_limit_keeps_the_classes_mixed(pictures):
    data = load(pictures(count=40), limit=30)
    assert len(data.train) == 30
    assert data.train.labels.bincount().min() >= 4


def test_grey_images_have_one_channel_and_the_recipe_can_say_otherwise(pictures):
    folder = pictures(mode="L")
    assert load(folder).train.shape == (1, 8, 8)
    coloured = load(folder, channels="rgb").train.images
    assert coloured.shape[1:] == (3, 8, 8)
    assert torch.equal(coloured[:, 0], coloured[:, 2])


def test_colours_become_grey_as_television_weighs_them(pictures):
    folder = pictures(count=5)
    grey, coloured = load(folder, channels="grey").train.images, load(folder).train.images.float()
    weighed = coloured[:, :1] * 0.299 + coloured[:, 1:2] * 0.587 + coloured[:, 2:] * 0.114
    torch.testing.assert_close(grey.float(), weighed, atol=1, rtol=0)


def test_images_of_various_sizes_are_brought_to_one(pictures, draw):
    folder = pictures(count=5)
    draw(folder / "cat" / "wide.png", size=(16, 4))
    with pytest.raises(EngineError, match=r"sizes: cat/wide\.png has 16 × 4 pixels, others 8 × 8") as told:
        load(folder)
    assert "data.resize" in told.value.fix
    assert load(folder, resize=6).train.shape == (3, 6, 6)


def test_the_middle_square_is_kept_where_the_ratio_is(pictures):
    folder = pictures(count=4)
    stripes = Image.new("RGB", (12, 4), "black")
    stripes.paste("white", (4, 0, 8, 4))
    stripes.save(folder / "cat" / "striped.png")
    kept, squeezed = (load(folder, resize=4, keep_ratio=ratio) for ratio in (True, False))
    white = torch.full((3, 4, 4), 255, dtype=torch.uint8)
    both = [torch.cat([data.train.images, data.test.images]) for data in (kept, squeezed)]
    assert contains(both[0], white)
    assert not contains(both[1], white)


def test_an_image_taken_sideways_is_turned(pictures, draw):
    folder = pictures(count=4, size=(6, 10))
    exif = Image.Exif()
    exif[0x0112] = 6  # to be turned a quarter clockwise
    path = draw(folder / "cat" / "sideways.png", size=(10, 6), seed=7, exif=exif)
    images = load(folder).train.images
    assert images.shape[1:] == (3, 10, 6)
    both = torch.cat([images, load(folder).test.images])
    assert contains(both, torch.rot90(pixels(path), -1, (1, 2)))


def test_other_files_and_hidden_folders_are_left_alone(pictures, draw):
    folder = pictures(count=5)
    (folder / "cat" / "notes.txt").write_text("no image")
    draw(folder / ".thumbnails" / "0.png")
    draw(folder / "__MACOSX" / "0.png")
    draw(folder / "dog" / "deeper" / "down.png")
    data = load(folder)
    assert data.classes == ("cat", "dog", "owl")
    assert len(data.train) + len(data.test) == 16


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (lambda folder: (folder / "yak").mkdir(), "yak holds no images, so its class is empty"),
        (lambda folder: [path.rename(folder / path.name) for path in folder.glob("*/0.png")], ""),
    ],
)
def test_what_is_amiss_is_told(pictures, change, words):
    folder = pictures()
    change(folder)
    if not words:
        assert load(folder).num_classes == 3  # strays beside the classes are no class
        return
    with pytest.raises(EngineError, match=words) as told:
        load(folder)
    assert told.value.expected
    assert told.value.fix


def test_one_class_only_is_told(pictures):
    with pytest.raises(EngineError, match="one class only, 'cat'"):
        load(pictures(classes=("cat",)))


def test_images_without_classes_are_told(tmp_path, draw):
    draw(tmp_path / "some" / "0.png")
    with pytest.raises(EngineError, match="not in a folder for each class"):
        load(tmp_path / "some")


def test_a_class_of_one_image_is_warned_of_where_none_is_left_to_test_with(pictures, draw):
    folder = pictures()
    draw(folder / "yak" / "only.png")
    told = []
    data = load_data(DataRecipe(source=str(folder)), CPU, tell=told.append)
    assert data.test.labels.bincount(minlength=4).tolist() == [1, 1, 1, 0]
    (warning,) = [message for message in told if isinstance(message, Warned)]
    assert "Of class 'yak' there is one image only" in warning.message


def test_a_class_that_training_lacks_is_told(pictures):
    pictures(under="train")
    folder = pictures(under="test", classes=("cat", "yak"))
    with pytest.raises(EngineError, match=r"test/yak is of a class that .*train does not have"):
        load(folder)
