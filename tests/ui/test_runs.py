"""The list of runs: notes written into it, two runs compared, figures saved."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from designer.base.paths import runs_dir
from designer.document.document import Document
from designer.engine.protocol import METRICS_FILE, Batch, Epoch, write_line
from designer.runs.notes import read_note
from designer.session.preparing import prepare_run
from designer.session.session import Session
from designer.ui.theme.current import current_theme
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
STATUS = {"state": "finished", "pid": 1, "started_at": 0, "heartbeat": 0, "epoch": 0, "epochs": 1, "message": ""}
STATUS |= {"figures": {"epoch": "x"}}
Open = Callable[..., MainWindow]


def menu_entry(window: MainWindow, run_dir: str, text: str) -> None:
    window.runs.table.menu_requested.emit(run_dir, window.rect().center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


def save_into(qtbot: QtBot, path: Path) -> None:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    QApplication.activeModalWidget().fileSelected.emit(str(path))
    QApplication.activeModalWidget().close()


def finished_run(session: Session, epochs: int) -> Path:
    """A run of two batches an epoch, whose loss in epoch n was 1 / n."""
    recipe = replace(session.recipe, epochs=epochs)
    folder = prepare_run(Document(session.design, recipe), recipe, root=runs_dir())
    messages: list[Batch | Epoch] = []
    for epoch in range(1, epochs + 1):
        for batch in (1, 2):
            step, loss = 2 * (epoch - 1) + batch, epochs / epoch
            messages.append(Batch(epoch, batch, 2, step, loss, 0.5, 0.1 / step, 900.0, 1 << 20, 2.0))
        messages.append(Epoch(epoch, 1 / epoch, 0.5, 1 / epoch, 0.5, 9.0))
    (folder / METRICS_FILE).write_text("".join(write_line(message) + "\n" for message in messages))
    return folder


def test_notes_comparison_and_csv(qtbot: QtBot, open_window: Open, tmp_path: Path):
    session = Session.open("lenet_relu")
    folders = [finished_run(session, epochs) for epochs in (1, 2)]
    window = open_window()
    window.panels.show("runs")
    table = window.runs.table
    qtbot.waitUntil(lambda: table.model().rowCount() == 2)
    note = table.model().index(0, 8)
    table.scrollTo(note)
    where = table.visualRect(note).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    editor = table.findChild(QLineEdit)
    qtbot.keyClicks(editor, "the wide one")
    qtbot.keyClick(editor, Qt.Key.Key_Return)
    qtbot.waitUntil(lambda: "the wide one" in [read_note(folder) for folder in folders])
    window.listing.refresh()
    table.selectAll()
    menu_entry(window, str(folders[0]), "Compare the two")
    qtbot.waitUntil(lambda: hasattr(window.listing, "comparison"))
    shown = window.listing.comparison
    assert shown.design_lines == ["Both train the same design."]
    assert [curve.series.size for curve in shown.plots["loss"].curves] == [1, 2]
    shown.close()
    menu_entry(window, str(folders[1]), "Save its figures as CSV…")
    save_into(qtbot, tmp_path / "run.csv")
    assert len((tmp_path / "run.csv").read_text().splitlines()) == 3


def test_several_runs_are_laid_over_each_other(qtbot: QtBot, open_window: Open, tmp_path: Path):
    session = Session.open("lenet_relu")
    folders = [finished_run(session, epochs) for epochs in (1, 2, 3)]
    window = open_window()
    window.panels.show("runs")
    table = window.runs.table
    qtbot.waitUntil(lambda: table.model().rowCount() == 3)
    table.selectAll()
    menu_entry(window, str(folders[0]), "Compare the 3 runs")
    qtbot.waitUntil(lambda: hasattr(window.listing, "comparison"))
    shown = window.listing.comparison
    assert not hasattr(shown, "design_lines")  # words are for two
    loss = shown.plots["loss"]
    names = [key.text() for key in shown.legend.keys]
    assert len(set(names)) == 3
    assert loss.told_at(1.0).splitlines() == ["epoch 1.00", *(f"{name} 1.000" for name in names)]
    assert loss.told_at(2.0).splitlines() == ["epoch 2.00", *(f"{name} 0.500" for name in names[1:])]
    assert len({curve.look.colour(current_theme()) for curve in loss.curves}) == 3
    shown.kind.setCurrentText("Train, by batch")
    assert [curve.series.size for curve in loss.curves] == [2, 4, 6]
    assert loss.told_at(0.5).splitlines()[1:] == [f"{name} {n}.000" for n, name in enumerate(names, 1)]
    qtbot.mouseClick(shown.legend.keys[1], Qt.MouseButton.LeftButton)
    assert loss.told_at(0.5).splitlines()[1:] == [f"{names[0]} 1.000", f"{names[2]} 3.000"]
    assert not loss.curves[1].line.isVisible()
    shown.choice.entries["learning_rate"].trigger()
    rate = shown.plots["learning_rate"]
    assert rate.isVisible()
    assert not rate.curves[1].line.isVisible()
    assert rate.told_at(1.0).splitlines()[1:] == [f"{names[0]} 0.05", f"{names[2]} 0.05"]
    rate.csv_requested.emit()
    save_into(qtbot, tmp_path / "rates.csv")
    assert (tmp_path / "rates.csv").read_text().splitlines()[0] == ",".join(["epoch", *names])
    shown.close()


def test_runs_are_written_for_tensorboard(qtbot: QtBot, open_window: Open, tmp_path: Path):
    folders = [finished_run(Session.open("lenet_relu"), epochs) for epochs in (1, 2)]
    window = open_window()
    window.panels.show("runs")
    qtbot.waitUntil(lambda: window.runs.table.model().rowCount() == 2)
    window.runs.table.selectAll()
    menu_entry(window, str(folders[0]), "Save for TensorBoard…")
    save_into(qtbot, tmp_path)
    qtbot.waitUntil(lambda: any("tensorboard --logdir" in toast.text for toast in window.toasts.shown))
    assert {path.parent.name for path in tmp_path.glob("*/*tfevents*")} == {folder.name for folder in folders}


def test_a_damaged_run_is_listed_as_damaged(qtbot: QtBot, open_window: Open):
    sound = finished_run(Session.open("lenet_relu"), 1)
    evil = runs_dir() / "evil"
    evil.mkdir()
    for name, content in (("run.json", {}), ("recipe.json", {}), ("status.json", STATUS)):
        (evil / name).write_text(json.dumps(content))
    window = open_window()
    window.panels.show("runs")
    model = window.runs.table.model()
    qtbot.waitUntil(lambda: model.rowCount() == 2)
    state = {model.index(row, 0).data(): model.index(row, 6) for row in range(2)}
    assert state["evil"].data() == "damaged"
    assert "figures.epoch is 'x'" in state["evil"].data(Qt.ItemDataRole.ToolTipRole)
    assert state[sound.name].data() == "interrupted"


@pytest.mark.skipif(sys.platform == "win32", reason="pipes that are files")
def test_a_design_that_is_a_pipe_is_not_waited_for(qtbot: QtBot, open_window: Open):
    folder = finished_run(Session.open("lenet_relu"), 1)
    (folder / "design.blockyard").unlink()
    os.mkfifo(folder / "design.blockyard")
    window = open_window()
    window.panels.show("runs")
    table = window.runs.table
    qtbot.waitUntil(lambda: table.model().rowCount() == 1)
    where = table.visualRect(table.model().index(0, 1)).center()
    qtbot.mouseClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.mouseDClick(table.viewport(), Qt.MouseButton.LeftButton, pos=where)
    qtbot.waitUntil(lambda: any("not a regular file" in toast.text for toast in window.toasts.shown))


def test_a_run_of_more_steps_than_a_bar_counts(qtbot: QtBot, open_window: Open):
    dock = open_window().training.dock
    dock.begin("Long", 10**6, 10**7)
    dock.add_batch({"epoch": 500_000, "step": 5 * 10**12})
    dock.finish("")
    assert dock.progress.value() / dock.progress.maximum() == pytest.approx(0.5, abs=0.01)
