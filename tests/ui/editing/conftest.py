"""The whole window with a small design, shown, and a person's hand on its canvas."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.graph.block import Block, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow
from tests.ui.canvas.conftest import Hand

HERE = Path(__file__).parent
NONE = Qt.KeyboardModifier.NoModifier


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the offscreen platform says that it cannot do is no fault of the window."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


def small_design() -> Design:
    """input -> conv1 -> relu1 -> conv2 -> output, a tanh1 that is free, and an add1."""
    conv = {"out_channels": 8, "kernel_size": 3, "padding": 1}
    chain = [
        Node("input", "Input", params={"shape": (3, 16, 16)}),
        Node("conv1", "Conv2d", params=conv),
        Node("relu1", "ReLU"),
        Node("conv2", "Conv2d", params=conv),
        Node("output", "Output"),
    ]
    made = {node.id: node for node in chain}
    made |= {"tanh1": Node("tanh1", "Tanh"), "add1": Node("add1", "Add")}
    places = {key: (index * 216.0, 0.0) for index, key in enumerate(made)}
    places |= {"tanh1": (216.0, 160.0), "add1": (432.0, 160.0)}
    made = {key: Node(node.id, node.kind, params=node.params, position=places[key]) for key, node in made.items()}
    edges = tuple(edge(a.id, b.id) for a, b in pairwise(chain))
    return Design("Net", {"Net": Block("Net", nodes=made, edges=edges)})


@dataclass
class Editor:
    """The window, and what a person does with its canvas."""

    window: MainWindow
    hand: Hand
    refused: list[str]  # what was refused, in words

    @property
    def session(self) -> Session:
        return self.window.session

    @property
    def block(self) -> Block:
        return self.window.canvas.block

    @property
    def ends(self) -> set[tuple[str, str]]:
        """The wires of the open block as pairs of ids."""
        return {(e.source.node, e.target.node) for e in self.block.edges}

    @property
    def steps(self) -> int:
        return self.session.history.position

    def select(self, *keys: str) -> None:
        self.window.panel.scene.select(keys)

    @property
    def selected(self) -> tuple[str, ...]:
        return self.window.canvas.selected

    def key(self, key: Qt.Key, modifiers=NONE) -> None:
        QTest.keyClick(self.window.panel.view, key, modifiers)
        QApplication.processEvents()

    def menu(self, pos) -> QMenu:
        """The menu that a right click opens."""
        viewport = self.hand.viewport
        QTest.mousePress(viewport, Qt.MouseButton.RightButton, NONE, pos)
        QTest.mouseRelease(viewport, Qt.MouseButton.RightButton, NONE, pos)
        event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, pos, viewport.mapToGlobal(pos))
        QApplication.sendEvent(viewport, event)
        menu = self.window.menus.menu
        assert menu is not None
        assert menu.isVisible()
        QApplication.processEvents()  # it takes the focus now, not after it has closed
        return menu

    def choose(self, menu: QMenu, *texts: str) -> None:
        """Click an entry of a menu, or go through its sub-menus by keys."""
        for text in texts:
            action = next(a for a in menu.actions() if a.text() == text)
            assert action.isEnabled()
            if len(texts) == 1:
                QTest.mouseClick(menu, Qt.MouseButton.LeftButton, NONE, menu.actionGeometry(action).center())
                break
            menu.setActiveAction(action)  # through a sub-menu one goes by keys
            QTest.keyClick(menu, Qt.Key.Key_Return)
            menu = action.menu()
            QApplication.processEvents()
        self.window.activateWindow()  # a window system does so when a menu closes; offscreen there is none
        QApplication.processEvents()

    def texts(self, menu: QMenu) -> list[str]:
        return [action.text() for action in menu.actions() if action.text()]

    def one_step(self, steps_before: int, before: Design) -> None:
        """What was done is one step, and undo takes all of it back."""
        assert self.steps == steps_before + 1
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
        assert self.session.design is before
        self.key(Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier | Qt.KeyboardModifier.ShiftModifier)
        assert self.steps == steps_before + 1

    def wire_middle(self, source: str, target: str):
        """A pixel on a wire."""
        item = next(
            w
            for w in self.window.panel.scene.wires.values()
            if (w.wire.source_card, w.wire.target_card) == (source, target)
        )
        point = item.path().pointAtPercent(0.5)
        return self.hand.at(point.x(), point.y())


def free_edge(source: str, target: str, port: str) -> Edge:
    return Edge(Endpoint(source, "output"), Endpoint(target, port))


@pytest.fixture
def editor(qtbot: QtBot, qapp: QApplication) -> Iterator[Editor]:
    font, sheet = qapp.font(), qapp.styleSheet()
    window = MainWindow(Session(Document(small_design())), ThemeFollower(qapp, "dark"))
    qtbot.addWidget(window, before_close_func=lambda made: [tab.session.history.mark_saved() for tab in made.tabs])
    window.resize(1500, 950)
    with qtbot.waitExposed(window):
        window.show()
    window.activateWindow()
    view = window.panel.view
    view.zoom_to(0.8)
    view.centre_on(QPointF(450, 120))
    view.setFocus()
    QApplication.processEvents()
    assert view.hasFocus()
    refused: list[str] = []
    window.canvas.refused.connect(lambda error: refused.append(str(error)))
    yield Editor(window, Hand(window.panel), refused)
    window.session.history.mark_saved()
    window._is_leaving = True
    window.close()
    QApplication.clipboard().clear()
    qapp.setFont(font)
    qapp.setStyleSheet(sheet)
