"""A large design comes onto the canvas in slices: whatever is done meanwhile comes out as if it had all been there."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import QEvent, QObject, QPoint, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.editing import nodes
from designer.session.session import Session
from designer.ui import canvas_controller, slices
from designer.ui.canvas import scene as scene_module
from designer.ui.canvas.path_of_selection import path_of
from designer.ui.canvas.wire_item import Emphasis
from designer.ui.window import MainWindow
from tests.benchmarks.test_canvas_speed import chain_with_skips

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
NUM_NODES = 80
Act = Callable[[MainWindow], object]


@pytest.fixture
def fill(open_window: Callable[..., MainWindow], monkeypatch: pytest.MonkeyPatch) -> Callable[[int], MainWindow]:
    """A window that has just got a design of many nodes, of which so many cards are there, and so many wires."""
    window = open_window("lenet_relu")

    def filled(num_cards: int, num_wires: int = 0, *, at_once: bool = False) -> MainWindow:
        monkeypatch.setattr(slices, "SLICE_S", 0.0)  # a slice holds one step
        monkeypatch.setattr(canvas_controller, "_AT_ONCE", NUM_NODES if at_once else NUM_NODES - 1)
        session = Session(Document(chain_with_skips(NUM_NODES)))
        session.edit("Move", lambda design: nodes.move(design, "Net", {"n7": (-900.0, 40.0), "n70": (64.0, 5000.0)}))
        window.tabs.open(session)
        scene = window.panel.scene
        assert scene.slices.is_busy is not at_once
        while len(scene.shown_cards) < num_cards or len(scene.shown_wires) < num_wires:
            QApplication.processEvents()
        return window

    return filled


def seen(window: MainWindow) -> dict[str, object]:
    """Everything that a person could tell two canvases apart by."""
    scene, view = window.panel.scene, window.panel.view
    cards = {key: (item.card, item.pos().toTuple(), item.is_selected) for key, item in scene.cards.items()}
    wires = {
        key: (item.wire, item.emphasis, item.path(), item.chip.isVisible() and item.chip.pos().toTuple())
        for key, item in scene.wires.items()
    }
    image = QImage(600, 400, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.black)
    painter = QPainter(image)
    painter.scale(0.05, 0.05)
    scene.afar.paint(painter, 0.05)
    painter.end()
    look = (view.zoom, view.seen().getRect(), view.is_fitted, scene.bounds().getRect(), scene.sceneRect().getRect())
    docks = (window.inspector.shown_key, window.panel.view.accessibleDescription(), window.session.design)
    return {"cards": cards, "wires": wires, "selected": scene.selected, "look": look, "docks": docks, "afar": image}


def select_all(window: MainWindow) -> None:
    window.panel.view.setFocus()
    QTest.keyClick(window.panel.view, Qt.Key.Key_A, Qt.KeyboardModifier.ControlModifier)


def edit_and_undo(window: MainWindow) -> None:
    window.canvas.delete(("n3", "n4", "n5"), ())
    window.actions_by_id["undo"].trigger()


ACTS: dict[str, Act] = {
    "nothing": lambda window: None,
    "delete": lambda window: window.canvas.delete(("n3", "n70"), ("n42.input",)),
    "edit and undo": edit_and_undo,
    "undo": lambda window: window.actions_by_id["undo"].trigger(),
    "find": lambda window: window.canvas.go_to((), "n63"),
    "fit": lambda window: window.panel.view.fit_all(),
    "fit some": lambda window: window.panel.view.fit_cards(["n12", "n66"]),
    "select all": select_all,
    "arrange": lambda window: window.actions_by_id["arrange"].trigger(),
}


@pytest.mark.parametrize(("num_cards", "num_wires"), [(0, 0), (50, 0), (NUM_NODES, 40)])
@pytest.mark.parametrize("act", ACTS)
def test_what_is_done_in_the_midst(fill, qtbot: QtBot, act: str, num_cards: int, num_wires: int) -> None:
    found = []
    for at_once in (False, True):
        window = fill(num_cards, num_wires, at_once=at_once)
        ACTS[act](window)
        qtbot.waitUntil(lambda window=window: not window.panel.scene.slices.is_busy)
        window.panel.glide.finish()
        qtbot.waitUntil(lambda window=window: not window.panel.scene.slices.is_busy)
        found.append(seen(window))
    for what in found[0]:
        assert found[0][what] == found[1][what], what


def test_there_is_no_hint_of_an_empty_canvas_before_the_first_card(fill) -> None:
    window = fill(0)
    assert not window.panel.empty_hint.isVisibleTo(window.panel)
    window.panel.scene.slices.finish()
    assert not window.panel.empty_hint.isVisibleTo(window.panel)


def test_another_design_in_the_midst_is_alone_on_the_canvas_and_the_first_comes_back(fill, qtbot: QtBot) -> None:
    window = fill(NUM_NODES, 40)
    scene = window.panel.scene
    window.canvas.go_to((), "n63")
    zoom, centre = window.panel.view.zoom, window.panel.view.seen().center()
    window.tabs.step(-1)
    assert set(scene.cards) == set(window.session.design.root.nodes)
    assert {item.card.id for item in scene.items() if hasattr(item, "card") and item.isVisible()} == set(scene.cards)
    window.tabs.step(1)
    assert window.canvas.selected == ("n63",)
    while len(scene.shown_cards) < 20:
        QApplication.processEvents()
    window.tabs.step(-1)
    window.tabs.step(1)
    qtbot.waitUntil(lambda: not scene.slices.is_busy)
    assert window.canvas.selected == ("n63",)
    assert scene.cards["n63"].is_selected
    assert len(scene.wires) > NUM_NODES - 2
    assert window.panel.view.zoom == zoom
    assert (window.panel.view.seen().center() - centre).manhattanLength() < 2


def test_looking_around_does_not_hurry_it(fill) -> None:
    window = fill(50)
    view = window.panel.view
    view.zoom_smoothly(1.3, view.viewport().rect().center().toPointF())
    view.pan_by(QPoint(40, -20))
    QTest.mouseMove(view.viewport(), view.viewport().rect().center())
    QTest.mouseMove(view.viewport(), view.viewport().rect().center() + QPoint(30, 10))
    view.viewport().repaint()
    window.panel.minimap.repaint()
    window.canvas.go_to(())
    assert window.panel.scene.slices.is_busy
    window.panel.scene.slices.finish()
    window.canvas.go_to((), "n1")
    assert window.canvas.selected == ("n1",)


def test_who_looks_nearer_before_the_first_card_is_there_stays_there(fill) -> None:
    window = fill(0)
    window.panel.view.zoom_to(0.9)
    window.panel.scene.slices.finish()
    assert window.panel.view.zoom == 0.9


def test_a_press_lands_on_what_will_be_there(fill) -> None:
    window = fill(50)
    view, scene = window.panel.view, window.panel.scene
    view.zoom_to(1.0)
    view.centre_on(scene.shown_cards["n1"].pos())
    place = scene.shown_cards["n1"].body_in_scene().center()
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=view.mapFromScene(place))
    assert window.canvas.selected == ("n1",)
    assert not scene.slices.is_busy


def test_what_stands_out_by_and_by_is_what_was_selected_last(fill, qtbot: QtBot, monkeypatch) -> None:
    window = fill(NUM_NODES, at_once=True)
    scene = window.panel.scene
    monkeypatch.setattr(scene_module, "_MARKED_AT_ONCE", 0)
    scene.select(["n50", "n51"])
    QApplication.processEvents()
    scene.select(["n60", "n61"])
    assert not scene.cards["n61"].is_selected
    window.canvas.delete(("n62", "n61"), ())

    def is_marked() -> bool:
        marks = path_of({"n60"}, set(), [item.wire for item in scene.wires.values()])
        return all(item.emphasis is marks.get(key, Emphasis.QUIET) for key, item in scene.wires.items())

    qtbot.waitUntil(is_marked)
    assert [key for key, item in scene.cards.items() if item.is_selected] == ["n60"]


def test_a_window_that_closes_in_the_midst_lets_go(fill, qtbot: QtBot) -> None:
    window = fill(50)
    window.tabs.current.session.history.mark_saved()
    window.close()
    assert not window.isVisible()


class Paints(QObject):
    """How often a widget was painted."""

    def __init__(self, widget: QObject) -> None:
        super().__init__(widget)
        self.count = 0
        widget.installEventFilter(self)

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def test_from_afar_the_canvas_is_not_painted_with_each_slice(fill, qtbot: QtBot) -> None:
    window = fill(0)
    paints = Paints(window.panel.view.viewport())
    qtbot.waitUntil(lambda: not window.panel.scene.slices.is_busy)
    qtbot.waitUntil(lambda: paints.count > 0)
    assert paints.count < NUM_NODES
