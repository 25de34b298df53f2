"""The palette: searching by typing, adding by key and mouse, dragging a kind away."""

from __future__ import annotations

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtGui import QDrag
from pytestqt.qtbot import QtBot

from designer.ui.docks.palette import Palette, drag_card
from designer.ui.docks.palette_model import KIND_MIME, WORD_ROLE
from designer.ui.docks.views import PaletteEntry

ENTRIES = [
    PaletteEntry("ReLU", "ReLU", "activation", "Cuts off what is negative."),
    PaletteEntry("Conv2d", "Conv2d", "convolution", "Slides filters over the input."),
    PaletteEntry("ConvTranspose2d", "ConvTranspose2d", "convolution"),
    PaletteEntry("LSTM", "LSTM", "recurrent"),
    PaletteEntry("VGGBlock", "VGG block", "block"),
]


@pytest.fixture
def palette(show) -> Palette:
    made = Palette()
    made.set_entries(ENTRIES)
    show(made, 232, 500)
    return made


def place(palette: Palette, title: str) -> QPoint:
    model = palette.view.model()
    rows = (model.index(row) for row in range(model.rowCount()))
    return palette.view.visualRect(next(row for row in rows if row.data() == title)).center()


def test_blocks_first_then_families_then_the_rest(palette: Palette) -> None:
    model = palette.view.model()
    shown = [model.index(row).data() for row in range(model.rowCount())]
    assert shown == [
        "Blocks",
        "VGG block",
        "Convolution",
        "Conv2d",
        "ConvTranspose2d",
        "Activation",
        "ReLU",
        "Recurrent",
        "LSTM",
    ]


def test_typing_filters_and_return_adds_the_first(qtbot: QtBot, palette: Palette) -> None:
    palette.focus_search()
    qtbot.keyClicks(palette.search, "transp")
    assert palette.titles() == ["ConvTranspose2d"]
    with qtbot.waitSignal(palette.add_requested) as told:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert told.args == ["ConvTranspose2d"]
    qtbot.keyClick(palette.search, Qt.Key.Key_Escape)
    assert len(palette.titles()) == len(ENTRIES)


def test_a_summary_is_found_too(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.search, "negative")
    assert palette.titles() == ["ReLU"]


def test_nothing_found(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.search, "zzz")
    assert palette.titles() == []
    assert not palette.view.isVisible()


def test_down_moves_through_what_was_found(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.search, "conv")
    qtbot.keyClick(palette.search, Qt.Key.Key_Down)
    with qtbot.waitSignal(palette.add_requested) as told:
        qtbot.keyClick(palette.search, Qt.Key.Key_Return)
    assert told.args == ["ConvTranspose2d"]


def test_double_click_adds(qtbot: QtBot, palette: Palette) -> None:
    at = place(palette, "VGG block")
    with qtbot.waitSignal(palette.add_requested) as told:
        qtbot.mouseClick(palette.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
        qtbot.mouseDClick(palette.view.viewport(), Qt.MouseButton.LeftButton, pos=at)
    assert told.args == ["VGGBlock"]


def test_a_heading_is_no_entry(qtbot: QtBot, palette: Palette) -> None:
    with qtbot.assertNotEmitted(palette.add_requested):
        qtbot.mouseDClick(palette.view.viewport(), Qt.MouseButton.LeftButton, pos=place(palette, "Convolution"))


def test_dragging_carries_the_kind(qtbot: QtBot, palette: Palette, monkeypatch: pytest.MonkeyPatch) -> None:
    dragged: list[str] = []

    def drop(drag: QDrag, _actions: Qt.DropAction) -> Qt.DropAction:
        assert not drag.pixmap().isNull()
        dragged.append(bytes(drag.mimeData().data(KIND_MIME).data()).decode())
        return Qt.DropAction.CopyAction

    monkeypatch.setattr(QDrag, "exec", drop)
    at, port = place(palette, "Conv2d"), palette.view.viewport()
    qtbot.mousePress(port, Qt.MouseButton.LeftButton, pos=at)
    qtbot.mouseMove(port, at + QPoint(30, 4))
    qtbot.mouseMove(port, at + QPoint(60, 8))
    qtbot.mouseRelease(port, Qt.MouseButton.LeftButton, pos=at + QPoint(60, 8))
    assert dragged == ["Conv2d"]


def test_the_card_is_sharp_on_dense_screens(palette: Palette) -> None:
    assert drag_card(ENTRIES[0], 2.0).devicePixelRatio() == 2.0


def test_letters_in_order_find_a_name(qtbot: QtBot, palette: Palette) -> None:
    qtbot.keyClicks(palette.search, "ct2")
    assert palette.titles() == ["ConvTranspose2d"]


def headings_and_titles(palette: Palette) -> list[str]:
    model = palette.view.model()
    return [model.index(row).data() for row in range(model.rowCount())]


def test_favourites_and_recents_stand_at_the_top_and_first_among_equals(qtbot: QtBot, palette: Palette) -> None:
    palette.set_shortlist(["ConvTranspose2d", "Gone"], ["LSTM", "ConvTranspose2d"])
    assert headings_and_titles(palette)[:5] == ["Favourites", "ConvTranspose2d", "Recent", "LSTM", "Blocks"]
    qtbot.keyClicks(palette.search, "conv")
    assert palette.titles() == ["ConvTranspose2d", "Conv2d"]
    palette.search.clear()
    qtbot.keyClicks(palette.search, "conv2d")
    assert palette.titles()[0] == "Conv2d", "what was typed counts more"


def test_blocks_of_the_design_and_of_the_library_have_headings_of_their_own(qtbot: QtBot, palette: Palette) -> None:
    own = PaletteEntry("Mine", "Mine", "block", group="design", has_news=True)
    kept = PaletteEntry("personal:Mine", "Mine", "block", group="library")
    palette.set_entries([own, kept, *ENTRIES])
    assert headings_and_titles(palette)[:5] == ["This design", "Mine", "Your library", "Mine", "Blocks"]
    model = palette.view.model()
    assert model.flags(model.index(3)) & Qt.ItemFlag.ItemIsEditable
    assert not model.flags(model.index(1)) & Qt.ItemFlag.ItemIsEditable
    qtbot.keyClicks(palette.search, "mine")
    assert [model.index(row).data(WORD_ROLE) for row in range(2)] == ["This design", "Your library"]


def test_a_star_is_clicked_and_adds_nothing(qtbot: QtBot, palette: Palette) -> None:
    at = place(palette, "ReLU")
    star = QPoint(palette.view.viewport().width() - 20, at.y())
    with qtbot.assertNotEmitted(palette.add_requested), qtbot.waitSignal(palette.star_requested) as told:
        qtbot.mouseClick(palette.view.viewport(), Qt.MouseButton.LeftButton, pos=star)
    assert told.args == ["ReLU"]
    with qtbot.assertNotEmitted(palette.add_requested):
        qtbot.mouseDClick(palette.view.viewport(), Qt.MouseButton.LeftButton, pos=star)
