"""Takes the README's pictures of the window: empty, a preset, an error, a block, data, while training; dark and light.

Usage: python tests/ui/screenshots.py [FOLDER], by default resources/screenshots. Needs no screen. Look at each one.
"""

from __future__ import annotations

import argparse
import os
import tempfile
import time
from collections.abc import Callable
from functools import partial
from pathlib import Path

os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")

from PIL import Image
from PySide6.QtCore import QPointF
from PySide6.QtWidgets import QApplication, QWidget

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

    def take(self, name: str, theme: str, design: str | None, prepare: Callable[[MainWindow], QWidget | None]) -> None:
        """One picture, `name`-`theme`.png: of the window, or of what `prepare` opens."""
        self.themes.choose(theme)
        window = MainWindow(Session.open(design) if design else None, self.themes)
        window.resize(*_SIZE)
        window.show()
        self.rest()
        shown = prepare(window) or window
        self.rest()
        file = self.folder / f"{name}-{theme}.png"
        shown.grab().save(str(file))
        Image.open(file).convert("RGB").quantize(256, dither=Image.Dither.NONE).save(file, optimize=True)  # a third
        if shown is not window:
            shown.close()
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

    def start(self, window: MainWindow) -> None:
        """The page without a design, its pictures drawn."""
        cards = window.central.start.cards
        self.until(lambda: cards and not any(card._picture.isNull() for card in cards.values()))

    def notes(self, window: MainWindow) -> None:
        """A frame with a title, and a note in Markdown."""
        view, scene = window.panel.view, window.panel.scene
        scene.select(["block1", "block2"], [])
        window.canvas.notes.frame()
        view.setFocus()  # the title stays as it is
        self.rest()
        edges = view.seen()
        window.canvas.notes.add(QPointF(edges.right() - 320, edges.bottom() - 200))
        view.setFocus()
        self.rest()
        key = next(reversed(window.session.design.root.notes))
        window.canvas.notes.write(key, "# Why 3×3?\n\nTwo in a row see as far as **one** of 5×5.")
        view.fit_all()

    def overlay(self, window: MainWindow) -> None:
        """Cards coloured by their parameters, with a legend."""
        window.actions_by_id["overlay_parameters"].trigger()

    def several(self, window: MainWindow) -> None:
        """Several nodes are edited at once."""
        window.panel.scene.select(["block1", "block2", "block3"], [])

    def recipe(self, window: MainWindow) -> QWidget:
        """The recipe's form."""
        window.top.recipe.open_form()
        return window.top.recipe.popup

    def results(self, window: MainWindow) -> None:
        """What a short training gets right and wrong."""
        window.recipes.set_field("epochs", "2")
        window.train_or_stop()
        self.until(lambda: window.training.running)
        self.until(lambda: not window.training.running)
        window.panels.show("results")
        self.rest(1.5)

    def runs(self, window: MainWindow) -> None:
        """The runs so far."""
        window.panels.show("runs")

    def summary(self, window: MainWindow) -> None:
        """What each layer takes."""
        window.panels.show("summary")

    def settings(self, window: MainWindow) -> QWidget:
        """The settings."""
        return window.settings.open()

    def keys(self, window: MainWindow) -> QWidget:
        """The keys of all commands."""
        dialog = window.settings.open()
        dialog.tabs.setCurrentIndex(1)
        return dialog

    def help(self, window: MainWindow) -> QWidget:
        """The help."""
        window.helping.open("features/code_vgg11")
        self.rest(1.0)
        return window.helping.window

    def finder(self, window: MainWindow) -> None:
        """All commands by name."""
        window.actions_by_id["commands"].trigger()


OF_THE_README = (
    ("start", None, Photographer.start),
    ("preset", "vgg11_fashion", Photographer.preset),
    ("error", "vgg11_small", Photographer.error),
    ("block", "googlenet", Photographer.block),
    ("data", "lenet_relu", Photographer.data),
    ("training", "lenet_relu", Photographer.training),
)
OTHERS = (
    ("notes", "vgg11_fashion", Photographer.notes),
    ("overlay", "vgg11_fashion", Photographer.overlay),
    ("several", "vgg11_fashion", Photographer.several),
    ("recipe", "vgg11_small", Photographer.recipe),
    ("results", "lenet_relu", Photographer.results),
    ("runs", "lenet_relu", Photographer.runs),
    ("summary", "resnet18", Photographer.summary),
    ("settings", "lenet_relu", Photographer.settings),
    ("keys", "lenet_relu", Photographer.keys),
    ("help", "vgg11_fashion", Photographer.help),
    ("finder", "lenet_relu", Photographer.finder),
)


def main() -> None:
    """Every picture in both themes."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", nargs="?", type=Path, default=resources_dir() / "screenshots")
    parser.add_argument("--all", action="store_true")
    options = parser.parse_args()
    pictures = (*OF_THE_README, *OTHERS) if options.all else OF_THE_README
    options.folder.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryDirectory() as home:
        os.environ["BLOCKYARD_CONFIG_DIR"] = os.environ["BLOCKYARD_DATA_DIR"] = home
        photographer = Photographer(options.folder)
        for theme in ("dark", "light"):
            for name, design, prepare in pictures:
                photographer.take(name, theme, design, partial(prepare, photographer))


if __name__ == "__main__":
    main()
