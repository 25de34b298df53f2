"""Whether a design fits its data, and what a fix changes, in a whole window: told in Problems, mended by a click."""

from __future__ import annotations

import itertools
import json
from collections.abc import Callable
from pathlib import Path

import pytest
from PIL import Image
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QPushButton
from pytestqt.qtbot import QtBot

from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


def _document(path: Path, nodes: list[dict], blocks: list[dict] = (), **more: object) -> str:
    """Nodes in a row between an Input of 1 × 28 × 28 and an Output, in a file."""
    row = [
        {"id": "input", "kind": "Input", "params": {"shape": [1, 28, 28]}},
        *nodes,
        {"id": "output", "kind": "Output"},
    ]
    for place, node in enumerate(row):
        node["position"] = [240 * place, 0]
    edges = [[a["id"], b["id"]] for a, b in itertools.pairwise(row)]
    whole = {"blockyard": 1, "main": "Net", "blocks": [{"name": "Net", "nodes": row, "edges": edges}, *blocks], **more}
    path.write_text(json.dumps(whole), "utf-8")
    return str(path)


def _head(width: int) -> list[dict]:
    return [{"id": "flat", "kind": "Flatten"}, {"id": "fc", "kind": "Linear", "params": {"out_features": width}}]


def _button(window: MainWindow, title: str) -> QPushButton:
    return next(button for card in window.problems.cards for button in card.buttons if button.text() == title)


def _codes(window: MainWindow) -> list[str]:
    return [problem.code for problem in window.problems.problems]


def test_a_head_is_compared_with_a_known_set_at_once(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    recipe = {"data": {"source": "fashion-mnist-mini"}}
    window = open_window(_document(tmp_path / "head.blockyard", _head(128), recipe=recipe))
    window.panels.show("problems")
    assert "too_many_outputs" in _codes(window)
    assert "128 scores" in window.status.problem.text()
    qtbot.mouseClick(_button(window, "Set out_features of fc to 10"), LEFT)
    assert window.session.design.root.nodes["fc"].params == {"out_features": 10}
    assert _codes(window) == []
    assert window.status.problem.text() == ""


def test_a_folder_is_compared_as_soon_as_the_dock_knows_it(qtbot: QtBot, open_window: Open, tmp_path: Path) -> None:
    for name, colour in (("cat", "red"), ("dog", "blue"), ("emu", "green")):
        (tmp_path / "pets" / name).mkdir(parents=True)
        for number in range(6):
            Image.new("RGB", (32, 32), colour).save(tmp_path / "pets" / name / f"{number}.png")
    window = open_window(_document(tmp_path / "net.blockyard", _head(2)))
    window.recipes.set_field("data.source", str(tmp_path / "pets"))
    assert _codes(window) == []
    window.panels.show("data")
    qtbot.waitUntil(lambda: "too_few_outputs" in _codes(window))
    sentences = [problem.message for problem in window.problems.problems]
    assert any("colour images of pets are made grey" in sentence for sentence in sentences)
    assert any("resized to 28 × 28" in sentence for sentence in sentences)
    window.panels.show("problems")
    qtbot.mouseClick(_button(window, "Set out_features of fc to 3"), LEFT)
    assert "too_few_outputs" not in _codes(window)


def test_a_fix_for_one_place_and_its_undo_leave_the_view_where_it_is(
    qtbot: QtBot, open_window: Open, tmp_path: Path
) -> None:
    pool = {"id": "pool", "kind": "MaxPool2d", "params": {"kernel_size": 2}}
    inner = [{"id": "input", "kind": "Input"}, pool, {"id": "output", "kind": "Output"}]
    block = {"name": "Half", "nodes": inner, "edges": [["input", "pool"], ["pool", "output"]]}
    halves = [{"id": f"half{number}", "kind": "Half"} for number in range(1, 6)]
    window = open_window(_document(tmp_path / "pool.blockyard", halves, [block]))
    window.panels.show("problems")
    before = window.session.design
    for title, kinds in (
        ("Set kernel_size to 1 in all 5 Half blocks", {"Half"}),
        ("Set kernel_size to 1 only here", {"Half", "Half1"}),
    ):
        qtbot.mouseClick(_button(window, title), LEFT)
        root = window.session.design.root
        assert {root.nodes[f"half{number}"].kind for number in range(1, 6)} == kinds
        assert window.canvas.path == ()
        window.panel.view.setFocus()
        QTest.keyClick(window, Qt.Key.Key_Z, CTRL)
        qtbot.waitUntil(lambda: window.session.design is before)
        assert window.canvas.path == ()
