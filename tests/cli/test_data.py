"""`blockyard data`: what can be had by name, what a folder holds, and `train` on it."""

from __future__ import annotations

import random
import re
import sys
import zipfile
from pathlib import Path

import pytest
from PIL import Image


@pytest.fixture
def folder(tmp_path):
    for name, colour in (("night", "black"), ("day", "white")):
        (tmp_path / "sky" / name).mkdir(parents=True)
        for number in range(10):
            Image.new("L", (28, 28), colour).save(tmp_path / "sky" / name / f"{number}.png")
    return tmp_path / "sky"


def test_lists_what_can_be_had_by_name(blockyard):
    listed = blockyard("data", "--json").json
    assert [known["name"] for known in listed] == ["mnist", "fashion-mnist", "cifar-10"]
    assert "cifar-10" in blockyard("data").out


def test_says_what_a_folder_holds(blockyard, folder):
    (folder / "day" / "0.png").write_bytes(b"")
    done = blockyard("data", "sky")
    assert done.status == 0
    assert "folders of images, 20 images, 2 classes" in done.out
    assert "28×28 (19); grey" in done.out
    assert [line.split() for line in done.out.splitlines() if line.startswith("night")] == [["night", "8", "2"]]
    assert "day/0.png" in done.err
    described = blockyard("data", folder, "--json").json
    assert described["classes"] == ["day", "night"]
    assert described["broken_count"] == 1


def test_trains_on_a_folder_by_its_relative_path(blockyard, folder, tmp_path):
    done = blockyard("train", "lenet_relu", "--data", "sky", "--epochs", "1", "--run-dir", tmp_path / "run")
    assert done.status == 0, done.err
    assert "16 images" in done.out


def test_a_set_that_is_held_out_is_told_with_the_others(blockyard, folder, tmp_path):
    (tmp_path / "held_out.json").write_text('{"data": {"validation": 0.25}, "epochs": 1, "batch_size": 8}')
    options = ("--recipe", tmp_path / "held_out.json", "--data", "sky", "--run-dir", tmp_path / "run")
    done = blockyard("train", "lenet_relu", *options)
    assert done.status == 0, done.err
    assert re.search(r"train loss [\d.]+, accuracy [\d.]+; validation loss [\d.]+, accuracy [\d.]+; test", done.out)


def test_what_cannot_be_had_is_told(blockyard, tmp_path):
    done = blockyard("data", "mnist", BLOCKYARD_MIRROR="http://127.0.0.1:9/", BLOCKYARD_DATA_PATH="")
    assert done.status == 1
    assert "could not be fetched: http://127.0.0.1:9/mnist/" in done.err
    assert "fix:" in done.err
    assert not (tmp_path / "data" / "data" / "mnist").exists()
    assert "no data set or folder 'fashion'" in blockyard("data", "fashion").err


def noise(path, seed, size=(8, 8)):
    path.parent.mkdir(parents=True, exist_ok=True)
    image = Image.frombytes("L", size, random.Random(seed).randbytes(size[0] * size[1]))
    image.save(path)
    return list(image.tobytes())


def test_mean_is_of_all_training_images_whatever_their_sizes_and_what_is_left_out_is_told(blockyard, tmp_path):
    pixels = []
    for number in range(12):
        pixels += noise(tmp_path / "set" / "train" / "ab"[number % 2] / f"{number}.png", number, (4 + number, 9))
    noise(tmp_path / "set" / "test" / "a" / "98.png", 98)
    noise(tmp_path / "set" / "test" / "99.png", 99)
    pixels += [77] * 12
    Image.new("L", (4, 3), 77).save(tmp_path / "set" / "train" / "a" / "blank.png")
    (tmp_path / "set" / "train" / "a" / "notes.txt").write_text("")
    (tmp_path / "set" / "train" / "a" / "Thumbs.db").write_text("")
    done = blockyard("data", "set")
    told = [line for line in done.err.splitlines() if line.startswith("note:")]
    assert told == [
        "note: 1 file is left out: hidden, or of the system (train/a/Thumbs.db).",
        "note: 1 file is left out: of a kind that is not read (.txt (1)).",
        "note: 1 file is left out: images without a label (test/99.png).",
        "note: 1 image is of one colour only: train/a/blank.png.",
    ]
    assert "The images are of various sizes" in done.err
    mean = sum(pixels) / len(pixels) / 255
    deviation = (sum((pixel / 255 - mean) ** 2 for pixel in pixels) / len(pixels)) ** 0.5
    assert f"of 13 training images: mean {mean:.4f}, standard deviation {deviation:.4f}" in done.out


def test_the_columns_of_a_table_are_named_and_chosen(blockyard, tmp_path):
    rows = ["photo,sex,kind,fold"]
    for number in range(6):
        noise(tmp_path / "set" / "img" / f"{number}.png", number)
        rows.append(f"img/{number}.png,{'mf'[number % 2]},{'xyz'[number % 3]},{number % 3}")
    (tmp_path / "set" / "list.csv").write_text("\n".join(rows))
    chosen = blockyard("data", "set", "--label-column", "sex", "--fold", "2", "--json").json
    assert chosen["classes"] == ["f", "m"]
    assert [sum(part["counts"]) for part in chosen["parts"]] == [4, 2]
    assert chosen["notes"][0].startswith("Paths are read from column 'photo', labels from column 'sex'")
    assert chosen["notes"][1].startswith("Fold 2 is the test set")
    refused = blockyard("data", "set", "--label-column", "nothing")
    assert refused.status == 1
    assert "expected: one of photo, sex, kind, fold" in refused.err


@pytest.mark.skipif(sys.platform == "darwin", reason="its file names are all text")
def test_an_archive_and_names_that_are_no_text(blockyard, tmp_path):
    with zipfile.ZipFile(tmp_path / "sky.zip", "w") as archive:
        for number in range(6):
            noise(tmp_path / "x.png", number)
            archive.write(tmp_path / "x.png", f"sky/{'ab'[number % 2]}/{number}.png")
    assert "sky.zip: folders of images, 6 images, 2 classes" in blockyard("data", "sky.zip").out
    for number in range(6):
        noise(Path(f"{tmp_path}/set/{'ab'[number % 2]}\udcff/{number}\udcfe.png"), number)
    Path(f"{tmp_path}/set/a\udcff/x\udcfe.png").write_bytes(b"")
    done = blockyard("data", "set")
    assert done.status == 0, done.err
    assert "a?/x?.png: it is no PNG" in done.err
