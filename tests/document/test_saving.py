"""Saving replaces a file in one step: whatever goes wrong, the old contents or the new are there."""

import os
import stat
from pathlib import Path

import pytest

from designer.document import presets
from designer.document.document import Document, DocumentError
from designer.document.reading import read_document
from designer.document.writing import dump_document, write_document
from designer.graph.block import Block, Node
from designer.graph.design import Design

DOCUMENT = Document(Design("A", {"A": Block("A", nodes={"a": Node("a", "ReLU")})}))


def test_save_and_read(tmp_path: Path):
    path = tmp_path / "net.blockyard"
    write_document(DOCUMENT, path)
    assert read_document(path) == DOCUMENT
    assert os.listdir(tmp_path) == ["net.blockyard"]  # noqa: PTH208


def test_permissions_and_links_stay(tmp_path: Path):
    path, link = tmp_path / "net.blockyard", tmp_path / "link.blockyard"
    write_document(DOCUMENT, path)
    path.chmod(0o640)
    link.symlink_to(path)
    write_document(DOCUMENT, link)
    assert link.is_symlink()
    assert stat.S_IMODE(path.stat().st_mode) == 0o640


def test_a_full_disk_leaves_the_old_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "net.blockyard"
    path.write_text("old")

    def no_room(descriptor: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(os, "fsync", no_room)
    with pytest.raises(DocumentError, match="No space left on device"):
        write_document(DOCUMENT, path)
    assert path.read_text() == "old"
    assert [entry.name for entry in tmp_path.iterdir()] == ["net.blockyard"]


@pytest.mark.parametrize("name", ["missing/net.blockyard", "a\0b", "."])
def test_places_that_cannot_be_written(tmp_path: Path, name: str):
    with pytest.raises(DocumentError):
        write_document(DOCUMENT, tmp_path / name)


@pytest.mark.parametrize("value", [float("nan"), float("inf"), ((float("nan"),),)])
def test_what_has_no_place_in_a_file_is_refused(value):
    block = Block("A", nodes={"a": Node("a", "ReLU", params={"p": value})})
    with pytest.raises(DocumentError, match="node a, parameter p"):
        dump_document(Document(Design("A", {"A": block})))


def test_half_a_character_is_refused():
    with pytest.raises(DocumentError, match="half of a character"):
        dump_document(Document(Design("A", {"A": Block("A", title="\ud800")})))


def test_presets_are_found_by_id_and_files_by_path(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "blocks").mkdir()
    write_document(DOCUMENT, tmp_path / "tiny_net.blockyard")
    write_document(DOCUMENT, tmp_path / "blocks" / "A.blockyard")
    monkeypatch.setattr(presets, "presets_dir", lambda: tmp_path)
    assert [preset.id for preset in presets.list_presets()] == ["tiny_net"]
    assert presets.list_presets()[0].title == "tiny_net"
    assert presets.open_design("tiny_net") == DOCUMENT
    assert presets.open_design(str(tmp_path / "tiny_net.blockyard")) == DOCUMENT
    presets.library_blocks.cache_clear()
    assert dict(presets.library_blocks()) == {"A": DOCUMENT.design.root}
    presets.library_blocks.cache_clear()
    with pytest.raises(DocumentError, match="Did you mean tiny_net"):
        presets.open_design("tiny_ned")
    with pytest.raises(DocumentError, match="There is no file"):
        presets.open_design("other.blockyard")
