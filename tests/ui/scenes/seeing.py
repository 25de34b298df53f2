"""Seeing: facts, faults, overlays, repeats, tooltips, help, the code and the table of layers."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from designer.editing import parameters
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from tests.ui.scenes.stage import SHIFT, Key, Seen, Stage, scene


@scene()
def preset(stage: Stage) -> Seen:
    """A preset with a block selected and its code."""
    stage.window.panels.show("code")
    stage.select("block3")
    return None


@scene("vgg11_small")
def error(stage: Stage) -> Seen:
    """Images of 28 × 28 are too small for five pools: the program offers to change one block, or all of them."""
    window = stage.window
    window.panels.show("problems")
    window.session.edit("Set", lambda design: parameters.set_param(design, design.main, "input", "shape", (1, 28, 28)))
    window._jump(("block5",))
    stage.select("block5")
    window.panel.view.fit_all()
    return None


def _overlay(stage: Stage, name: str) -> Seen:
    stage.do(f"overlay_{name}")
    stage.near(0.75, "fc1", "fc2")
    stage.window.panel.view.fit_all()
    return stage.canvas


@scene()
def overlay_parameters(stage: Stage) -> Seen:
    """Cards coloured by their parameters, with a legend."""
    return _overlay(stage, "parameters")


@scene()
def overlay_macs(stage: Stage) -> Seen:
    """Cards coloured by their multiply-accumulates."""
    return _overlay(stage, "macs")


@scene()
def overlay_memory(stage: Stage) -> Seen:
    """Cards coloured by the memory of their activations."""
    return _overlay(stage, "memory")


@scene()
def overlay_field(stage: Stage) -> Seen:
    """Cards coloured by their receptive field."""
    return _overlay(stage, "field")


def _eight_alike() -> Design:
    """Eight transformer layers in a row over the patches of an image."""
    layer = {"nhead": 4, "dim_feedforward": 512}
    row = [Node("input", "Input", params={"shape": (196, 256)})]
    row += [Node(f"encoder{n}", "TransformerEncoderLayer", params=layer) for n in range(1, 9)]
    row += [Node("norm", "LayerNorm"), Node("output", "Output")]
    placed = {node.id: replace(node, position=(240.0 * (n % 4), 140.0 * (n // 4))) for n, node in enumerate(row)}
    edges = tuple(edge(a.id, b.id) for a, b in pairwise(row))
    return Design("Net", {"Net": Block("Net", nodes=placed, edges=edges)})


@scene(_eight_alike())
def folded(stage: Stage) -> Seen:
    """A run of eight identical layers, folded to one card with × 8."""
    stage.select(*(f"encoder{n}" for n in range(1, 9)))
    stage.key(Key.Key_R)
    stage.key(Key.Key_L)
    stage.rest()
    stage.near(1.1, "encoder1")
    return stage.around(stage.canvas, stage.window.panels.docks["inspector"])


@scene("lenet_relu")
def tooltip(stage: Stage) -> Seen:
    """The pointer rests on a card: facts, and how its size comes about."""
    stage.window.canvas.go_to(("conv",))
    stage.near(1.0, "conv1", "pool1")
    stage.before_each = lambda: stage.point_at(stage.hand.on("conv1"))  # another theme puts it away
    return stage.canvas


@scene("lenet_relu")
def help_card(stage: Stage) -> Seen:
    """F1: the help of a layer, with the selected node's own numbers."""
    stage.window.canvas.go_to(("conv",), "conv1")
    stage.key(Key.Key_F1)
    return stage.window.helping.window


@scene()
def help(stage: Stage) -> Seen:
    """A page of the help, with its contents."""
    stage.window.helping.open("features/canvas")
    stage.rest(1.0)
    return stage.window.helping.window


@scene()
def help_search(stage: Stage) -> Seen:
    """What the help finds."""
    stage.window.helping.open("features/memory")
    stage.rest()
    QTest.keyClicks(stage.window.helping.window.search, "softmax")
    return stage.window.helping.window


@scene("resnet18")
def summary(stage: Stage) -> Seen:
    """What each layer takes: parameters, MACs, memory, receptive field."""
    stage.window.panels.show("summary")
    return stage.window.panels.docks["summary"]


@scene("vgg11_fashion")
def facts(stage: Stage) -> Seen:
    """The inspector: parameters and facts of a node."""
    stage.select("block3")
    return stage.window.panels.docks["inspector"]


@scene("vgg11_fashion")
def variables(stage: Stage) -> Seen:
    """With nothing selected: the design's variables, and an expression."""
    stage.select()
    return stage.window.panels.docks["inspector"]


@scene("vgg11_fashion")
def code(stage: Stage) -> Seen:
    """The code: the lines of the selected node are marked."""
    stage.window.panels.show("code")
    stage.select("block3")
    stage.rest(1.0)
    return stage.window.panels.docks["code"]


def _code_beside(stage: Stage, *selected: str) -> Seen:
    """The canvas with the code at its right, where a person may drag it, and nothing else."""
    window, panels = stage.window, stage.window.panels
    for key, dock in panels.docks.items():
        dock.setVisible(key == "code")
    window.addDockWidget(Qt.DockWidgetArea.RightDockWidgetArea, panels.docks["code"])
    window.resizeDocks([panels.docks["code"]], [800], Qt.Orientation.Horizontal)
    stage.rest()
    stage.key(Key.Key_L, SHIFT)
    stage.rest()
    window.panel.view.fit_all()
    stage.select(*selected)
    stage.rest(1.0)
    return stage.around(stage.canvas, panels.docks["code"])


@scene("vgg11_fashion")
def code_vgg11(stage: Stage) -> Seen:
    """VGG-11 and its code: five stages of one class."""
    return _code_beside(stage, "block3")


@scene("resnet")
def code_resnet(stage: Stage) -> Seen:
    """The Residual block of ResNet and its code: a branch on the canvas, a condition in the code."""
    stage.window.canvas.go_to(("b3", "down"))
    return _code_beside(stage, "shortcut")


@scene("resnet")
def hints(stage: Stage) -> Seen:
    """What could be neater, when it is asked for."""
    stage.window.panels.show("problems")
    button = stage.window.problems.hints
    if button.isVisible():
        QTest.mouseClick(button, Qt.MouseButton.LeftButton)
    return stage.window.panels.docks["problems"]
