"""Points that lead a wire: added, dragged, taken out with the mouse and by keys; each is one step."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, QPointF, Qt
from PySide6.QtTest import QTest

from designer.graph.block import edge
from tests.ui.editing.conftest import Editor

CTRL, NONE = Qt.KeyboardModifier.ControlModifier, Qt.KeyboardModifier.NoModifier
LEFT = Qt.MouseButton.LeftButton
WIRE, ID = edge("conv1", "relu1"), "relu1.input"


def points(editor: Editor) -> tuple[tuple[float, float], ...]:
    return editor.block.routes.get(WIRE, ())


def item(editor: Editor):
    return editor.window.panel.scene.wires[ID]


def lead(editor: Editor, down_px: int = 80) -> QPoint:
    """Ctrl-drag a point out of the wire. Returns where it is then."""
    start = editor.wire_middle("conv1", "relu1")
    end = start + QPoint(0, down_px)
    editor.hand.drag(start, end, CTRL)
    return end


def passes(editor: Editor, at: tuple[float, float]) -> bool:
    return item(editor).distance_to(QPointF(*at)) < 1.0


def test_ctrl_drag_leads_a_wire_through_a_point(editor: Editor) -> None:
    before, steps = editor.session.design, editor.steps
    facts = editor.session.analysis.root.nodes["relu1"]
    lead(editor)
    (point,) = points(editor)
    assert point[1] == 120.0  # 80 px down from 20, on the grid
    assert passes(editor, point)
    assert editor.session.analysis.root.nodes["relu1"] is facts  # to the network nothing has happened
    editor.one_step(steps, before)


def test_the_shape_of_a_wire_does_not_hide_its_point(editor: Editor) -> None:
    lead(editor)
    chip = item(editor).chip
    assert chip.isVisible()
    (point,) = points(editor)
    assert not chip.sceneBoundingRect().contains(QPointF(*point))


def test_a_double_click_adds_a_point_and_another_takes_it_out(editor: Editor) -> None:
    at = editor.wire_middle("conv1", "relu1")
    QTest.mouseDClick(editor.hand.viewport, LEFT, NONE, at)
    assert len(points(editor)) == 1
    QTest.mouseDClick(editor.hand.viewport, LEFT, NONE, at)
    assert points(editor) == ()
    assert edge("conv1", "relu1") in editor.block.edges


def test_a_point_is_dragged_and_escape_puts_it_back(editor: Editor) -> None:
    at = lead(editor)
    before = points(editor)
    editor.hand.drag(at, at + QPoint(0, 64))
    assert points(editor)[0][1] == before[0][1] + 80.0
    moved = editor.session.design
    editor.hand.press(at + QPoint(0, 64))
    editor.hand.move(at)
    editor.hand.move(at + QPoint(-30, 0))
    editor.key(Qt.Key.Key_Escape)
    editor.hand.release(at)
    assert editor.session.design is moved
    assert passes(editor, points(editor)[0])


def test_points_keep_their_order_along_the_wire(editor: Editor) -> None:
    lead(editor)
    first = points(editor)[0]
    for share in (0.15, 0.9):
        at = item(editor).path().pointAtPercent(share)
        QTest.mouseDClick(editor.hand.viewport, LEFT, NONE, editor.hand.at(at.x(), at.y()))
    xs = [x for x, _ in points(editor)]
    assert xs == sorted(xs)
    assert points(editor)[1] == first


def test_delete_takes_out_the_selected_point_and_not_the_wire(editor: Editor) -> None:
    at = lead(editor)
    editor.hand.click(at)
    assert item(editor).chosen_point == 0
    editor.key(Qt.Key.Key_Delete)
    assert points(editor) == ()
    assert WIRE in editor.block.edges
    editor.hand.click(editor.wire_middle("conv1", "relu1"))
    editor.key(Qt.Key.Key_Delete)
    assert WIRE not in editor.block.edges


def test_the_menu_adds_a_point_and_removes_all(editor: Editor) -> None:
    at = editor.wire_middle("conv1", "relu1")
    editor.choose(editor.menu(at), "Add a point")
    assert len(points(editor)) == 1
    editor.choose(editor.menu(at), "Remove all points")
    assert points(editor) == ()


@pytest.mark.parametrize("keys", [("conv1", "relu1"), ("conv1",)])
def test_points_go_along_with_both_ends_alone(editor: Editor, keys: tuple[str, ...]) -> None:
    lead(editor)
    ((x, y),) = points(editor)
    editor.select(*keys)
    start = editor.hand.on("conv1")
    editor.hand.drag(start, start + QPoint(0, -64))
    assert points(editor) == ((x, y - 80.0 if len(keys) == 2 else y),)
    assert passes(editor, points(editor)[0])


def test_a_wire_that_is_lifted_takes_its_points_from_sight(editor: Editor) -> None:
    lead(editor)
    hand = editor.hand
    hand.drag(hand.port("relu1", "input", False), hand.port("tanh1", "input", False))
    assert ("conv1", "tanh1") in editor.ends
    assert not editor.block.routes
    assert not editor.window.panel.scene.routed
