"""Wiring, with the hand in the midst of it: a wire, the knife, points, a card over a wire, muted nodes."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtCore import QPoint, QRect, Qt

from designer.graph.block import Block, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from tests.ui.scenes.stage import CTRL, Key, Seen, Stage, scene

NONE, LEFT = Qt.KeyboardModifier.NoModifier, Qt.MouseButton.LeftButton


def _residual() -> Design:
    """Two ways that meet in a sum."""
    conv = {"out_channels": 64, "kernel_size": 3, "padding": 1}
    nodes = (
        (Node("input", "Input", params={"shape": (64, 56, 56)}), (0.0, 60.0)),
        (Node("conv1", "Conv2d", params=conv), (216.0, 0.0)),
        (Node("relu1", "ReLU"), (432.0, 8.0)),
        (Node("conv2", "Conv2d", params=conv), (632.0, 0.0)),
        (Node("shortcut", "Conv2d", params={"out_channels": 64, "kernel_size": 1}), (432.0, 120.0)),
        (Node("add", "Add"), (848.0, 56.0)),
        (Node("output", "Output"), (1040.0, 60.0)),
    )
    placed = {node.id: replace(node, position=place) for node, place in nodes}
    ways = (("input", "conv1"), ("conv1", "relu1"), ("relu1", "conv2"), ("input", "shortcut"), ("add", "output"))
    ends = [Edge(Endpoint("conv2", "output"), Endpoint("add", "x1"))]
    ends += [Edge(Endpoint("shortcut", "output"), Endpoint("add", "x2"))]
    return Design("Net", {"Net": Block("Net", nodes=placed, edges=(*(edge(a, b) for a, b in ways), *ends))})


def _close(stage: Stage) -> QRect:
    """Show all of it, and cut off the ground above and below. Returns what is left."""
    stage.window.panel.view.fit_all()
    stage.rest(0.2)
    area = stage.around(stage.canvas)
    return QRect(area.left(), area.center().y() - 130, area.width(), 260)


@scene(_residual())
def wire_in_hand(stage: Stage) -> Seen:
    """Cards that the wire does not fit step back; over one of them stands why."""
    seen = _close(stage)
    hand = stage.hand
    start = hand.port("conv2", "output", is_output=True)
    hand.press(start)
    hand.move(start + QPoint(30, 60))
    hand.move(hand.on("conv1"))
    return seen


@scene(_residual())
def wire_fits(stage: Stage) -> Seen:
    """Ports that the wire fits light up, and draw it to them."""
    seen = _close(stage)
    hand = stage.hand
    start = hand.port("conv1", "output", is_output=True)
    hand.press(start)
    hand.move(start + QPoint(30, 60))
    hand.move(hand.port("conv2", "input", is_output=False) + QPoint(-6, 6))
    return seen


@scene(_residual())
def knife(stage: Stage) -> Seen:
    """The knife, drawn across wires, cuts them."""
    seen = _close(stage)
    hand, scene_ = stage.hand, stage.window.panel.scene
    stage.do("knife")
    add = scene_.cards["add"].body_in_scene()
    left = add.left() - 24
    hand.press(hand.at(left - 8, add.top() - 60))
    for step in range(1, 8):
        hand.move(hand.at(left + 2 * step, add.top() - 60 + step * (add.height() + 130) / 7))
    return seen


@scene(_residual())
def routing(stage: Stage) -> Seen:
    """Points that lead a wire: Ctrl-drag pulls one out, a double-click adds one."""
    seen = _close(stage)
    hand = stage.hand
    start = stage.wire("input", "shortcut", 0.7)
    hand.drag(start, start + QPoint(-20, 56), CTRL)
    start = stage.wire("shortcut", "add", 0.25)
    hand.drag(start, start + QPoint(20, 40), CTRL)
    hand.click(start + QPoint(20, 40))
    return seen


@scene("googlenet")
def path(stage: Stage) -> Seen:
    """The whole path of the selected node is lit."""
    stage.window.canvas.go_to(("b3", "inception1"), "reduce3")
    stage.window.panel.view.fit_all()
    return stage.canvas


@scene("vgg11_fashion")
def card_on_wire(stage: Stage) -> Seen:
    """A card held over a wire goes in between when it is let go."""
    stage.window.canvas.adding.add_behind("BatchNorm2d")
    (key,) = stage.window.canvas.selected
    stage.do("disconnect")
    stage.near(1.0, "block1", key)
    hand = stage.hand
    body = stage.window.panel.scene.cards[key].body_in_scene()
    hand.press(hand.on(key))
    hand.move(hand.on(key) + QPoint(8, 8))
    goal = stage.wire("block1", "block2")
    hand.move(hand.on(key) + goal - hand.at(body.center().x(), body.center().y()))
    return stage.canvas


@scene("vgg11_fashion")
def muted(stage: Stage) -> Seen:
    """Muted nodes: half transparent, their input passes through."""
    for key in ("drop1", "drop2"):
        stage.select(key)
        stage.key(Key.Key_M)
    stage.select()
    stage.near(1.0, "drop1", "drop2")
    return stage.canvas
