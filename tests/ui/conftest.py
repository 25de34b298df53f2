"""A whole window on the screen that is not there, in the dark theme."""

from __future__ import annotations

from collections.abc import Callable, Iterator

import pytest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[Callable[..., MainWindow]]:
    """Opens the window on a preset, or on an empty canvas; what is not saved is let go at the end."""
    made: list[MainWindow] = []

    def opened(design: str | None = None, size: tuple[int, int] = (1440, 900)) -> MainWindow:
        window = MainWindow(Session.open(design) if design else Session(), ThemeFollower(qapp, "dark"))
        made.append(window)
        window.resize(*size)
        with qtbot.waitExposed(window):
            window.show()
        window.activateWindow()
        qtbot.waitUntil(window.isActiveWindow)
        return window

    yield opened
    for window in made:
        if window.training.running:
            qtbot.waitUntil(lambda window=window: window.training.control is not None)
            window.training.control.kill()
            qtbot.waitUntil(lambda window=window: not window.training.running)
        window._is_leaving = True
        window.close()
        window.deleteLater()
    qapp.processEvents()
