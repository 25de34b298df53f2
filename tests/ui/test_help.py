"""The help window, reached by key, link, menu and the problems list."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from PySide6.QtCore import Qt, QUrl
from pytestqt.qtbot import QtBot

from designer.session import help as pages
from designer.ui.actions import ACTIONS, translated
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT = Qt.MouseButton.LeftButton


def test_f1_shows_the_help_of_the_selected_node(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_sigmoid")
    window.canvas.go_to(("conv",), "conv1")
    window.panel.view.setFocus()
    qtbot.keyClick(window.panel.view, Qt.Key.Key_F1)
    shown = window.helping.window
    assert shown.isVisible()
    assert shown.title.text() == "Conv2d"
    assert "kernel_size" in shown.page.toPlainText()
    assert shown.torch.isVisible()
    assert shown.contents.currentItem().text(0) == "Conv2d"
    window.choose_theme("light")
    window.canvas.go_to((), "fc")
    window.helping.open_selected()
    assert shown.title.text() == "LeNet's classifier"
    assert not shown.torch.isVisible()
    qtbot.mouseClick(shown.back, LEFT)
    assert shown.title.text() == "Conv2d"
    assert not shown.back.isEnabled()
    qtbot.keyClick(shown, Qt.Key.Key_Escape)
    assert not shown.isVisible()


def test_f1_on_an_empty_canvas_says_how_to_begin(qtbot: QtBot, open_window: Open):
    window = open_window()
    window.panel.view.setFocus()
    qtbot.keyClick(window.panel.view, Qt.Key.Key_F1)
    shown = window.helping.window
    qtbot.waitUntil(lambda: "place to draw" in shown.page.toPlainText())
    picture = shown.page.document().pictures["preset-dark.png"]
    assert picture.width() == shown.picture_width()
    shown.page.anchorClicked.emit(QUrl("keys.md"))
    qtbot.waitUntil(lambda: "Ctrl+Shift+P" in shown.page.toPlainText())  # with its pictures
    text = shown.page.toPlainText()
    assert all(translated(action.text) in text for action in ACTIONS)


def test_why_tells_what_a_problem_means(qtbot: QtBot, open_window: Open):
    window = open_window("vgg11_bn")
    qtbot.mouseClick(window.problems.hints, LEFT)
    (card,) = [card for card in window.problems.cards if card._problem.code == "bias_before_batch_norm"]
    qtbot.mouseClick(card.why_link, LEFT)
    shown = window.helping.window
    assert shown.title.text() == "A bias that batch normalisation takes away again"
    assert shown.kind.text() == "bias_before_batch_norm"
    shown.page.anchorClicked.emit(QUrl("kind:BatchNorm2d"))
    assert shown.title.text() == "BatchNorm2d"
    qtbot.waitUntil(shown.isActiveWindow)
    qtbot.keyClick(shown, Qt.Key.Key_Left, Qt.KeyboardModifier.AltModifier)
    assert shown.title.text() == "A bias that batch normalisation takes away again"


def test_searching_and_reading(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.actions_by_id["help"].trigger()
    shown = window.helping.window
    qtbot.waitUntil(shown.isActiveWindow)
    qtbot.keyClick(shown, Qt.Key.Key_F, Qt.KeyboardModifier.ControlModifier)
    qtbot.keyClicks(shown.search, "window larger")
    assert shown.contents.topLevelItem(0).text(0) == "A window larger than its input"
    qtbot.keyClick(shown.search, Qt.Key.Key_Return)
    assert shown.kind.text() == "window_too_large"
    qtbot.keyClicks(shown.search, " wibble")
    assert shown.none_found.isVisible()
    shown.search.clear()
    assert not shown.none_found.isVisible()
    assert shown.contents.currentItem().text(0) == "A window larger than its input"
    item = shown.contents.topLevelItem(0).child(0)
    shown.contents.scrollToItem(item)
    qtbot.mouseClick(shown.contents.viewport(), LEFT, pos=shown.contents.visualItemRect(item).center())
    assert shown.title.text() == "Start here"
    assert shown.contents.topLevelItemCount() == len({entry.group for entry in pages.Help().contents()})


def test_the_code_of_a_preset_is_written_in_the_background(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.helping.open("features/code_resnet")
    shown = window.helping.window
    assert "One moment" in shown.page.toPlainText()
    qtbot.waitUntil(lambda: "class Residual(nn.Module)" in shown.page.toPlainText())
    window.helping.open("features/memory")
    assert "class Residual" not in shown.page.toPlainText()


def test_what_a_page_is_not_given_it_does_not_fetch(qtbot: QtBot, open_window: Open, tmp_path):
    window = open_window("lenet_relu")
    window.helping.open("features/memory")
    shown = window.helping.window
    shown.page.anchorClicked.emit(QUrl.fromLocalFile(str(tmp_path)))
    assert shown.title.text() == "Memory of a training"
    assert shown.page.loadResource(2, QUrl.fromLocalFile(str(tmp_path / "x.png"))) is None
    shown.page.anchorClicked.emit(QUrl("nowhere.md"))
    assert shown.title.text() == "Memory of a training"
