"""The whole window with many nodes: from a key press in the inspector to the repainted canvas; opening, panning, zoom.

Figures only; nothing here fails for being slow. The aims: a median of 16 ms for the key press at 1,000 nodes, and a
window that opens 10,000 nodes and pans over them. Run it with `--benchmark-enable`, and nothing else meanwhile; where
something else does run, with `--benchmark-timer=time.process_time` as well.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from itertools import cycle
from pathlib import Path
from time import perf_counter

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, QPointF, Qt, QTimer
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.document.writing import write_document
from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow
from tests.benchmarks.test_canvas_speed import chain_with_skips

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
OpenWindow = Callable[[Session | None], MainWindow]


class Painted(QObject):
    """Whether a widget has been painted since `forget`."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.is_painted = False
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.is_painted = self.is_painted or event.type() == QEvent.Type.Paint
        return False

    def await_after(self, act: Callable[[], object]) -> None:
        """Do something, and let the window live on until the widget is painted."""
        self.is_painted = False
        act()
        while not self.is_painted:
            QApplication.processEvents()


class Stalls(QObject):
    """The longest time for which the window's thread did nothing else, as a timer of one millisecond finds it."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self.longest_s = 0.0
        self._last = perf_counter()
        timer = QTimer(self, interval=1, timerType=Qt.TimerType.PreciseTimer)
        timer.timeout.connect(self._tick)
        timer.start()

    def _tick(self) -> None:
        now = perf_counter()
        self._last, self.longest_s = now, max(self.longest_s, now - self._last)


@pytest.fixture
def open_window(qtbot: QtBot, qapp: QApplication) -> Iterator[OpenWindow]:
    font, sheet = qapp.font(), qapp.styleSheet()

    def opened(session: Session | None) -> MainWindow:
        window = MainWindow(session, ThemeFollower(qapp, "dark"))
        qtbot.addWidget(window, before_close_func=lambda made: [tab.session.history.mark_saved() for tab in made.tabs])
        window.resize(1600, 1000)
        with qtbot.waitExposed(window):
            window.show()
        return window

    yield opened
    qapp.setFont(font)
    qapp.setStyleSheet(sheet)


def test_from_a_key_press_to_the_repainted_canvas(benchmark, qtbot: QtBot, open_window: OpenWindow) -> None:
    """Digits typed behind the 16 of a convolution in the middle, and taken away again."""
    window = open_window(Session(Document(chain_with_skips(1000))))
    panel = window.panel
    panel.view.zoom_to(1.0)
    panel.view.show_card("n501")
    panel.scene.select(["n501"])
    editor = window.inspector.node_page.form.editor("out_channels")
    editor.setFocus()
    QTest.keyClick(editor, Qt.Key.Key_End)
    qtbot.wait(700 if benchmark.enabled else 0)  # what a window does once it is there, it has done
    painted = Painted(panel.view.viewport())
    keys = cycle([Qt.Key.Key_2, Qt.Key.Key_Backspace])

    def press() -> None:
        painted.await_after(lambda: QTest.keyClick(editor, next(keys)))

    def rest() -> None:
        qtbot.wait(200 if benchmark.enabled else 0)  # as between two keys of a person: the code is written meanwhile

    benchmark.pedantic(press, setup=rest, rounds=40, warmup_rounds=2)
    assert panel.scene.cards["n501"].card.brief != "3×3"


def test_many_nodes_are_opened_from_a_file(benchmark, qtbot: QtBot, open_window: OpenWindow, tmp_path: Path) -> None:
    """From the wish, through reading in the background, to the painted canvas; and how long the window stood still."""
    num_nodes = 10_000 if benchmark.enabled else 300
    path = tmp_path / "many.blockyard"
    write_document(Document(chain_with_skips(num_nodes)), path)
    window = open_window(None)
    painted = Painted(window.panel.view.viewport())

    stalls = Stalls(window)

    def opened() -> None:
        scene = window.panel.scene
        window.documents.open(str(path))
        while len(scene.shown_cards) < num_nodes or scene.slices.is_busy:
            QApplication.processEvents()
        painted.await_after(window.panel.view.viewport().update)

    benchmark.pedantic(opened, rounds=1)
    benchmark.extra_info["longest_stall_ms"] = round(stalls.longest_s * 1000)
    assert len(window.panel.scene.wires) > num_nodes


@pytest.mark.parametrize("zoom", [0.06, 0.9])
@pytest.mark.parametrize("how", ["pan", "zoom"])
def test_a_step_over_many_nodes(benchmark, open_window: OpenWindow, how: str, zoom: float) -> None:
    num_nodes = 10_000 if benchmark.enabled else 300
    window = open_window(Session(Document(chain_with_skips(num_nodes))))
    view = window.panel.view
    view.zoom_to(zoom)
    view.centre_on(window.panel.scene.cards[f"n{num_nodes // 2}"].pos())
    painted = Painted(view.viewport())
    factors, ways = cycle([1.05, 1 / 1.05]), cycle([QPoint(-23, -17), QPoint(23, 17)])

    def step() -> None:
        if how == "pan":
            view.pan_by(next(ways))
        else:
            view.zoom_smoothly(next(factors), QPointF(800, 500))

    benchmark.pedantic(lambda: painted.await_after(step), rounds=40, warmup_rounds=4)
    assert view.visible_cards()
