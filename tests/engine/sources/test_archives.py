"""Data sets in a zip or a tar, read in place; and archives that mean harm."""

from __future__ import annotations

import gzip
import io
import struct
import tarfile
import zipfile
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest
import torch
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from designer.engine import rendering
from designer.engine.data import load_data
from designer.engine.protocol import EngineError
from designer.engine.recipe import DataRecipe
from designer.engine.sources import archive_index
from designer.engine.sources.find import open_data

CPU = torch.device("cpu")
KINDS = ("zip", "zip, stored", "tar", "tar.gz", "tgz", "tar.bz2", "tar.xz")


@pytest.fixture(autouse=True)
def _data_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("BLOCKYARD_DATA", str(tmp_path / "home"))


def packed(folder: Path, kind: str, top: str = "") -> Path:
    path = folder.parent / f"packed.{kind.split(',')[0]}"
    files = sorted(file for file in folder.rglob("*") if file.is_file())
    if kind.startswith("zip"):
        method = zipfile.ZIP_STORED if "stored" in kind else zipfile.ZIP_DEFLATED
        with zipfile.ZipFile(path, "w", method) as archive:
            for file in files:
                archive.write(file, top + file.relative_to(folder).as_posix())
    else:
        mode = {"tar": "w", "tgz": "w:gz"}.get(kind, f"w:{kind.rpartition('.')[2]}")
        with tarfile.open(path, mode) as archive:
            for file in files:
                archive.add(file, top + file.relative_to(folder).as_posix())
    return path


def loaded(path: Path):
    return load_data(DataRecipe(source=str(path), normalise="unit"), CPU)


@pytest.mark.parametrize(
    ("kind", "top"), [*((kind, "mine/") for kind in KINDS), ("zip", ""), ("tar", "./"), ("zip", "a/b/")]
)
def test_the_same_data_as_in_the_folder(pictures: Callable[..., Path], kind: str, top: str):
    folder = pictures(under="train", count=3)
    folder = pictures(under="test", count=2)
    inside, outside = loaded(packed(folder, kind, top)), loaded(folder)
    assert inside.classes == outside.classes
    for one, other in ((inside.train, outside.train), (inside.test, outside.test)):
        assert torch.equal(one.images, other.images)
        assert torch.equal(one.labels, other.labels)


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_streamed_by_other_processes(pictures: Callable[..., Path], kind: str):
    path = packed(pictures(count=30), kind)
    recipe = DataRecipe(source=str(path), normalise="unit", streaming="always", workers=2)
    data = load_data(recipe, CPU)
    whole = loaded(path)
    streamed = torch.cat([images for images, _ in data.train_batches(8, torch.Generator().manual_seed(3))])
    resident = torch.cat([images for images, _ in whole.train_batches(8, torch.Generator().manual_seed(3))])
    assert torch.equal(streamed, resident)


@pytest.mark.parametrize("kind", ["zip", "tar"])
def test_other_formats_in_an_archive(data_folder: Callable[..., Path], tmp_path: Path, kind: str):
    idx = data_folder(train_labels=gzip.compress(struct.pack(">II", 0x801, 12) + bytes(n % 3 for n in range(12))))
    assert len(open_data(DataRecipe(source=str(packed(idx, kind, "MNIST/raw/")))).train) == 12
    arrays = tmp_path / "arrays"
    arrays.mkdir()
    np.savez(arrays / "set.npz", x_train=np.zeros((6, 4, 4), "uint8"), y_train=np.arange(6) % 2)
    assert len(open_data(DataRecipe(source=str(packed(arrays, kind)))).train) == 6
    loose = tmp_path / "loose"
    loose.mkdir()
    np.save(loose / "images.npy", np.zeros((6, 4, 4), "uint8"))
    np.save(loose / "labels.npy", np.arange(6) % 2)
    assert len(open_data(DataRecipe(source=str(packed(loose, kind, "x/")))).train) == 6


@pytest.mark.parametrize("kind", ["zip", "tar.gz"])
def test_a_table_in_an_archive(pictures: Callable[..., Path], kind: str):
    folder = pictures(classes=("img",), count=6)
    (folder / "list.csv").write_text("id,label\n" + "".join(f"{n},{n % 2}\n" for n in range(6)))
    data = open_data(DataRecipe(source=str(packed(folder, kind))))
    assert data.train.labels.tolist() == [0, 1] * 3
    assert list(data.train.pictures.names) == [f"img/{n}.png" for n in range(6)]


def written(path: Path, members: dict[str, bytes]) -> Path:
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, contents in members.items():
            info = zipfile.ZipInfo("placeholder")
            info.compress_type = zipfile.ZIP_DEFLATED
            info.filename = name  # as it is, whatever zipfile would make of it
            archive.writestr(info, contents)
    return path


@pytest.mark.parametrize(
    "evil",
    [
        "../c/0.png",
        "d/" * 30_000 + "0.png",
        "a/../../c/0.png",
        "/etc/0.png",
        "\\\\host\\c\\0.png",
        "..\\c\\0.png",
        "C:/c/0.png",
    ],
)
def test_names_that_lead_out_are_left_out(pictures: Callable[..., Path], tmp_path: Path, evil: str):
    folder = pictures(classes=("a", "b"), count=2)
    image = (folder / "a" / "0.png").read_bytes()
    members = {f"{name}/{n}.png": image for name in "ab" for n in range(2)}
    data = open_data(DataRecipe(source=str(written(tmp_path / "x.zip", {**members, evil: image}))))
    assert (data.classes, len(data.train)) == (("a", "b"), 4)
    assert [
        note.startswith("1 file is left out: names that lead out of the archive, or are too long")
        for note in data.notes
    ] == [True]


def test_links_in_a_tar_are_left_out_and_hard_ones_are_files(pictures: Callable[..., Path], tmp_path: Path):
    folder = pictures(classes=("a", "b"), count=2)
    with tarfile.open(tmp_path / "x.tar", "w") as archive:
        archive.add(folder / "a", "a")
        archive.add(folder / "b", "b")
        for name, kind, target in (
            ("a/evil.png", tarfile.SYMTYPE, "/etc/passwd"),
            ("c", tarfile.SYMTYPE, "/"),
            ("b/same.png", tarfile.LNKTYPE, "a/0.png"),
            ("b/none.png", tarfile.LNKTYPE, "/etc/passwd"),
            ("a/dev.png", tarfile.CHRTYPE, ""),
        ):
            info = tarfile.TarInfo(name)
            info.type, info.linkname = kind, target
            archive.addfile(info)
    data = open_data(DataRecipe(source=str(tmp_path / "x.tar")))
    assert len(data.train) == 5
    assert [str(note) for note in data.notes] == [
        "3 files are left out: links within the archive, which are not followed (a/evil.png, c, b/none.png).",
        "1 file is left out: no regular files (a/dev.png).",
    ]


def test_a_member_that_unpacks_to_more_than_it_says_gives_no_more(pictures: Callable[..., Path], tmp_path: Path):
    folder = pictures(classes=("a", "b"), count=2)
    image = (folder / "a" / "0.png").read_bytes()
    path = written(tmp_path / "x.zip", {"a/0.png": image, "b/0.png": bytes(50_000_000), "b/1.png": image})
    raw = bytearray(path.read_bytes())
    at = raw.rfind(b"PK\1\2", 0, raw.rfind(b"PK\1\2"))  # of the second member, in the list at the end
    struct.pack_into("<I", raw, at + 24, 100)
    path.write_bytes(raw)
    data = open_data(DataRecipe(source=str(path)))
    root = data.train.pictures.root
    with pytest.raises(OSError, match="checksum"):
        (root / "b/0.png").read_bytes()
    assert (root / "b/1.png").read_bytes() == image


def test_a_bomb_is_no_image(pictures: Callable[..., Path], tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    folder = pictures(classes=("a", "b"), count=2)
    image = (folder / "a" / "0.png").read_bytes()
    bomb = written(tmp_path / "x.zip", {"a/0.png": image, "b/0.png": image, "b/1.png": bytes(2**22)})
    assert bomb.stat().st_size < 2**14
    monkeypatch.setattr(rendering, "_MAX_FILE_BYTES", 2**20)
    with pytest.raises(EngineError, match="more bytes than an image has"):
        load_data(DataRecipe(source=str(bomb), test=0.5), CPU)


def test_a_compressed_tar_that_grows_too_large_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "x.tar.gz").write_bytes(gzip.compress(bytes(40 * 2**20)))
    monkeypatch.setattr(archive_index, "MAX_BYTES", 2**20)
    with pytest.raises(EngineError, match="holds more than 1 MiB"):
        open_data(DataRecipe(source=str(tmp_path / "x.tar.gz")))
    assert not [file for file in (tmp_path / "home" / ".unpacked").iterdir() if file.stat().st_size]


def test_a_header_that_claims_a_name_of_gigabytes_is_told(tmp_path: Path):
    info = tarfile.TarInfo("././@LongLink")
    info.type, info.size = tarfile.GNUTYPE_LONGNAME, 4 * 2**30
    (tmp_path / "x.tar").write_bytes(info.tobuf(tarfile.GNU_FORMAT) + bytes(4096))
    with pytest.raises(EngineError, match="longer than any name"):
        open_data(DataRecipe(source=str(tmp_path / "x.tar")))


def test_encrypted_members_are_counted(pictures: Callable[..., Path], tmp_path: Path):
    folder = pictures(classes=("a", "b"), count=2)
    image = (folder / "a" / "0.png").read_bytes()
    path = written(tmp_path / "x.zip", {"a/0.png": image, "b/0.png": image, "b/1.png": image})
    raw = bytearray(path.read_bytes())
    raw[raw.rfind(b"PK\1\2") + 8] |= 1
    path.write_bytes(raw)
    assert open_data(DataRecipe(source=str(path))).notes == (
        "1 file is left out: encrypted, or packed in a way that is not read (b/1.png).",
    )


def test_an_archive_in_a_folder_is_pointed_at(pictures: Callable[..., Path], tmp_path: Path):
    path = packed(pictures(), "zip")
    (tmp_path / "only").mkdir()
    path = path.rename(tmp_path / "only" / "x.zip")
    with pytest.raises(EngineError) as told:
        open_data(DataRecipe(source=str(path.parent)))
    assert told.value.fix == f"Name the archive itself: {path}."


SOUND = io.BytesIO()
with tarfile.open(fileobj=SOUND, mode="w") as _archive:
    for _name in ("a/0.png", "b/0.png"):
        _archive.addfile(tarfile.TarInfo(_name))
ZIP = io.BytesIO()
with zipfile.ZipFile(ZIP, "w", zipfile.ZIP_DEFLATED) as _zip:
    for _name in ("a/0.png", "b/0.png"):
        _zip.writestr(_name, b"x" * 50)


@pytest.mark.parametrize(("kind", "sound"), [("tar", SOUND.getvalue()), ("zip", ZIP.getvalue()), ("tar.gz", b"")])
@given(chance=st.data())
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_bytes_are_an_archive_or_an_error_in_words(tmp_path: Path, kind: str, sound: bytes, chance: st.DataObject):
    contents = bytearray(sound or gzip.compress(SOUND.getvalue(), mtime=0))
    for _ in range(chance.draw(st.integers(0, 6))):
        contents[chance.draw(st.integers(0, len(contents) - 1))] = chance.draw(st.integers(0, 255))
    path = tmp_path / f"x.{kind}"
    path.write_bytes(contents[: chance.draw(st.integers(0, len(contents)))] if chance.draw(st.booleans()) else contents)
    outcome: object = None
    try:
        outcome = open_data(DataRecipe(source=str(path)))
    except EngineError as error:
        outcome = error
    if isinstance(outcome, EngineError):
        assert all((outcome.message, outcome.expected, outcome.fix))
    else:
        assert len(outcome.classes) >= 2
