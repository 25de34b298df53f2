"""Copy, cut and paste as text; align; reset; the lists to choose from."""

from __future__ import annotations

import json
from itertools import pairwise

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.session.session import Session
from designer.ui.theme.apply import ThemeFollower
from designer.ui.window import MainWindow

CTRL, SHIFT, ALT = (
    Qt.KeyboardModifier.ControlModifier,
    Qt.KeyboardModifier.ShiftModifier,
    Qt.KeyboardModifier.AltModifier,
)
Key = Qt.Key


def choose(editor, words: str) -> None:
    """Type into the list that is open, and take the first answer."""
    picker = editor.window.panel.picker
    assert picker.isVisible()
    QTest.keyClicks(picker.typed, words)
    QTest.keyClick(picker.typed, Key.Key_Return)
    QApplication.processEvents()


def test_what_is_copied_is_a_small_document_and_pastes_with_fresh_ids(editor):
    editor.select("conv1", "relu1")
    editor.key(Key.Key_G, CTRL)
    [group] = editor.selected
    editor.key(Key.Key_C, CTRL)
    text = json.loads(QApplication.clipboard().text())
    assert {block["name"] for block in text["blocks"]} == {"Fragment", "Block1"}
    steps, before = editor.steps, editor.session.design
    editor.key(Key.Key_V, CTRL)
    [new] = editor.selected
    assert new != group
    assert editor.block.nodes[new].kind == "Block1"
    editor.one_step(steps, before)


def test_cut_and_paste_into_another_design(editor):
    steps, before = editor.steps, editor.session.design
    editor.select("conv1", "relu1")
    editor.key(Key.Key_X, CTRL)
    assert not {"conv1", "relu1"} & set(editor.block.nodes)
    editor.one_step(steps, before)
    editor.session.history.mark_saved()
    editor.window.documents.new()
    QApplication.processEvents()
    editor.key(Key.Key_V, CTRL)
    assert editor.ends == {("conv1", "relu1")}
    assert editor.block.nodes["conv1"].params["out_channels"] == 8


def test_foreign_text_is_refused_in_words(editor):
    before = editor.session.design
    for text, words in (
        ("", "nothing to paste"),
        ("import torch", "other text: 'import torch'"),
        ('{"a": 1}', "What was copied"),
        ('{"blockyard": 1, "main": "x", "blocks": []', "not JSON"),
    ):
        QApplication.clipboard().setText(text)
        editor.key(Key.Key_V, CTRL)
        assert words in editor.refused[-1]
    assert editor.session.design is before


def test_paste_here_puts_it_where_the_menu_was_opened(editor):
    editor.select("tanh1")
    editor.key(Key.Key_C, CTRL)
    pos = editor.hand.at(700, 300)
    editor.choose(editor.menu(pos), "Paste here")
    [new] = editor.selected
    x, y = editor.block.nodes[new].position
    assert abs(x + 64 - 700) < 80
    assert abs(y + 28 - 300) < 60


def test_keys_of_the_canvas_leave_text_alone(editor):
    editor.select("conv1")
    editor.key(Key.Key_F2)
    line = editor.window.panel.title_editor
    QTest.keyClicks(line, "mfk")
    QTest.keyClick(line, Key.Key_Return)
    assert editor.block.nodes["conv1"].name == "mfk"
    assert editor.block.nodes["conv1"].when is True


def test_select_all_and_align(editor):
    editor.key(Key.Key_A, CTRL)
    assert set(editor.selected) == set(editor.block.nodes)
    steps, before = editor.steps, editor.session.design
    editor.choose(editor.menu(editor.hand.on("conv1")), "Align", "Upper sides")
    assert {node.position[1] for node in editor.block.nodes.values()} == {0.0}
    editor.one_step(steps, before)


def test_reset_puts_parameters_back(editor):
    steps, before = editor.steps, editor.session.design
    editor.choose(editor.menu(editor.hand.on("conv1")), "Reset parameters")
    assert editor.block.nodes["conv1"].params == {}
    editor.one_step(steps, before)


def test_a_node_is_found_inside_a_block(editor):
    editor.select("conv1", "relu1")
    editor.key(Key.Key_G, CTRL)
    [group] = editor.selected
    editor.key(Key.Key_F, CTRL)
    choose(editor, "relu")
    assert editor.window.canvas.path == (group,)
    assert editor.selected == ("relu1",)
    assert editor.window.panel.view.hasFocus()
    editor.key(Key.Key_F, CTRL)
    choose(editor, "tanh1")
    assert (editor.window.canvas.path, editor.selected) == ((), ("tanh1",))
    editor.window.panel.view.zoom_to(0.2)  # from so far nothing can be read
    editor.key(Key.Key_F, CTRL)
    choose(editor, "tanh1")
    assert editor.window.panel.view.zoom == 1.0
    assert editor.window.panel.view.seen().contains(editor.window.panel.scene.bounds(["tanh1"]))


def test_commands_are_found_by_name_and_shown_with_their_keys(editor):
    editor.select("conv1", "relu1")
    editor.key(Key.Key_P, CTRL | SHIFT)
    entries = editor.window.panel.picker._entries.shown
    assert {entry.family for entry in entries if entry.kind == "group"} == {"Ctrl+G"}
    assert len(entries) >= 50
    choose(editor, "group to")
    assert "Block1" in editor.session.design.blocks


def test_the_history_is_a_list_to_jump_in(editor):
    first = editor.session.design
    for key in (Key.Key_M, Key.Key_D):
        editor.select("tanh1")
        editor.key(key, CTRL if key == Key.Key_D else Qt.KeyboardModifier.NoModifier)
    last = editor.session.design
    editor.key(Key.Key_Z, CTRL | ALT)
    titles = [entry.title for entry in editor.window.panel.picker._entries.shown]
    assert titles == ["Duplicate", "Mute", "The beginning"]
    choose(editor, "beginning")
    assert editor.session.design is first
    editor.key(Key.Key_Z, CTRL | ALT)
    choose(editor, "duplicate")
    assert editor.session.design is last


def test_escape_closes_a_list_and_does_nothing(editor):
    before = editor.session.design
    editor.key(Key.Key_P, CTRL | SHIFT)
    QTest.keyClick(editor.window.panel.picker.typed, Key.Key_Escape)
    assert not editor.window.panel.picker.isVisible()
    assert editor.session.design is before
    assert editor.window.panel.view.hasFocus()


def test_a_duplicate_lies_beside_with_the_wires_between_its_parts(editor):
    editor.hand.click(editor.hand.on("conv1"))
    editor.hand.click(editor.hand.on("relu1"), CTRL)
    steps, before = editor.steps, editor.session.design
    editor.key(Key.Key_D, CTRL)
    conv, relu = editor.selected
    assert not {conv, relu} & {"conv1", "relu1"}
    assert (conv, relu) in editor.ends
    assert len(editor.ends) == len(before.root.edges) + 1  # nothing else is wired to the copies
    assert editor.block.nodes[conv].params == before.root.nodes["conv1"].params
    assert editor.block.nodes[conv].position != before.root.nodes["conv1"].position
    editor.one_step(steps, before)


def test_copied_in_one_window_and_pasted_in_another(editor, qtbot):
    editor.select("conv1", "relu1")
    editor.key(Key.Key_C, CTRL)
    other = MainWindow(Session(), ThemeFollower(QApplication.instance(), "dark"))
    qtbot.addWidget(other, before_close_func=lambda made: made.session.history.mark_saved())
    with qtbot.waitExposed(other):
        other.show()
    other.activateWindow()
    qtbot.waitUntil(other.isActiveWindow)
    other.panel.view.setFocus()
    QTest.keyClick(other.panel.view, Key.Key_V, CTRL)
    assert [(e.source.node, e.target.node) for e in other.canvas.block.edges] == [("conv1", "relu1")]


@pytest.mark.parametrize(
    ("entry", "line"),
    [
        ("Left sides", lambda box: box.left()),
        ("Centres", lambda box: box.center().x()),
        ("Right sides", lambda box: box.right()),
        ("Upper sides", lambda box: box.top()),
        ("Middles", lambda box: box.center().y()),
        ("Lower sides", lambda box: box.bottom()),
    ],
)
def test_the_menu_aligns_what_is_selected(editor, entry, line):
    chosen = ("conv1", "tanh1", "output")
    editor.select(*chosen)
    steps, before = editor.steps, editor.session.design
    editor.choose(editor.menu(editor.hand.on("conv1")), "Align", entry)
    lines = [line(editor.window.panel.scene.cards[key].body_in_scene()) for key in chosen]
    assert max(lines) - min(lines) < 0.2
    editor.one_step(steps, before)


@pytest.mark.parametrize("entry", ["Equal gaps across", "Equal gaps down"])
def test_the_menu_spreads_what_is_selected(editor, entry):
    start = editor.hand.on("relu1")
    editor.hand.drag(start, start + QPoint(24, 40))
    chosen = ("input", "relu1", "add1") if "across" in entry else ("conv1", "relu1", "tanh1")
    editor.select(*chosen)
    editor.choose(editor.menu(editor.hand.on("relu1")), "Align", entry)
    boxes = [editor.window.panel.scene.cards[key].body_in_scene() for key in chosen]
    if "across" in entry:
        boxes.sort(key=lambda box: box.left())
        gaps = [right.left() - left.right() for left, right in pairwise(boxes)]
    else:
        boxes.sort(key=lambda box: box.top())
        gaps = [below.top() - above.bottom() for above, below in pairwise(boxes)]
    assert abs(gaps[0] - gaps[1]) < 0.2
