"""The personal library in the window: kept from a menu, dragged into another design, updated, renamed, removed."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtGui import QContextMenuEvent, QCursor, QDragEnterEvent, QDropEvent
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QMenu
from pytestqt.qtbot import QtBot

from designer.base.paths import library_dir
from designer.document.document import Document
from designer.document.library import PersonalLibrary
from designer.editing import nodes, variables
from designer.editing.blocks import rename_block
from designer.graph.block import Origin
from designer.graph.design import Design
from designer.session.session import Session
from designer.ui.canvas.dropping import kind_mime
from designer.ui.docks.views import PaletteEntry
from designer.ui.shortlist import FAVOURITE, OTHER, RECENT, Shortlist
from designer.ui.window import MainWindow
from tests.ui.editing.conftest import small_design

CTRL, SHIFT = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.ShiftModifier
Key = Qt.Key


@pytest.fixture
def stem(editor):
    """A design with a block `Stem` of two layers, its instance selected."""
    editor.select("conv1", "relu1")
    editor.key(Key.Key_G, CTRL)
    [key] = editor.selected
    editor.session.edit("Rename", lambda d: rename_block(d, "Block1", "Stem"))
    editor.select(key)
    return key


def entries(window: MainWindow) -> dict[str, PaletteEntry]:
    model = window.palette_dock.view.model()
    found = (model.entry(model.index(row)) for row in range(model.rowCount()))
    return {entry.kind: entry for entry in found if entry is not None}


def toasts(window: MainWindow) -> list[str]:
    return [toast.text for toast in window.toasts.shown]


def palette_menu(window: MainWindow, kind: str) -> QMenu:
    """The menu of an entry of the palette, by a right click on it."""
    view = window.palette_dock.view
    model = view.model()
    index = next(i for i in map(model.index, range(model.rowCount())) if (e := model.entry(i)) and e.kind == kind)
    view.scrollTo(index)
    at = view.visualRect(index).center()
    event = QContextMenuEvent(QContextMenuEvent.Reason.Mouse, at, view.viewport().mapToGlobal(at))
    QApplication.sendEvent(view.viewport(), event)
    menu = window.offering.menu
    assert menu.isVisible()
    QApplication.processEvents()
    return menu


def keep(editor) -> None:
    """Save the selected block to the library, from its menu."""
    [key] = editor.selected
    editor.choose(editor.menu(editor.hand.on(key)), "Save to your library")


def drop(window: MainWindow, kind: str, point: QPointF) -> None:
    view = window.panel.view
    place, data = view.viewportTransform().map(point), kind_mime(kind)
    told = (Qt.DropAction.CopyAction, data, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.NoModifier)
    QApplication.sendEvent(view.viewport(), QDragEnterEvent(place.toPoint(), *told))
    QApplication.sendEvent(view.viewport(), QDropEvent(place, *told))


def came_from(design: Design, origin: Origin | None) -> Design:
    return design.with_block(replace(design.blocks["Stem"], origin=origin))


def changed_in_the_library(change: Callable) -> None:
    """What another window does: the library's Stem is another from now on."""
    library = PersonalLibrary()
    kept = library.read().blocks["Stem"]
    library.keep(change(kept), "Stem", replacing=kept.root.origin.fingerprint)


def read_again(qtbot: QtBot, window: MainWindow) -> None:
    with qtbot.waitSignal(window.library.changed):
        window.library.read()


def test_a_block_is_kept_and_dropped_into_another_design(qtbot, editor, stem):
    window = editor.window
    keep(editor)
    assert [path.name for path in library_dir().iterdir()] == ["Stem.blockyard"]
    assert any("Stem is in your library" in text for text in toasts(window))
    assert entries(window)["personal:Stem"].group == "library"
    assert "Stem" not in entries(window), "what is as the library has it stands there alone"
    origin = editor.session.design.blocks["Stem"].origin
    assert (origin.library, origin.block) == ("personal", "Stem")
    editor.session.history.mark_saved()
    window.tabs.open(Session(Document(small_design())))
    assert "Stem" not in editor.session.design.blocks
    steps, before = editor.steps, editor.session.design
    drop(window, "personal:Stem", QPointF(500, 300))
    [made] = editor.selected
    assert editor.block.nodes[made].kind == "Stem"
    assert editor.session.design.blocks["Stem"].origin == origin
    editor.one_step(steps, before)


def test_what_is_changed_is_told_and_updated_as_one_step(qtbot, editor, stem):
    window = editor.window
    keep(editor)
    changed_in_the_library(
        lambda kept: variables.add_variable(nodes.delete(kept, "Stem", ["relu1"]), "Stem", "width", 8)
    )
    read_again(qtbot, window)
    assert any("The library has a newer Stem" in text for text in toasts(window))
    editor.select("conv2")
    window.toasts.shown[-1].action_button.click()
    assert editor.selected == (stem,)
    notice = window.inspector.node_page.notice
    assert notice.isVisible()
    assert entries(window)["Stem"].has_news
    shown = " ".join(window.inspector.node_page.notice._view.lines)
    assert "New parameter width = 8." in shown
    assert "Gone: relu1 (ReLU)." in shown
    steps, before = editor.steps, editor.session.design
    assert [button.text() for button in notice.buttons] == ["Update", "Keep as it is"]
    QTest.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert "relu1" not in editor.session.design.blocks["Stem"].nodes
    assert not notice.isVisible()
    window.panel.view.setFocus()
    editor.one_step(steps, before)


def test_edits_of_ones_own_are_not_overwritten_unasked(qtbot, editor, stem):
    window = editor.window
    keep(editor)
    editor.session.edit("Mine", lambda d: variables.add_variable(d, "Stem", "mine", 1))
    changed_in_the_library(lambda kept: variables.add_variable(kept, "Stem", "theirs", 2))
    read_again(qtbot, window)
    editor.select(stem)
    notice = window.inspector.node_page.notice
    assert "you changed yours" in notice._view.title
    assert [button.text() for button in notice.buttons] == [
        "Keep mine",
        "Save mine as a new block",
        "Update and lose mine",
    ]
    QTest.mouseClick(notice.buttons[1], Qt.MouseButton.LeftButton)
    assert set(PersonalLibrary().read().blocks) == {"Stem", "Stem2"}
    assert "mine" in PersonalLibrary().read().blocks["Stem2"].root.defaults
    assert editor.session.design.blocks["Stem"].origin.block == "Stem2"
    assert not notice.isVisible()
    editor.session.undo()
    editor.select(stem)
    QTest.mouseClick(notice.buttons[0], Qt.MouseButton.LeftButton)
    assert "mine" in editor.session.design.blocks["Stem"].defaults
    assert not notice.isVisible()
    editor.session.undo()
    editor.select(stem)
    QTest.mouseClick(notice.buttons[2], Qt.MouseButton.LeftButton)
    assert list(editor.session.design.blocks["Stem"].defaults) == ["theirs"]
    editor.session.undo()
    assert "mine" in editor.session.design.blocks["Stem"].defaults


def test_another_block_of_the_name_stays(qtbot, editor, stem):
    window = editor.window
    keep(editor)
    editor.session.edit("Forget", lambda d: came_from(d, None))
    editor.session.edit("Mine", lambda d: variables.add_variable(d, "Stem", "mine", 1))
    editor.select(stem)
    keep(editor)
    assert any("holds another block 'Stem'" in text for text in toasts(window))
    QTest.mouseClick(window.toasts.shown[-1].action_button, Qt.MouseButton.LeftButton)
    assert set(PersonalLibrary().read().blocks) == {"Stem", "Stem2"}


def test_a_block_of_the_library_is_renamed_removed_and_put_back(qtbot, editor, stem):
    window = editor.window
    keep(editor)
    editor.choose(palette_menu(window, "personal:Stem"), "Add to favourites")
    assert window.offering.shortlist.favourites == ["personal:Stem"]
    editor.choose(palette_menu(window, "personal:Stem"), "Rename…")
    line = window.palette_dock.view.findChild(QLineEdit)
    assert line.text() == "Stem"
    QTest.keyClicks(line, "Entry")
    before = editor.session.design
    with qtbot.waitSignal(window.library.renamed):
        QTest.keyClick(line, Key.Key_Return)
    assert editor.session.design is before, "Return ends the name, and adds nothing"
    assert set(PersonalLibrary().read().blocks) == {"Entry"}
    assert window.offering.shortlist.favourites == ["personal:Entry"]
    assert window.library.shelf.news(editor.session.design, "Stem") is None, "renamed, not changed"
    editor.choose(palette_menu(window, "personal:Entry"), "Remove from your library")
    assert list(library_dir().iterdir()) == []
    assert "personal:Entry" not in entries(window)
    QTest.mouseClick(window.toasts.shown[-1].action_button, Qt.MouseButton.LeftButton)
    assert "personal:Entry" in entries(window)


def test_a_library_block_is_opened_and_saved_in_a_tab(qtbot, editor, stem):
    window = editor.window
    keep(editor)
    first = editor.session
    with qtbot.waitSignal(window.documents.opened):
        editor.choose(palette_menu(window, "personal:Stem"), "Open to edit")
    assert window.session is not first
    window.session.edit("Add", lambda d: variables.add_variable(d, "Stem", "depth", 2))
    with qtbot.waitSignal(window.library.changed):
        window.actions_by_id["save"].trigger()
    assert "depth" in window.library.shelf.personal["Stem"].root.defaults
    window.tabs.show(window.tabs.of(first))
    assert window.library.shelf.news(first.design, "Stem") is not None


def test_what_is_damaged_in_the_library_is_told_and_skipped(qtbot, editor, stem):
    window = editor.window
    keep(editor)
    (library_dir() / "Broken.blockyard").write_bytes(b"{")
    (library_dir() / "Sub.blockyard").mkdir()
    window.library.read()
    qtbot.waitUntil(lambda: any("Broken.blockyard" in text for text in toasts(window)))
    assert "personal:Stem" in entries(window)
    window.library.read()
    qtbot.waitUntil(lambda: not window.library._reading.busy)
    assert sum("Broken.blockyard" in text for text in toasts(window)) == 1, "it is told once"


def test_the_open_block_is_kept_by_its_key(qtbot, editor, stem):
    editor.key(Key.Key_Return)
    assert editor.window.canvas.path == (stem,)
    editor.key(Key.Key_S, CTRL | Qt.KeyboardModifier.AltModifier)
    assert set(PersonalLibrary().read().blocks) == {"Stem"}
    editor.window.canvas.go_to(())
    editor.select()
    editor.key(Key.Key_S, CTRL | Qt.KeyboardModifier.AltModifier)
    assert set(PersonalLibrary().read().blocks) == {"Net", "Stem"}


def test_help_and_news_of_what_a_hostile_document_claims(qtbot, editor, stem):
    """An origin that names what is not there is no more than a remark."""
    for origin in (Origin("personal", "../../etc", "0" * 32), Origin("elsewhere", "x", "1" * 32)):
        editor.session.edit("Claim", lambda d, o=origin: came_from(d, o))
        editor.select(stem)
        assert not editor.window.inspector.node_page.notice.isVisible()


def test_a_block_of_the_design_that_nothing_uses_is_deleted(qtbot, editor, stem):
    menu = palette_menu(editor.window, "Stem")
    [action] = [a for a in menu.actions() if a.text().startswith("Delete from this design")]
    assert not action.isEnabled()
    menu.close()
    editor.key(Key.Key_Delete)
    assert "Stem" in editor.session.design.blocks
    steps, before = editor.steps, editor.session.design
    editor.choose(palette_menu(editor.window, "Stem"), "Delete from this design")
    assert "Stem" not in editor.session.design.blocks
    editor.window.panel.view.setFocus()
    editor.one_step(steps, before)


def test_the_menu_of_a_layer(qtbot, editor):
    window = editor.window
    texts = editor.texts(palette_menu(window, "Conv2d"))
    assert texts == ["Add", "Add to favourites", "Help"]
    editor.choose(window.offering.menu, "Add")
    assert editor.block.nodes[editor.selected[0]].kind == "Conv2d"
    assert window.offering.shortlist.recents == ["Conv2d"]
    editor.choose(palette_menu(window, "VGGBlock"), "Help")
    assert window.helping.window.isVisible()
    window.helping.window.close()
    with qtbot.waitSignal(window.documents.opened):
        editor.choose(palette_menu(window, "VGGBlock"), "Open a copy")
    assert window.session.design.main == "VGGBlock"
    assert window.session.path is None


def test_favourites_and_recents_are_remembered(qtbot, editor, qapp):
    window = editor.window
    view = window.palette_dock.view
    for kind in ("Conv2d", "ReLU", "Conv2d"):
        window.canvas.adding.add_behind(kind)
    model = view.model()
    index = next(i for i in map(model.index, range(model.rowCount())) if (e := model.entry(i)) and e.kind == "Tanh")
    view.scrollTo(index)
    row = view.visualRect(index)
    star, name = QPoint(row.right() - 20, row.center().y()), QPoint(row.left() + 60, row.center().y())
    QCursor.setPos(view.viewport().mapToGlobal(star))
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=star)
    assert model.entry(view.indexAt(name)).kind == "Tanh", "what is under the mouse stays there"
    QTest.mouseClick(view.viewport(), Qt.MouseButton.LeftButton, pos=name)
    QTest.mouseDClick(view.viewport(), Qt.MouseButton.LeftButton, pos=name)
    again = Shortlist()
    assert again.favourites == ["Tanh"]
    assert again.recents == ["Tanh", "Conv2d", "ReLU"]
    assert [again.rank(kind) for kind in ("Tanh", "ReLU", "Linear")] == [FAVOURITE, RECENT, OTHER]
    shown = [model.index(row).data() for row in range(4)]
    assert shown[:2] == ["Favourites", "Tanh"]
