"""The editor of source: keys that indent, colours that follow, undo in one step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui.docks.code_editor import CodeEditor
from designer.ui.theme.apply import apply_theme
from designer.ui.theme.tokens import DARK


@pytest.fixture
def editor(qtbot: QtBot, qapp: QApplication) -> CodeEditor:
    apply_theme(qapp, DARK)
    editor = CodeEditor()
    qtbot.addWidget(editor)
    editor.resize(500, 300)
    with qtbot.waitExposed(editor):
        editor.show()
    editor.setFocus()
    return editor


def test_return_keeps_the_indentation_and_tab_deepens_it(editor: CodeEditor):
    QTest.keyClicks(editor, "class A:")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClicks(editor, "x = 1")
    QTest.keyClick(editor, Qt.Key.Key_Return)
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    QTest.keyClicks(editor, "y")
    QTest.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.source() == "class A:\n    x = 1\n    y"


def test_several_lines_are_indented_as_one_step(editor: CodeEditor):
    editor.set_source("a\nb\nc")
    editor.selectAll()
    QTest.keyClick(editor, Qt.Key.Key_Tab)
    assert editor.source() == "    a\n    b\n    c"
    QTest.keyClick(editor, Qt.Key.Key_Backtab)
    assert editor.source() == "a\nb\nc"
    QTest.keyClick(editor, Qt.Key.Key_Z, Qt.KeyboardModifier.ControlModifier)
    assert editor.source() == "    a\n    b\n    c"


def test_colours_follow_what_is_typed(editor: CodeEditor, qtbot: QtBot):
    def colours() -> set[str]:
        formats = editor.document().firstBlock().layout().formats()
        return {part.format.foreground().color().name() for part in formats}

    QTest.keyClicks(editor, "name")
    qtbot.waitUntil(lambda: editor.text == "name")
    plain = colours()
    QTest.keyClick(editor, Qt.Key.Key_Home)
    QTest.keyClicks(editor, "class ")
    qtbot.waitUntil(lambda: editor.text == "class name")
    assert len(colours() - plain) >= 2
