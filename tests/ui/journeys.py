"""What a person does with the real window, done with real mouse and keys: X events from xdotool, on a screen of Xvfb.

The window runs in this process, so that a step can wait for what it should bring about instead of sleeping; the events
come from outside, as a person's do. Run as a program under a DISPLAY; tests start it.
"""

from __future__ import annotations

import os
import subprocess
import time
from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, QPointF, QRect
from PySide6.QtWidgets import QApplication, QLineEdit, QMessageBox, QScrollArea, QWidget

from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow

_PATIENCE_S = 60.0
_STEPS = 8  # moves that a drag is made of


class Person:
    """Mouse and keys on one window."""

    def __init__(self, theme: str = "dark", design: str | None = None, size: tuple[int, int] = (1440, 900)) -> None:
        self.app = QApplication.instance() or QApplication(["blockyard"])
        self.themes = ThemeFollower(self.app, theme)
        self.window = MainWindow(Session.open(design) if design else Session(), self.themes)
        self.window.setGeometry(QRect(QPoint(40, 40), QPoint(40 + size[0] - 1, 40 + size[1] - 1)))
        self.window.show()
        self.window.activateWindow()
        self.wait(lambda: self.window.isActiveWindow(), "the window is active")

    # -- waiting ----------------------------------------------------------------------------------------------------

    def wait(self, holds: Callable[[], object], what: str, patience_s: float = _PATIENCE_S) -> None:
        """Let the program work until `holds`; fails with `what` where it does not come about."""
        deadline = time.monotonic() + patience_s
        while not holds():
            if time.monotonic() > deadline:
                self.shoot(Path(os.environ.get("JOURNEY_SHOTS", ".")) / "failed.png")
                raise AssertionError(f"waited in vain: {what}")
            self.app.processEvents()
            time.sleep(0.005)

    def settle(self) -> None:
        """Let the program handle what has arrived, deferred deletions and repaints too."""
        for _ in range(5):
            self.app.processEvents()
            self.app.sendPostedEvents(None, QEvent.Type.DeferredDelete)
            time.sleep(0.01)

    # -- mouse and keys ---------------------------------------------------------------------------------------------

    def _xdotool(self, *words: object) -> None:
        with subprocess.Popen(["xdotool", *map(str, words)]) as process:
            self.wait(lambda: process.poll() is not None, f"xdotool {words}")
            assert process.returncode == 0, words
        self.settle()

    def key(self, *names: str) -> None:
        """Press keys, as xdotool calls them: `Tab`, `ctrl+z`."""
        self._xdotool("key", "--clearmodifiers", *names)

    def type(self, text: str) -> None:
        """Type a text."""
        self._xdotool("type", "--delay", "8", "--", text)

    def click(self, where: QPoint, button: int = 1, times: int = 1) -> None:
        """Click at a point of the screen."""
        self._xdotool("mousemove", where.x(), where.y())
        self._xdotool("click", "--repeat", times, "--delay", 60, button)

    def drag(self, start: QPoint, end: QPoint) -> None:
        """Press at `start`, move to `end`, let go. One xdotool does it all: a drag has an event loop of its own."""
        words: list[object] = ["mousemove", start.x(), start.y(), "mousedown", 1]
        for step in range(1, _STEPS + 1):
            point = start + (end - start) * step / _STEPS
            words += ["sleep", 0.03, "mousemove", point.x(), point.y()]
        self._xdotool(*words, "sleep", 0.05, "mouseup", 1)

    # -- where things are -------------------------------------------------------------------------------------------

    def middle(self, widget: QWidget) -> QPoint:
        """The middle of a widget on the screen."""
        return widget.mapToGlobal(widget.rect().center())

    def on_canvas(self, point: QPointF) -> QPoint:
        """A point of the scene on the screen."""
        view = self.window.panel.view
        return view.viewport().mapToGlobal(view.mapFromScene(point))

    def port(self, card: str, name: str, is_output: bool) -> QPoint:
        """A port on the screen."""
        return self.on_canvas(self.window.panel.scene.cards[card].port_in_scene(name, is_output))

    def card(self, card: str) -> QPoint:
        """The middle of a card on the screen."""
        return self.on_canvas(self.window.panel.scene.cards[card].body_in_scene().center())

    def palette_row(self, kind: str) -> QPoint:
        """The row of a kind in the palette, scrolled into view."""
        view = self.window.palette_dock.view
        model = view.model()
        for row in range(model.rowCount()):
            index = model.index(row, 0)
            entry = model.entry(index)
            if entry is not None and entry.kind == kind:
                view.scrollTo(index)
                self.settle()
                return view.viewport().mapToGlobal(view.visualRect(index).center())
        raise AssertionError(f"the palette has no {kind}")

    def recipe_field(self, name: str) -> QPoint:
        """A field of the open recipe, its section unfolded and scrolled into view."""
        popup = self.window.top.recipe.popup
        editor, scroll = popup.content.editor(name), popup.findChild(QScrollArea)
        for fold in popup.content.folds.values():
            if fold.isAncestorOf(editor) and not fold.is_open:
                scroll.ensureWidgetVisible(fold.head)
                self.settle()
                self.click(self.middle(fold.head))
                self.wait(editor.isVisible, f"the section of {name} is open")
        scroll.ensureWidgetVisible(editor)
        self.settle()
        return self.middle(editor)

    # -- what a person does -----------------------------------------------------------------------------------------

    def nodes(self) -> dict[str, str]:
        """The kinds of the nodes of the open block, by id."""
        return {key: node.kind for key, node in self.window.canvas.block.nodes.items()}

    def drag_from_palette(self, kind: str, to: QPointF) -> str:
        """Drag a layer or a block onto the canvas. Returns the new node's id."""
        before = set(self.nodes())
        self.drag(self.palette_row(kind), self.on_canvas(to))
        self.wait(lambda: set(self.nodes()) - before, f"{kind} is on the canvas")
        return (set(self.nodes()) - before).pop()

    def add_by_keys(self, words: str) -> str:
        """Tab, a few letters, Enter. Returns the new node's id."""
        before = set(self.nodes())
        self.key("Tab")
        self.wait(lambda: self.window.panel.search.isVisible(), "the search is open")
        self.type(words)
        self.key("Return")
        self.wait(lambda: set(self.nodes()) - before, f"{words} was added")
        return (set(self.nodes()) - before).pop()

    def set_parameter(self, name: str, text: str) -> None:
        """Type a value into the inspector's editor of the selected node."""
        editor = self.window.inspector.node_page.form.editor(name)
        self.click(self.middle(editor))
        self.key("ctrl+a")
        self.type(text)
        self.key("Return")

    def choose_in_dialog(self, path: Path) -> None:
        """Type a path into the file dialog that is open, and accept it."""
        self.wait(lambda: QApplication.activeModalWidget() is not None, "a file dialog is open")
        dialog = QApplication.activeModalWidget()
        line = dialog.findChild(QLineEdit)
        line.setFocus()
        self.key("ctrl+a")
        self.type(str(path))
        self.key("Return")

    def shoot(self, path: Path) -> None:
        """A picture of the window."""
        self.settle()
        path.parent.mkdir(parents=True, exist_ok=True)
        self.window.grab().save(str(path))

    def leave(self) -> None:
        """Close the window; where there are unsaved changes, the question is answered with Discard."""
        self.window.close()
        self.settle()
        dialog = QApplication.activeModalWidget()
        if dialog is not None:
            self.click(self.middle(dialog.button(QMessageBox.StandardButton.Discard)))
        self.wait(lambda: not self.window.isVisible(), "the window is closed")
