"""What nobody expected: the window says so, keeps a log, and stays."""

from __future__ import annotations

import sys

import pytest
from PySide6.QtWidgets import QApplication

from designer.base.errors import BlockyardError
from designer.base.paths import data_dir
from designer.session.session import Session
from designer.ui import app
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support")


@pytest.fixture
def window(qtbot, monkeypatch):
    monkeypatch.setattr(sys, "excepthook", sys.excepthook)
    shown = MainWindow(Session(), ThemeFollower(QApplication.instance(), "dark"))
    qtbot.addWidget(shown)
    app._catch_the_unexpected(shown)
    return shown


def test_a_fault_is_told_and_kept_in_a_log(window):
    try:
        raise ZeroDivisionError("a fault of our own")
    except ZeroDivisionError as error:
        sys.excepthook(ZeroDivisionError, error, error.__traceback__)
    told = window.toasts.shown[-1].text
    assert "ZeroDivisionError" in told
    assert "Your design is as it was" in told
    log = (data_dir() / "log.txt").read_text("utf-8")
    assert "a fault of our own" in log
    assert "test_app.py" in log


def test_bad_input_is_told_in_its_own_words(window):
    error = BlockyardError("The box has no lid.", fix="Look under the table.")
    sys.excepthook(BlockyardError, error, None)
    assert window.toasts.shown[-1].text == "The box has no lid. Look under the table."
    assert not (data_dir() / "log.txt").exists()
