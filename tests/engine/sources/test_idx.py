"""IDX folders: every usual name, and every way for a file to be damaged or to lie."""

from __future__ import annotations

import gzip
import struct
from pathlib import Path

import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe
from designer.engine.sources.find import find_data, open_data

MINI = Path(__file__).resolve().parents[3] / "resources" / "fashion-mnist-mini"
SHORT = struct.pack(">IIII", 0x803, 12, 4, 4)


def opened(folder):
    return open_data(DataRecipe(source=str(folder)))


def test_reads_a_folder(data_folder):
    data = opened(data_folder())
    assert (len(data.train), len(data.test)) == (12, 6)
    assert data.train.pictures.shape == data.test.pictures.shape == (1, 4, 4)
    images = data.train.pictures.read(data.train.numbers).images
    assert images.dtype == torch.uint8
    assert images[3].flatten().tolist() == list(range(16))
    assert data.train.labels.tolist() == [0, 1, 2] * 4
    assert data.classes == ("0", "1", "2")


def test_names_of_classes_are_read_from_beside(data_folder):
    folder = data_folder()
    (folder / "classes.txt").write_text("cat\n dog \n\nowl\nfox\n", "utf-8")
    assert opened(folder).classes == ("cat", "dog", "owl", "fox")
    (folder / "classes.txt").write_text("cat\ndog\n", "utf-8")
    with pytest.raises(EngineError, match=r"A label in .* is 2") as caught:
        opened(folder)
    assert "0 to 1" in caught.value.expected


def test_reads_names_with_dots_and_packed_files(data_folder, idx):
    folder = data_folder(train_images=gzip.compress(idx((12, 4, 4), bytes(192))))
    (folder / "t10k-labels-idx1-ubyte").rename(folder / "t10k-labels.idx1-ubyte")
    data = opened(folder)
    assert (len(data.train), len(data.test)) == (12, 6)


def test_reads_images_with_channels(data_folder, idx):
    images = {
        f"{prefix}_images": idx((count, 3, 2, 2), bytes(12 * count)) for prefix, count in (("train", 12), ("t10k", 6))
    }
    folder = data_folder(**images)
    for prefix in ("train", "t10k"):
        assert (folder / f"{prefix}-images-idx3-ubyte").exists()
    assert opened(folder).train.pictures.shape == (3, 2, 2)


@pytest.mark.parametrize(
    ("damage", "words"),
    [
        ({"train_images": None}, "lacks the training set's"),
        ({"t10k_labels": None}, "lacks the test set's"),
        ({"train_images": b""}, "begins with nothing"),
        ({"train_images": b"PK\x03\x04 a zip"}, "50 4b 03 04"),
        ({"train_images": struct.pack(">IIII", 0x803, 12, 4, 4)[:9]}, "ends within its header"),
        ({"train_images": SHORT + bytes(100)}, "only 100 bytes"),
        ({"train_images": SHORT + bytes(193)}, "more bytes"),
        ({"train_images": struct.pack(">IIII", 0x803, 2**32 - 1, 2**32 - 1, 2**32 - 1)}, "claims to hold"),
        ({"train_images": struct.pack(">IIII", 0x803, 2**17, 2**8, 2**8) + bytes(9)}, "only 9 bytes"),
        ({"train_images": struct.pack(">IIII", 0x803, 0, 28, 28)}, "claims to hold"),
        ({"train_images": struct.pack(">IIII", 0x803, 12, 1, 5000) + bytes(60_000)}, "1 × 5000"),
        ({"train_images": struct.pack(">IIII", 0x803, 11, 4, 4) + bytes(176)}, "11 images but"),
        ({"train_images": gzip.compress(SHORT + bytes(192))[:-12]}, "cannot be read to its end"),
        ({"train_images": gzip.compress(SHORT + bytes(192))[:9] + b"\xff" * 40}, "cannot be read to its end"),
        ({"train_images": gzip.compress(SHORT + bytes(2**24))}, "more bytes"),
        ({"t10k_images": struct.pack(">IIII", 0x803, 6, 2, 8) + bytes(96)}, "1 × 4 × 4 for training"),
        ({"t10k_labels": struct.pack(">II", 0x801, 6) + bytes((0, 1, 2, 3, 0, 1))}, "go up to 3"),
        ({"train_labels": struct.pack(">II", 0x803, 12) + bytes(12)}, "00 00 08 03"),
    ],
)
def test_damaged_files_are_told_in_words(data_folder, damage, words):
    with pytest.raises(EngineError, match=words) as caught:
        open_data(DataRecipe(source=str(data_folder(**damage))))
    assert caught.value.expected
    assert caught.value.fix


def test_an_empty_folder_is_told(tmp_path):
    with pytest.raises(EngineError, match="holds no files"):
        open_data(DataRecipe(source=str(tmp_path)))


@given(contents=st.binary(max_size=64) | st.binary(max_size=48).map(lambda rest: bytes((0, 0, 8, 3)) + rest))
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_at_all_are_data_or_an_error_in_words(data_folder, contents):
    folder = data_folder(train_images=contents)
    try:
        data = opened(folder)
    except EngineError:
        return
    assert (len(data.train), data.train.pictures.shape) == (12, (1, 4, 4))


def test_finds_a_set_by_path_by_name_and_on_the_search_path(tmp_path, monkeypatch):
    assert find_data(str(MINI)) == MINI
    assert find_data("fashion-mnist-mini") == MINI
    (tmp_path / "mine").mkdir()
    with pytest.raises(EngineError, match="'mine'"):
        find_data("mine")
    assert find_data("mine", near=[tmp_path]) == tmp_path / "mine"
    monkeypatch.setenv("BLOCKYARD_DATA_PATH", str(tmp_path))
    assert find_data("mine") == tmp_path / "mine"


def test_files_beside_the_four_are_counted(data_folder):
    folder = data_folder()
    (folder / "notes.txt").write_text("")
    (folder / ".DS_Store").write_text("")
    assert opened(folder).notes == (
        "1 file is left out: hidden, or of the system (.DS_Store).",
        "1 file is left out: of a kind that is not read (.txt (1)).",
    )
