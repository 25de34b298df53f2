"""The search at the cursor, and the order in which names answer."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtTest import QTest

from designer.ui.canvas.add_search import AddEntry
from designer.ui.canvas.ranking import match_positions, ranked

ENTRIES = [
    AddEntry("VGGBlock", "VGG block", "block", "Convolutions, then pooling"),
    AddEntry("Conv2d", "Conv2d", "convolution", "Slides filters over an image"),
    AddEntry("ConvTranspose2d", "ConvTranspose2d", "convolution", "Grows an image"),
    AddEntry("MaxPool2d", "MaxPool2d", "pooling", "The largest of each window"),
    AddEntry("BatchNorm2d", "BatchNorm2d", "normalisation", "Evens out each channel"),
    AddEntry("Add", "Add", "merge", "Sums its inputs", ("plus", "residual")),
]


def titles(typed: str) -> list[str]:
    found = ranked(typed, ENTRIES, lambda entry: (entry.title, *entry.keywords, entry.family, entry.summary))
    return [entry.title for entry in found]


@pytest.mark.parametrize(
    ("typed", "best"),
    [
        ("conv", ["Conv2d", "ConvTranspose2d"]),
        ("pool", ["MaxPool2d"]),
        ("bn", ["BatchNorm2d"]),
        ("plus", ["Add"]),
        ("conv 2d", ["Conv2d", "ConvTranspose2d"]),
        ("CONV2D", ["Conv2d"]),
        ("ct2", ["ConvTranspose2d"]),
    ],
)
def test_the_best_answer_comes_first(typed, best):
    assert titles(typed)[: len(best)] == best


def test_nothing_typed_keeps_the_order_and_nonsense_finds_nothing():
    assert titles("  ") == [entry.title for entry in ENTRIES]
    assert titles("zzz") == []


def test_positions_tell_what_was_matched():
    assert match_positions("pool", "AvgPool2d") == (2, (3, 4, 5, 6))
    assert match_positions("bn", "BatchNorm2d") == (4, (0, 5))
    assert match_positions("x", "Add") is None


def test_typing_and_enter_choose(panel):
    told: list[tuple] = []
    panel.kind_chosen.connect(lambda *args: told.append(args))
    panel.ask_what_to_add(ENTRIES, QPointF(300, 100))
    assert panel.search.isVisible()
    QTest.keyClicks(panel.search.typed, "conv")
    panel.search.grab()
    QTest.keyClick(panel.search.typed, Qt.Key.Key_Down)
    QTest.keyClick(panel.search.typed, Qt.Key.Key_Return)
    assert told == [("ConvTranspose2d", QPointF(300, 100))]
    assert not panel.search.isVisible()
    assert panel.view.hasFocus()


def test_escape_closes_and_says_nothing(panel):
    told: list[tuple] = []
    panel.kind_chosen.connect(lambda *args: told.append(args))
    panel.ask_what_to_add(ENTRIES, QPointF(300, 100))
    QTest.keyClicks(panel.search.typed, "nothing like it")
    QTest.keyClick(panel.search.typed, Qt.Key.Key_Return)
    QTest.keyClick(panel.search.typed, Qt.Key.Key_Escape)
    assert told == []
    assert not panel.search.isVisible()


def test_a_click_chooses(panel):
    told: list[str] = []
    panel.search.chosen.connect(told.append)
    panel.ask_what_to_add(ENTRIES, QPointF(300, 100))
    rows = panel.search.list
    QTest.mouseClick(rows.viewport(), Qt.MouseButton.LeftButton, pos=rows.visualRect(rows.model().index(3)).center())
    assert told == ["MaxPool2d"]


def test_the_search_stays_within_the_panel(panel):
    panel.ask_what_to_add(ENTRIES, panel.view.to_scene(QPointF(890, 590)))
    assert panel.rect().contains(panel.search.geometry())
