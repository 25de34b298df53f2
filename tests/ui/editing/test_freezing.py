"""Freezing nodes by key, by menu and in the inspector: the recipe says so, the card shows it, edits carry it along."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication

from designer.ui.docks.switch import Switch
from tests.ui.editing.conftest import Editor

CONTROL = Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def saved(editor: Editor, tmp_path: Path) -> Iterator[None]:
    """A recipe that has changed is work that a window would not lose."""
    yield
    editor.session.save_as(tmp_path / "net.blockyard")


def frozen(editor: Editor) -> tuple[str, ...]:
    return editor.session.recipe.start.frozen


def marked(editor: Editor) -> list[str]:
    return sorted(key for key, item in editor.window.panel.scene.cards.items() if item.card.is_frozen)


def switch(editor: Editor) -> Switch:
    return editor.window.inspector.node_page.structure.editor("frozen").switch


def flip(editor: Editor) -> None:
    QTest.mouseClick(switch(editor), Qt.MouseButton.LeftButton)
    QApplication.processEvents()


def test_a_key_freezes_what_has_weights_and_thaws_it_again(editor: Editor) -> None:
    editor.select("conv1", "relu1", "conv2")
    editor.key(Qt.Key.Key_W)
    assert frozen(editor) == ("conv1", "conv2")
    assert marked(editor) == ["conv1", "conv2"]
    tips = {key: editor.window.panel.view.card_facts(key) for key in ("conv1", "relu1")}
    assert {key: "Frozen" in tip for key, tip in tips.items()} == {"conv1": True, "relu1": False}
    assert not editor.session.is_saved
    editor.select("conv1")
    editor.key(Qt.Key.Key_W)
    assert (frozen(editor), marked(editor)) == (("conv2",), ["conv2"])
    editor.select("conv1", "conv2")
    editor.key(Qt.Key.Key_W)  # some are trained: all are frozen
    assert marked(editor) == ["conv1", "conv2"]
    editor.key(Qt.Key.Key_W)
    assert (frozen(editor), marked(editor)) == ((), [])


def test_the_menu_offers_it_and_what_has_no_weights_is_told(editor: Editor) -> None:
    editor.select("conv1")
    menu = editor.menu(editor.hand.on("conv1"))
    editor.choose(menu, "Freeze or unfreeze")
    assert frozen(editor) == ("conv1",)
    editor.select("relu1")
    editor.key(Qt.Key.Key_W)
    assert frozen(editor) == ("conv1",)
    assert "no weights" in editor.refused[-1]


def test_the_inspector_has_a_switch_for_one_and_for_several(editor: Editor) -> None:
    editor.select("relu1")
    assert "frozen" not in editor.window.inspector.node_page.structure.names()
    editor.select("conv1")
    flip(editor)
    assert frozen(editor) == ("conv1",)
    assert dict(editor.window.inspector.node_page.table.texts())["parameters"] == "224, frozen"
    editor.select("conv1", "conv2")
    assert switch(editor).is_mixed
    flip(editor)  # the first one says what is turned over
    assert (frozen(editor), marked(editor)) == ((), [])
    flip(editor)
    assert marked(editor) == ["conv1", "conv2"]


def test_it_follows_a_new_name_and_a_group_and_their_undoing(editor: Editor) -> None:
    editor.select("conv1")
    editor.key(Qt.Key.Key_W)
    editor.window.panel.renamed.emit("conv1", "stem")
    assert (frozen(editor), marked(editor)) == (("stem",), ["conv1"])
    editor.select("conv1", "relu1")
    editor.key(Qt.Key.Key_G, CONTROL)
    assert frozen(editor) == ("block1.stem",)
    editor.key(Qt.Key.Key_Z, CONTROL)
    assert frozen(editor) == ("stem",)
    editor.key(Qt.Key.Key_Z, CONTROL)
    assert frozen(editor) == ("conv1",)


def test_inside_a_frozen_block_one_layer_can_be_thawed(editor: Editor) -> None:
    editor.select("conv1", "relu1", "conv2")
    editor.key(Qt.Key.Key_G, CONTROL)
    (block,) = editor.selected
    editor.key(Qt.Key.Key_W)
    assert (frozen(editor), marked(editor)) == ((block,), [block])
    editor.key(Qt.Key.Key_Return)
    assert marked(editor) == ["conv1", "conv2"]
    editor.select("conv1")
    editor.key(Qt.Key.Key_W)
    assert (frozen(editor), marked(editor)) == ((f"{block}.conv2",), ["conv2"])
