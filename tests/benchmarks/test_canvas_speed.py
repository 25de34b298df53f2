"""How long the canvas takes with many cards: to create, to paint far and near, to zoom, to drag, to select, to edit.

Figures only; nothing here fails for being slow. `pytest --benchmark-enable tests/benchmarks/test_canvas_speed.py`
prints them; run nothing else meanwhile.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.editing import nodes, parameters
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from designer.session.session import Session
from designer.ui.canvas.cards import Card, PortView, Wire
from designer.ui.canvas.panel import CanvasPanel
from designer.ui.canvas.scene import CanvasScene
from designer.ui.canvas.view import CanvasView
from designer.ui.canvas_controller import CanvasController

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
    """Rows of 40 cards in a chain, into every third a skip over three by a port of its own; every text different."""
    cards, wires = [], []
    for index in range(num_cards):
        row, column = divmod(index, 40)
        kind, family = KINDS[index % len(KINDS)]
        ports = ("input", "skip") if index and index % 3 == 0 else ("input",)
        cards.append(
            Card(
                id=f"n{index}",
                title=f"node{index}",
                kind=kind,
                family=family,
                brief=f"3×3 · out {index}",
                inputs=tuple(PortView(port) for port in ports),
                outputs=(PortView("output"),),
                position=(column * 264.0, row * 120.0),
                is_block=family == "block",
            )
        )
        for reach, port in zip((1, 3) if index else (), ports, strict=False):
            source = f"n{index - reach}"
            wires.append(Wire(f"w{reach}.{index}", source, "output", f"n{index}", port, f"{index}×54×54"))
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


@pytest.mark.parametrize("what", ["set", "move", "rename"])
def test_an_edit_until_it_is_seen(benchmark, qtbot: QtBot, what: str) -> None:
    """From an edit of one of 1,000 nodes through the check and the cards to the repainted canvas."""
    panel = CanvasPanel()
    qtbot.addWidget(panel)
    panel.resize(1600, 1000)
    controller = CanvasController(panel, panel)
    session = Session(Document(chain_with_skips(1000)))
    controller.open_session(session)
    session.analysed.connect(lambda _analysis: controller.refresh())
    with qtbot.waitExposed(panel):
        panel.show()
    panel.view.zoom_to(1.0)
    panel.view.show_card("n501")
    panel.scene.select(["n501"])
    QApplication.processEvents()
    edits = {
        "set": lambda d, n: parameters.set_param(d, "Net", "n501", "bias", bool(n)),
        "move": lambda d, n: nodes.move(d, "Net", {"n501": (8.0 * n, 8.0)}),
        "rename": lambda d, n: nodes.rename(d, "Net", "n501", f"named{n}"),
    }
    numbers = [0, 1]

    def step() -> None:
        numbers.reverse()
        session.edit("Edit", lambda d: edits[what](d, numbers[0]))
        panel.view.viewport().repaint()

    benchmark(step)


def chain_with_skips(num_nodes: int) -> Design:
    """Convolutions and ReLUs in a row, every fifth node an Add over the four before it."""
    made, edges = {"n0": Node("n0", "Input", params={"shape": (3, 32, 32)})}, []
    for index in range(1, num_nodes - 1):
        key, row, column = f"n{index}", *divmod(index, 40)
        place = (column * 264.0, row * 120.0)
        if index % 5 == 1:
            kernel = {"out_channels": 16, "kernel_size": 3, "padding": 1}
            made[key] = Node(key, "Conv2d", params=kernel, position=place)
        elif index % 5 == 0:
            made[key] = Node(key, "Add", position=place)
            edges.append(edge(f"n{index - 4}", key, target_port="x2"))
        else:
            made[key] = Node(key, "ReLU", position=place)
        edges.append(edge(f"n{index - 1}", key, target_port="x1" if index % 5 == 0 else "input"))
    made["output"] = Node("output", "Output", position=(0.0, 3200.0))
    edges.append(edge(f"n{num_nodes - 2}", "output"))
    return Design("Net", {"Net": Block("Net", nodes=made, edges=tuple(edges))})
