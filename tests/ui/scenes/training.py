"""Training: the data, the recipe, a run in all its states, what it brought, runs beside each other."""

from __future__ import annotations

import gzip
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest

from designer.base.paths import resources_dir, runs_dir
from designer.session.session import Session
from tests.ui.failing import failing
from tests.ui.scenes.stage import Seen, Stage, scene

LEFT = Qt.MouseButton.LeftButton
FEW = 2000  # images: an epoch takes seconds on a slow machine


def _dock(stage: Stage, name: str) -> Seen:
    stage.window.panels.show(name)
    stage.rest()
    return stage.window.panels.docks[name]


# -- before ---------------------------------------------------------------------------------------------------------


@scene("lenet_relu")
def data(stage: Stage) -> Seen:
    """What transforms do to some images."""
    window = stage.window
    stage.recipe(augment__crop="28", augment__padding="4", augment__flip="0.5", augment__erase="0.5")
    window.panels.show("data")
    stage.until(lambda: len(window.later.data.dock.transforms.rows) > 0)
    window.later.data.dock.views["transforms"].click()
    return None


@scene("lenet_relu")
def transforms(stage: Stage) -> Seen:
    """The same images before and after."""
    data(stage)
    return _dock(stage, "data")


@scene("lenet_relu")
def samples(stage: Stage) -> Seen:
    """The data: figures, classes and samples."""
    stage.window.panels.show("data")
    grid = stage.window.later.data.dock
    stage.until(lambda: len(grid.transforms.rows) > 0)
    stage.rest(1.0)
    return _dock(stage, "data")


@scene("vgg11_small")
def recipe(stage: Stage) -> Seen:
    """The recipe's form, two of its sections open."""
    stage.window.top.recipe.open_form()
    popup = stage.window.top.recipe.popup
    popup.resize(popup.width(), 780)
    return popup


@scene("vgg11_small")
def recipe_text(stage: Stage) -> Seen:
    """The recipe as text, judged while it is typed."""
    stage.window.top.recipe.open_form()
    QTest.mouseClick(stage.window.top.recipe.form.buttons["text"], LEFT)
    return stage.window.recipes._text


# -- in the midst ---------------------------------------------------------------------------------------------------


def _begin(stage: Stage, epochs: int, shown: int) -> None:
    """Train, until so many epochs can be seen."""
    window = stage.window
    stage.recipe(epochs=str(epochs), optimizer__lr="0.002", data__limit=str(FEW))
    window.train_or_stop()
    stage.until(lambda: window.training_dock.loss is not None and window.training_dock.loss.test.size >= shown)
    stage.rest(1.0)


@scene("lenet_relu")
def training(stage: Stage) -> Seen:
    """In the midst of a training."""
    _begin(stage, 12, 6)
    return None


@scene("lenet_relu")
def running(stage: Stage) -> Seen:
    """The curves while a training runs."""
    _begin(stage, 12, 5)
    return stage.window.panels.docks["training"]


@scene("lenet_relu")
def paused(stage: Stage) -> Seen:
    """A training that waits, and what is trained after it."""
    _begin(stage, 12, 3)
    window = stage.window
    for name in ("vgg11_small", "resnet"):
        window.tabs.open(Session.open(name))
        window.train()
    window.tabs.step(1)
    QTest.mouseClick(window.training_dock.buttons.pause, LEFT)
    stage.until(lambda: window.training.paused)
    window.panels.show("training")
    return window.panels.docks["training"]


@scene("lenet_relu")
def stopped(stage: Stage) -> Seen:
    """A training that was stopped, and can go on."""
    _begin(stage, 12, 3)
    stage.do("stop")
    stage.until(lambda: not stage.window.training.running)
    return stage.window.panels.docks["training"]


@scene("lenet_sigmoid")
def chance(stage: Stage) -> Seen:
    """Nothing is learnt: the window says so, and what to try."""
    window = stage.window
    stage.recipe(epochs="4", optimizer__lr="0.0001", data__limit=str(FEW))
    window.train_or_stop()
    stage.until(lambda: "guesses" in window.training_dock.warnings.text())
    stage.until(lambda: not window.training.running)
    return window.panels.docks["training"]


# -- faults ---------------------------------------------------------------------------------------------------------


def _until_it_fails(stage: Stage) -> None:
    QTest.mouseClick(stage.window.top.train, LEFT)
    stage.until(lambda: stage.window.training.control is not None and not stage.window.training.running)
    stage.window.panels.show("training")
    stage.rest(1.0)


@scene("lenet_relu")
def no_number(stage: Stage) -> Seen:
    """The loss is no number any more: the window says where that began, and goes there."""
    stage.recipe(loss="mse", optimizer__kind="SGD", optimizer__lr="8", optimizer__momentum="0.9")
    stage.recipe(schedule__warmup_epochs="8", epochs="12", data__limit=str(FEW))
    _until_it_fails(stage)
    QTest.mouseClick(stage.window.training_dock.buttons.remedy, LEFT)
    return None


@scene("lenet_relu")
def memory_full(stage: Stage) -> Seen:
    """The memory ran out: a batch that fits was found by trying, and is offered."""
    stage.recipe(data__limit=str(FEW), batch_size="256")
    failing(stage.window, "if len(x) > 70 and self.training: raise torch.OutOfMemoryError('CUDA out of memory')")
    _until_it_fails(stage)
    return stage.window.panels.docks["training"]


@scene("lenet_relu")
def data_gone(stage: Stage) -> Seen:
    """The folder of the data is not there any more."""
    folder = stage.folder / "shop-photos"
    for number, image in enumerate(_some_images(stage.folder, 60)):
        (folder / ["coats", "shirts", "bags"][number % 3]).mkdir(parents=True, exist_ok=True)
        image.rename(folder / ["coats", "shirts", "bags"][number % 3] / image.name)
    stage.recipe(data__source=str(folder), batch_size="8", epochs="6")
    QTest.mouseClick(stage.window.top.train, LEFT)
    stage.until(lambda: stage.window.training_dock.loss is not None and stage.window.training_dock.loss.test.size > 2)
    stage.do("stop")
    stage.until(lambda: not stage.window.training.running)
    shutil.rmtree(folder)
    QTest.mouseClick(stage.window.training_dock.buttons.go_on, LEFT)
    stage.until(lambda: not stage.window.training.running)
    stage.rest(1.0)
    return stage.window.panels.docks["training"]


# -- afterwards -----------------------------------------------------------------------------------------------------


def _trained(design: str, epochs: int, **optimizer: float) -> None:
    """A run of its own, by the engine, without the window."""
    session = Session.open(design)
    recipe = session.recipe
    session.set_recipe(
        replace(
            recipe,
            epochs=epochs,
            data=replace(recipe.data, limit=800),
            optimizer=replace(recipe.optimizer, **optimizer),
        )
    )
    control = session.train()
    for _report in control.reports():
        pass
    control.close()


def _some_runs() -> None:
    """Three runs to look at, made once."""
    if runs_dir().exists() and len([*runs_dir().iterdir()]) >= 3:
        return
    _trained("lenet_relu", 5, lr=0.002)
    _trained("lenet_relu", 5, lr=0.0005)
    _trained("lenet_sigmoid", 4)


@scene("lenet_relu")
def results(stage: Stage) -> Seen:
    """What a short training gets right and wrong."""
    stage.recipe(epochs="4", data__limit=str(FEW))
    stage.window.train_or_stop()
    stage.until(lambda: stage.window.training.running)
    stage.until(lambda: not stage.window.training.running)
    stage.rest(1.0)
    return _dock(stage, "results")


def _some_images(folder: Path, count: int) -> list[Path]:
    """Images of the bundled test set as files."""
    packed = (resources_dir() / "fashion-mnist-mini" / "t10k-images-idx3-ubyte.gz").read_bytes()
    pixels = np.frombuffer(gzip.decompress(packed), np.uint8, offset=16).reshape(-1, 28, 28)
    files = [folder / f"image_{number}.png" for number in range(count)]
    for file, image in zip(files, pixels, strict=False):
        Image.fromarray(image).save(file)
    return files


@scene("lenet_relu")
def trying(stage: Stage) -> Seen:
    """Images of one's own, and what the network takes them for."""
    results(stage)
    dock = stage.window.later.reviewing.dock
    QTest.mouseClick(dock.pages["try"], LEFT)
    dock.files_dropped.emit(_some_images(stage.folder, 3))
    stage.until(lambda: [bool(card.view.guesses) for card in dock.trying.cards] == [True] * 3)
    return _dock(stage, "results")


@scene("lenet_relu")
def warm_start(stage: Stage) -> Seen:
    """A training that began with the weights of another: which layers it took."""
    _some_runs()
    window = stage.window
    weights = next(iter(sorted(runs_dir().iterdir())))
    stage.recipe(epochs="10", start__weights=str(weights), data__limit=str(FEW))
    window.train_or_stop()
    stage.until(lambda: window.training_dock.loss is not None and window.training_dock.loss.train.size > 8)
    return window.panels.docks["training"]


@scene("lenet_relu")
def runs(stage: Stage) -> Seen:
    """The runs so far."""
    _some_runs()
    stage.window.panels.show("runs")
    table = stage.window.runs.table
    stage.until(lambda: table.model().rowCount() >= 3)
    table.selectRow(0)
    return _dock(stage, "runs")


def _compare(stage: Stage, number: int) -> Seen:
    _some_runs()
    window = stage.window
    window.panels.show("runs")
    table = window.runs.table
    stage.until(lambda: table.model().rowCount() >= 3)
    window.runs.compare_requested.emit(list(table.model().sourceModel().runs[-number:]))
    stage.until(lambda: hasattr(window.listing, "comparison"))
    return window.listing.comparison


@scene("lenet_relu")
def comparison(stage: Stage) -> Seen:
    """Two runs: curves over each other, figures, recipes and designs side by side."""
    return _compare(stage, 2)


@scene("lenet_relu")
def overlaid(stage: Stage) -> Seen:
    """Three runs laid over each other, each in its colour."""
    return _compare(stage, 3)
