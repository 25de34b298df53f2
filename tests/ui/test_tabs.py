"""Several designs in tabs: opening, switching, closing, dragging, and what each of them remembers."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

import pytest
from PySide6.QtCore import QPoint, Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QMessageBox, QTabBar
from pytestqt.qtbot import QtBot

from designer.editing import nodes
from designer.session.session import Session
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
LEFT, CTRL = Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


def titles(window: MainWindow) -> list[str]:
    return [design.session.title for design in window.tabs]


def open_design(qtbot: QtBot, window: MainWindow, name: str) -> Session:
    with qtbot.waitSignal(window.tabs.shown):
        window.documents.open(name)
    return window.session


def change(session: Session) -> None:
    session.edit("Delete", lambda d: nodes.delete(d, d.main, [next(iter(d.root.nodes))]))


def click_tab(qtbot: QtBot, window: MainWindow, index: int, button: Qt.MouseButton = LEFT) -> None:
    bar = window.top.tabs
    qtbot.mouseClick(bar, button, pos=bar.tabRect(index).topLeft() + QPoint(20, 14))


def press(qtbot: QtBot, window: MainWindow, key: Qt.Key, modifiers: Qt.KeyboardModifier = CTRL) -> None:
    qtbot.keyClick(window.panel.view, key, modifiers)


def question(qtbot: QtBot) -> QMessageBox:
    qtbot.waitUntil(lambda: isinstance(QApplication.activeModalWidget(), QMessageBox))
    return QApplication.activeModalWidget()


def test_a_design_opens_in_a_tab_of_its_own_and_replaces_only_an_untouched_new_one(qtbot: QtBot, open_window: Open):
    window = open_window()
    assert titles(window) == ["Network"]
    open_design(qtbot, window, "lenet_relu")
    assert titles(window) == ["LeNet with ReLU"]
    press(qtbot, window, Qt.Key.Key_N)
    assert titles(window) == ["LeNet with ReLU", "Network"]
    window.canvas.adding.add_behind("Conv2d")
    open_design(qtbot, window, "alexnet")
    assert titles(window) == ["LeNet with ReLU", "Network", "AlexNet"]
    assert window.windowTitle().startswith("AlexNet")


def test_keys_and_mouse_go_from_tab_to_tab(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    for name in ("alexnet", "lenet_sigmoid"):
        open_design(qtbot, window, name)
    press(qtbot, window, Qt.Key.Key_Tab)
    assert window.session.title == "LeNet with ReLU"
    press(qtbot, window, Qt.Key.Key_Backtab, CTRL | Qt.KeyboardModifier.ShiftModifier)
    assert window.session.title == "LeNet with sigmoids"
    click_tab(qtbot, window, 1)
    assert window.session.title == "AlexNet"
    assert window.panel.view.hasFocus()
    window.top.tabs.setFocus(Qt.FocusReason.TabFocusReason)
    qtbot.keyClick(window.top.tabs, Qt.Key.Key_Left)
    assert window.session.title == "LeNet with ReLU"
    assert window.top.tabs.hasFocus()


def test_each_tab_keeps_its_place_its_selection_and_its_history(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    first, view = window.session, window.panel.view
    window.canvas.go_to(("conv",), "conv1")
    window.canvas.nodes.duplicate()
    window.panel.scene.select(["conv1"])
    view.zoom_to(1.7)
    view.pan_by(QPoint(40, 25))
    seen = view.seen()
    open_design(qtbot, window, "alexnet")
    assert window.canvas.path == ()
    assert not window.actions_by_id["undo"].isEnabled()
    change(window.session)
    press(qtbot, window, Qt.Key.Key_Tab)
    assert window.session is first
    assert (window.canvas.path, window.canvas.selected) == (("conv",), ("conv1",))
    assert abs(view.zoom - 1.7) < 1e-9
    assert (view.seen().center() - seen.center()).manhattanLength() < 3
    window.canvas.trail.back()
    assert window.canvas.path == ()
    assert first.history.undo_name == "Duplicate"
    press(qtbot, window, Qt.Key.Key_Z)
    assert first.is_saved
    press(qtbot, window, Qt.Key.Key_Tab)
    assert not window.session.is_saved  # the other one's step stays


def test_what_is_half_typed_and_half_arranged_is_done_where_it_was_begun(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    first = window.session
    window.canvas.go_to(("conv",), "conv1")
    editor = window.inspector.node_page.form.editor("out_channels")
    editor.setFocus()
    editor.selectAll()
    qtbot.keyClicks(editor, "77")
    second = open_design(qtbot, window, "lenet_sigmoid")
    assert first.design.blocks["LeNetFeatures"].nodes["conv1"].params["out_channels"] == 77
    assert second.is_saved
    window.canvas.adding.add_behind("ReLU")
    window.canvas.arranging.arrange()
    press(qtbot, window, Qt.Key.Key_Tab)
    assert second.history.undo_name == "Arrange"
    assert len(first.history.names) == 1


def test_nodes_are_copied_from_tab_to_tab(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    window.panel.scene.select(["conv", "fc"])
    press(qtbot, window, Qt.Key.Key_C)
    press(qtbot, window, Qt.Key.Key_N)
    press(qtbot, window, Qt.Key.Key_V)
    assert {node.kind for node in window.session.design.root.nodes.values()} == {"LeNetFeatures", "LeNetClassifier"}


def test_what_is_pasted_is_seen_whole(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    view = window.panel.view
    press(qtbot, window, Qt.Key.Key_A)
    press(qtbot, window, Qt.Key.Key_C)
    press(qtbot, window, Qt.Key.Key_N)
    view.zoom_to(2.0)  # too near for all of it
    press(qtbot, window, Qt.Key.Key_V)
    assert view.seen().contains(window.panel.scene.bounds())
    zoom = view.zoom
    view.pan_by(QPoint(600, 0))  # half of it is out of sight: what is new is seen, no smaller
    press(qtbot, window, Qt.Key.Key_V)
    assert view.seen().contains(window.panel.scene.bounds(window.canvas.chosen))
    assert view.zoom == zoom


def test_designs_with_one_title_are_told_apart(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    bar = window.top.tabs

    def new() -> None:
        press(qtbot, window, Qt.Key.Key_N)
        window.canvas.adding.add_behind("Conv2d")

    for _ in range(3):
        new()
    assert [bar.tabText(index) for index in range(4)] == ["LeNet with ReLU", "Network", "Network (2)", "Network (3)"]
    window.tabs.close(list(window.tabs)[2])  # the third one keeps what it is called
    assert [bar.tabText(index) for index in range(3)] == ["LeNet with ReLU", "Network", "Network (3)"]
    new()
    assert sorted(bar.tabText(index) for index in range(4))[1:] == ["Network", "Network (2)", "Network (3)"]
    assert bar.tabToolTip(bar.currentIndex()).startswith("Network (2)")


def test_a_dot_tells_of_unsaved_changes_in_any_tab(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    first, bar = window.session, window.top.tabs
    open_design(qtbot, window, "alexnet")
    ends = [bar.tabButton(index, QTabBar.ButtonPosition.RightSide) for index in range(2)]
    assert not any(end.is_dot for end in ends)
    change(first)
    assert [end.is_dot for end in ends] == [True, False]
    assert bar.accessibleTabName(0) == "LeNet with ReLU, not saved"
    first.undo()
    assert not ends[0].is_dot


def test_tabs_close_by_middle_click_cross_and_key_and_the_last_leaves_an_empty_one(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    for name in ("alexnet", "lenet_sigmoid"):
        open_design(qtbot, window, name)
    click_tab(qtbot, window, 1, Qt.MouseButton.MiddleButton)
    assert titles(window) == ["LeNet with ReLU", "LeNet with sigmoids"]
    qtbot.mouseClick(window.top.tabs.tabButton(0, QTabBar.ButtonPosition.RightSide), LEFT)
    assert titles(window) == ["LeNet with sigmoids"]
    assert window.session.title == "LeNet with sigmoids"
    press(qtbot, window, Qt.Key.Key_W)
    assert titles(window) == ["Network"]
    assert window.tabs.current.is_blank


def test_a_tab_with_changes_is_asked_about_before_it_closes(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("lenet_relu")
    window.session.save_as(tmp_path / "mine.blockyard")
    open_design(qtbot, window, "alexnet")
    window.tabs.step(1)
    change(window.session)
    press(qtbot, window, Qt.Key.Key_W)
    asked = question(qtbot)
    assert asked.text() == "Save the changes to mine?"
    qtbot.keyClick(asked, Qt.Key.Key_Escape)
    assert titles(window) == ["mine", "AlexNet"]
    press(qtbot, window, Qt.Key.Key_W)
    qtbot.mouseClick(question(qtbot).button(QMessageBox.StandardButton.Save), LEFT)
    qtbot.waitUntil(lambda: titles(window) == ["AlexNet"])
    assert len(Session.open(str(tmp_path / "mine.blockyard")).design.root.nodes) == 3


def test_the_window_asks_once_for_all_that_is_unsaved(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("lenet_relu")
    for name in ("one", "two"):
        if name == "two":
            open_design(qtbot, window, "lenet_sigmoid")
        window.session.save_as(tmp_path / f"{name}.blockyard")
        change(window.session)
    window.close()
    asked = question(qtbot)
    assert asked.text() == "Save the changes to 2 designs?"
    assert "• one" in asked.informativeText()
    qtbot.mouseClick(asked.button(QMessageBox.StandardButton.Save), LEFT)
    qtbot.waitUntil(lambda: not window.isVisible())
    assert all(design.session.is_saved for design in window.tabs)


def test_a_file_is_open_once(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("lenet_relu")
    path = tmp_path / "mine.blockyard"
    window.session.save_as(path)
    first = window.session
    open_design(qtbot, window, "alexnet")
    window.documents.open(str(tmp_path / "x" / ".." / "mine.blockyard"))
    assert window.session is first
    window.tabs.step(1)
    window.documents.save_to(window.session, path, lambda: None)
    assert "mine.blockyard is open in another tab" in window.toasts.shown[-1].text
    assert window.session.path is None
    second = tmp_path / "second.blockyard"
    second.write_bytes(path.read_bytes())
    for _ in range(2):
        window.documents.open(str(second))
    qtbot.waitUntil(lambda: not window.documents._working)
    assert titles(window).count("second") == 1


def test_tabs_are_dragged_into_another_order(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    open_design(qtbot, window, "alexnet")
    bar, current = window.top.tabs, window.session
    start, end = bar.tabRect(1).topLeft() + QPoint(20, 14), bar.tabRect(0).topLeft() + QPoint(4, 14)
    QTest.mousePress(bar, LEFT, pos=start)
    for step in range(1, 11):
        QTest.mouseMove(bar, start + (end - start) * step / 10)
        QApplication.processEvents()
    QTest.mouseRelease(bar, LEFT, pos=end)
    qtbot.waitUntil(lambda: titles(window) == ["AlexNet", "LeNet with ReLU"])
    assert window.session is current
    click_tab(qtbot, window, 1)
    assert window.session.title == "LeNet with ReLU"


def test_many_tabs_leave_room_for_the_rest_of_the_bar(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu", size=(1200, 700))
    for _ in range(12):
        window.tabs.open(Session.open("lenet_relu"))
    QApplication.processEvents()
    top = window.top
    for part in (top.menu_button, top.presets_button, top.train):
        assert part.width() >= part.sizeHint().width()
        assert top.rect().contains(part.geometry())
    bar = top.tabs
    assert bar.rect().contains(bar.tabRect(bar.currentIndex()))  # the current one is in sight


def test_long_names_give_way_before_short_ones(qtbot: QtBot, open_window: Open):
    window = open_window("vgg11_fashion", size=(1440, 900))
    for name in ("googlenet", "resnet18", "lenet_relu", "vgg11_bn"):
        window.tabs.open(Session.open(name))
    QApplication.processEvents()
    bar = window.top.tabs
    widths = {bar.tabText(index): bar.tabRect(index).width() for index in range(bar.count())}
    wanted = {bar.tabText(index): bar.tabSizeHint(index).width() for index in range(bar.count())}
    given = {name: wanted[name] - widths[name] for name in widths}
    assert given["VGG-11 for Fashion-MNIST"] > 40  # not all fit
    assert max(given["GoogLeNet"], given["ResNet-18"]) < 4


def test_the_window_lives_on_while_a_design_is_read(qtbot: QtBot, open_window: Open, monkeypatch):
    window, release, read = open_window(), threading.Event(), Session.open

    def slow(name: str) -> Session:
        release.wait()
        return read(name)

    monkeypatch.setattr(Session, "open", slow)
    window.documents.open("alexnet")
    press(qtbot, window, Qt.Key.Key_A)  # the window answers
    assert titles(window) == ["Network"]
    assert window.cursor().shape() == Qt.CursorShape.BusyCursor
    release.set()
    qtbot.waitUntil(lambda: titles(window) == ["AlexNet"])
    assert window.cursor().shape() == Qt.CursorShape.ArrowCursor


def test_what_cannot_be_read_is_told_and_nothing_opens(qtbot: QtBot, open_window: Open, tmp_path: Path):
    window = open_window("alexnet")
    window.documents.open(str(tmp_path / "none.blockyard"))
    qtbot.waitUntil(lambda: bool(window.toasts.shown))
    assert "There is no file" in window.toasts.shown[-1].text
    assert titles(window) == ["AlexNet"]


def test_a_training_is_of_the_tab_that_started_it(qtbot: QtBot, open_window: Open, monkeypatch):
    window, release = open_window("lenet_relu"), threading.Event()
    first = window.session

    def task(self: Session, recipe: object = None, root: object = None) -> Callable[[], object]:
        from designer.base.errors import TrainingError

        def work() -> object:
            release.wait()
            raise TrainingError("Enough.")

        return work

    monkeypatch.setattr(Session, "training_task", task)
    qtbot.mouseClick(window.top.train, LEFT)
    assert window.top.train.text() == "Stop"
    open_design(qtbot, window, "lenet_sigmoid")
    assert window.top.train.text() == "Train"
    qtbot.mouseClick(window.top.train, LEFT)
    assert "In the queue" in window.toasts.shown[-1].text
    assert window.training_dock.buttons.queue_line.text().startswith("Next: LeNet with sigmoids")
    assert window.training.session is first
    release.set()
    qtbot.waitUntil(lambda: not window.training.running and window.training.session is window.session)
    assert window.top.train.text() == "Train"
    assert not window.training_dock.buttons.queue_line.isVisible()
