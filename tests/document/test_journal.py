"""Journals: all lines that were written whole count, one who lives keeps his own, and nothing is offered twice."""

from __future__ import annotations

import os
import subprocess
import sys
from itertools import pairwise
from pathlib import Path

import pytest

from designer.document.document import Document
from designer.document.journal import Journal, find_recoverable
from designer.document.presets import open_design
from designer.document.writing import dump_document
from designer.editing import nodes, parameters
from designer.engine.recipe import Recipe

CHILD = """
import os, sys
from pathlib import Path
from designer.document.journal import Journal
from designer.document.presets import open_design
kept = Journal(Path(sys.argv[1]), None, open_design("lenet_relu"))
print("ready", flush=True)
sys.stdin.read()
"""


def edited() -> list[Document]:
    """LeNet and what a few edits make of it."""
    first = open_design("lenet_relu")
    design, made = first.design, [first]
    inner = next(name for name in design.blocks if name != design.main)
    for change in (
        lambda d: nodes.add_node(d, d.main, "Conv2d", (1.0, 2.0))[0],
        lambda d: nodes.move(d, inner, {next(iter(d.blocks[inner].nodes)): (7.0, 8.0)}),
        lambda d: nodes.delete(d, d.main, [next(iter(d.root.nodes))]),
        lambda d: parameters.set_param(d, d.main, "fc", "num_classes", 3),
    ):
        design = change(design)
        made.append(Document(design, made[-1].recipe))
    return [*made, Document(design, Recipe(epochs=3))]


def close(journal: Journal) -> None:
    """As the system does when a process is killed."""
    journal._stream.close()


@pytest.fixture
def states() -> list[Document]:
    return edited()


def write(folder: Path, states: list[Document], path: Path | None = None) -> Journal:
    journal = Journal(folder, path, states[0])
    for state in states[1:]:
        journal.append(state, "Edit", False)
    return journal


def test_a_journal_brings_back_the_last_state(tmp_path: Path, states: list[Document]):
    close(write(tmp_path, states, tmp_path / "mine.blockyard"))
    (found,) = find_recoverable(tmp_path)
    assert dump_document(found.document) == dump_document(states[-1])
    assert (found.title, found.path) == ("mine", tmp_path / "mine.blockyard")
    found.discard()
    assert not list(tmp_path.iterdir())


def test_cut_anywhere_it_brings_back_all_that_was_written_whole(tmp_path: Path, states: list[Document]):
    journal = write(tmp_path, states)
    close(journal)
    data = journal.file.read_bytes()
    ends = [at + 1 for at, byte in enumerate(data) if byte == ord("\n")]
    assert len(ends) == 1 + len(states)
    for start, end in pairwise(ends):
        for cut in {start, (start + end) // 2, end - 1}:
            journal.file.write_bytes(data[:cut])
            found = find_recoverable(tmp_path)
            whole = sum(at <= cut for at in ends) - 1
            assert [dump_document(f.document) for f in found] == [dump_document(s) for s in states[:whole][-1:]]
            for each in found:
                each.release()


def test_garbage_in_the_midst_ends_what_is_brought_back(tmp_path: Path, states: list[Document]):
    journal = write(tmp_path, states)
    close(journal)
    lines = journal.file.read_bytes().splitlines(keepends=True)
    for garbage in (b"\0\0\0\n", b"[]\n", b"{}\n", b'{"delta": {"tree": 3}}\n', b'{"delta": 7}\n', b"\xff\n"):
        journal.file.write_bytes(b"".join([*lines[:3], garbage, *lines[3:]]))
        (found,) = find_recoverable(tmp_path)
        assert dump_document(found.document) == dump_document(states[1])
        found.release()


def test_what_says_nothing_is_not_offered_and_swept_when_old(tmp_path: Path):
    for name, data in (("empty", b""), ("foreign", b"hello\nworld\n"), ("half", b'{"design": "x"}\n{"docu')):
        (tmp_path / f"{name}.journal").write_bytes(data)
    assert find_recoverable(tmp_path) == []
    assert len(list(tmp_path.iterdir())) == 3  # somebody may be about to write
    for file in tmp_path.iterdir():
        os.utime(file, (0, 0))
    assert find_recoverable(tmp_path) == []
    assert not list(tmp_path.iterdir())
    assert find_recoverable(tmp_path / "none") == []


def test_what_was_saved_in_the_end_is_not_offered(tmp_path: Path, states: list[Document]):
    journal = write(tmp_path, states)
    journal.append(states[0], "Undo", True)
    close(journal)
    assert find_recoverable(tmp_path) == []
    assert not list(tmp_path.iterdir())


def test_of_two_files_of_one_design_the_later_counts(tmp_path: Path, states: list[Document]):
    first = write(tmp_path, states[:3])
    old = first.file.read_bytes()
    second = first.next(states[3])
    assert not first.file.exists()
    second.append(states[4], "Edit", False)
    close(second)
    first.file.write_bytes(old)  # as if it had been stopped just before it deleted the old one
    (found,) = find_recoverable(tmp_path)
    assert dump_document(found.document) == dump_document(states[4])
    assert len(list(tmp_path.iterdir())) == 1
    found.discard()


def test_a_journal_is_bounded(tmp_path: Path, states: list[Document]):
    journal = Journal(tmp_path, None, states[0])
    journal._room = 2000
    turns = 0
    while not journal.is_full:
        journal.append(states[turns % 2], "Edit", False)
        turns += 1
    assert 2 <= turns < 20
    journal.discard()


def test_the_journal_of_one_who_lives_is_nobody_elses(tmp_path: Path):
    command = [sys.executable, "-c", CHILD, str(tmp_path)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE) as child:
        assert child.stdout.readline().strip() == b"ready"
        assert find_recoverable(tmp_path) == []
        child.kill()
    (found,) = find_recoverable(tmp_path)
    assert find_recoverable(tmp_path) == []  # it is held by whoever found it first
    found.discard()


def test_a_full_disk_leaves_the_journal_as_it_was(tmp_path: Path, states: list[Document], monkeypatch):
    journal = write(tmp_path, states[:3])
    before = journal.file.read_bytes()

    class Full:
        """A stream whose disk is full in mid-line."""

        def __init__(self, stream):
            self._stream = stream

        def __getattr__(self, name: str):
            return getattr(self._stream, name)

        def write(self, data: bytes) -> int:
            return self._stream.write(data[:5])

    stream = journal._stream
    journal._stream = Full(stream)
    with pytest.raises(OSError, match="No space left"):
        journal.append(states[3], "Edit", False)
    assert journal.file.read_bytes() == before
    journal._stream = stream
    journal.append(states[3], "Edit", False)
    close(journal)
    (found,) = find_recoverable(tmp_path)
    assert dump_document(found.document) == dump_document(states[3])
    found.discard()
