"""NumPy's arrays by the names that people give them, and one range of values for all of a data set."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe
from designer.engine.sources.find import open_data

LABELS = np.arange(12) % 3
IMAGES = np.random.default_rng(0).integers(0, 256, (12, 5, 6), dtype=np.uint8)
IMAGES[0, 0, :2] = 0, 255
DARK = IMAGES // 5


def opened(folder: Path, **arrays: np.ndarray):
    np.savez(folder / "data.npz", **arrays)
    return open_data(DataRecipe(source=str(folder / "data.npz")))


def images_of(part) -> np.ndarray:
    return part.pictures.read(part.numbers).images.numpy()[:, 0]


@pytest.mark.parametrize(
    "names",
    [
        ("x_train", "y_train", "x_test", "y_test"),
        ("X_train", "y_train", "X_test", "y_test"),
        ("train_x", "train_y", "test_x", "test_y"),
        ("trainX", "trainY", "testX", "testY"),
        ("Xtrain", "ytrain", "Xtest", "ytest"),
        ("Xtr", "Ytr", "Xte", "Yte"),
        ("X_tr", "y_tr", "X_te", "y_te"),
        ("train_images", "train_labels", "test_images", "test_labels"),
        ("images_train", "labels_train", "images_test", "labels_test"),
        ("training_images", "training_labels", "testing_images", "testing_labels"),
        ("train_data", "train_labels", "test_data", "test_labels"),
        ("train_imgs", "train_targets", "eval_imgs", "eval_targets"),
        ("x_train", "y_train", "x_val", "y_val"),
        ("trn_x", "trn_y", "tst_x", "tst_y"),
        ("train-images", "train-labels", "test-images", "test-labels"),
        ("arr_0", "arr_1", "arr_2", "arr_3"),
    ],
)
def test_names_of_two_sets(tmp_path: Path, names: tuple[str, ...]):
    data = opened(tmp_path, **dict(zip(names, (IMAGES, LABELS, DARK[:6], LABELS[:6]), strict=True)))
    assert (len(data.train), len(data.test), data.validation) == (12, 6, None)
    assert np.array_equal(images_of(data.train), IMAGES)
    assert np.array_equal(images_of(data.test), DARK[:6])
    assert data.train.labels.tolist() == LABELS.tolist()


@pytest.mark.parametrize(
    "names",
    [("images", "labels"), ("X", "y"), ("data", "labels"), ("data", "target"), ("pixels", "classes"),
     ("image", "label"), ("features", "targets"), ("arr_0", "arr_1"), ("Images", "Labels")],
)  # fmt: skip
def test_names_of_one_set(tmp_path: Path, names: tuple[str, str]):
    data = opened(tmp_path, **dict(zip(names, (IMAGES, LABELS), strict=True)))
    assert (len(data.train), data.test, data.notes) == (12, None, ())


@pytest.mark.parametrize(
    ("scale", "dtype", "white", "is_told"),
    [
        (1, "uint8", 255, False),
        (1, "int64", 255, False),
        (1, "float32", 255, False),
        (1 / 255, "float32", 255, False),
        (1 / 255, "float16", 255, False),
        (257, "uint16", 255, False),
        (257, "int32", 255, False),
        (16, "uint16", 255 * 16 * 255 / 4095, True),
    ],
)
def test_one_range_for_all_sets(tmp_path: Path, scale: float, dtype: str, white: float, is_told: bool):
    """A dark test set is scaled as the training set is, however dark it is."""
    train, test = ((pixels * float(scale)).astype(dtype) for pixels in (IMAGES, DARK))
    data = opened(tmp_path, x_train=train, y_train=LABELS, x_test=test, y_test=LABELS)
    for part, pixels in ((data.train, IMAGES), (data.test, DARK)):
        assert abs(images_of(part).astype(float) - pixels * (white / 255)).max() <= 1
    assert bool(data.notes) == is_told


def test_fractions_around_nought(tmp_path: Path):
    data = opened(tmp_path, images=IMAGES / 127.5 - 1, labels=LABELS)
    assert np.array_equal(images_of(data.train), IMAGES)
    assert data.notes == ("The values of the images go from -1 to 1: -1 is taken as black and 1 as white.",)
    data = opened(tmp_path, images=(IMAGES.astype(int) - 128).astype("int8"), labels=LABELS)
    assert np.array_equal(images_of(data.train), IMAGES)


@pytest.mark.parametrize("values", [IMAGES / 50.0 - 3, IMAGES * np.int64(1000), -IMAGES.astype(int) - 900, IMAGES * 1j])
def test_normalised_or_other_numbers_are_told(tmp_path: Path, values: np.ndarray):
    with pytest.raises(EngineError, match="are numbers of the type") as told:
        opened(tmp_path, images=np.asarray(values, dtype=np.result_type(values, np.int16)), labels=LABELS)
    assert "without normalising" in told.value.fix


@pytest.mark.parametrize(
    ("labels", "classes"),
    [
        (np.array(list("abc") * 4), ("a", "b", "c")),
        (np.array([b"x", b"y"] * 6), ("x", "y")),
        (np.eye(3)[LABELS], ("0", "1", "2")),
        (np.eye(3, dtype=bool)[LABELS], ("0", "1", "2")),
        (LABELS.astype(float), ("0", "1", "2")),
    ],
)
def test_labels_in_words_and_one_hot(tmp_path: Path, labels: np.ndarray, classes: tuple[str, ...]):
    data = opened(tmp_path, images=IMAGES, labels=labels)
    assert data.classes == classes
    assert data.train.labels.tolist()[:2] == [0, 1]


def test_what_is_not_used_is_counted(tmp_path: Path):
    data = opened(tmp_path, images=IMAGES, labels=LABELS, ids=LABELS, test_images=IMAGES)
    assert data.notes == ("2 arrays are not used: ids, test_images.",)
    assert len(data.train) == 12


def test_rows_that_can_only_be_squares(tmp_path: Path):
    squares = np.arange(12 * 81, dtype="uint8").reshape(12, 81)
    data = opened(tmp_path, images=squares, labels=LABELS)
    assert np.array_equal(images_of(data.train), squares.reshape(12, 9, 9))
    assert data.notes == ("Rows of 81 values are taken as images of 9 × 9.",)
    with pytest.raises(EngineError, match="12 × 4"):
        opened(tmp_path, images=squares[:, :4], labels=LABELS)


def test_sets_of_either_order_of_axes(tmp_path: Path):
    colours = np.stack([IMAGES, DARK, IMAGES // 2], axis=3)
    data = opened(tmp_path, x_train=colours, y_train=LABELS, x_test=colours.transpose(0, 3, 1, 2), y_test=LABELS)
    for part in (data.train, data.test):
        assert np.array_equal(part.pictures.read(part.numbers).images.numpy(), colours.transpose(0, 3, 1, 2))


def test_a_header_that_claims_terabytes_takes_no_memory(tmp_path: Path):
    np.save(tmp_path / "labels.npy", LABELS)
    header = (
        b"\x93NUMPY\x01\x00v\x00"
        + b"{'descr': '|u1', 'fortran_order': False, 'shape': (99999999, 999, 999), }".ljust(117)
    )
    (tmp_path / "images.npy").write_bytes(header + b"\n" + bytes(100))
    with pytest.raises(EngineError, match="cannot be read"):
        open_data(DataRecipe(source=str(tmp_path)))


def test_files_beside_arrays_are_counted(tmp_path: Path):
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "x.bin").write_bytes(b"")
    (tmp_path / "readme.txt").write_text("")
    (tmp_path / "classes.txt").write_text("a\nb\nc\n")
    opened(tmp_path, images=IMAGES, labels=LABELS)
    (note,) = open_data(DataRecipe(source=str(tmp_path))).notes
    assert note.startswith("2 files are left out: of a kind that is not read (.")
