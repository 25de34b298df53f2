"""Trying a run on images in the window: dropped, chosen and pasted ones, through the real engine."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent, QGuiApplication, QImage
from PySide6.QtWidgets import QApplication, QFileDialog, QWidget
from pytestqt.qtbot import QtBot

from designer.base.paths import runs_dir
from designer.document.writing import write_document
from designer.engine.checkpoints import best_checkpoint
from designer.engine.control import Wishes
from designer.engine.job import carry_out
from designer.engine.recipe import DataRecipe, OptimizerRecipe, Recipe
from designer.session.preparing import prepare_run
from designer.session.session import Session
from designer.ui.docks.results import OVERVIEW, TRY
from designer.ui.docks.trying_views import TriedView
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
RECIPE = Recipe(data=DataRecipe(limit=64), epochs=1, device="cpu")


@pytest.fixture
def trained() -> Callable[..., Path]:
    """Makes a run among the person's own, and trains it here."""

    def make(recipe: Recipe = RECIPE) -> Path:
        run_dir = prepare_run(Session.open("lenet_relu").document, recipe)
        assert carry_out(run_dir, lambda message: None, Wishes()) == 0
        return run_dir

    return make


@pytest.fixture
def images(tmp_path: Path) -> list[Path]:
    Image.radial_gradient("L").save(tmp_path / "ring.png")
    Image.new("RGB", (60, 40), "white").save(tmp_path / "white.jpg")
    (tmp_path / "words.png").write_text("no image")
    return [tmp_path / name for name in ("ring.png", "white.jpg", "words.png")]


def mime_of(*paths: Path) -> QMimeData:
    data = QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(path)) for path in paths])
    return data


def drop(target: QWidget, data: QMimeData) -> bool:
    """Drag something over the middle of a widget and let it go there. Returns whether it was taken."""
    where, buttons, keys = target.rect().center(), Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier
    enter = QDragEnterEvent(QPoint(where), Qt.DropAction.CopyAction, data, buttons, keys)
    enter.ignore()
    QApplication.sendEvent(target, enter)
    if not enter.isAccepted():
        return False
    event = QDropEvent(QPointF(where), Qt.DropAction.CopyAction, data, buttons, keys)
    QApplication.sendEvent(target, event)
    return event.isAccepted()


def show(qtbot: QtBot, window: MainWindow) -> None:
    """Open the newest run of the table, and its page to try images on."""
    window.panels.show("runs")
    qtbot.waitUntil(lambda: bool(window.runs._model.runs))
    window.runs.try_requested.emit(window.runs._model.runs[0])
    qtbot.waitUntil(lambda: window.later.reviewing.dock.trying.choose.isEnabled())


def wait_for(qtbot: QtBot, window: MainWindow, count: int) -> tuple[TriedView, ...]:
    """The images that are shown, once so many are and all are answered."""
    page = window.later.reviewing.dock.trying

    def answered() -> bool:
        return len(page.views) == count and all(view.guesses or view.problem for view in page.views)

    qtbot.waitUntil(answered, timeout=60_000)
    return page.views


def test_an_image_is_tried_with_the_weights_of_the_best_epoch_where_there_are_such(
    qtbot: QtBot, open_window: Open, trained, images
):
    recipe = replace(RECIPE, epochs=3, optimizer=OptimizerRecipe("SGD", 1e-30))  # no epoch betters the first
    run_dir = trained(recipe)
    window = open_window("lenet_relu")
    show(qtbot, window)
    page = window.later.reviewing.dock.trying
    drop(page, mime_of(images[0]))
    wait_for(qtbot, window, 1)
    assert page.note.text().startswith("After epoch 3.")
    qtbot.mouseClick(page.best, Qt.MouseButton.LeftButton)
    qtbot.waitUntil(lambda: page.note.text().startswith("After epoch 1."), timeout=60_000)
    best_checkpoint(run_dir).unlink()
    window.later.reviewing.refresh()
    qtbot.waitUntil(lambda: not page.best.isEnabled())


def test_dropped_images_are_tried_and_those_that_are_none_are_told(qtbot: QtBot, open_window: Open, trained, images):
    trained()
    window = open_window("lenet_relu")
    assert not drop(window.later.reviewing.dock, mime_of(*images))  # no run is shown yet
    show(qtbot, window)
    assert drop(window.later.reviewing.dock, mime_of(*images))
    ring, white, words = wait_for(qtbot, window, 3)
    assert (ring.name, ring.size, white.name) == ("ring.png", "28 × 28", "white.jpg")
    assert len(ring.guesses) == len(white.guesses) == 5
    assert ring.picture.width == 28
    assert white.picture.pixels[:3] == b"\xff\xff\xff"
    assert 0 < sum(guess.share for guess in ring.guesses) <= 1.0001
    assert ring.guesses[0].value == f"{100 * ring.guesses[0].share:.1f} %"
    assert words.problem.startswith("words.png cannot be tried: it is no PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file.")
    assert "Expected a whole PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file" in words.tip
    card = window.later.reviewing.dock.trying.cards[0]
    assert ring.guesses[0].name in card.accessibleDescription()
    assert "After epoch 1. Shares of 1" in window.later.reviewing.dock.trying.note.text()

    qtbot.mouseClick(window.later.reviewing.dock.trying.invert, Qt.MouseButton.LeftButton, pos=QPoint(8, 14))
    qtbot.waitUntil(lambda: bool(window.later.reviewing.dock.trying.views[1].guesses), timeout=60_000)
    _ring, white, _words = wait_for(qtbot, window, 3)
    assert white.picture.pixels[:3] == b"\0\0\0"

    child = window.later.reviewing.trying._view._process
    assert child.poll() is None
    qtbot.mouseClick(window.later.reviewing.dock.trying.clear, Qt.MouseButton.LeftButton)
    assert window.later.reviewing.dock.trying.views == ()
    qtbot.mouseClick(window.later.reviewing.dock.pages[OVERVIEW], Qt.MouseButton.LeftButton)
    assert window.later.reviewing.dock.classes.isVisible()
    window._is_leaving = True
    window.close()
    child.wait(10)


def test_images_are_pasted_and_chosen(qtbot: QtBot, open_window: Open, trained, images):
    trained()
    window = open_window("lenet_relu")
    show(qtbot, window)
    page, clipboard = window.later.reviewing.dock.trying, QGuiApplication.clipboard()
    clipboard.clear()
    qtbot.mouseClick(page.paste, Qt.MouseButton.LeftButton)
    assert "There is no image to paste" in window.toasts.shown[-1].text
    clipboard.setImage(QImage(str(images[0])))
    page.setFocus()
    qtbot.keyClick(page, Qt.Key.Key_V, Qt.KeyboardModifier.ControlModifier)
    (pasted,) = wait_for(qtbot, window, 1)
    assert pasted.name == "Pasted image 1"
    clipboard.setMimeData(mime_of(images[0]))
    qtbot.mouseClick(page.paste, Qt.MouseButton.LeftButton)
    ring, pasted = wait_for(qtbot, window, 2)
    assert [guess.value for guess in ring.guesses] == [guess.value for guess in pasted.guesses]
    qtbot.mouseClick(page.choose, Qt.MouseButton.LeftButton)
    dialog = window.findChild(QFileDialog)
    dialog.setDirectory(str(images[1].parent))
    dialog.selectFile(str(images[1]))
    dialog.accept()
    assert wait_for(qtbot, window, 3)[0].name == "white.jpg"
    clipboard.clear()  # what a test put there must not outlive it
    folder = Path(window.later.reviewing.trying._pasted.name)
    window.later.reviewing.let_go()
    assert not folder.exists()


def test_an_image_on_the_canvas_goes_to_the_designs_run_and_a_document_is_opened(
    qtbot: QtBot, open_window: Open, trained, images, tmp_path: Path
):
    window = open_window("lenet_relu")
    viewport = window.panel.view.viewport()
    assert not drop(viewport, mime_of(tmp_path / "notes.txt"))
    assert drop(viewport, mime_of(images[0]))
    qtbot.waitUntil(lambda: any("No run of LeNet has saved" in toast.text for toast in window.toasts.shown))
    run_dir = trained(replace(RECIPE, loss="bce"))
    assert drop(viewport, mime_of(images[0]))
    (ring,) = wait_for(qtbot, window, 1)
    assert window.panels.is_shown("results")
    assert window.later.reviewing.dock.pages[TRY].isChecked()
    assert "a chance of its own (sigmoid)" in window.later.reviewing.dock.trying.note.text()
    assert sum(guess.share for guess in ring.guesses) != pytest.approx(1, abs=0.01)

    for path in (run_dir / "checkpoints").iterdir():
        path.unlink()
    window.later.reviewing.refresh()
    qtbot.waitUntil(lambda: not window.later.reviewing.dock.trying.choose.isEnabled())
    assert "has no weights" in window.later.reviewing.dock.trying._empty._title.text()
    assert not drop(window.later.reviewing.dock, mime_of(images[0]))

    path = tmp_path / "mine.blockyard"
    write_document(Session.open("vgg11_fashion").document, path)
    assert drop(viewport, mime_of(path))
    qtbot.waitUntil(lambda: window.session.path == path)


def test_a_run_from_elsewhere_is_tried_once_it_is_trusted(qtbot: QtBot, open_window: Open, trained, images):
    run_dir = trained()
    with (run_dir / "model.py").open("a") as model:
        model.write("# from elsewhere\n")
    window = open_window("lenet_relu")
    show(qtbot, window)
    assert drop(window.later.reviewing.dock, mime_of(images[0]))
    assert window.central.trust.isVisible()
    assert not window.later.reviewing.trying._view.alive
    qtbot.mouseClick(window.central.trust.buttons[-1], Qt.MouseButton.LeftButton)
    assert wait_for(qtbot, window, 1)[0].guesses
    assert runs_dir() in run_dir.parents
