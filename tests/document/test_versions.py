"""What a save replaces is kept, several versions back; and whoever else has the file in hand is seen."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document import versions
from designer.document.document import DocumentError
from designer.document.on_disk import DiskState, OnDisk
from designer.document.versions import MOST_VERSIONS, keep_bytes, keep_version, version_name
from designer.document.writing import write_atomically
from designer.session.open_mark import OpenMark
from designer.session.session import ChangedOnDiskError, Session


def save(path: Path, data: bytes) -> None:
    keep_version(path, data)
    write_atomically(path, data)


def kept(path: Path) -> list[bytes]:
    names = (version_name(path, number) for number in range(1, 99))
    return [name.read_bytes() for name in names if name.exists()]


def test_the_last_five_versions_are_kept_the_newest_first(tmp_path: Path):
    path = tmp_path / "net.blockyard"
    for number in range(9):
        save(path, b"version %d" % number)

    assert path.read_bytes() == b"version 8"
    assert kept(path) == [b"version %d" % number for number in (7, 6, 5, 4, 3)]
    assert len(list(tmp_path.iterdir())) == 1 + MOST_VERSIONS


def test_a_save_that_changes_nothing_pushes_no_version_out(tmp_path: Path):
    path = tmp_path / "net.blockyard"
    for data in (b"a", b"b", b"b", b"b"):
        save(path, data)

    assert kept(path) == [b"a"]


def test_a_gap_is_filled_before_the_oldest_goes(tmp_path: Path):
    path = tmp_path / "net.blockyard"
    for number in range(6):
        save(path, b"%d" % number)
    version_name(path, 2).unlink()  # as where it was stopped in the middle

    save(path, b"new")

    assert kept(path) == [b"5", b"4", b"2", b"1", b"0"]


def test_where_there_are_no_links_a_copy_is_made(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    def refuse(*_: object) -> None:
        raise PermissionError(1, "no links")

    monkeypatch.setattr(versions.os, "link", refuse)
    save(tmp_path / "net", b"a")
    save(tmp_path / "net", b"b")

    assert kept(tmp_path / "net") == [b"a"]


def test_of_a_link_the_file_behind_it_keeps_its_versions(tmp_path: Path):
    (tmp_path / "folder").mkdir()
    real, link = tmp_path / "folder" / "net.blockyard", tmp_path / "link.blockyard"
    real.write_bytes(b"a")
    link.symlink_to(real)

    save(link, b"b")

    assert link.is_symlink()
    assert kept(real) == [b"a"]


def test_what_cannot_be_kept_is_told_and_the_file_is_untouched(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    path = tmp_path / "net.blockyard"
    path.write_bytes(b"a")
    version_name(path, 1).mkdir()
    (version_name(path, 1) / "x").touch()
    for number in range(2, MOST_VERSIONS + 1):
        version_name(path, number).mkdir()
        (version_name(path, number) / "x").touch()

    with pytest.raises(DocumentError, match=r"cannot be kept as net\.blockyard\.1\.bak"):
        keep_version(path, b"b")
    assert path.read_bytes() == b"a"


@settings(max_examples=60)
@given(st.lists(st.binary(max_size=3), min_size=1, max_size=12))
def test_no_more_than_the_oldest_is_ever_lost(tmp_path_factory: pytest.TempPathFactory, contents: list[bytes]):
    path = tmp_path_factory.mktemp("x") / "net"
    expected: list[bytes] = []
    for before, data in zip([None, *contents], contents, strict=False):
        save(path, data)
        if before is not None and before != data:
            expected = [before, *expected][:MOST_VERSIONS]
    assert kept(path) == expected


# -- what others do --------------------------------------------------------------------------------------------------


def test_a_file_is_the_same_until_somebody_writes_something_else(tmp_path: Path):
    path = tmp_path / "net"
    path.write_bytes(b"a")
    disk = OnDisk.of(path)
    assert disk.look() == (DiskState.SAME, disk)
    (tmp_path / "new").write_bytes(b"a")
    (tmp_path / "new").replace(path)  # as other editors save
    state, disk = disk.look()
    assert state is DiskState.SAME
    os.utime(path)
    assert disk.look()[0] is DiskState.SAME
    (tmp_path / "new").write_bytes(b"b")
    (tmp_path / "new").replace(path)
    assert disk.look()[0] is DiskState.CHANGED
    path.write_bytes(b"a")
    assert disk.look()[0] is DiskState.SAME
    path.unlink()
    assert disk.look()[0] is DiskState.GONE
    path.mkdir()
    assert disk.look()[0] is DiskState.CHANGED


def test_two_writings_within_a_tick_of_the_clock_are_told_apart_where_it_counts(tmp_path: Path):
    path = tmp_path / "net"
    path.write_bytes(b"a")
    disk, status = OnDisk.of(path), path.stat()
    path.write_bytes(b"b")
    os.utime(path, ns=(status.st_atime_ns, status.st_mtime_ns))

    assert disk.look(closely=True)[0] is DiskState.CHANGED


def test_ones_own_save_is_no_change(tmp_path: Path):
    session = Session.open("lenet_relu")
    session.save_as(tmp_path / "net.blockyard")

    for _ in range(3):
        assert session.disk.look(closely=True)[0] is DiskState.SAME
        session.save()
    assert session.is_saved


def test_a_session_does_not_write_over_what_somebody_else_wrote(tmp_path: Path):
    path = tmp_path / "net.blockyard"
    Session.open("lenet_relu").save_as(path)
    first, second = Session.open(str(path)), Session.open(str(path))
    theirs = Session.open("vgg11_small")
    theirs.save_as(path)

    with pytest.raises(ChangedOnDiskError):
        first.save()
    assert not first.is_saved  # what it holds is in no file
    first.edit("Change", lambda design: Session.open("lenet_sigmoid").design)
    first.save_as(path, overwrite=True)
    assert first.is_saved
    assert Session.open(str(version_name(path, 1))).design == theirs.design
    with pytest.raises(ChangedOnDiskError):
        second.save_as(path)
    second.save_as(tmp_path / "other.blockyard")
    assert second.is_saved


def test_what_is_reloaded_is_a_step_and_what_was_not_saved_is_kept(tmp_path: Path):
    path = tmp_path / "net.blockyard"
    Session.open("lenet_relu").save_as(path)
    session = Session.open(str(path))
    session.edit("Rename", lambda design: Session.open("lenet_sigmoid").design)
    ours = session.design
    theirs = Session.open("vgg11_small")
    theirs.save_as(path)

    disk = OnDisk.of(path)
    copy = session.reload(Session.open(str(path)).document, disk)

    assert session.is_saved
    assert session.design == theirs.design
    assert Session.open(str(copy)).design == ours
    session.undo()
    assert session.design is ours
    assert not session.is_saved
    session.undo()
    assert session.design == Session.open("lenet_relu").design


def test_what_is_gone_can_be_saved_again(tmp_path: Path):
    path = tmp_path / "net.blockyard"
    Session.open("lenet_relu").save_as(path)
    session = Session.open(str(path))
    path.unlink()
    session.saw_file(session.disk, *session.disk.look())
    assert session.disk_state is DiskState.GONE
    assert not session.is_saved

    session.save()

    assert session.is_saved
    assert path.exists()


def test_keeping_bytes_is_a_version_too(tmp_path: Path):
    assert keep_bytes(tmp_path / "net", b"ours") == version_name(tmp_path / "net", 1)
    assert kept(tmp_path / "net") == [b"ours"]


# -- who has it open -------------------------------------------------------------------------------------------------

_CHILD = """
import sys
from pathlib import Path
from designer.session.open_mark import OpenMark
mark = OpenMark(Path(sys.argv[1]))
print("ours" if mark.is_ours else "theirs", flush=True)
sys.stdin.read(1)
mark.release()
"""


def child(path: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", _CHILD, str(path)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    )
    process.told = process.stdout.readline().strip()
    return process


def test_another_process_that_has_the_file_open_is_seen_until_it_ends(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    monkeypatch.setenv("BLOCKYARD_DATA_DIR", str(tmp_path / "data"))
    path, link = tmp_path / "net.blockyard", tmp_path / "link.blockyard"
    path.touch()
    link.symlink_to(path)
    with child(path) as other:
        assert other.told == "ours"
        mark = OpenMark(link)  # whatever name it was opened by
        assert not mark.is_ours
        other.stdin.write("x")
        other.stdin.flush()
        other.wait()
    assert mark.take()
    mark.release()
    with child(path) as other:
        assert other.told == "ours"
        other.kill()  # what it leaves behind says nothing
    mark = OpenMark(path)
    assert mark.is_ours
    with child(path) as other:
        assert other.told == "theirs"
        other.stdin.write("x")
    mark.release()
    assert not list((tmp_path / "data" / "open").iterdir())


def test_where_no_marks_can_be_kept_nobody_is_in_the_way(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "data").touch()
    monkeypatch.setenv("BLOCKYARD_DATA_DIR", str(tmp_path / "data"))

    mark = OpenMark(tmp_path / "net")

    assert mark.is_ours
    mark.release()
