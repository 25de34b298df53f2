"""The data dock in a whole window: images are looked at and filtered, transforms seen, broken files skipped."""

from __future__ import annotations

import socket
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import QMimeData, QPoint, QPointF, Qt, QUrl
from PySide6.QtGui import QDragEnterEvent, QDropEvent
from PySide6.QtWidgets import QAbstractItemView, QApplication
from pytestqt.qtbot import QtBot

from designer.engine.recipe import AugmentRecipe
from designer.ui.docks.picture_grid import image_of
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton
PATIENCE_MS = 60_000


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Sixty dark and thirty light images, one of each broken."""
    for name, level, count in (("dark", 0, 60), ("light", 255, 30)):
        (tmp_path / "images" / name).mkdir(parents=True)
        for number in range(count):
            Image.new("L", (28, 28), level).save(tmp_path / "images" / name / f"{number:02}.png")
        (tmp_path / "images" / name / "broken.png").write_bytes(b"no image")
    return tmp_path / "images"


@pytest.fixture
def looking(qtbot: QtBot, open_window: Open, folder: Path) -> MainWindow:
    """A window in which the dock shows that folder."""
    window = open_window("lenet_relu")
    window.recipes.set_field("data.source", str(folder))
    window.panels.show("data")
    dock = window.later.data.dock
    qtbot.waitUntil(lambda: bool(dock.grid.pictures and dock.transforms.rows), timeout=PATIENCE_MS)
    return window


def counts(window: MainWindow) -> dict[str, int]:
    return {view.name or "all": view.count for view in window.later.data.dock.classes.model().classes}


def choose(qtbot: QtBot, window: MainWindow, row: int) -> None:
    bars = window.later.data.dock.classes
    where = bars.visualRect(bars.model().index(row, 0)).center()
    qtbot.mouseClick(bars.viewport(), LEFT, pos=where)


def test_a_folder_is_looked_into_filtered_and_scrolled(qtbot, looking):
    dock = looking.later.data.dock
    assert counts(looking) == {"all": 74, "dark": 49, "light": 25}
    facts = dict(dock.facts.table.texts())
    assert (facts["Training"], facts["Test"], facts["Size"], facts["Channels"]) == ("74", "18", "28×28", "1, grey")
    assert len(dock.grid.pictures) == 48
    choose(qtbot, looking, 2)
    qtbot.waitUntil(lambda: len(dock.grid.pictures) == 25, timeout=PATIENCE_MS)
    sound = [picture for picture in dock.grid.pictures if not picture.broken]
    assert {picture.caption for picture in dock.grid.pictures} == {"light"}
    assert {image_of(picture).pixelColor(9, 9).lightness() for picture in sound} == {255}
    choose(qtbot, looking, 1)
    qtbot.waitUntil(lambda: len(dock.grid.pictures) == 48, timeout=PATIENCE_MS)
    dock.grid.scrollTo(dock.grid.model().index(47, 0), QAbstractItemView.ScrollHint.PositionAtBottom)
    qtbot.waitUntil(lambda: len(dock.grid.pictures) == 49, timeout=PATIENCE_MS)
    dock.part.setCurrentIndex(1)
    qtbot.waitUntil(lambda: len(dock.grid.pictures) == counts(looking)["dark"] == 12, timeout=PATIENCE_MS)


def test_a_list_that_is_dropped_on_the_dock_is_taken_up(qtbot, looking, folder):
    rows = [f"{name}/{number:02}.png,{name}" for name in ("dark", "light") for number in range(20)]
    (folder.parent / "list.csv").write_text("\n".join(f"images/{row}" for row in rows))
    dock, data = looking.later.data.dock, QMimeData()
    data.setUrls([QUrl.fromLocalFile(str(folder.parent / "list.csv"))])
    kept = (Qt.DropAction.CopyAction, data, LEFT, Qt.KeyboardModifier.NoModifier)
    entering = QDragEnterEvent(QPoint(9, 9), *kept)
    QApplication.sendEvent(dock, entering)
    assert entering.isAccepted()
    QApplication.sendEvent(dock, QDropEvent(QPointF(9, 9), *kept))
    qtbot.waitUntil(lambda: counts(looking) == {"all": 32, "dark": 16, "light": 16}, timeout=PATIENCE_MS)
    assert looking.session.recipe.data.source == str(folder.parent / "list.csv")


def test_broken_images_are_listed_and_skipped_on_request(qtbot, looking):
    facts = looking.later.data.dock.facts
    assert facts.broken_line.text() == "2 images cannot be read."
    assert (
        facts.broken.text().splitlines()[0] == "dark/broken.png: it is no PNG, JPEG, WebP, BMP, TIFF, GIF or PPM file"
    )
    qtbot.mouseClick(facts.skip, LEFT)
    assert looking.session.recipe.data.skip_broken
    qtbot.waitUntil(lambda: "leaves them out" in facts.broken_line.text(), timeout=PATIENCE_MS)
    assert not facts.skip.isVisible()


def test_transforms_are_seen_as_the_recipe_changes_and_rerolled(qtbot, looking):
    dock = looking.later.data.dock
    qtbot.mouseClick(dock.views["transforms"], LEFT)
    assert dock.transforms.isVisible()
    assert not dock.part.isVisible()
    before = dock.transforms.rows
    assert [len(row.draws) for row in before] == [4] * 4
    sheet = dock.transforms.widget()
    assert sheet._row_at(QPoint(10, 30)) is before[0]
    assert before[0].stored.tip.endswith(".png")
    assert sheet._row_at(QPoint(10, 5)) is None
    assert all(draw.pixels == row.evaluated.pixels for row in before for draw in row.draws)  # nothing is left to chance
    looking.session.set_recipe(replace(looking.session.recipe, augment=AugmentRecipe(erase=1.0)))
    qtbot.waitUntil(lambda: dock.transforms.rows != before, timeout=PATIENCE_MS)
    erased = dock.transforms.rows
    assert any(draw.pixels != row.evaluated.pixels for row in erased for draw in row.draws)
    qtbot.mouseClick(dock.reroll, LEFT)
    qtbot.waitUntil(lambda: dock.transforms.rows != erased, timeout=PATIENCE_MS)


def test_data_that_are_not_there_are_told_and_can_be_fetched(qtbot, open_window, monkeypatch):
    monkeypatch.setenv("BLOCKYARD_MIRROR", "http://127.0.0.1:9/")
    window = open_window("lenet_relu")
    dock = window.later.data.dock
    window.recipes.set_field("data.source", "cifar-10")
    window.panels.show("data")
    qtbot.waitUntil(dock.fetch.isVisible, timeout=PATIENCE_MS)
    assert dock.fetch.text() == "Download 162 MiB"
    shown = []
    monkeypatch.setattr(dock._empty, "set_texts", lambda title, hint="": shown.append((title, hint)))
    qtbot.mouseClick(dock.fetch, LEFT)
    qtbot.waitUntil(lambda: bool(shown), timeout=PATIENCE_MS)
    assert "could not be fetched: http://127.0.0.1:9/cifar-10/" in shown[0][0]
    assert "fetch it by hand" in shown[0][1]


def test_a_download_can_be_cancelled(qtbot, open_window, monkeypatch):
    silent = socket.create_server(("127.0.0.1", 0))  # takes the request, and never answers
    with silent:
        monkeypatch.setenv("BLOCKYARD_MIRROR", f"http://127.0.0.1:{silent.getsockname()[1]}/")
        window = open_window("lenet_relu")
        dock = window.later.data.dock
        window.recipes.set_field("data.source", "mnist")
        window.panels.show("data")
        qtbot.waitUntil(dock.fetch.isVisible, timeout=PATIENCE_MS)
        qtbot.mouseClick(dock.fetch, LEFT)
        with silent.accept()[0]:
            assert not dock.refresh.isVisible()
            qtbot.mouseClick(dock.cancel, LEFT)
            assert not window.later.data._view.alive
        assert dock.note.text().startswith("Cancelled")
        assert dock.fetch.isEnabled()


def test_nothing_is_looked_into_while_nobody_sees_the_dock(qtbot, open_window):
    window = open_window("lenet_relu")
    window.recipes.set_field("epochs", "7")
    qtbot.wait(400)  # longer than a change takes to settle: there is no sign of nothing happening
    assert not window.later.data._view.alive


def test_the_help_says_what_can_be_read(qtbot, open_window):
    window = open_window("lenet_relu")
    window.panels.show("data")
    qtbot.mouseClick(window.later.data.dock.help, LEFT)
    dialog = window.helping.window
    assert dialog.isVisible()
    assert dialog.title.text() == "Data"
    qtbot.waitUntil(lambda: "folders of images" in dialog.page.toPlainText())
    dialog.close()


def test_the_columns_of_a_list_are_named_and_another_is_chosen_in_the_recipe(qtbot, looking, folder):
    rows = [f"images/{name}/{n:02}.png,{name},{'xyz'[n % 3]}" for name in ("dark", "light") for n in range(20)]
    (folder.parent / "list.csv").write_text("\n".join(["photo,label,kind", *rows]))
    dock = looking.later.data.dock
    looking.recipes.set_field("data.source", str(folder.parent / "list.csv"))
    qtbot.waitUntil(lambda: counts(looking) == {"all": 32, "dark": 16, "light": 16}, timeout=PATIENCE_MS)
    told = dock.facts.notes.text().splitlines()
    assert told[0] == "Paths are read from column 'photo', labels from column 'label'; 'kind' not used."
    assert told[1].startswith("52 files are left out: images that the list does not name (images/dark/20.png")
    looking.recipes.set_field("data.label_column", "kind")
    qtbot.waitUntil(lambda: set(counts(looking)) == {"all", "x", "y", "z"}, timeout=PATIENCE_MS)
    assert dock.facts.notes.text().startswith("Paths are read from column 'photo', labels from column 'kind'")
