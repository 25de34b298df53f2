"""Takes the README's pictures of the window: empty, a preset, an error, a block, data, while training; dark and light.

Usage: python tests/ui/screenshots.py [FOLDER], by default resources/screenshots. Needs no screen. Look at each one.
"""

from __future__ import annotations

import os
import sys
import tempfile
import time
from collections.abc import Callable
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PySide6.QtWidgets import QApplication

from designer.base.paths import resources_dir
from designer.editing import nodes
from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow

_SIZE = (1440, 900)
_PATIENCE_S = 300.0


class Photographer:
    """Opens a window, brings it into a state, takes a picture."""

    def __init__(self, folder: Path) -> None:
        self.app = QApplication(["blockyard"])
        self.folder = folder
        self.themes = ThemeFollower(self.app, "dark")

    def until(self, holds: Callable[[], bool]) -> None:
        """Let the program work until `holds`."""
        deadline = time.monotonic() + _PATIENCE_S
        while not holds() and time.monotonic() < deadline:
            self.app.processEvents()
            time.sleep(0.01)
        assert holds()

    def rest(self, seconds: float = 0.5) -> None:
        """Let timers, animations and repaints come to their end."""
        end = time.monotonic() + seconds
        self.until(lambda: time.monotonic() > end)

    def take(self, name: str, theme: str, design: str | None, prepare: Callable[[MainWindow], object]) -> None:
        """One picture: `name`-`theme`.png."""
        self.themes.choose(theme)
        window = MainWindow(Session.open(design) if design else Session(), self.themes)
        window.resize(*_SIZE)
        window.show()
        self.rest()
        prepare(window)
        self.rest()
        window.grab().save(str(self.folder / f"{name}-{theme}.png"))
        window.training.stop()
        self.until(lambda: not window.training.running)
        window.session.history.mark_saved()
        window.close()
        self.rest(0.1)

    # -- the states -------------------------------------------------------------------------------------------------

    def preset(self, window: MainWindow) -> None:
        """A preset with a block selected and its code."""
        window.panels.show("code")
        window.panel.scene.select(["block3"], [])

    def error(self, window: MainWindow) -> None:
        """A convolution feeds a linear layer: the program offers to insert a Flatten."""
        window.panels.show("problems")
        window.session.edit("Delete", lambda design: nodes.delete(design, design.main, ["flatten"]))
        window._jump(("fc1",))
        window.canvas._connect("block5", "output", "fc1", "input")
        window.panel.scene.select(["fc1"], [])
        window.panel.view.fit_all()

    def block(self, window: MainWindow) -> None:
        """Inside an Inception block."""
        window.panels.show("code")
        window.canvas.go_to(("b3", "inception1"), "path2")
        window.panel.view.fit_all()

    def training(self, window: MainWindow) -> None:
        """In the midst of a training."""
        for name, text in (("epochs", "12"), ("optimizer.lr", "0.002")):
            window.recipes.set_field(name, text)
        window.train_or_stop()
        self.until(lambda: window.training_dock.loss is not None and window.training_dock.loss.test.size >= 6)
        self.rest(1.5)

    def data(self, window: MainWindow) -> None:
        """What transforms do to some images."""
        for name, text in (("augment.crop", "28"), ("augment.padding", "4"), ("augment.flip", "0.5")):
            window.recipes.set_field(name, text)
        window.recipes.set_field("augment.erase", "0.5")
        window.panels.show("data")
        self.until(lambda: len(window.data_dock.transforms.rows) > 0)
        window.data_dock.views["transforms"].click()


def main() -> None:
    """Every picture in both themes."""
    folder = Path(sys.argv[1]) if len(sys.argv) > 1 else resources_dir() / "screenshots"
    folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["BLOCKYARD_CONFIG_DIR"] = os.environ["BLOCKYARD_DATA_DIR"] = home
        photographer = Photographer(folder)
        for theme in ("dark", "light"):
            photographer.take("empty", theme, None, lambda window: None)
            photographer.take("preset", theme, "vgg11_fashion", photographer.preset)
            photographer.take("error", theme, "vgg11_small", photographer.error)
            photographer.take("block", theme, "googlenet", photographer.block)
            photographer.take("data", theme, "lenet_relu", photographer.data)
            photographer.take("training", theme, "lenet_relu", photographer.training)


if __name__ == "__main__":
    main()
