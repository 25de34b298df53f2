"""Editing and arranging: several nodes at once, guides, frames and notes, history, groups, both directions."""

from __future__ import annotations

from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.editing import parameters
from tests.ui.scenes.stage import CTRL, SHIFT, Key, Seen, Stage, scene


@scene()
def marquee(stage: Stage) -> Seen:
    """A frame drawn over nodes selects them."""
    hand, cards = stage.hand, stage.window.panel.scene.cards
    first, last = (cards[key].body_in_scene() for key in ("block2", "block4"))
    hand.press(hand.at(first.left() - 30, first.top() - 40))
    hand.move(hand.at(first.center().x(), first.center().y()))
    hand.move(hand.at(last.center().x(), last.bottom() + 40))
    return stage.canvas


@scene()
def several(stage: Stage) -> Seen:
    """One parameter of many nodes is edited at once."""
    stage.select("block1", "block2", "block3")
    return None


@scene("resnet")
def guides(stage: Stage) -> Seen:
    """A card in hand snaps to the lines of the others."""
    stage.window.canvas.go_to(("b3", "block"))
    hand, cards = stage.hand, stage.window.panel.scene.cards
    start, gap = hand.on("relu1"), cards["bn1"].body_in_scene().left() - cards["relu1"].body_in_scene().left()
    hand.press(start)
    hand.move(start + QPoint(10, -10))
    hand.move(start + QPoint(round(gap * stage.window.panel.view.zoom), -110))
    return stage.canvas


@scene()
def rename(stage: Stage) -> Seen:
    """F2 edits a name on its card."""
    stage.select("fc1")
    stage.near(1.2, "fc1")
    stage.key(Key.Key_F2)
    return stage.canvas


@scene()
def notes(stage: Stage) -> Seen:
    """A frame with a title, and a note in Markdown."""
    view, canvas = stage.window.panel.view, stage.window.canvas
    stage.select("block1", "block2")
    stage.key(Key.Key_F, SHIFT)
    QTest.keyClicks(QApplication.focusWidget(), "Edges and corners")
    view.setFocus()
    stage.rest()
    last = stage.window.panel.scene.cards["output"].body_in_scene()
    canvas.notes.add(last.topRight() + QPointF(80, -20))
    view.setFocus()
    stage.rest()
    key = next(reversed(stage.window.session.design.root.notes))
    words = "# Why 3×3?\n\nTwo in a row see as far as **one** of 5×5:\n\n- fewer parameters\n- one more `ReLU`"
    canvas.notes.write(key, words)
    view.fit_all()
    return stage.canvas


@scene("lenet_relu")
def history(stage: Stage) -> Seen:
    """All steps, with their names; a click goes back or forward to one."""
    window = stage.window
    window.canvas.go_to(("conv",), "conv1")
    design = window.session.design
    block = design.blocks["LeNetFeatures"].name
    change = window.session.edit
    change("Set out_channels", lambda d: parameters.set_param(d, block, "conv1", "out_channels", 32))
    stage.do("duplicate")
    stage.do("mute")
    stage.do("arrange")
    stage.rest()
    stage.do("undo")
    stage.do("history")
    return stage.canvas


@scene()
def menu(stage: Stage) -> Seen:
    """The menu of a selection."""
    stage.select("relu1", "drop1", "fc2")
    hand, viewport = stage.hand, stage.window.panel.view.viewport()
    at = hand.on("drop1")
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, viewport.mapToGlobal(at))
    hand.click(at, button=Qt.MouseButton.RightButton)
    QApplication.sendEvent(viewport, event)
    return None


@scene("resnet")
def group(stage: Stage) -> Seen:
    """A block made of a selection, its parameters in the inspector."""
    stage.window.canvas.go_to(("b3", "block"))
    stage.select("conv1", "bn1", "relu1")
    stage.key(Key.Key_G, CTRL)
    stage.window.panel.view.fit_all()
    return None


@scene("vgg16")
def arranged(stage: Stage) -> Seen:
    """A long chain, arranged: it folds into rows, and no wire crosses a card."""
    stage.window.canvas.go_to(("classifier",))
    stage.key(Key.Key_L)
    stage.rest()
    stage.window.panel.view.fit_all()
    return stage.canvas


@scene("googlenet")
def top_down(stage: Stage) -> Seen:
    """The same from top to bottom."""
    stage.window.canvas.go_to(("b3", "inception1"))
    stage.key(Key.Key_L, SHIFT)
    stage.rest()
    stage.window.panel.view.fit_all()
    return stage.canvas
