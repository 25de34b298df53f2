"""The search at the cursor, by every way to it: what fits comes first, what is chosen is placed, wired or inserted."""

from __future__ import annotations

from functools import reduce

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QPushButton

from designer.editing.links import connect
from designer.editing.nodes import add_node, move
from designer.graph.block import edge
from designer.ui.presenters.fitting import MISFIT
from designer.ui.theme.tokens import THEMES

SHIFT = Qt.KeyboardModifier.ShiftModifier
LEFT = Qt.MouseButton.LeftButton
Key = Qt.Key


def choose(editor, words: str) -> str:
    """Type into the open search, and take the first answer. Returns the new node's id."""
    search = editor.window.panel.search
    assert search.isVisible()
    QTest.keyClicks(search.typed, words)
    QTest.keyClick(search.typed, Key.Key_Return)
    QApplication.processEvents()
    [made] = editor.selected
    return made


def offered(editor) -> dict[str, int]:
    """What the search offers before anything is typed: each kind with its place."""
    shown = editor.window.panel.search._entries.shown
    return {entry.kind: place for place, entry in enumerate(shown)}


@pytest.mark.parametrize("way", ["Tab", "Shift+A", "double click"])
def test_every_way_to_the_search(editor, way):
    steps, before = editor.steps, editor.session.design
    editor.select()
    ground = editor.hand.at(300, 320)
    editor.hand.move(ground)
    if way == "Tab":
        editor.key(Key.Key_Tab)
    elif way == "Shift+A":
        editor.key(Key.Key_A, SHIFT)
    else:
        QTest.mouseDClick(editor.hand.viewport, LEFT, Qt.KeyboardModifier.NoModifier, ground)
    made = choose(editor, "maxp2")
    assert editor.block.nodes[made].kind == "MaxPool2d"
    x, y = editor.block.nodes[made].position
    assert x % 8 == y % 8 == 0
    if way == "double click":  # offscreen there is no pointer for a key to ask
        assert editor.window.panel.scene.cards[made].body_in_scene().contains(QPointF(300, 320))
    editor.one_step(steps, before)


def test_a_wire_dropped_on_the_ground_offers_what_fits_and_connects_it(editor):
    steps, before = editor.steps, editor.session.design
    start = editor.hand.port("conv1", "output", is_output=True)
    editor.hand.drag(start, start + QPoint(60, 200))
    places = offered(editor)
    assert "Input" not in places, "it takes nothing"
    assert places["BatchNorm2d"] < places["BatchNorm1d"], "a 4-d tensor fits the one, not the other"
    entries = {entry.kind: entry for entry in editor.window.panel.search._entries.shown}
    assert entries["BatchNorm1d"].rank == MISFIT
    assert entries["BatchNorm1d"].summary.startswith("It takes (N, C")
    made = choose(editor, "batchnorm")
    assert editor.block.nodes[made].kind == "BatchNorm2d"
    port = editor.hand.port(made, "input", is_output=False)
    assert (port - start - QPoint(60, 200)).manhattanLength() < 14, "its ring is where the wire was let go"
    assert ("conv1", made) in editor.ends
    editor.one_step(steps, before)


def test_a_wire_stays_in_sight_while_it_is_asked_what_it_leads_to(editor):
    view = editor.window.panel.view
    view.fit_all()
    start = editor.hand.port("conv1", "output", is_output=True)
    before = view.viewport().grab().toImage()
    editor.hand.drag(start, start + QPoint(-90, 250))
    shown = view.viewport().grab().toImage()
    along = [
        QPoint(x, y) for x in range(start.x() - 85, start.x() - 40) for y in range(start.y() + 180, start.y() + 250)
    ]
    changed = {shown.pixelColor(at).name() for at in along if shown.pixelColor(at) != before.pixelColor(at)}
    assert THEMES["dark"].accent in changed
    QTest.keyClick(editor.window.panel.search.typed, Key.Key_Escape)
    editor.hand.move(start + QPoint(-90, 250))
    after = view.viewport().grab().toImage()
    assert all(after.pixelColor(at) == before.pixelColor(at) for at in along)


@pytest.mark.parametrize("key", [(Key.Key_Tab,), (Key.Key_A, SHIFT)])
def test_tab_with_a_wire_in_hand_asks_what_it_leads_to(editor, key):
    steps, before = editor.steps, editor.session.design
    editor.hand.click(editor.hand.port("relu1", "output", is_output=True))
    editor.hand.move(editor.hand.at(300, 380))
    editor.key(*key)
    assert "Input" not in offered(editor)
    made = choose(editor, "dropout")
    assert ("relu1", made) in editor.ends
    editor.one_step(steps, before)
    editor.hand.move(editor.hand.at(300, 440))  # nothing is in hand any more
    editor.hand.click(editor.hand.at(300, 440))
    assert not editor.window.panel.search.isVisible()


def test_what_does_not_fit_can_be_chosen_all_the_same(editor):
    start = editor.hand.port("conv1", "output", is_output=True)
    editor.hand.drag(start, start + QPoint(60, 200))
    made = choose(editor, "conv1d")
    assert editor.block.nodes[made].kind == "Conv1d"
    assert ("conv1", made) in editor.ends


def test_a_wire_drawn_backwards_offers_what_gives_something(editor):
    start = editor.hand.port("add1", "x1", is_output=False)
    editor.hand.drag(start, start + QPoint(-60, 200))
    assert "Output" not in offered(editor)
    made = choose(editor, "conv2d")
    assert (made, "add1") in editor.ends
    port = editor.hand.port(made, "output", is_output=True)
    assert (port - start - QPoint(-60, 200)).manhattanLength() < 40


def test_escape_leaves_everything_as_it_was(editor):
    before = editor.session.design
    start = editor.hand.port("conv1", "output", is_output=True)
    editor.hand.drag(start, start + QPoint(60, 200))
    QTest.keyClick(editor.window.panel.search.typed, Key.Key_Escape)
    assert not editor.window.panel.search.isVisible()
    assert editor.session.design is before
    assert editor.window.panel.view.hasFocus()


def test_a_double_click_in_the_palette_adds_and_is_remembered(editor):
    view = editor.window.palette_dock.view
    model = view.model()
    editor.select("relu1")
    row = next(index for i in range(model.rowCount()) if (index := model.index(i)).data() == "BatchNorm2d")
    view.scrollTo(row)
    steps, before = editor.steps, editor.session.design
    at = view.visualRect(row).center()
    QTest.mouseClick(view.viewport(), LEFT, pos=at)
    QTest.mouseDClick(view.viewport(), LEFT, pos=at)
    [made] = editor.selected
    assert ("relu1", made) in editor.ends
    assert [model.index(i).data() for i in range(2)] == ["Recent", "BatchNorm2d"]
    assert editor.window.panel.view.hasFocus()
    editor.one_step(steps, before)


def test_favourites_and_recents_come_first_in_the_search(editor):
    shortlist = editor.window.offering.shortlist
    shortlist.toggle("Softplus")
    editor.window.canvas.adding.add_behind("Conv3d")
    editor.select()
    editor.key(Key.Key_Tab)
    assert list(offered(editor))[:2] == ["Softplus", "Conv3d"]
    QTest.keyClicks(editor.window.panel.search.typed, "conv")
    assert next(iter(offered(editor))) == "Conv3d"


def test_a_block_that_the_design_changed_stands_beside_the_built_in_one(editor):
    session = editor.session
    editor.window.canvas.adding.add_behind("ConvReLU")
    assert session.design.blocks["ConvReLU"].origin.library == "built-in"
    session.edit("Mine", lambda d: add_node(d, "ConvReLU", "Dropout")[0])
    editor.select()
    editor.key(Key.Key_Tab)
    kinds = offered(editor)
    assert {"ConvReLU", "built-in:ConvReLU"} <= kinds.keys()
    QTest.keyClick(editor.window.panel.search.typed, Key.Key_Escape)
    editor.window.canvas.adding.add_behind("built-in:ConvReLU")
    [made] = editor.selected
    assert editor.block.nodes[made].kind == "ConvReLU1"
    assert "Dropout" not in session.design.blocks["ConvReLU1"].kinds


def test_what_a_fix_inserts_covers_no_card_and_the_keys_reach_the_canvas_again(editor, qtbot):
    both = [edge("input", "add1", target_port="x1"), edge("conv1", "add1", target_port="x2")]
    editor.session.edit("Wire", lambda d: reduce(lambda now, wire: connect(now, "Net", wire), both, d))
    editor.session.edit("Place", lambda d: move(d, "Net", {"tanh1": (216.0, 96.0)}))
    before = set(editor.block.nodes)
    button = next(b for b in editor.window.problems.findChildren(QPushButton) if b.text().startswith("Insert"))
    button.setFocus()
    qtbot.mouseClick(button, Qt.MouseButton.LeftButton)
    (new,) = set(editor.block.nodes) - before
    bodies = {key: item.body_in_scene() for key, item in editor.window.panel.scene.cards.items()}
    assert not [key for key, body in bodies.items() if key != new and body.intersects(bodies[new])]
    assert editor.window.panel.view.hasFocus()


def test_a_toast_that_asks_nothing_makes_way_for_the_search(editor, qtbot):
    toasts = editor.window.toasts
    toasts.show("This cannot be done.", "error")
    asking = toasts.show("Discarded", "info", "Undo", lambda: None)
    editor.key(Key.Key_Tab)
    assert editor.window.panel.search.isVisible()
    qtbot.waitUntil(lambda: toasts.shown == [asking])
