"""The start page: templates with pictures, recent files, and a way to each of them by mouse and by keys."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtWidgets import QApplication, QMenu
from pytestqt.qtbot import QtBot

from designer.analysis.analyser import Analyser
from designer.base.paths import cache_dir
from designer.document.presets import list_presets, open_design
from designer.session.session import Session
from designer.ui.start.page import StartPage
from designer.ui.start.recents import Recents, when
from designer.ui.start.thumbnails import draw
from designer.ui.theme.apply import ThemeFollower
from designer.ui.theme.colours import mixed
from designer.ui.theme.tokens import DARK, LIGHT
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
Key, LEFT, CTRL = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture
def window(qtbot: QtBot, qapp: QApplication) -> Iterator[MainWindow]:
    made = MainWindow(None, ThemeFollower(qapp, "dark"))
    made.resize(1440, 900)
    with qtbot.waitExposed(made):
        made.show()
    made.activateWindow()
    qtbot.waitUntil(made.isActiveWindow)
    yield made
    made._is_leaving = True
    made.close()
    made.deleteLater()
    qapp.processEvents()


def filled(qtbot: QtBot, window: MainWindow) -> StartPage:
    page = window.central.start
    qtbot.waitUntil(lambda: len(page.cards) == len(list_presets()) and page.cards["vgg19"].isVisible())
    return page


def pictured(page: StartPage) -> int:
    return sum(not card._picture.isNull() for card in page.cards.values())


def test_without_a_design_there_are_templates_and_nothing_that_concerns_a_design(qtbot: QtBot, window: MainWindow):
    page = filled(qtbot, window)
    assert page.isVisible()
    assert window.windowTitle() == "Blockyard"
    assert not any(dock.isVisible() for dock in window.panels.docks.values())
    assert not window.top.train.isVisible()
    assert not window.actions_by_id["save"].isEnabled()
    assert window.actions_by_id["open"].isEnabled()
    qtbot.waitUntil(lambda: pictured(page) == len(page.cards), timeout=20_000)
    assert page.cards["vgg11"]._facts == "132.86 M parameters"
    assert len({card._picture.cacheKey() for card in page.cards.values()}) == len(page.cards)
    qtbot.mouseClick(page.cards["alexnet"], LEFT)
    qtbot.waitUntil(lambda: window.session.title == "AlexNet")
    assert len(list(window.tabs)) == 1
    assert not page.isVisible()
    assert window.panels.docks["inspector"].isVisible()
    assert window.top.train.isVisible()
    assert window.actions_by_id["save"].isEnabled()
    assert window.panel.view.hasFocus()


def test_pictures_are_drawn_once_for_each_theme(qtbot: QtBot, window: MainWindow):
    page = filled(qtbot, window)
    count = len(page.cards)
    folder = cache_dir() / "thumbnails"
    qtbot.waitUntil(lambda: len(list(folder.glob("[!.]*.png"))) == count, timeout=20_000)
    dark = page.cards["resnet18"]._picture.toImage()
    window.choose_theme("light")
    qtbot.waitUntil(lambda: len(list(folder.glob("[!.]*.png"))) == 2 * count, timeout=20_000)
    light = page.cards["resnet18"]._picture.toImage()
    assert dark.pixelColor(2, 2).lightness() < 64 < light.pixelColor(2, 2).lightness()
    before = {file.name: file.stat().st_mtime_ns for file in folder.iterdir()}
    window.choose_theme("dark")
    qtbot.waitUntil(lambda: page.cards["vgg19_bn"]._picture.toImage().pixelColor(2, 2).lightness() < 64)
    assert {file.name: file.stat().st_mtime_ns for file in folder.iterdir()} == before


def test_a_picture_shows_families_by_their_colours(qapp: QApplication):
    design = open_design("vgg11_fashion").design
    for theme in (DARK, LIGHT):
        image = draw(design, Analyser().analyse(design), theme)
        colours = {image.pixel(x, y) for x in range(image.width()) for y in range(image.height())}
        for family in ("block", "linear", "activation"):
            assert mixed(theme.card, theme.family(family), 0.3).rgba() in colours  # flat, as from afar


def test_by_keys_one_gets_everywhere(qtbot: QtBot, window: MainWindow):
    page = filled(qtbot, window)
    assert page.new_button.hasFocus()
    seen = set()
    for _ in range(60):
        seen.add(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Key.Key_Tab)
    wanted = {page.new_button, page.open_button, *page.cards.values(), window.top.menu_button}
    assert [part.accessibleName() or part.text() for part in wanted - seen] == []
    grid = page.cards["vgg11"].parentWidget()
    page.cards["vgg11"].setFocus()
    qtbot.keyClick(page.cards["vgg11"], Key.Key_Right)
    assert QApplication.focusWidget() is grid.cards[1]
    qtbot.keyClick(grid.cards[1], Key.Key_Down)
    below = QApplication.focusWidget()
    assert below.x() == grid.cards[1].x()
    assert below.y() > 0
    qtbot.keyClick(below, Key.Key_Return)
    qtbot.waitUntil(lambda: window.session.title == below.text())


def test_new_and_the_plus_and_the_last_tab(qtbot: QtBot, window: MainWindow):
    page = filled(qtbot, window)
    qtbot.keyClick(page.new_button, Key.Key_Return if page.new_button.autoDefault() else Key.Key_Space)
    assert not page.isVisible()
    assert window.panel.empty_hint.isVisible()
    window.canvas.adding.add_behind("Conv2d")
    for _ in range(2):  # there is one start page
        qtbot.keyClick(window, Key.Key_T, CTRL)
    assert page.isVisible()
    assert [design.is_start for design in window.tabs] == [False, True]
    assert window.top.tabs.tabText(1) == "Start"
    qtbot.keyClick(page, Key.Key_Tab, CTRL)
    assert window.panel.view.isVisible()
    window.session.undo()
    qtbot.keyClick(window.panel.view, Key.Key_W, CTRL)
    qtbot.keyClick(window, Key.Key_W, CTRL)
    assert page.isVisible()
    assert len(list(window.tabs)) == 1


def test_files_that_were_open_are_listed_and_those_that_are_gone_are_told(
    qtbot: QtBot, open_window: Open, tmp_path: Path
):
    window = open_window("lenet_relu")
    first, second = tmp_path / "first.blockyard", tmp_path / "second.blockyard"
    window.documents.save_to(window.session, first, lambda: None)
    window.documents.save_to(window.session, second, lambda: None)
    first.unlink()
    page = window.central.start
    window.tabs.open_start()
    assert [row.recent.path for row in page.recent_rows] == [second, first]
    qtbot.waitUntil(lambda: page.recent_rows[1].is_missing)
    assert "This file is gone" in page.recent_rows[1].accessibleDescription()
    qtbot.mouseClick(page.recent_rows[1], LEFT)
    toast = window.toasts.shown[-1]
    assert toast.text == f"There is no file {first} any more."
    qtbot.mouseClick(toast.action_button, LEFT)
    assert [row.recent.path for row in page.recent_rows] == [second]
    qtbot.mouseClick(page.recent_rows[0], LEFT)
    qtbot.waitUntil(lambda: window.session.path == second)
    assert len(list(window.tabs)) == 2  # its own tab was shown


def test_the_menu_lists_them_too(qtbot: QtBot, open_window: Open, tmp_path: Path):
    path = tmp_path / "mine & yours.blockyard"
    Session.open("lenet_relu").save_as(path)
    window = open_window()
    window.documents.open(str(path))
    qtbot.waitUntil(lambda: window.session.path == path)
    window.tabs.close(window.tabs.current)
    menu = QMenu()
    window.starting.fill_menu(menu)
    assert [action.text() for action in menu.actions()] == ["mine && yours.blockyard", "", "Forget these files"]
    menu.actions()[0].trigger()
    qtbot.waitUntil(lambda: window.session.path == path)
    menu.actions()[2].trigger()
    window.starting.fill_menu(menu)
    assert [action.text() for action in menu.actions()] == ["No file yet"]
    menu.deleteLater()


def test_the_layout_of_the_panels_outlives_the_start_page(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.panels.docks["palette"].hide()
    QApplication.processEvents()
    before = {key: (dock.isVisible(), dock.size()) for key, dock in window.panels.docks.items()}
    window.tabs.open_start()
    window.tabs.step(1)
    QApplication.processEvents()
    assert {key: (dock.isVisible(), dock.size()) for key, dock in window.panels.docks.items()} == before
    window.tabs.step(1)
    window.close()
    again = open_window("lenet_relu")
    assert not again.panels.docks["palette"].isVisible()
    assert again.panels.docks["inspector"].isVisible()


def test_recent_files_are_bounded_and_odd_settings_do_no_harm(qapp: QApplication, tmp_path: Path):
    from designer.ui.panels import window_settings

    recents = Recents()
    for number in range(20):
        recents.add(tmp_path / f"{number} a.blockyard")
    assert [item.path.name for item in recents.items()][:2] == ["19 a.blockyard", "18 a.blockyard"]
    assert len(recents.items()) == 12
    for value in ("", "nonsense", ["x", "12", "7 /a b"], 3):
        window_settings().setValue("recent_files", value)
        assert [str(item.path) for item in recents.items()] in ([], ["/a b"])
    assert when(0) != when(1_700_000_000)
