"""What the pointer and the help say of a card, with real events."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QEvent, Qt
from PySide6.QtGui import QHelpEvent
from PySide6.QtWidgets import QApplication, QToolTip

from designer.editing import nodes
from tests.ui.editing.conftest import Editor


def tip(editor: Editor, key: str) -> str:
    pos = editor.hand.on(key)
    viewport = editor.hand.viewport
    QApplication.sendEvent(viewport, QHelpEvent(QEvent.Type.ToolTip, pos, viewport.mapToGlobal(pos)))
    return QToolTip.text()


def test_the_pointer_is_told_facts_and_the_formula(editor: Editor) -> None:
    text = tip(editor, "conv1")
    assert "conv1 · Conv2d" in text
    assert "3×16×16 → 8×16×16" in text
    assert "224 parameters" in text
    assert "⌊(16 + 2·1 − 1·(3 − 1) − 1) / 1⌋ + 1 = 16" in text


def test_f1_shows_the_help_with_the_nodes_own_numbers(editor: Editor) -> None:
    editor.select("conv2")
    editor.key(Qt.Key.Key_F1)
    dialog = editor.window.helping.window
    assert dialog.isVisible()
    shown = dialog.page.toPlainText()
    assert "conv2 in this design" in shown
    assert "8·8·3·3 + 8 = 584" in shown
    dialog.close()
    editor.window.activateWindow()
    QApplication.processEvents()


@pytest.mark.parametrize("kind", ["<img src='file:///etc/passwd'>", "<b>bold</b><br>"])
def test_the_words_of_strangers_are_no_markup(editor: Editor, kind: str) -> None:
    def change(design):
        design, key = nodes.add_node(design, "Net", "ReLU", (0.0, 160.0))
        node = design.root.nodes[key]
        return design.with_block(design.root.with_node(type(node)(key, kind, position=node.position)))

    editor.session.edit("Strange", change)
    text = tip(editor, list(editor.block.nodes)[-1])
    assert "<" in text
    (shown,) = (label for label in QApplication.allWidgets() if label.inherits("QTipLabel") and label.isVisible())
    assert shown.textFormat() == Qt.TextFormat.PlainText
    QToolTip.hideText()
