"""The stage: a scene is a function that brings a real window into a state; its picture is taken in both themes."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QEvent, QPoint, QRect, QRectF, Qt
from PySide6.QtGui import QHelpEvent, QPainter, QPixmap
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QWidget

from designer.document.document import Document
from designer.graph.design import Design
from designer.session.autosave import recoverable
from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow
from tests.ui.canvas.conftest import Hand

SIZE = (1440, 900)
THEMES = ("dark", "light")
PATIENCE_S = 300.0
CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@dataclass
class Stage:
    """A window with a design, the hand on its canvas, and a folder for files that a scene needs.

    before_each: what is done again before each picture.
    """

    window: MainWindow
    folder: Path
    before_each: Callable[[], object] = lambda: None

    @property
    def hand(self) -> Hand:
        """The mouse on the canvas."""
        return Hand(self.window.panel)

    @property
    def canvas(self) -> QWidget:
        """The canvas with what lies over it."""
        return self.window.panel

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the program work until `holds`."""
        deadline = time.monotonic() + PATIENCE_S
        while not holds():
            assert time.monotonic() < deadline
            QApplication.processEvents()
            time.sleep(0.01)

    def rest(self, seconds: float = 0.4) -> None:
        """Let timers, animations and repaints come to their end."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def key(self, key: Qt.Key, modifiers: Qt.KeyboardModifier = Qt.KeyboardModifier.NoModifier) -> None:
        """Press a key on the canvas."""
        self.window.panel.view.setFocus()
        QTest.keyClick(self.window.panel.view, key, modifiers)
        QApplication.processEvents()

    def do(self, command: str) -> None:
        """Trigger a command of the table of actions."""
        self.window.actions_by_id[command].trigger()
        QApplication.processEvents()

    def select(self, *keys: str) -> None:
        """Select nodes."""
        self.window.panel.scene.select(keys)

    def near(self, zoom: float, *keys: str) -> None:
        """Show these nodes in the middle of the canvas at a zoom."""
        view, cards = self.window.panel.view, self.window.panel.scene.cards
        around = QRectF()
        for key in keys:
            around = around.united(cards[key].body_in_scene())
        view.zoom_to(zoom)
        view.centre_on(around.center())
        self.rest(0.2)

    def wire(self, source: str, target: str, share: float = 0.5) -> QPoint:
        """A pixel on a wire."""
        wires = self.window.panel.scene.wires.values()
        item = next(w for w in wires if (w.wire.source_card, w.wire.target_card) == (source, target))
        point = item.path().pointAtPercent(share)
        return self.hand.at(point.x(), point.y())

    def point_at(self, pos: QPoint) -> None:
        """Let the pointer rest on the canvas until the tooltip comes."""
        viewport = self.window.panel.view.viewport()
        QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, pos, viewport.mapToGlobal(pos)))
        QApplication.processEvents()

    def recipe(self, **fields: str) -> None:
        """Set fields of the recipe, as its form does; `__` stands for a dot."""
        for name, text in fields.items():
            self.window.recipes.set_field(name.replace("__", "."), text)

    def around(self, *parts: QWidget, margin: int = 0) -> QRect:
        """What holds these parts of the window."""
        found = QRect()
        for part in parts:
            found = found.united(QRect(part.mapTo(self.window, QPoint()), part.size()))
        return found.adjusted(-margin, -margin, margin, margin).intersected(self.window.rect())


Seen = QWidget | QRect | None  # what the picture shows: a widget, a part of the window, or all of it


@dataclass(frozen=True)
class Scene:
    """prepare: brings the window into the state. design: a preset's id or a design, None for the start page."""

    name: str
    prepare: Callable[[Stage], Seen]
    design: str | Design | None


SCENES: dict[str, Scene] = {}


def scene(design: str | Design | None = "vgg11_fashion") -> Callable:
    """Puts a function into the table of scenes, by its name."""

    def put(prepare: Callable[[Stage], Seen]) -> Callable[[Stage], Seen]:
        name = prepare.__name__
        SCENES[name] = Scene(name, prepare, design)
        return prepare

    return put


def play(scene: Scene, themes: ThemeFollower, pictures: Path, folder: Path) -> list[Path]:
    """Open a window, prepare the scene, take its picture in each theme, clear up. Returns the files."""
    themes.choose(THEMES[0])
    opened = scene.design
    session = Session(Document(opened)) if isinstance(opened, Design) else Session.open(opened) if opened else None
    window = MainWindow(session, themes)
    window.resize(*SIZE)
    window.show()
    window.activateWindow()
    stage = Stage(window, folder)
    try:
        stage.rest()
        seen = scene.prepare(stage)
        files = []
        for theme in THEMES:
            themes.choose(theme)
            stage.rest()
            stage.before_each()
            files.append(pictures / f"{scene.name}-{theme}.png")
            _save(picture(window, seen), files[-1])
    finally:
        _clear(stage)
    return files


def picture(window: QWidget, seen: Seen) -> QPixmap:
    """What a person sees of a part of the window, or of a window of its own: with the popups over it."""
    base = seen.window() if isinstance(seen, QWidget) else window
    area = base.rect() if seen is None else seen
    if isinstance(seen, QWidget):
        area = QRect(seen.mapTo(base, QPoint()), seen.size())
    whole = base.grab()
    painter = QPainter(whole)
    for other in QApplication.topLevelWidgets():
        if other is not base and other.isVisible() and other.windowType() in _OVER:
            painter.drawPixmap(other.geometry().topLeft() - base.geometry().topLeft(), other.grab())
    painter.end()
    return whole.copy(area)


_OVER = (Qt.WindowType.Popup, Qt.WindowType.ToolTip)


def _save(shown: QPixmap, file: Path) -> None:
    """A picture of 256 colours takes a third."""
    shown.save(str(file))
    Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)


def _clear(stage: Stage) -> None:
    """Leave nothing behind for the next scene: no gesture, popup, dialog, training, unsaved tab or journal."""
    window = stage.window
    window.panel.view.escape()
    for other in QApplication.topLevelWidgets():
        if other is not window and other.isVisible():
            other.close()
    window.training.clear_queue()
    window.training.stop()
    stage.until(lambda: not window.training.running)
    window._is_leaving = True
    window.close()
    window.deleteLater()
    stage.rest(0.1)
    QApplication.sendPostedEvents(None, QEvent.Type.DeferredDelete)  # else it would wear each theme with the others
    for left in recoverable():
        left.discard()
