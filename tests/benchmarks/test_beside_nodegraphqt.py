"""The canvas beside NodeGraphQt's default: the same graph on the same screen in the same run; the table gives ratios.

Figures only. NodeGraphQt is a development-only dependency (the `benchmark` extra) and does not import on Python 3.12;
without it these are skipped. Run them with `--benchmark-enable --benchmark-group-by=group`, and nothing else meanwhile.
"""

from __future__ import annotations

import subprocess
import sys
import textwrap
import warnings
from abc import ABC, abstractmethod
from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import QApplication, QWidget

from designer.ui.canvas.panel import CanvasPanel
from tests.benchmarks.test_canvas_speed import content

with warnings.catch_warnings():
    warnings.simplefilter("ignore")
    NodeGraphQt = pytest.importorskip("NodeGraphQt", exc_type=ImportError)

pytestmark = [
    pytest.mark.qt_log_ignore("This plugin does not support", "qt.", extend=True),
    pytest.mark.filterwarnings("ignore"),
]
SIZES = [100, 500, 1000, 2000]
SIDES = ["blockyard", "nodegraphqt"]
WINDOW = (1600, 1000)


class Side(ABC):
    """One of the two canvases, on the screen."""

    widget: QWidget

    def __init__(self, num_nodes: int) -> None:
        self.num_nodes = num_nodes
        self.make()
        self.widget.resize(*WINDOW)
        self.widget.show()
        QApplication.processEvents()

    @abstractmethod
    def make(self) -> None:
        """An empty canvas."""

    @abstractmethod
    def fill(self) -> None:
        """The graph."""

    @abstractmethod
    def clear(self) -> None:
        """No graph any more."""

    @abstractmethod
    def fit(self) -> None:
        """Show all of it."""

    @abstractmethod
    def look_closely(self) -> None:
        """One to one, at its middle."""

    @abstractmethod
    def move_one(self, by: float) -> None:
        """Put a node that is seen elsewhere."""

    @property
    @abstractmethod
    def viewport(self) -> QWidget:
        """What is painted."""

    def zoom_step(self, steps: int) -> None:
        """Turn the wheel in the middle of the view."""
        middle = QPointF(self.viewport.rect().center())
        event = QWheelEvent(
            middle,
            QPointF(self.viewport.mapToGlobal(middle.toPoint())),
            QPoint(),
            QPoint(0, 120 * steps),
            Qt.MouseButton.NoButton,
            Qt.KeyboardModifier.NoModifier,
            Qt.ScrollPhase.NoScrollPhase,
            False,
        )
        QApplication.sendEvent(self.viewport, event)

    def close(self) -> None:
        """Leave nothing behind."""
        self.widget.close()
        self.widget.deleteLater()
        QApplication.processEvents()


class Ours(Side):
    """Blockyard's."""

    def make(self) -> None:
        self.widget = CanvasPanel()
        self.content = content(self.num_nodes)

    def fill(self) -> None:
        self.widget.scene.set_content(*self.content)

    def clear(self) -> None:
        self.widget.scene.set_content([], [])

    def fit(self) -> None:
        self.widget.view.fit_all()

    def look_closely(self) -> None:
        self.widget.view.zoom_to(1.0)
        self.widget.view.centre_on(self.widget.scene.bounds().center())
        self.key = self.widget.view.visible_cards()[0]

    def move_one(self, by: float) -> None:
        item = self.widget.scene.cards[self.key]
        self.widget.scene.move_cards({self.key: item.pos() + QPointF(by, by)})

    @property
    def viewport(self) -> QWidget:
        return self.widget.view.viewport()


class Theirs(Side):
    """NodeGraphQt's, as it comes."""

    def make(self) -> None:
        class Layer(NodeGraphQt.BaseNode):
            __identifier__ = "layers"
            NODE_NAME = "Layer"

            def __init__(self) -> None:
                super().__init__()
                self.add_input("input")
                self.add_output("output")

        self.graph = NodeGraphQt.NodeGraph()
        self.graph.register_node(Layer)
        self.widget = self.graph.widget
        self.cards, self.wires = content(self.num_nodes)
        self.nodes: dict[str, object] = {}

    def fill(self) -> None:
        make = self.graph.create_node
        for card in self.cards:
            self.nodes[card.id] = make(
                "layers.Layer", name=card.title, pos=list(card.position), selected=False, push_undo=False
            )
        for wire in self.wires:
            source, target = self.nodes[wire.source_card], self.nodes[wire.target_card]
            source.output(0).connect_to(target.input(0), push_undo=False)

    def clear(self) -> None:
        self.graph.clear_session()
        self.nodes = {}

    def fit(self) -> None:
        self.graph.viewer().zoom_to_nodes([node.view for node in self.nodes.values()])

    def look_closely(self) -> None:
        viewer = self.graph.viewer()
        self.fit()
        middle = viewer.scene_center()
        viewer.reset_zoom(middle)
        centre = QPointF(*middle)
        self.node = min(self.nodes.values(), key=lambda node: (node.view.pos() - centre).manhattanLength())

    def move_one(self, by: float) -> None:
        x, y = self.node.view.xy_pos
        self.node.view.xy_pos = [x + by, y + by]

    @property
    def viewport(self) -> QWidget:
        return self.graph.viewer().viewport()


@pytest.fixture
def side(request: pytest.FixtureRequest, qapp: QApplication) -> Iterator[Side]:
    name, num_nodes = request.param
    made = {"blockyard": Ours, "nodegraphqt": Theirs}[name](num_nodes)
    yield made
    made.close()


def both(*sizes: int) -> pytest.MarkDecorator:
    pairs = [(name, size) for size in sizes for name in SIDES]
    return pytest.mark.parametrize("side", pairs, ids=[f"{size}-{name}" for name, size in pairs], indirect=True)


@both(*SIZES)
def test_create(benchmark, side: Side) -> None:
    benchmark.group = f"create {side.num_nodes}"
    benchmark.pedantic(side.fill, setup=side.clear, rounds=3)


@both(*SIZES)
def test_fit_all_repaint(benchmark, side: Side) -> None:
    benchmark.group = f"repaint of all {side.num_nodes}"
    side.fill()
    side.fit()
    QApplication.processEvents()
    benchmark.pedantic(side.viewport.repaint, rounds=12, warmup_rounds=2)


@both(*SIZES)
def test_repaint_at_one_to_one(benchmark, side: Side) -> None:
    benchmark.group = f"repaint at 1:1 of {side.num_nodes}"
    side.fill()
    side.look_closely()
    QApplication.processEvents()
    benchmark.pedantic(side.viewport.repaint, rounds=30, warmup_rounds=3)


@both(1000)
def test_moving_one_node(benchmark, side: Side) -> None:
    benchmark.group = f"one node of {side.num_nodes} moves, until it is painted"
    side.fill()
    side.look_closely()
    QApplication.processEvents()
    steps = [8.0, -8.0]

    def move() -> None:
        steps.reverse()
        side.move_one(steps[0])
        QApplication.processEvents()

    benchmark.pedantic(move, rounds=60, warmup_rounds=4)


@both(1000)
def test_zoom_step(benchmark, side: Side) -> None:
    benchmark.group = f"a step of the wheel at {side.num_nodes}"
    side.fill()
    side.look_closely()
    steps = [1, -1]

    def zoom() -> None:
        steps.reverse()
        side.zoom_step(steps[0])
        side.viewport.repaint()

    benchmark.pedantic(zoom, rounds=30, warmup_rounds=4)


@pytest.mark.parametrize("name", SIDES)
def test_memory(benchmark, name: str) -> None:
    """Bytes that 1,000 nodes add to a process that has the program loaded and an empty canvas shown."""
    benchmark.group = "memory of 1000"
    script = textwrap.dedent(f"""
        import os, sys, warnings
        warnings.simplefilter("ignore")
        from PySide6.QtWidgets import QApplication
        app = QApplication([])
        from tests.benchmarks import test_beside_nodegraphqt as beside
        side = {{"blockyard": beside.Ours, "nodegraphqt": beside.Theirs}}[{name!r}](1000)
        def resident():
            return int(open("/proc/self/statm").read().split()[1]) * os.sysconf("SC_PAGE_SIZE")
        before = resident()
        side.fill()
        side.fit()
        app.processEvents()
        side.viewport.repaint()
        print(resident() - before)
        os._exit(0) if not sys.stdout.flush() else None
    """)

    def measured() -> int:
        run = subprocess.run(
            [sys.executable, "-c", script], capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2]
        )
        return int(run.stdout.split()[-1])

    found = benchmark.pedantic(measured, rounds=1)
    benchmark.extra_info["MiB"] = round(found / 2**20, 1)
    print(f"\n{name}: {found / 2**20:.1f} MiB")
