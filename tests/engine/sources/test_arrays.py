"""NumPy's files: every usual layout and type, and what is no data set. CIFAR's binary files, which are alike."""

from __future__ import annotations

import numpy as np
import pytest
import torch

from designer.engine.data import load_data
from designer.engine.protocol import EngineError, Warned
from designer.engine.recipe import DataRecipe
from designer.engine.sources.find import open_data

LABELS = np.arange(20) % 4
IMAGES = np.random.default_rng(0).integers(0, 256, (20, 5, 6, 3), dtype=np.uint8)


def opened(path):
    return open_data(DataRecipe(source=str(path)))


def images_of(part):
    return part.pictures.read(part.numbers).images.numpy()


def save(folder, **arrays):
    np.savez(folder / "data.npz", **arrays)
    return folder / "data.npz"


@pytest.mark.parametrize(
    "images",
    [IMAGES, IMAGES.transpose(0, 3, 1, 2), IMAGES.astype(np.int64), IMAGES / 255, IMAGES.astype(np.float32)],
    ids=["channels last", "channels first", "int64", "fractions", "float bytes"],
)
def test_pixels_are_the_same_in_every_layout_and_type(tmp_path, images):
    part = opened(save(tmp_path, images=images, labels=LABELS[:, None])).train
    assert np.array_equal(images_of(part), IMAGES.transpose(0, 3, 1, 2))
    assert part.labels.tolist() == LABELS.tolist()


def test_grey_and_black_and_white(tmp_path):
    part = opened(save(tmp_path, x=IMAGES[..., 0] > 127, y=LABELS)).train
    assert np.array_equal(images_of(part)[:, 0], np.where(IMAGES[..., 0] > 127, 255, 0))


def test_a_pair_of_files_and_their_names(tmp_path):
    np.save(tmp_path / "images.npy", IMAGES)
    np.save(tmp_path / "labels.npy", LABELS)
    (tmp_path / "classes.txt").write_text("a\nb\nc\nd\n")
    for path in (tmp_path, tmp_path / "images.npy"):
        data = opened(path)
        assert data.classes == ("a", "b", "c", "d")
        assert not data.train.pictures.held
        assert np.array_equal(images_of(data.train), IMAGES.transpose(0, 3, 1, 2))


@pytest.mark.parametrize("name", ["{}_images", "images_{}"])
def test_sets_by_their_names(tmp_path, name):
    sets = {"train": 12, "test": 5, "val": 3}
    arrays = {name.format(split): IMAGES[:count] for split, count in sets.items()}
    arrays |= {name.format(split).replace("images", "labels"): LABELS[:count] for split, count in sets.items()}
    data = load_data(DataRecipe(source=str(save(tmp_path, **arrays))), torch.device("cpu"))
    assert [len(part) for part in (data.train, data.test, data.validation)] == [12, 5, 3]


@pytest.mark.parametrize(
    ("arrays", "words"),
    [
        ({"images": IMAGES}, "holds images"),
        ({"images": IMAGES, "labels": LABELS[:7]}, "20 images but 7 labels"),
        ({"images": IMAGES * 2.5, "labels": LABELS}, "from 0.0 to 637.5"),
        ({"images": IMAGES[..., 0].reshape(20, 30), "labels": LABELS}, "20 × 30"),
        ({"images": np.repeat(IMAGES, 2, 3), "labels": LABELS}, "6 channels, or 5"),
        ({"images": IMAGES, "labels": LABELS + 0.5}, "an array of 20, float64"),
        ({"images": IMAGES, "labels": LABELS - 1}, "A label in .* is -1, that of image 0"),
        ({"images": IMAGES, "labels": LABELS * 100_000}, "A label in .* is 300000"),
        ({"images": np.array([{}] * 20), "labels": LABELS}, "Python objects"),
        ({"images": np.full((20, 5, 6), np.nan), "labels": LABELS}, r"no number \(NaN\)"),
        (
            {"train_images": IMAGES, "train_labels": LABELS, "test_images": IMAGES[:, 1:], "test_labels": LABELS},
            "3 × 5 × 6 for training and 3 × 4 × 6 for testing",
        ),
        (
            {"train_images": IMAGES, "train_labels": LABELS, "test_images": IMAGES, "test_labels": LABELS + 9},
            "up to 12",
        ),
    ],
)
def test_what_is_amiss_is_told(tmp_path, arrays, words):
    with pytest.raises(EngineError, match=words) as told:
        opened(save(tmp_path, **arrays))
    assert told.value.expected
    assert told.value.fix


def test_a_file_that_is_cut_short_is_told(tmp_path):
    path = save(tmp_path, images=IMAGES, labels=LABELS)
    path.write_bytes(path.read_bytes()[:-300])
    with pytest.raises(EngineError, match="cannot be read"):
        opened(path)


def test_labels_that_begin_at_one_are_warned_of(tmp_path):
    told = []
    recipe = DataRecipe(source=str(save(tmp_path, images=IMAGES, labels=LABELS + 1)))
    assert load_data(recipe, torch.device("cpu"), tell=told.append).num_classes == 5
    (warning,) = told
    assert isinstance(warning, Warned)
    assert "begin at 1" in warning.message


def cifar(folder, count=3, labels=1):
    folder.mkdir(exist_ok=True)
    rng = np.random.default_rng(0)
    names = ["train", "test"] if labels == 2 else [*(f"data_batch_{n}" for n in range(1, 6)), "test_batch"]
    for name in names:
        rows = rng.integers(0, 10, (count, labels + 3072), dtype=np.uint8)
        (folder / f"{name}.bin").write_bytes(rows.tobytes())
    return folder


@pytest.mark.parametrize(("labels", "train"), [(1, 15), (2, 3)])
def test_reads_the_binary_version_of_cifar(tmp_path, labels, train):
    folder = cifar(tmp_path / "cifar-10-batches-bin", labels=labels)
    data = opened(tmp_path)
    assert (len(data.train), len(data.test)) == (train, 3)
    assert len(data.classes) == (100 if labels == 2 else 10)
    record = np.frombuffer(next(iter(sorted(folder.glob("*[1n].bin")))).read_bytes(), dtype=np.uint8)
    first = record[labels : labels + 3072].reshape(3, 32, 32)
    assert np.array_equal(images_of(data.train)[0], first)
    assert data.train.labels[0] == record[labels - 1]


def test_cifars_names_and_a_label_beyond_them(tmp_path):
    folder = cifar(tmp_path / "cifar")
    (folder / "batches.meta.txt").write_text("\n".join("abcdefghij") + "\n\n")
    assert opened(folder).classes == tuple("abcdefghij")
    (folder / "batches.meta.txt").write_text("a\nb\n")
    with pytest.raises(EngineError, match=r"A label in .* is [89]"):
        opened(folder)


def test_a_cut_file_and_a_pickle_of_cifar_are_told(tmp_path):
    folder = cifar(tmp_path / "cifar")
    (folder / "data_batch_4.bin").write_bytes(b"\0" * 3072)
    with pytest.raises(EngineError, match="3,072 bytes, which is no number of whole records"):
        opened(folder)
    pickled = tmp_path / "cifar-10-batches-py"
    pickled.mkdir()
    (pickled / "data_batch_1").write_bytes(b"\x80\x02}q")
    with pytest.raises(EngineError, match="pickles, in which code could hide"):
        opened(pickled)


def test_a_file_or_folder_of_something_else_is_told(tmp_path):
    (tmp_path / "notes.txt").write_text("hello")
    with pytest.raises(EngineError, match=r"holds nothing that is known: notes\.txt") as told:
        opened(tmp_path)
    assert "folders of images by class" in told.value.expected
    with pytest.raises(EngineError, match=r"is a \.txt, which is no data set"):
        opened(tmp_path / "notes.txt")
