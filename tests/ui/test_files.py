"""Files that others have in hand too: what they do is told at once, and nothing is lost, whatever one answers."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox
from pytestqt.qtbot import QtBot

from designer.document.on_disk import DiskState
from designer.document.versions import version_name
from designer.editing.differences import differences
from designer.session.session import Session
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton
CTRL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "work" / "net.blockyard"
    path.parent.mkdir()
    Session.open("lenet_relu").save_as(path)
    return path


def edit(window: MainWindow) -> None:
    window.session.edit("Change", lambda _design: Session.open("lenet_sigmoid").design)


def put(path: Path, how: str = "replaced") -> None:
    """As another program saves VGG: in place, or a new file that is renamed over the old one."""
    data = path.with_name("other")
    Session.open("vgg11_small").save_as(data)
    if how == "written":
        path.write_bytes(data.read_bytes())
        data.unlink()
    else:
        data.replace(path)


def press(window: MainWindow, words: str) -> None:
    button = next(button for button in window.central.file.buttons if button.text() == words)
    QTest.mouseClick(button, LEFT)


def answer(qtbot: QtBot, words: str) -> None:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    qtbot.mouseClick(next(button for button in box.buttons() if button.text().replace("&", "") == words), LEFT)


def changed(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.waitUntil(lambda: window.session.disk_state is DiskState.CHANGED)
    assert window.central.file.isVisible()
    assert window.central.file.words.text() == "net.blockyard was changed by another program."


def save(qtbot: QtBot, window: MainWindow) -> None:
    qtbot.keyClick(window.panel.view, Qt.Key.Key_S, CTRL)


def kinds(path: Path) -> set[str]:
    return set(Session.open(str(path)).design.blocks)


LENET, SIGMOID, VGG = ({*Session.open(name).design.blocks} for name in ("lenet_relu", "lenet_sigmoid", "vgg11_small"))


@pytest.mark.parametrize("how", ["written", "replaced"])
def test_a_file_that_another_program_saves_is_told_at_once_each_time(
    qtbot: QtBot, open_window: Open, path: Path, how: str
):
    window = open_window(str(path))
    before = path.read_bytes()
    put(path, how)
    changed(qtbot, window)
    assert not window.session.is_saved
    path.write_bytes(before)
    qtbot.waitUntil(lambda: window.session.disk_state is DiskState.SAME)
    assert not window.central.file.isVisible()
    put(path, how)
    changed(qtbot, window)
    press(window, "Reload")
    qtbot.waitUntil(lambda: window.session.is_saved)
    assert set(window.session.design.blocks) == VGG
    assert not window.central.file.isVisible()
    qtbot.keyClick(window.panel.view, Qt.Key.Key_Z, CTRL)
    assert set(window.session.design.blocks) == LENET
    path.write_bytes(before)  # and it is watched still
    changed(qtbot, window)


def test_ones_own_saves_are_not_told(qtbot: QtBot, open_window: Open, path: Path):
    window = open_window(str(path))
    for _ in range(3):
        edit(window)
        save(qtbot, window)
        assert window.session.is_saved
        with qtbot.waitSignal(window.files.watch.looked):
            pass
        assert window.session.disk_state is DiskState.SAME
        assert not window.central.file.isVisible()


@pytest.mark.parametrize(
    ("words", "there", "beside", "version", "shown"),
    [
        ("Overwrite", SIGMOID, None, VGG, SIGMOID),
        ("Keep both", VGG, SIGMOID, LENET, SIGMOID),
        ("Reload", VGG, None, SIGMOID, VGG),
        ("Cancel", VGG, None, LENET, SIGMOID),
    ],
)
def test_on_saving_one_chooses_and_nothing_is_lost(
    qtbot: QtBot,
    open_window: Open,
    path: Path,
    words: str,
    there: set[str],
    beside: set[str] | None,
    version: set[str],
    shown: set[str],
):
    window = open_window(str(path))
    other = Session.open(str(path))
    edit(window)
    other.edit("Change", lambda _design: Session.open("vgg11_small").design)
    other.save()

    save(qtbot, window)
    answer(qtbot, words)
    qtbot.waitUntil(lambda: words == "Cancel" or window.session.is_saved)

    assert kinds(path) == there
    assert set(window.session.design.blocks) == shown
    assert kinds(version_name(path, 1)) == version
    copy = path.with_name("net-2.blockyard")
    assert copy.exists() == (beside is not None)
    if beside is not None:
        assert kinds(copy) == beside
        assert window.session.path == copy
    if words != "Reload":
        assert "Change" in window.session.history.names


def test_what_differs_is_told_in_words_and_then_one_chooses(qtbot: QtBot, open_window: Open, path: Path):
    window = open_window(str(path))
    put(path)
    changed(qtbot, window)
    press(window, "Compare…")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    box = QApplication.activeModalWidget()
    assert "•  Block LeNet is gone." in box.informativeText()
    assert "•  The recipe is another one." in box.informativeText()
    answer(qtbot, "Overwrite")
    qtbot.waitUntil(lambda: window.session.is_saved)
    assert kinds(path) == LENET
    assert kinds(version_name(path, 1)) == VGG


def test_a_file_that_goes_is_told_and_can_be_put_back(qtbot: QtBot, open_window: Open, path: Path):
    window = open_window(str(path))
    path.rename(path.with_name("elsewhere"))
    qtbot.waitUntil(lambda: window.session.disk_state is DiskState.GONE)
    assert window.central.file.words.text().startswith("net.blockyard is not there any more")
    assert not window.session.is_saved
    press(window, "Save")
    assert window.session.is_saved
    assert kinds(path) == LENET


def test_a_folder_that_goes_and_comes_back_is_told(qtbot: QtBot, open_window: Open, path: Path):
    window = open_window(str(path))
    path.parent.rename(path.parent.with_name("away"))
    qtbot.waitUntil(lambda: window.session.disk_state is DiskState.GONE)
    path.parent.with_name("away").rename(path.parent)
    window.files.watch.look()  # as where one comes back to the window
    qtbot.waitUntil(lambda: window.session.disk_state is DiskState.SAME)
    assert window.session.is_saved
    assert not window.central.file.isVisible()


def test_before_closing_the_conflict_is_put_too(qtbot: QtBot, open_window: Open, path: Path):
    window = open_window(str(path))
    edit(window)
    put(path)
    window.close()
    answer(qtbot, "Save")
    answer(qtbot, "Keep both")
    qtbot.waitUntil(lambda: not window.isVisible())
    assert kinds(path) == VGG
    assert kinds(path.with_name("net-2.blockyard")) == SIGMOID


def test_a_file_that_is_open_in_another_window_is_told(qtbot: QtBot, open_window: Open, path: Path):
    code = (
        "import sys; from pathlib import Path; from designer.session.open_mark import OpenMark\n"
        "mark = OpenMark(Path(sys.argv[1])); print(mark.is_ours, flush=True); sys.stdin.read(1)"
    )
    with subprocess.Popen([sys.executable, "-c", code, str(path)], stdin=-1, stdout=-1) as other:
        assert other.stdout.readline() == b"True\n"
        window = open_window(str(path))
        assert window.central.file.isVisible()
        assert window.central.file.words.text().startswith("net.blockyard is open in another window of Blockyard")
        assert window.session.is_saved
        other.kill()
    window.files.watch.look()
    qtbot.waitUntil(lambda: not window.central.file.isVisible())


def test_two_windows_of_one_program_tell_each_other(qtbot: QtBot, open_window: Open, path: Path):
    first, second = open_window(str(path)), open_window(str(path))
    assert not first.central.file.isVisible()
    assert second.central.file.isVisible()
    edit(first)
    first.documents.save()
    qtbot.waitUntil(lambda: second.session.disk_state is DiskState.CHANGED)


def test_differences_are_none_between_equal_designs_and_told_between_others():
    designs = [Session.open(name).design for name in ("lenet_relu", "lenet_sigmoid", "vgg11_small")]
    for one in designs:
        for other in designs:
            assert bool(list(differences(one, other))) == (one != other)
