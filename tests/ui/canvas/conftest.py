"""A canvas with a small content, shown, and the mouse in viewport pixels."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui.canvas.cards import Card, PortView, Wire
from designer.ui.canvas.panel import CanvasPanel

IN, OUT = (PortView("input"),), (PortView("output"),)
NO_MODIFIER, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton

HERE = Path(__file__).parent


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """What the offscreen platform says that it cannot do is no fault of the canvas."""
    for item in items:
        if item.path.is_relative_to(HERE):
            item.add_marker(pytest.mark.qt_log_ignore("This plugin does not support", extend=True))


def small_content() -> tuple[list[Card], list[Wire]]:
    """input -> conv -> add, a free relu, a block; `add` has a second input that is free."""
    cards = [
        Card(id="input", title="input", outputs=OUT, position=(0, 8)),
        Card("conv", "conv1", "Conv2d", "convolution", "3×3 · out 128", IN, OUT, (160, 0)),
        Card("add", "add", "Add", "merge", "", (PortView("a"), PortView("b")), OUT, (400, 0), badge_text="", badge=""),
        Card("relu", "relu", "ReLU", "activation", "", IN, OUT, (160, 160)),
        Card("block", "blocks", "Residual", "block", "", IN, OUT, (400, 160), is_block=True, repeat="× 2"),
    ]
    wires = [
        Wire("w1", "input", "output", "conv", "input", "3×8×8"),
        Wire("w2", "conv", "output", "add", "a", "128×8×8"),
    ]
    return cards, wires


def turn_wheel(view, pos: QPoint, steps: float, modifiers=NO_MODIFIER, pixels: QPoint | None = None) -> None:
    """Turn the wheel over a pixel; with `pixels`, so far two fingers went over a touchpad."""
    viewport = view.viewport()
    event = QWheelEvent(
        QPointF(pos),
        QPointF(viewport.mapToGlobal(pos)),
        pixels or QPoint(),
        QPoint(0, round(120 * steps)),
        Qt.MouseButton.NoButton,
        modifiers,
        Qt.ScrollPhase.ScrollUpdate if pixels else Qt.ScrollPhase.NoScrollPhase,
        False,
    )
    QApplication.sendEvent(viewport, event)


@dataclass
class Hand:
    """A person's hand on the canvas: presses and moves in the viewport, as real events."""

    panel: CanvasPanel

    @property
    def viewport(self):
        return self.panel.view.viewport()

    def at(self, x: float, y: float) -> QPoint:
        """The viewport pixel of a point of the scene."""
        pixel = self.panel.view.viewportTransform().map(QPointF(x, y))
        return QPoint(round(pixel.x()), round(pixel.y()))

    def on(self, card_id: str) -> QPoint:
        """A pixel on a card, away from its ports and its title."""
        body = self.panel.scene.cards[card_id].body_in_scene()
        return self.at(body.center().x() + 4, body.bottom() - 5)

    def port(self, card_id: str, name: str, is_output: bool) -> QPoint:
        point = self.panel.scene.cards[card_id].port_in_scene(name, is_output)
        return self.at(point.x(), point.y())

    def press(self, pos: QPoint, modifiers=NO_MODIFIER, button=LEFT) -> None:
        QTest.mousePress(self.viewport, button, modifiers, pos)

    def move(self, pos: QPoint) -> None:
        QTest.mouseMove(self.viewport, pos)
        QApplication.processEvents()

    def release(self, pos: QPoint, modifiers=NO_MODIFIER, button=LEFT) -> None:
        QTest.mouseRelease(self.viewport, button, modifiers, pos)

    def click(self, pos: QPoint, modifiers=NO_MODIFIER, button=LEFT) -> None:
        QTest.mouseClick(self.viewport, button, modifiers, pos)

    def drag(self, start: QPoint, end: QPoint, modifiers=NO_MODIFIER, button=LEFT) -> None:
        self.press(start, modifiers, button)
        for part in (0.3, 0.7, 1.0):
            self.move(start + (end - start) * part)
        self.release(end, modifiers, button)

    def key(self, key: Qt.Key, modifiers=NO_MODIFIER) -> None:
        QTest.keyClick(self.panel.view, key, modifiers)


@pytest.fixture
def panel(qtbot: QtBot) -> Iterator[CanvasPanel]:
    made = CanvasPanel()
    qtbot.addWidget(made)
    made.resize(900, 600)
    made.scene.set_content(*small_content())
    with qtbot.waitExposed(made):
        made.show()
    made.view.zoom_to(1.0)
    made.view.centre_on(QPointF(300, 120))
    made.view.setFocus()
    QApplication.processEvents()
    return made


@pytest.fixture
def hand(panel: CanvasPanel) -> Hand:
    return Hand(panel)
