"""The list of runs: notes written into it, two runs compared, figures saved."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QFileDialog, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from designer.base.paths import runs_dir
from designer.document.document import Document
from designer.engine.protocol import METRICS_FILE, Epoch, write_line
from designer.runs.notes import read_note
from designer.session.preparing import prepare_run
from designer.session.session import Session
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]


def menu_entry(window: MainWindow, run_dir: str, text: str) -> None:
    window.runs.table.menu_requested.emit(run_dir, window.rect().center())
    menu = QApplication.activePopupWidget()
    assert isinstance(menu, QMenu)
    next(action for action in menu.actions() if action.text() == text).trigger()
    menu.close()


def test_notes_comparison_and_csv(qtbot: QtBot, open_window: Open, tmp_path: Path):
    session = Session.open("lenet_relu")
    folders = []
    for epochs in (1, 2):
        recipe = replace(session.recipe, epochs=epochs)
        folder = prepare_run(Document(session.design, recipe), recipe, root=runs_dir())
        lines = [write_line(Epoch(n, 1 / n, 0.5, 1 / n, 0.5, 9.0)) + "\n" for n in range(1, epochs + 1)]
        (folder / METRICS_FILE).write_text("".join(lines))
        folders.append(folder)
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
    assert (shown.loss.train.size, shown.loss.test.size) == (1, 2)
    shown.close()
    menu_entry(window, str(folders[1]), "Save its figures as CSV…")
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QFileDialog))
    QApplication.activeModalWidget().fileSelected.emit(str(tmp_path / "run.csv"))
    QApplication.activeModalWidget().close()
    assert len((tmp_path / "run.csv").read_text().splitlines()) == 3
