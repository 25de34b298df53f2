"""What is not needed for the first paint: made in idle time, or before, where a person asks for it."""

from __future__ import annotations

from collections.abc import Callable
from itertools import count

import pytest
from PySide6.QtCore import QObject, Qt, QTimer
from PySide6.QtWidgets import QTabBar
from pytestqt.qtbot import QtBot

from designer.ui.idle import Idle
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton


def test_a_step_is_done_a_turn_until_it_is_stopped(qtbot: QtBot):
    parent, done, turns = QObject(), [], []
    idle = Idle((done.append(len(turns)) for _ in count()), parent)
    timer = QTimer(parent, interval=0)
    timer.timeout.connect(lambda: turns.append(len(done)))
    timer.start()
    idle.start()
    assert done == []
    qtbot.waitUntil(lambda: len(done) > 20)
    idle.stop()
    last = len(done)
    qtbot.waitUntil(lambda: turns.count(last) > 20)
    assert len(done) == last
    assert len(set(done)) > 10  # other things had their turn in between
    idle.start()
    qtbot.waitUntil(lambda: len(done) > last)
    idle.stop()


def test_the_rest_is_made_in_idle_time_and_moves_nothing(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    assert set(window.panels.makers) == {"data", "results"}
    assert not window.top.recipe.has_form
    seen = [window.panel, *(dock for key, dock in window.panels.docks.items() if window.panels.is_shown(key))]
    before = [part.geometry() for part in seen]
    qtbot.waitUntil(lambda: "start" in vars(window.central))  # the last of the steps
    assert not window.panels.makers
    assert window.top.recipe.form.editor("device").text() == "auto"
    assert [part.geometry() for part in seen] == before
    assert all(dock.widget() is not None for dock in window.panels.docks.values())


def test_a_panel_is_there_for_a_click_that_comes_before(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    tabs, at = next(
        (bar, index)
        for bar in window.findChildren(QTabBar)
        for index in range(bar.count())
        if bar.tabText(index) == "Results"
    )
    qtbot.mouseClick(tabs, LEFT, pos=tabs.tabRect(at).center())
    assert window.panels.is_shown("results")
    assert window.panels.docks["results"].widget() is window.later.reviewing.dock
    assert window.later.reviewing.dock.isVisible()
    assert set(window.panels.makers) == {"data"}


def test_a_panel_that_was_in_front_the_last_time_is_made_at_once(open_window: Open):
    window = open_window("lenet_sigmoid")
    window.panels.show("data")
    window.panels.keep()
    again = open_window("lenet_sigmoid")
    assert again.panels.is_shown("data")
    assert set(again.panels.makers) == {"results"}
