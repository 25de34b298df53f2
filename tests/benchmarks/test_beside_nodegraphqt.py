"""The canvas beside NodeGraphQt's default: the same graph on the same screen in the same run; the table gives ratios.

Both show the same cards, ports and wires at the same places, in a window of one size, at the same zoom around the same
point. NodeGraphQt is as it comes: curved pipes with arrows, smooth edges, a grid of lines, each item kept as a picture
for the zoom at hand. These pictures share Qt's cache of 10 MiB: what it holds is repainted quickly, until the zoom
changes; what it does not, about from 1,000 nodes with their wires on, is drawn anew each time. So a repaint of the same
again and the first one after a change of zoom are measured apart. Cards narrower than 70 px are without words there.

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
from PySide6.QtCore import QPoint, QPointF, QRectF, Qt
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
ROOM_OF_A_CARD = (200.0, 80.0)  # on both canvases, with some air


class Side(ABC):
    """One of the two canvases, on the screen."""

    widget: QWidget

    def __init__(self, num_nodes: int) -> None:
        self.num_nodes = num_nodes
        self.cards, self.wires = content(num_nodes)
        self.area = QRectF()
        for card in self.cards:
            self.area |= QRectF(*card.position, *ROOM_OF_A_CARD)
        middle = self.area.center()
        self.central = min(self.cards, key=lambda card: (QPointF(*card.position) - middle).manhattanLength())
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
    def look(self, zoom: float, at: QPointF) -> None:
        """So many pixels to a unit of the scene, with this point in the middle."""

    def fit(self) -> None:
        """Show all of it."""
        self.look(min(WINDOW[0] / self.area.width(), WINDOW[1] / self.area.height()), self.area.center())

    def look_closely(self) -> None:
        """One to one, at its middle."""
        self.look(1.0, self.area.center())

    @abstractmethod
    def move_one(self, by: float) -> None:
        """Put the node in the middle elsewhere."""

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

    def fill(self) -> None:
        self.widget.scene.set_content(self.cards, self.wires)

    def clear(self) -> None:
        self.widget.scene.set_content([], [])

    def look(self, zoom: float, at: QPointF) -> None:
        self.widget.view.zoom_to(zoom)
        self.widget.view.centre_on(at)

    def move_one(self, by: float) -> None:
        key = self.central.id
        self.widget.scene.move_cards({key: self.widget.scene.cards[key].pos() + QPointF(by, by)})

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

        class Merge(Layer):
            NODE_NAME = "Merge"

            def __init__(self) -> None:
                super().__init__()
                self.add_input("skip")

        self.graph = NodeGraphQt.NodeGraph()
        self.graph.register_nodes([Layer, Merge])
        self.widget = self.graph.widget
        self.nodes: dict[str, object] = {}

    def fill(self) -> None:
        make = self.graph.create_node
        for card in self.cards:
            kind = "layers.Merge" if len(card.inputs) > 1 else "layers.Layer"
            self.nodes[card.id] = make(kind, name=card.title, pos=list(card.position), selected=False, push_undo=False)
        for wire in self.wires:
            source, target = self.nodes[wire.source_card], self.nodes[wire.target_card]
            source.outputs()[wire.source_port].connect_to(target.inputs()[wire.target_port], push_undo=False)

    def clear(self) -> None:
        self.graph.clear_session()
        self.nodes = {}

    def look(self, zoom: float, at: QPointF) -> None:
        # It fits what it is to show with two pixels to spare on each side.
        width, height = (length / zoom for length in (self.viewport.width() - 4, self.viewport.height() - 4))
        self.graph.viewer().set_scene_rect([at.x() - width / 2, at.y() - height / 2, width, height])

    def move_one(self, by: float) -> None:
        item = self.nodes[self.central.id].view
        x, y = item.xy_pos
        item.xy_pos = [x + by, y + by]

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
def test_fit_all_from_near(benchmark, side: Side) -> None:
    benchmark.group = f"from 1:1 to all {side.num_nodes}, until they are painted"
    side.fill()

    def near() -> None:
        side.look_closely()
        side.viewport.repaint()

    def fit() -> None:
        side.fit()
        side.viewport.repaint()

    benchmark.pedantic(fit, setup=near, rounds=8, warmup_rounds=1)


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
