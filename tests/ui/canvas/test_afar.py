"""The canvas from afar: whatever changes is painted at once, and looks as if it had never been otherwise."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import QEvent, QObject, QPointF
from PySide6.QtGui import QColor, QImage
from PySide6.QtWidgets import QApplication
from pytestqt.qtbot import QtBot

from designer.ui.canvas.afar import FLAT_BELOW
from designer.ui.canvas.cards import Card, NoteView, Wire
from designer.ui.canvas.panel import CanvasPanel
from designer.ui.theme.tokens import LIGHT
from tests.ui.canvas.conftest import small_content


class Paints(QObject):
    """Counts how often a widget is painted."""

    count = 0

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        self.count += event.type() == QEvent.Type.Paint
        return False


def look_from_afar(panel: CanvasPanel) -> None:
    panel.view.zoom_to(0.3)
    panel.view.centre_on(QPointF(300, 120))
    QApplication.processEvents()


def seen(panel: CanvasPanel) -> QImage:
    QApplication.processEvents()
    return panel.view.viewport().grab().toImage()


def colour_at(panel: CanvasPanel, x: float, y: float) -> QColor:
    return seen(panel).pixelColor(panel.view.viewportTransform().map(QPointF(x, y)).toPoint())


def changed(cards: list[Card], wires: list[Wire], what: str) -> tuple[list[Card], list[Wire], list[NoteView]]:
    """The small content otherwise, in one respect."""
    others = {
        "moved": {"position": (160.0, 300.0)},
        "faulty": {"badge": "error", "badge_text": "no"},
        "muted": {"muted": True},
        "heated": {"heat": 0.9},
        "of another family": {"family": "pooling"},
    }
    relu = next(card for card in cards if card.id == "relu")
    left = [card for card in cards if card is not relu]
    if what in others:
        return [*left, replace(relu, **others[what])], wires, []
    if what == "gone":
        return left, wires, []
    if what == "noted":
        return cards, wires, [NoteView("note", position=(0.0, 260.0))]
    points = ((300.0, 200.0),) if what == "led elsewhere" else ()
    broken = [replace(wire, faulty=what == "broken", points=points) for wire in wires[1:]]
    return cards, wires[:1] + ([] if what == "cut" else broken), []


WHATS = ["moved", "faulty", "muted", "heated", "of another family", "gone", "noted", "led elsewhere", "broken", "cut"]


@pytest.mark.parametrize("what", WHATS)
def test_what_changes_looks_as_if_it_had_come_so(panel: CanvasPanel, qtbot: QtBot, what: str) -> None:
    look_from_afar(panel)
    before = seen(panel)
    paints = Paints()
    panel.view.viewport().installEventFilter(paints)
    panel.scene.set_content(*changed(*small_content(), what))
    QApplication.processEvents()
    assert paints.count == 1
    fresh = CanvasPanel()
    qtbot.addWidget(fresh)
    fresh.resize(panel.size())
    fresh.scene.set_content(*changed(*small_content(), what))
    with qtbot.waitExposed(fresh):
        fresh.show()
    look_from_afar(fresh)
    assert seen(panel) == seen(fresh)
    assert seen(panel) != before
    panel.scene.set_content(*small_content())
    assert seen(panel) == before


def test_a_drag_takes_the_card_and_its_wire_along(panel: CanvasPanel, hand) -> None:
    look_from_afar(panel)
    ground, body = colour_at(panel, 520, 420), colour_at(panel, 460, 190)
    hand.drag(hand.on("block"), hand.on("block") + hand.at(460, 430) - hand.at(460, 190))
    panel.scene.select()
    assert colour_at(panel, 460, 190) == ground
    assert colour_at(panel, 460, 430) == body


def test_a_selected_card_and_a_dimmed_one_stand_out_until_they_do_not(panel: CanvasPanel) -> None:
    look_from_afar(panel)
    before = seen(panel)
    panel.scene.select(["conv"])
    selected = seen(panel)
    panel.scene.cards["relu"].show_fit(frozenset(), dimmed=True)
    assert before != selected != seen(panel)
    panel.scene.cards["relu"].show_fit(frozenset(), dimmed=False)
    assert seen(panel) == selected
    panel.scene.select()
    assert seen(panel) == before


def test_a_wire_in_hand_is_not_seen_where_it_was(panel: CanvasPanel) -> None:
    look_from_afar(panel)
    before = seen(panel)
    panel.scene.wires["w1"].set_shown(False)
    assert seen(panel) != before
    panel.scene.wires["w1"].set_shown(True)
    assert seen(panel) == before


def test_another_theme_is_worn_from_afar(panel: CanvasPanel) -> None:
    look_from_afar(panel)
    panel.set_theme(LIGHT)
    assert colour_at(panel, -100, -100) == QColor(LIGHT.ground)
    assert colour_at(panel, 460, 190).lightness() > 128


def test_near_and_far_show_the_cards_at_the_same_places(panel: CanvasPanel) -> None:
    for zoom in (FLAT_BELOW, FLAT_BELOW - 0.001):
        panel.view.zoom_to(zoom)
        panel.view.centre_on(QPointF(300, 120))
        for item in panel.scene.cards.values():
            body = item.body_in_scene()
            inside = colour_at(panel, body.right() - 3, body.center().y() + 8)
            assert inside != colour_at(panel, body.right() + 8, body.center().y() + 8), (zoom, item.card.id)
