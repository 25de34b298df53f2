"""`blockyard data`: what can be had by name, what a folder holds, and `train` on it."""

from __future__ import annotations

import re

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
