"""How long the canvas takes with many cards: to create, to paint far and near, to zoom, to drag, to select.

Figures only; nothing here fails for being slow. `pytest --benchmark-enable tests/benchmarks/test_canvas_speed.py`
prints them; run nothing else meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui.canvas.cards import Card, PortView, Wire
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.view import CanvasView

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)

KINDS = [
    ("Conv2d", "convolution"),
    ("BatchNorm2d", "normalisation"),
    ("ReLU", "activation"),
    ("MaxPool2d", "pooling"),
    ("Linear", "linear"),
    ("Add", "merge"),
    ("Flatten", "shape"),
    ("Residual", "block"),
]
SIZES = [100, 500, 1000, 2000]


def content(num_cards: int) -> tuple[list[Card], list[Wire]]:
    """Rows of 40 cards in a chain with skips over three, every text different."""
    cards, wires = [], []
    for index in range(num_cards):
        row, column = divmod(index, 40)
        kind, family = KINDS[index % len(KINDS)]
        cards.append(
            Card(
                id=f"n{index}",
                title=f"node{index}",
                kind=kind,
                family=family,
                brief=f"3×3 · out {index}",
                inputs=(PortView("input"),),
                outputs=(PortView("output"),),
                position=(column * 264.0, row * 120.0),
                is_block=family == "block",
            )
        )
        for reach in (1, 3):
            if index >= reach and (reach == 1 or index % 3 == 0):
                source = f"n{index - reach}"
                wires.append(Wire(f"w{reach}.{index}", source, "output", f"n{index}", "input", f"{index}×54×54"))
    return cards, wires


def shown(qtbot: QtBot, num_cards: int) -> CanvasView:
    scene = CanvasScene()
    view = CanvasView(scene)
    scene.setParent(view)
    qtbot.addWidget(view)
    view.resize(1600, 1000)
    with qtbot.waitExposed(view):
        view.show()
    scene.set_content(*content(num_cards))
    QApplication.processEvents()
    return view


@pytest.mark.parametrize("num_cards", SIZES)
def test_create(benchmark, qtbot: QtBot, num_cards: int) -> None:
    view = shown(qtbot, 1)
    cards, wires = content(num_cards)

    def empty() -> None:
        view.canvas.set_content([], [])

    benchmark.pedantic(view.canvas.set_content, (cards, wires), setup=empty, rounds=5)
    assert len(view.canvas.cards) == num_cards


@pytest.mark.parametrize("num_cards", SIZES)
def test_repaint_of_all(benchmark, qtbot: QtBot, num_cards: int) -> None:
    view = shown(qtbot, num_cards)
    view.fit_all()
    benchmark(view.viewport().repaint)


@pytest.mark.parametrize("zoom", [0.5, 0.62, 1.0])
def test_repaint_near(benchmark, qtbot: QtBot, zoom: float) -> None:
    view = shown(qtbot, 1000)
    view.zoom_to(zoom)
    view.centre_on(QPointF(5000, 1500))
    view.viewport().repaint()
    benchmark(view.viewport().repaint)


def test_zoom_step(benchmark, qtbot: QtBot) -> None:
    view = shown(qtbot, 1000)
    view.zoom_to(0.9)
    view.centre_on(QPointF(5000, 1500))
    view.viewport().repaint()
    factors = [1.04, 1 / 1.04]

    def step() -> None:
        factors.reverse()
        view.zoom_smoothly(factors[0], QPointF(800, 500))
        view.viewport().repaint()

    benchmark(step)


def test_drag_of_one_card(benchmark, qtbot: QtBot) -> None:
    view = shown(qtbot, 1000)
    view.zoom_to(1.0)
    view.show_card("n500")
    start = view.canvas.cards["n500"].pos()
    places = [start + QPointF(8, 8), start]

    def step() -> None:
        places.reverse()
        view.canvas.move_cards({"n500": places[0]})
        QApplication.processEvents()

    benchmark(step)


def test_selecting(benchmark, qtbot: QtBot) -> None:
    view = shown(qtbot, 1000)
    chosen = ["n500", "n501"]

    def step() -> None:
        chosen.reverse()
        view.canvas.select(chosen[:1])
        QApplication.processEvents()

    benchmark(step)


def test_one_card_changes(benchmark, qtbot: QtBot) -> None:
    """What an edit in the inspector costs the canvas: one card and the label of its wire."""
    view = shown(qtbot, 1000)
    view.zoom_to(1.0)
    view.show_card("n500")
    card, wire = view.canvas.cards["n500"].card, view.canvas.wires["w1.501"].wire
    briefs = ["3×3 · out 64", "5×5 · out 96"]

    def step() -> None:
        briefs.reverse()
        view.canvas.apply([replace(card, brief=briefs[0])], [replace(wire, label=briefs[0])])
        QApplication.processEvents()

    benchmark(step)
