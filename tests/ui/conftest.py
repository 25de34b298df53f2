"""A whole window on the screen that is not there, in the dark theme."""

from __future__ import annotations

import weakref
from collections.abc import Callable, Iterator
from functools import partial

import pytest
import shiboken6
from PySide6.QtCore import QEvent, QTimer
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow

_PATIENCE_MS = 60_000  # a test says what has to come about, and not how fast: the machine may be busy

_started: weakref.WeakSet[QTimer] = weakref.WeakSet()


def _noting(start: Callable[..., None]) -> Callable[..., None]:
    def started(timer: QTimer, *interval: int) -> None:
        _started.add(timer)
        start(timer, *interval)

    return started


QTimer.start = _noting(QTimer.start)  # of the timers that Python starts


@pytest.fixture(autouse=True)
def _no_timer_left(qapp: QApplication) -> Iterator[None]:
    """Fails a test after which a timer goes on, although all windows are closed and what was to be deleted is."""
    yield
    if (focused := QApplication.focusWidget()) is not None:
        focused.clearFocus()  # an editor says what was typed while there is still somebody to hear it
    for _ in range(3):  # what is deleted may have something deleted in its turn
        qapp.processEvents()
        qapp.sendPostedEvents(None, QEvent.Type.DeferredDelete)
    left = [timer for timer in _started if shiboken6.isValid(timer) and timer.isActive()]
    of = [f"{type(timer.parent()).__name__} ({timer.interval()} ms)" for timer in left]
    for timer in left:
        timer.stop()
    assert not of, f"the test left timers running: {of}"


@pytest.fixture
def qtbot(qtbot: QtBot, monkeypatch: pytest.MonkeyPatch) -> QtBot:
    """The usual one, with more patience than its five seconds."""
    monkeypatch.setattr(qtbot, "waitUntil", partial(qtbot.waitUntil, timeout=_PATIENCE_MS))
    monkeypatch.setattr(qtbot, "waitSignal", partial(qtbot.waitSignal, timeout=_PATIENCE_MS))
    return qtbot


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
