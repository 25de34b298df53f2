"""C collapses cards to their names and expands them again; their ports stay where they are, and so the wires."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import Qt

from designer.session.session import Session
from tests.ui.editing.conftest import Editor


def shown(editor: Editor, key: str) -> tuple[str, str]:
    card = editor.window.panel.scene.cards[key].card
    return card.kind, card.brief


def height(editor: Editor, key: str) -> float:
    return editor.window.panel.scene.cards[key].body_in_scene().height()


def end(editor: Editor, key: str, is_output: bool) -> float:
    port = "output" if is_output else "input"
    return editor.window.panel.scene.cards[key].port_in_scene(port, is_output).y()


def test_c_collapses_the_selected_and_expands_them(editor: Editor, tmp_path: Path) -> None:
    full, tall, at = shown(editor, "conv1"), height(editor, "conv1"), end(editor, "conv1", True)
    facts = editor.session.analysis.totals
    editor.select("conv1", "conv2")
    before, steps = editor.session.design, editor.steps
    editor.key(Qt.Key.Key_C)
    assert shown(editor, "conv1") == shown(editor, "conv2") == ("", "")
    assert height(editor, "conv1") < tall
    assert end(editor, "conv1", True) == end(editor, "conv1", False) == at
    assert editor.session.analysis.totals == facts
    editor.one_step(steps, before)
    editor.session.save_as(tmp_path / "net.blockyard")
    assert Session.open(str(tmp_path / "net.blockyard")).design.root.nodes["conv2"].is_collapsed
    editor.select("conv1", "relu1")  # of which one is collapsed: both are now
    editor.key(Qt.Key.Key_C)
    assert [node.is_collapsed for node in editor.block.nodes.values()].count(True) == 3
    editor.key(Qt.Key.Key_C)
    assert shown(editor, "conv1") == full
    assert editor.block.nodes["conv1"] == before.root.nodes["conv1"]


def test_the_menu_of_a_card_collapses_it(editor: Editor) -> None:
    editor.choose(editor.menu(editor.hand.on("conv2")), "Collapse or expand")
    assert editor.block.nodes["conv2"].is_collapsed
    assert shown(editor, "conv2") == ("", "")
    assert shown(editor, "conv1") != ("", "")


def test_a_collapsed_card_still_wears_its_badge_and_its_copies(editor: Editor) -> None:
    editor.select("relu1")
    field = editor.window.inspector.node_page.structure.editor("repeat")
    field.put("3")
    editor.select("add1", "relu1")
    editor.key(Qt.Key.Key_C)
    cards = editor.window.panel.scene.cards
    assert cards["relu1"].card.repeat == "× 3"
    assert cards["add1"].card.badge == "error"  # nothing is wired to it


def test_with_nothing_selected_it_says_so(editor: Editor) -> None:
    editor.select()
    editor.key(Qt.Key.Key_C)
    assert editor.refused == ["There is nothing to collapse. Select cards."]
