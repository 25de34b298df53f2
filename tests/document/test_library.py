"""The personal library: what is kept comes back, nothing is overwritten unasked, what is damaged is told."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from designer.base.paths import library_dir
from designer.document.document import Document, DocumentError
from designer.document.library import MAX_FILE_BYTES, LibraryError, PersonalLibrary, free_name
from designer.document.presets import open_design
from designer.document.writing import dump_document
from designer.editing import nodes, variables
from designer.graph.design import Design
from designer.graph.fingerprint import fingerprint


@pytest.fixture
def library(tmp_path: Path) -> PersonalLibrary:
    return PersonalLibrary(tmp_path / "library")


@pytest.fixture
def design() -> Design:
    return open_design("googlenet").design


def test_it_lies_among_the_persons_data_and_is_empty_at_first():
    assert PersonalLibrary().folder == library_dir()
    assert library_dir().parent == Path(os.environ["BLOCKYARD_DATA_DIR"])
    kept = PersonalLibrary().read()
    assert (kept.blocks, kept.faults) == ({}, ())


def test_a_block_is_kept_with_what_it_needs(library: PersonalLibrary, design: Design):
    origin = library.keep(design, "Inception")
    assert (origin.library, origin.block) == ("personal", "Inception")
    [found] = library.read().blocks.values()
    assert list(found.blocks) == ["Inception", "ConvReLU"]
    assert found.root.origin == origin
    assert origin.fingerprint == fingerprint(design, "Inception")
    assert [path.name for path in library.folder.iterdir()] == ["Inception.blockyard"], "no scratch file is left"


def test_the_outermost_block_can_be_kept(library: PersonalLibrary, design: Design):
    library.keep(design, design.main)
    assert set(library.read().blocks[design.main].blocks) == set(design.blocks)


def test_another_block_of_the_name_is_not_overwritten(library: PersonalLibrary, design: Design):
    first = library.keep(design, "Inception")
    changed = variables.add_variable(design, "Inception", "extra")
    with pytest.raises(LibraryError, match="holds another block 'Inception'"):
        library.keep(changed, "Inception")
    assert library.read().blocks["Inception"].root.origin == first
    library.keep(design, "Inception")  # the same again is no harm
    second = library.keep(changed, "Inception", replacing=first.fingerprint)
    assert library.read().blocks["Inception"].root.origin == second != first
    with pytest.raises(LibraryError):
        library.keep(changed, "Inception", "INCEPTION")  # for some systems the same file


@pytest.mark.parametrize("name", ["class", "Conv2d", "two words", "../escape", "", "self.x", "1st"])
def test_a_name_that_cannot_be_is_refused(library: PersonalLibrary, design: Design, name: str):
    library.keep(design, "Inception")
    with pytest.raises(LibraryError):
        library.rename("Inception", name)
    if name:
        with pytest.raises(LibraryError):
            library.keep(design, "Inception", name)
    assert [path.name for path in library.folder.parent.rglob("*") if path.is_file()] == ["Inception.blockyard"]


def test_a_block_is_renamed_removed_and_put_back(library: PersonalLibrary, design: Design):
    print_before = library.keep(design, "Inception").fingerprint
    library.rename("Inception", "Mixed")
    assert library.read().blocks["Mixed"].root.origin.fingerprint == print_before
    library.rename("Mixed", "mixed")
    assert list(library.read().blocks) == ["mixed"]
    library.keep(design, "ConvReLU")
    with pytest.raises(LibraryError, match="already"):
        library.rename("mixed", "ConvReLU")
    library.remove("ConvReLU")
    with pytest.raises(LibraryError, match="inside"):
        library.rename("mixed", "ConvReLU")
    data = library.remove("mixed")
    assert library.read().blocks == {}
    library.put_back("mixed", data)
    assert list(library.read().blocks) == ["mixed"]
    with pytest.raises(LibraryError, match="already"):
        library.put_back("mixed", data)
    for act in (library.remove, lambda name: library.rename(name, "Other")):
        with pytest.raises(LibraryError, match="no block 'Gone'"):
            act("Gone")


def test_what_is_damaged_or_hostile_is_told_and_left_alone(library: PersonalLibrary, design: Design):
    library.keep(design, "ConvReLU")
    good = dump_document(Document(design))
    recursive = nodes.add_node(Design("R", {"R": design.blocks["ConvReLU"]}), "R", "ReLU")[0]
    text = dump_document(Document(Design("ConvReLU", {"ConvReLU": recursive.root}))).decode()
    itself = text.replace('"ConvReLU"', '"Itself"').replace('"kind": "ReLU"', '"kind": "Itself"', 1)
    bad = {
        "Cut": good[:300],
        "Empty": b"",
        "Noise": bytes(range(256)),
        "Deep": b"[" * 100_000,
        "Newer": b'{"blockyard": 99}',
        "Elsewhere": good,
        "Itself": itself.encode(),
        "import os": good.replace(b'"main": "GoogLeNet"', b'"main": "import os"'),
        "Large": b" " * (MAX_FILE_BYTES + 1),
    }
    for name, data in bad.items():
        (library.folder / f"{name}.blockyard").write_bytes(data)
    (library.folder / "Folder.blockyard").mkdir()
    (library.folder / "Loop.blockyard").symlink_to("Loop.blockyard")
    os.mkfifo(library.folder / "Pipe.blockyard")
    (library.folder / "notes.txt").write_text("not ours")
    before = sorted(path.name for path in library.folder.iterdir())
    kept = library.read()
    assert list(kept.blocks) == ["ConvReLU"]
    assert len(kept.faults) == len(bad) + 3
    for name in (*bad, "Folder", "Loop", "Pipe"):
        assert any(name in fault.message for fault in kept.faults), name
    assert sorted(path.name for path in library.folder.iterdir()) == before
    with pytest.raises(LibraryError, match="another block"):
        library.keep(design, "ConvReLU", "Cut")
    assert (library.folder / "Cut.blockyard").read_bytes() == bad["Cut"]


def test_a_folder_that_cannot_be_is_told(tmp_path: Path, design: Design):
    (tmp_path / "library").write_text("a file stands here")
    library = PersonalLibrary(tmp_path / "library")
    assert library.read().faults
    with pytest.raises(DocumentError):
        library.keep(design, "Inception")


def test_a_file_that_another_program_changed_is_read_again(library: PersonalLibrary, design: Design):
    library.keep(design, "Inception")
    one = library.read().blocks["Inception"]
    assert library.read().blocks["Inception"] is one
    changed = variables.add_variable(design, "Inception", "extra")
    PersonalLibrary(library.folder).keep(changed, "Inception", replacing=one.root.origin.fingerprint)
    assert "extra" in library.read().blocks["Inception"].root.defaults


def test_a_free_name_differs_in_more_than_capitals(design: Design):
    assert free_name("Stem", {}) == "Stem"
    assert free_name("Stem", {"stem": design, "Stem2": design}) == "Stem3"
