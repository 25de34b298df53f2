"""The scene keeps its items equal to what it is given, and touches only what changed."""

from __future__ import annotations

import functools
from dataclasses import replace
from itertools import pairwise
from random import Random

import pytest
from PySide6.QtCore import QPointF, QRectF
from PySide6.QtGui import QFont

from designer.ui.canvas.cards import Card, PortRef, PortView, Wire
from designer.ui.canvas.geometry import MAX_WIDTH, card_layout, card_size
from designer.ui.canvas.rect_grid import RectGrid
from designer.ui.canvas.wire_item import Emphasis
from designer.ui.canvas.wire_path import wire_path

IN, OUT = (PortView("input"),), (PortView("output"),)


def content_of(scene):
    return [item.card for item in scene.cards.values()], [item.wire for item in scene.wires.values()]


def test_equal_content_keeps_its_items(panel):
    cards, wires = content_of(panel.scene)
    before = dict(panel.scene.cards), dict(panel.scene.wires)
    panel.scene.set_content([replace(card) for card in cards], wires)
    assert (dict(panel.scene.cards), dict(panel.scene.wires)) == before


def test_a_changed_card_keeps_its_item_and_its_wires_follow(panel):
    item = panel.scene.cards["conv"]
    panel.scene.apply(cards=[replace(item.card, position=(160, 80), brief="5×5")])
    assert panel.scene.cards["conv"] is item
    assert item.pos() == QPointF(160, 80)
    end = panel.scene.wires["w1"].path().currentPosition()
    assert end == item.port_in_scene("input", False)


def test_a_removed_card_takes_its_wires_and_its_selection_along(panel):
    panel.scene.select(["conv", "relu"], ["w1"])
    told: list[tuple] = []
    panel.view.selection_changed.connect(lambda *args: told.append(args))
    panel.scene.apply(removed_cards=["conv"])
    assert told == [(("relu",), ())]
    assert "conv" not in panel.scene.cards
    assert not panel.scene.wires
    assert (panel.scene.selected_cards, panel.scene.selected_wires) == (("relu",), ())


def test_content_that_leaves_the_canvas_is_gone(panel):
    panel.scene.set_content([Card("x", "x")], [])
    assert set(panel.scene.cards) == {"x"}
    assert len(panel.scene.items()) == 1


def test_a_wire_to_nowhere_is_an_error(panel):
    with pytest.raises(ValueError, match="'gone', which is not on the canvas"):
        panel.scene.apply(wires=[Wire("w9", "conv", "output", "gone", "input")])


def test_a_wire_that_moves_to_another_card_is_found_there(panel):
    wire = panel.scene.wires["w2"].wire
    panel.scene.apply(wires=[replace(wire, target_card="relu", target_port="input")])
    assert [item.wire.id for item in panel.scene.wires_at(PortRef("relu", "input", False))] == ["w2"]
    assert panel.scene.wires_at(PortRef("add", "a", False)) == []


def test_the_path_of_the_selected_card_stands_out(panel):
    panel.scene.apply(wires=[Wire("w3", "add", "output", "block", "input")])
    panel.scene.select(["conv"])
    assert {key: item.emphasis for key, item in panel.scene.wires.items()} == {
        "w1": Emphasis.ADJACENT,
        "w2": Emphasis.ADJACENT,
        "w3": Emphasis.PATH,
    }
    panel.scene.select()
    assert {item.emphasis for item in panel.scene.wires.values()} == {Emphasis.QUIET}


def test_sizes_follow_the_text_up_to_a_limit(qapp):
    short, long = Card("a", "conv"), Card("b", "conv" * 30, "Conv2d", brief="3×3 · " * 40)
    assert card_size(short)[0] < card_size(long)[0] == MAX_WIDTH
    assert card_layout(long).title.endswith("…")


@pytest.mark.parametrize("num_inputs", range(1, 9))
@pytest.mark.parametrize("labelled", [False, True])
@pytest.mark.parametrize("brief", ["", "3×3"])
def test_ports_of_every_card_stand_on_one_grid(qapp, num_inputs, labelled, brief):
    inputs = tuple(PortView(f"in{index}", f"in {index}" if labelled else "") for index in range(num_inputs))
    layout = card_layout(Card("a", "add", brief=brief, inputs=inputs, outputs=OUT))
    assert layout.width % 8 == 0
    assert layout.height % 8 == 0
    heights = [point.y() for point in layout.inputs]
    assert all(6 <= y <= layout.height - 6 for y in heights)
    assert {b - a for a, b in pairwise(heights)} <= {16.0}
    assert {y % 4 for y in heights} == {0.0}


def test_a_backward_wire_goes_around_its_cards():
    first, last = QRectF(400, 0, 120, 56), QRectF(0, 0, 120, 56)
    path = wire_path(QPointF(520, 28), QPointF(0, 28), first, last)
    assert path.boundingRect().bottom() > 56
    for body in (first, last):
        assert not any(body.adjusted(1, 1, -1, -1).contains(path.pointAtPercent(step / 100)) for step in range(2, 98))


def test_a_wire_passes_through_its_bends():
    path = wire_path(QPointF(0, 0), QPointF(400, 0), bends=[(100, 80), (300, 80)])
    nearest = min((path.pointAtPercent(step / 200) - QPointF(200, 80)).manhattanLength() for step in range(201))
    assert nearest < 3


def test_chips_hide_no_card(panel):
    cards = [
        Card("a", "a", outputs=OUT, position=(0, 0)),
        Card("b", "b", inputs=IN, position=(120, 0)),
        Card("c", "c", inputs=IN, position=(400, 0)),
    ]
    wires = [
        Wire("near", "a", "output", "b", "input", "512×14×14"),
        Wire("far", "a", "output", "c", "input", "512×14×14"),
    ]
    panel.scene.set_content(cards, wires)
    assert not panel.scene.wires["near"].chip.isVisible()
    chip = panel.scene.wires["far"].chip
    assert chip.isVisible()
    assert panel.scene.grid.is_free(chip.sceneBoundingRect())


def test_the_grid_finds_what_was_moved():
    grid = RectGrid()
    for index in range(100):
        grid.put(str(index), QRectF(index * 300, 0, 100, 50))
    grid.put("3", QRectF(-5000, -5000, 100, 50))
    assert grid.within(QRectF(880, 0, 100, 10)) == []
    assert grid.within(QRectF(-4990, -4990, 5, 5)) == ["3"]
    assert not grid.is_free(QRectF(590, 0, 20, 10))
    grid.discard("2")
    assert grid.is_free(QRectF(590, 0, 20, 10))
    assert grid.bounds() == QRectF(-5000, -5000, 34800, 5050)


def test_the_bounds_of_a_grid_follow_whatever_moves():
    random, grid, kept = Random(0), RectGrid(), {}
    for _ in range(500):
        key = str(random.randrange(12))
        if random.random() < 0.3:
            grid.discard(key)
            kept.pop(key, None)
        else:
            kept[key] = QRectF(random.randrange(-40, 40), random.randrange(-40, 40), 10, 20)
            grid.put(key, kept[key])
        around = functools.reduce(QRectF.united, kept.values(), QRectF())
        assert grid.bounds() == around


def test_another_font_means_other_sizes(panel, qapp):
    qapp.setStyleSheet("")  # one that another test left would keep its font
    before = panel.scene.cards["conv"].layout
    font = qapp.font()
    try:
        qapp.setFont(QFont("DejaVu Sans Mono"))
        qapp.processEvents()
        item = panel.scene.cards["conv"]
        assert item.layout != before
        assert panel.scene.wires["w2"].path().elementAt(0).x == item.x() + item.layout.width
    finally:
        qapp.setFont(font)
        qapp.processEvents()
