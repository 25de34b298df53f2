"""The code panel in the window: what it says of the code that it shows."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
from pytestqt.qtbot import QtBot

from designer.document.document import Document
from designer.document.writing import write_document
from designer.graph.block import BlockParameter, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression
from designer.ui.window import MainWindow
from tests.drawing import block

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]


@pytest.mark.parametrize(
    ("given", "told"),
    [
        ({"k": 0}, "1 variable is fixed: k=0"),
        ({"k": 2, "m": 1}, "2 variables are fixed: k=2, m=1"),
        ({}, "This is what trains, and what is exported."),
    ],
)
def test_the_code_tells_which_variables_are_fixed(qtbot: QtBot, open_window: Open, tmp_path: Path, given, told):
    lift = block("Lift", Node("input", "Input"), Node("u", "Unsqueeze"), Node("output", "Output"))
    lifts = [Node(f"lift_{name}", "Lift", repeat=Expression(name)) for name in given]
    about = {"parameters": tuple(BlockParameter(*item) for item in given.items())}
    main = block("Net", Node("input", "Input", params={"shape": (3, 8, 8)}), *lifts, Node("output", "Output"), **about)
    write_document(Document(Design("Net", {"Net": main, "Lift": lift})), tmp_path / "net.blockyard")
    window = open_window(str(tmp_path / "net.blockyard"))
    window.panels.show("code")
    qtbot.waitUntil(lambda: "class Net" in window.code.view.toPlainText())
    assert window.code._note.text() == told
