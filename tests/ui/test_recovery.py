"""After a crash: what was not saved is offered in words, and comes back, or is let go."""

from __future__ import annotations

import os
import random
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QDateTime, Qt
from pytestqt.qtbot import QtBot

from designer.document.journal import Journal
from designer.document.presets import open_design
from designer.editing import nodes
from designer.session.autosave import journals_dir, recoverable
from designer.session.session import Session
from designer.ui.window import MainWindow
from tests.session.killed_while_editing import state_of

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton
ROOT = Path(__file__).parent.parent.parent


def crash(name: str = "lenet_relu", path: Path | None = None) -> Session:
    """Leave a journal as a killed window does. Returns a session in the state that it holds."""
    session = Session(open_design(name), path)
    journal = Journal(journals_dir(), path, session.document)
    session.edit("Delete", lambda d: nodes.delete(d, d.main, [next(iter(d.root.nodes))]))
    journal.append(session.document, "Delete", False)
    journal._stream.close()
    return session


def offered(qtbot: QtBot, window: MainWindow) -> str:
    qtbot.waitUntil(window.central.recovery.isVisible)
    return window.central.recovery.words.text()


def kept() -> list[Path]:
    return list(journals_dir().glob("*"))


def test_what_was_not_saved_is_offered_and_brought_back(qtbot: QtBot, open_window: Open):
    before = crash()
    window = open_window()
    words = offered(qtbot, window)
    clock = QDateTime.currentDateTime()
    assert words.startswith("LeNet with ReLU was not saved when Blockyard stopped ")
    assert str(clock.time().minute()) in words or str(clock.addSecs(-60).time().minute()) in words
    recover, discard = window.central.recovery.buttons
    assert (recover.text(), discard.text()) == ("Recover", "Discard")
    qtbot.mouseClick(recover, LEFT)
    qtbot.waitUntil(lambda: window.session.title == "LeNet with ReLU")
    assert state_of(window.session) == state_of(before)
    assert not window.session.is_saved
    assert not window.central.recovery.isVisible()
    assert len(kept()) == 1  # its own, should this window be killed too
    assert recoverable() == []


def test_a_file_comes_back_as_its_file_in_place_of_its_untouched_tab(qtbot: QtBot, open_window: Open, tmp_path: Path):
    path = tmp_path / "mine.blockyard"
    Session.open("lenet_relu").save_as(path)
    crash(path=path)
    window = open_window(str(path))
    assert "mine was not saved" in offered(qtbot, window)
    qtbot.mouseClick(window.central.recovery.buttons[0], LEFT)
    qtbot.waitUntil(lambda: not window.session.is_saved)
    assert [design.session.path for design in window.tabs] == [path]
    qtbot.keyClick(window.panel.view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert window.session.is_saved
    assert kept() == []
    assert len(Session.open(str(path)).design.root.nodes) == 3


def test_what_is_discarded_can_be_taken_back_for_a_moment(qtbot: QtBot, open_window: Open):
    crash()
    crash("alexnet")
    window = open_window()
    words = offered(qtbot, window)
    assert words.startswith("2 designs were not saved when Blockyard stopped ")
    assert "AlexNet, LeNet with ReLU" in words
    qtbot.mouseClick(window.central.recovery.buttons[1], LEFT)
    toast = window.toasts.shown[-1]
    assert toast.text == "Discarded AlexNet, LeNet with ReLU"
    qtbot.mouseClick(toast.action_button, LEFT)
    assert window.central.recovery.isVisible()
    assert len(kept()) == 2
    qtbot.mouseClick(window.central.recovery.buttons[1], LEFT)
    window.toasts.shown[-1].leave()
    qtbot.waitUntil(lambda: kept() == [])


def test_not_now_means_at_the_next_start(qtbot: QtBot, open_window: Open):
    crash()
    window = open_window()
    offered(qtbot, window)
    qtbot.mouseClick(window.central.recovery.close_button, LEFT)
    assert not window.central.recovery.isVisible()
    assert window.panel.view.hasFocus()  # the keys of the canvas work on
    window.close()
    (left,) = recoverable()
    left.release()


def test_after_an_answer_by_mouse_or_by_key_the_keys_reach_the_canvas(qtbot: QtBot, open_window: Open):
    crash()
    window = open_window()
    offered(qtbot, window)
    discard = window.central.recovery.buttons[1]
    discard.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(discard, Qt.Key.Key_Space)
    assert not window.central.recovery.isVisible()
    assert window.panel.view.hasFocus()
    qtbot.mouseClick(window.toasts.shown[-1].action_button, LEFT)  # taken back
    qtbot.waitUntil(window.central.recovery.isVisible)
    assert window.panel.view.hasFocus()
    qtbot.mouseClick(window.central.recovery.buttons[0], LEFT)
    qtbot.waitUntil(lambda: window.session.title == "LeNet with ReLU")
    assert window.panel.view.hasFocus()


def test_nothing_is_kept_of_what_was_closed_or_saved(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("lenet_relu")
    window.canvas.adding.add_behind("ReLU")
    assert len(kept()) == 1
    window.session.save_as(tmp_path / "mine.blockyard")
    assert kept() == []
    window.canvas.adding.add_behind("ReLU")
    window.documents.new()
    window.canvas.adding.add_behind("ReLU")
    assert len(kept()) == 2
    window.tabs.close(window.tabs.current)
    assert len(kept()) == 1
    window._is_leaving = True
    window.close()
    assert kept() == []


def test_an_edit_reaches_the_disk_a_moment_later(qtbot: QtBot, open_window: Open, monkeypatch):
    synced: list[int] = []
    monkeypatch.setattr(os, "fsync", synced.append)
    window = open_window("lenet_relu")
    window.canvas.adding.add_behind("ReLU")
    assert not synced  # not in the window's thread
    qtbot.waitUntil(lambda: len(synced) == 1)


def test_a_folder_that_cannot_be_written_is_told_once_and_editing_goes_on(qtbot: QtBot, open_window: Open, tmp_path):
    journals_dir().parent.mkdir(parents=True)
    journals_dir().write_text("a file where the folder should be")
    window = open_window("lenet_relu")
    for _ in range(2):
        window.canvas.adding.add_behind("ReLU")
    assert len(window.session.design.root.nodes) == 6
    told = [toast.text for toast in window.toasts.shown]
    assert len(told) == 1
    assert "cannot be kept in case of a crash" in told[0]


@pytest.mark.parametrize("seed", [1, 2, 3])
def test_a_window_that_is_killed_in_mid_typing_loses_at_most_the_last_edit(seed: int):
    command = [sys.executable, "-m", "tests.ui.killed_window", str(seed)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True, cwd=ROOT) as child:
        lines = [child.stdout.readline() for _ in range(random.Random(seed).randrange(4, 40))]
        child.kill()
        lines += [line for line in child.stdout if line.endswith("\n")]
        errors = child.stderr.read()
    assert all(line[:1] in "+-" for line in lines if line), errors
    finished = next((line[1:].strip() for line in reversed(lines) if line.startswith("+")), "")
    begun = next(line[1:].strip() for line in reversed(lines) if line.startswith("-"))
    found = recoverable()
    states = [state_of(Session(each.document)) for each in found] or [state_of(Session.open("lenet_relu"))]
    for each in found:
        each.discard()
    assert len(states) == 1
    assert states[0] in (finished, begun)


# -- a damaged file ----------------------------------------------------------------------------------------------------


def damaged(path: Path) -> bytes:
    """LeNet with one node that cannot be read."""
    Session.open("lenet_relu").save_as(path)
    data = path.read_bytes().replace(b'{"id": "fc"', b'{"id: "fc"')
    path.write_bytes(data)
    return data


def test_a_damaged_file_opens_with_what_can_be_read_and_is_kept(qtbot: QtBot, open_window: Open, tmp_path: Path):
    path = tmp_path / "mine.blockyard"
    data = damaged(path)
    window = open_window()
    window.documents.open(str(path))
    qtbot.waitUntil(lambda: window.session.path == path)
    assert list(window.session.design.root.nodes) == ["input", "conv", "output"]
    assert window.top.tabs.tabText(window.top.tabs.currentIndex()) == "mine (recovered)"
    notice = window.central.damage
    assert notice.isVisible()
    assert notice.words.text().startswith("mine.blockyard is damaged. 3 things could not be read.")
    qtbot.mouseClick(notice.buttons[0], LEFT)
    assert '•  Block LeNet: this cannot be read: {"id: "fc"' in notice.words.text()
    window.documents.new()
    assert not notice.isVisible()
    window.tabs.step(1)
    assert notice.isVisible()
    assert path.read_bytes() == data
    qtbot.keyClick(window.panel.view, Qt.Key.Key_S, Qt.KeyboardModifier.ControlModifier)
    assert window.session.is_saved
    assert (tmp_path / "mine.blockyard.bak").read_bytes() == data
    assert window.toasts.shown[-1].text == "Saved mine.blockyard; the damaged file is kept as mine.blockyard.bak"
    assert not notice.isVisible()
    assert window.top.tabs.tabText(window.top.tabs.currentIndex()) == "mine"
    assert Session.open(str(path)).losses == ()


def test_a_damaged_file_that_was_opened_when_the_window_died_is_kept_too(tmp_path: Path):
    path = tmp_path / "mine.blockyard"
    data = damaged(path)
    session = Session.recovered(Session.open(str(path)).document, path)
    assert session.save_as(path) == tmp_path / "mine.blockyard.bak"
    path.write_bytes(data)
    assert Session.open(str(path)).save_as(path) == tmp_path / "mine.blockyard.bak2"  # the older copy stays
    assert Session.open(str(path)).save_as(path) is None


def test_under_another_name_the_damaged_file_stays_where_it_is(tmp_path: Path):
    path = tmp_path / "mine.blockyard"
    data = damaged(path)
    session = Session.open(str(path))
    assert session.save_as(tmp_path / "other.blockyard") is None
    assert path.read_bytes() == data
    assert sorted(file.name for file in tmp_path.iterdir()) == ["mine.blockyard", "other.blockyard"]
