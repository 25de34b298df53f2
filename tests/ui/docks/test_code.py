"""The code dock: nodes and lines find each other, reading is not disturbed, colours are right."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QGuiApplication, QTextCursor
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui.docks.code import Code, CodeView
from designer.ui.theme.apply import apply_theme
from designer.ui.theme.tokens import DARK, LIGHT

SOURCE = '"""A net.\n\nTwo lines."""\nimport torch\n\n\nclass Net:\n    def f(self):\n        return "🙂", 1  # end\n'
LONG = SOURCE + "".join(f"line_{number} = {number}\n" for number in range(300))
LINES = {"stem": (4, 4), "net": (7, 9), "body": (8, 9), "tail": (200, 203)}


@pytest.fixture
def code(show) -> Code:
    made = Code()
    show(made, 700, 300)
    made.set_code(LONG, LINES, "model.py")
    return made


def colour_at(code: Code, line: int, column: int) -> str:
    block = code.view.document().findBlockByNumber(line - 1)
    for span in block.layout().formats():
        if span.start <= column < span.start + span.length:
            return span.format.foreground().color().name()
    return ""


def test_a_click_tells_the_innermost_node(qtbot: QtBot, code: Code) -> None:
    cursor = QTextCursor(code.view.document().findBlockByNumber(7))
    at = code.view.cursorRect(cursor).center() + QPoint(20, 0)
    with qtbot.waitSignal(code.node_clicked) as told:
        qtbot.mouseClick(code.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["body"]


@pytest.mark.parametrize(("column", "node"), [(10, "c"), (15, "c"), (23, "b"), (31, "a"), (35, "c")])
def test_of_several_nodes_on_a_line_the_one_clicked_is_told(qtbot: QtBot, code: Code, column: int, node: str) -> None:
    text = "def f(self, x):\n    c3 = self.c3(self.b2(self.a1(x)))\n"
    lines = dict.fromkeys(("a", "b", "c"), (2, 2))
    code.set_code(text, lines, names={"a": "a1", "b": "b2", "c": "c3"})
    qtbot.waitUntil(lambda: code.view.toPlainText() == text)
    cursor = QTextCursor(code.view.document().findBlockByNumber(1))
    cursor.setPosition(cursor.position() + column)
    with qtbot.waitSignal(code.node_clicked) as told:
        at = code.view.cursorRect(cursor).center()
        qtbot.mouseClick(code.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == [node]


def test_a_node_is_tinted_and_brought_into_view(code: Code) -> None:
    code.highlight_node("tail")
    assert code.view.tinted == (200, 203)
    assert len(code.view.extraSelections()) == 4
    top = code.view.firstVisibleBlock().blockNumber() + 1
    assert top <= 200 <= top + 20
    code.highlight_node(None)
    assert code.view.extraSelections() == []


def test_an_update_keeps_the_place(qtbot: QtBot, code: Code) -> None:
    code.view.verticalScrollBar().setValue(120)
    changed = LONG.replace("line_3 ", "line_three ")
    code.set_code(changed, LINES)
    qtbot.waitUntil(lambda: code.view.toPlainText() == changed)
    assert code.view.verticalScrollBar().value() == 120


def test_the_tint_follows_its_node_through_an_update(qtbot: QtBot, code: Code) -> None:
    code.highlight_node("stem")
    code.set_code("\n" + LONG, {"stem": (5, 5)})
    qtbot.waitUntil(lambda: code.view.tinted == (5, 5))


@pytest.mark.parametrize(
    "changed",
    [
        "",
        "one line",
        LONG + "more\n",
        LONG.replace("line_7 = 7\n", ""),
        LONG.replace("line_7 = 7\n", "line_7 = 7\nline_7 = 7\n"),
        LONG[:-1],
        "\n\n" + LONG,
        LONG.replace('"""', "", 1),
    ],
)
def test_updates_line_by_line_end_with_the_same_text_and_colours(show, changed: str) -> None:
    code, fresh = CodeView(), CodeView()
    show(code)
    code.set_text(LONG)
    code.set_text(changed)
    fresh.set_text(changed)
    assert code.toPlainText() == changed
    for number in range(code.blockCount()):
        spans = [
            [(span.start, span.length, span.format.foreground().color().name()) for span in block.layout().formats()]
            for block in (view.document().findBlockByNumber(number) for view in (code, fresh))
        ]
        assert spans[0] == spans[1], number


def test_copy_and_export(qtbot: QtBot, code: Code) -> None:
    qtbot.mouseClick(code.copy_button, Qt.MouseButton.LeftButton)
    assert QGuiApplication.clipboard().text() == LONG
    assert code.copy_button.text() == "Copied"
    with qtbot.waitSignal(code.export_requested):
        qtbot.mouseClick(code.export_button, Qt.MouseButton.LeftButton)


def test_colours_across_lines_and_after_an_emoji(code: Code) -> None:
    assert colour_at(code, 3, 0) == DARK.muted  # still the docstring
    assert colour_at(code, 7, 6) == DARK.accent
    assert colour_at(code, 9, 16) == DARK.good_text
    line = LONG.splitlines()[8]
    after = len(line[: line.index("#")].encode("utf-16-le")) // 2
    assert colour_at(code, 9, after) == DARK.muted


def test_colours_change_with_the_theme(code: Code, qapp: QApplication) -> None:
    apply_theme(qapp, LIGHT)
    assert colour_at(code, 7, 6) == LIGHT.accent


def test_it_cannot_be_typed_into(qtbot: QtBot, code: Code) -> None:
    qtbot.keyClicks(code.view, "hello")
    assert code.view.toPlainText() == LONG


def test_a_hidden_dock_waits(code: Code) -> None:
    code.hide()
    code.set_code("import torch\n", {"stem": (1, 1)})
    code.highlight_node("stem")
    assert code.view.toPlainText() == LONG
    code.show()
    assert code.view.toPlainText() == "import torch\n"
    assert code.view.tinted == (1, 1)
