"""Problems: words, jumping, fixing, and keeping cards that did not change."""

from __future__ import annotations

from dataclasses import replace

import pytest
from PySide6.QtCore import Qt
from pytestqt.qtbot import QtBot

from designer.ui.docks.problems import Problems
from designer.ui.docks.views import ProblemView

FLATTEN = ProblemView(
    "error",
    "not_flat",
    "fc",
    "b5/fc",
    "fc gets a 4-d tensor.",
    "N × features",
    "N × 256 × 14 × 14",
    ("Insert Flatten", "Insert AdaptiveAvgPool2d"),
)
BIAS = ProblemView(
    "warning", "idle_bias", "conv3", "conv3", "The bias of conv3 is cancelled.", fixes=("Turn bias off",)
)


@pytest.fixture
def problems(show) -> Problems:
    made = Problems()
    show(made, 800, 240)
    made.show_problems([FLATTEN, BIAS])
    return made


def test_fixes_are_asked_for_by_index(qtbot: QtBot, problems: Problems) -> None:
    with qtbot.waitSignal(problems.fix_requested) as told:
        qtbot.mouseClick(problems.cards[0].buttons[1], Qt.MouseButton.LeftButton)
    assert told.args == [0, 1]
    problems.show_problems([BIAS])
    with qtbot.waitSignal(problems.fix_requested) as told:
        qtbot.mouseClick(problems.cards[0].buttons[0], Qt.MouseButton.LeftButton)
    assert told.args == [0, 0]


def test_jumping_by_link_key_and_double_click(qtbot: QtBot, problems: Problems) -> None:
    card = problems.cards[0]
    with qtbot.waitSignal(problems.jump_requested) as told:
        qtbot.mouseClick(card.link, Qt.MouseButton.LeftButton)
    assert told.args == ["b5/fc"]
    with qtbot.waitSignal(problems.jump_requested):
        qtbot.keyClick(card, Qt.Key.Key_Return)
    with qtbot.waitSignal(problems.jump_requested):
        qtbot.mouseDClick(card, Qt.MouseButton.LeftButton)


def test_unchanged_cards_stay(problems: Problems) -> None:
    bias = problems.cards[1]
    problems.show_problems([BIAS])
    assert problems.cards == [bias]


def test_nothing_wrong(problems: Problems) -> None:
    problems.show_problems([])
    assert problems.cards == []
    assert problems._empty.isVisible()


def test_hints_are_counted_and_shown_when_asked_for(qtbot: QtBot, problems: Problems) -> None:
    hint = ProblemView("hint", "idle_bias", "conv3", "conv3", "The bias of conv3 is cancelled.", fixes=("Turn off",))
    problems.show_problems([hint])
    assert problems._empty.isVisible()
    assert problems.hints.text() == "1 hint"
    problems.show_problems([FLATTEN, hint, replace(hint, node_label="conv4")])
    assert len(problems.cards) == 1
    assert problems.hints.text() == "2 hints"
    qtbot.mouseClick(problems.hints, Qt.MouseButton.LeftButton)
    assert [card._problem.severity for card in problems.cards] == ["error", "hint", "hint"]
    with qtbot.waitSignal(problems.fix_requested) as told:
        qtbot.mouseClick(problems.cards[2].buttons[0], Qt.MouseButton.LeftButton)
    assert told.args == [2, 0]
    qtbot.mouseClick(problems.hints, Qt.MouseButton.LeftButton)
    assert len(problems.cards) == 1
    problems.show_problems([FLATTEN])
    assert not problems.hints.isVisible()


def test_why_asks_for_the_page_of_the_code(qtbot: QtBot, problems: Problems) -> None:
    with qtbot.waitSignal(problems.why_requested) as told:
        qtbot.mouseClick(problems.cards[0].why_link, Qt.MouseButton.LeftButton)
    assert told.args == ["not_flat"]


def test_a_hidden_dock_waits(problems: Problems) -> None:
    card = problems.cards[1]
    problems.hide()
    problems.show_problems([FLATTEN])
    assert card in problems.cards
    problems.show()
    assert len(problems.cards) == 1


def test_a_thousand_problems_make_a_readable_list(problems: Problems) -> None:
    many = [ProblemView("error", "x", f"n{i}", i, f"Problem {i}") for i in range(1000)]
    problems.show_problems(many)
    assert len(problems.cards) == 60
    assert problems._more.text() == "and 940 more"


def test_cards_can_be_read_aloud(problems: Problems) -> None:
    assert problems.cards[0].accessibleName() == "Error: fc: fc gets a 4-d tensor."
    assert problems.cards[0].buttons[0].accessibleName() == "Insert Flatten: fc"


def test_a_narrow_dock_puts_the_fixes_below(qtbot: QtBot, problems: Problems) -> None:
    button = problems.cards[0].buttons[0]
    beside = button.mapTo(problems.cards[0], button.rect().topLeft())
    problems.resize(420, 300)
    qtbot.waitUntil(lambda: button.mapTo(problems.cards[0], button.rect().topLeft()).x() < beside.x())
