"""Moving about and adding: finding, the minimap, the search in all its forms, the palette."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDragEnterEvent, QDragMoveEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.editing import parameters
from designer.ui.canvas.dropping import kind_mime
from tests.ui.scenes.stage import CTRL, Key, Seen, Stage, scene


@scene()
def find(stage: Stage) -> Seen:
    """A node is looked for in the whole design, inside blocks too."""
    stage.key(Key.Key_F, CTRL)
    QTest.keyClicks(stage.window.panel.picker.typed, "conv")
    return stage.canvas


@scene("googlenet")
def minimap(stage: Stage) -> Seen:
    """Inside a large design: the trail above, the map in the corner with the part that is seen."""
    stage.window.canvas.go_to(("b4",), "inception3")
    stage.near(1.4, "inception3")
    return stage.canvas


@scene("resnet152")
def far(stage: Stage) -> Seen:
    """Far away, cards become rectangles."""
    canvas = stage.window.canvas
    canvas.go_to(("stage3",), "rest")
    canvas.edit("Set repeat", lambda design, block: parameters.set_repeat(design, block, "rest", 35))
    stage.do("unfold")
    stage.select()
    stage.key(Key.Key_L)
    stage.rest()
    stage.window.panel.view.fit_all()
    return stage.canvas


@scene("googlenet")
def block(stage: Stage) -> Seen:
    """Inside an Inception block, beside its code."""
    stage.window.panels.show("code")
    stage.window.canvas.go_to(("b3", "inception1"), "path2")
    stage.window.panel.view.fit_all()
    return None


@scene("lenet_relu")
def search(stage: Stage) -> Seen:
    """Tab opens the search at the pointer; a few letters find a layer."""
    stage.near(1.0, "conv", "fc")
    body = stage.window.panel.scene.cards["fc"].body_in_scene()
    stage.hand.move(stage.hand.at(body.left(), body.bottom() + 40))
    stage.key(Key.Key_Tab)
    QTest.keyClicks(stage.window.panel.search.typed, "conv2")
    return stage.canvas


@scene("resnet")
def wire_search(stage: Stage) -> Seen:
    """A wire let go over the ground asks what shall be there: what fits stands first."""
    stage.window.canvas.go_to(("b3", "block"))
    stage.near(1.0, "bn2", "add")
    start = stage.hand.port("bn2", "output", is_output=True)
    stage.hand.drag(start, start + QPoint(48, 150))
    QTest.keyClicks(stage.window.panel.search.typed, "norm")
    return stage.canvas


@scene("lenet_relu")
def palette(stage: Stage) -> Seen:
    """Layers and blocks with their icons; favourites and what was used last stand first."""
    window = stage.window
    for kind in ("Conv2d", "ResidualBlock"):
        window.offering.shortlist.toggle(kind)
    for kind in ("Dropout", "BatchNorm2d"):
        window.canvas.adding.add_behind(kind)
    window.palette_dock.view.scrollToTop()
    return window.panels.docks["palette"]


@scene("vgg11_fashion")
def palette_drag(stage: Stage) -> Seen:
    """A layer dragged over a wire goes in between."""
    stage.near(1.0, "block1", "block2")
    pos, data = stage.wire("block1", "block2"), kind_mime("BatchNorm2d")
    how = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(stage.hand.viewport, QDragEnterEvent(pos, *how))
    QApplication.sendEvent(stage.hand.viewport, QDragMoveEvent(pos, *how))
    return stage.canvas
