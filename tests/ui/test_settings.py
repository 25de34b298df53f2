"""The settings: a table that decides what will do, a dialog that applies at once, keys that can be bound anew."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import QPointF, Qt
from PySide6.QtWidgets import QApplication, QFileDialog
from pytestqt.qtbot import QtBot

from designer.base.errors import BlockyardError
from designer.session.autosave import journals_dir
from designer.ui.actions import ACTIONS
from designer.ui.canvas.geometry import snap_to_grid, snapped
from designer.ui.dialogs.settings import SettingsDialog
from designer.ui.panels import window_settings
from designer.ui.settings import store
from designer.ui.settings.store import Settings, settings
from designer.ui.settings.table import SETTINGS, Setting
from designer.ui.theme.current import current_theme
from designer.ui.theme.motion import moves, want_motion
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
Key, LEFT, CTRL = Qt.Key, Qt.MouseButton.LeftButton, Qt.KeyboardModifier.ControlModifier


@pytest.fixture(autouse=True)
def _as_before() -> Iterator[None]:
    yield
    want_motion(True)
    snap_to_grid(True)


@pytest.fixture
def dialog(qtbot: QtBot, open_window: Open) -> tuple[MainWindow, SettingsDialog]:
    window = open_window("lenet_relu")
    qtbot.keyClick(window.panel.view, Key.Key_Comma, CTRL)
    made = window.settings.open()
    qtbot.waitUntil(made.isVisible)
    return window, made


def row(dialog: SettingsDialog, key: str):
    return next(row for row in dialog.rows if row.setting.key == key)


# -- the table ---------------------------------------------------------------------------------------------------------


def test_every_setting_has_words_and_a_default_that_will_do():
    assert len({setting.key for setting in SETTINGS}) == len(SETTINGS)
    for setting in SETTINGS:
        assert setting.title
        assert setting.doc.endswith(".")
        assert setting.checked(setting.default) == setting.default


def test_what_will_not_do_is_refused_in_words_and_read_as_the_default():
    for key, value in (("theme", "pink"), ("theme", 3), ("motion", "perhaps"), ("designs_folder", 3)):
        with pytest.raises(BlockyardError, match="Expected"):
            settings().put(key, value)
        window_settings().setValue(key, value)
        assert settings().get(key) == next(s.default for s in SETTINGS if s.key == key) or isinstance(value, int)
    number = Setting("n", "S", "T", "D.", 5, least=1, most=9)
    assert number.checked("7") == 7
    for value in ("0", "10", "x", True):
        with pytest.raises(BlockyardError, match="a number from 1 to 9"):
            number.checked(value)


def test_a_setting_that_was_renamed_is_taken_along(monkeypatch: pytest.MonkeyPatch, qapp: QApplication):
    window_settings().setValue("glide", "false")
    renamed = Setting("move", "S", "T", "D.", True, renamed_from="glide")
    monkeypatch.setattr(store, "SETTINGS", (renamed,))
    found = Settings()
    assert found.get("move") is False
    found.put("move", True)
    assert found.get("move") is True
    found.put("move", False)
    found.reset("move")
    assert found.get("move") is True


# -- the dialog --------------------------------------------------------------------------------------------------------


def test_what_is_changed_counts_at_once(qtbot: QtBot, dialog):
    window, shown = dialog
    combo = row(shown, "theme").editor
    combo.setFocus()
    qtbot.keyClick(combo, Key.Key_End)
    assert settings().get("theme") == "light"
    assert current_theme().name == "light"
    assert window.actions_by_id["theme_light"].isChecked()
    qtbot.mouseClick(row(shown, "theme").reset_button, LEFT)
    assert settings().get("theme") == "system"
    assert combo.currentData() == "system"
    for key, holds in (("motion", moves), ("snap", lambda: snapped(3.0) == 0.0)):
        assert holds()
        qtbot.keyClick(row(shown, key).editor, Key.Key_Space)
        assert not holds()


def test_without_autosave_nothing_is_kept_and_with_it_all_is(qtbot: QtBot, dialog):
    window, shown = dialog
    window.canvas.adding.add_behind("ReLU")
    assert len(list(journals_dir().iterdir())) == 1
    qtbot.keyClick(row(shown, "autosave").editor, Key.Key_Space)
    assert not list(journals_dir().iterdir())
    window.canvas.adding.add_behind("ReLU")
    window.documents.new()
    assert not list(journals_dir().iterdir())
    qtbot.keyClick(row(shown, "autosave").editor, Key.Key_Space)
    assert len(list(journals_dir().iterdir())) == 1


def test_a_folder_is_typed_or_chosen_and_the_dialogs_begin_there(qtbot: QtBot, dialog, tmp_path: Path):
    window, shown = dialog
    line = row(shown, "designs_folder").editor
    line.setFocus()
    qtbot.keyClicks(line, str(tmp_path))
    qtbot.keyClick(line, Key.Key_Return)
    assert settings().get("designs_folder") == str(tmp_path)
    assert shown.isVisible()
    window.documents.ask_open()
    asked = window.findChild(QFileDialog)
    assert Path(asked.directory().path()) == tmp_path
    asked.close()


def test_a_search_leaves_what_it_names(qtbot: QtBot, dialog):
    _window, shown = dialog
    qtbot.keyClicks(shown.search, "crash")
    assert [each.setting.key for each in shown.rows if each.isVisible()] == ["autosave"]
    shown.search.clear()
    qtbot.keyClicks(shown.search, "duplicate")
    assert shown.tabs.currentWidget() is shown.keys
    assert shown.keys.table.model().rowCount() == 1
    assert shown.keys.command == "duplicate"
    shown.search.clear()
    qtbot.keyClicks(shown.search, "xyzzy")
    assert shown.search.property("state") == "invalid"


# -- keys --------------------------------------------------------------------------------------------------------------


def press(qtbot: QtBot, shown: SettingsDialog, command: str, key: Qt.Key, modifiers: Qt.KeyboardModifier) -> None:
    shown.tabs.setCurrentWidget(shown.keys)
    shown.keys.choose(command)
    shown.keys.editor.setFocus()
    qtbot.keyClick(shown.keys.editor, key, modifiers)


def test_the_words_in_the_corner_of_the_canvas_name_the_keys_as_they_are(qtbot: QtBot, dialog):
    window, shown = dialog
    words = window.panel.key_hint
    assert words.text() == "H fit · Tab add · L arrange · Ctrl+Shift+P all commands"
    press(qtbot, shown, "fit", Key.Key_J, CTRL)
    shown.keys.choose("arrange")
    qtbot.mouseClick(shown.keys.clear_button, LEFT)
    assert words.text() == "Ctrl+J fit · Tab add · Ctrl+Shift+P all commands"
    assert words.width() == words.sizeHint().width()


def test_a_command_gets_other_keys_and_they_work_at_once(qtbot: QtBot, dialog):
    window, shown = dialog
    press(qtbot, shown, "duplicate", Key.Key_J, CTRL)
    assert window.settings.shortcuts.keys("duplicate") == ("Ctrl+J",)
    assert shown.keys.message.text() == ""
    assert "(Ctrl+J)" in window.actions_by_id["duplicate"].toolTip()
    window.activateWindow()
    qtbot.waitUntil(window.isActiveWindow)
    window.panel.scene.select(["conv"])
    for key, count in ((Key.Key_D, 4), (Key.Key_J, 5)):
        qtbot.keyClick(window.panel.view, key, CTRL)
        assert len(window.session.design.root.nodes) == count
    qtbot.mouseClick(shown.keys.reset_button, LEFT)
    assert window.settings.shortcuts.keys("duplicate") == ("Ctrl+D",)
    assert not shown.keys.reset_button.isEnabled()


def test_keys_that_are_taken_are_told_and_can_be_taken(qtbot: QtBot, dialog):
    window, shown = dialog
    keys = window.settings.shortcuts
    press(qtbot, shown, "duplicate", Key.Key_S, CTRL)
    assert shown.keys.message.text() == "Ctrl+S is 'Save' already. Press other keys, or take them from there."
    assert keys.keys("duplicate") == ("Ctrl+D",)
    qtbot.mouseClick(shown.keys.take_button, LEFT)
    assert keys.keys("duplicate") == ("Ctrl+S",)
    assert keys.keys("save") == ()
    assert not window.actions_by_id["save"].shortcuts()
    qtbot.mouseClick(shown.keys.reset_all_button, LEFT)
    assert all(keys.keys(spec.id) == spec.keys for spec in ACTIONS)
    press(qtbot, shown, "duplicate", Key.Key_Space, Qt.KeyboardModifier.NoModifier)
    assert "pans the canvas" in shown.keys.message.text()
    assert not shown.keys.take_button.isVisible()
    qtbot.mouseClick(shown.keys.clear_button, LEFT)
    assert keys.keys("duplicate") == ()


def test_the_default_of_one_that_was_taken_comes_back(qtbot: QtBot, dialog):
    window, _shown = dialog
    keys = window.settings.shortcuts
    keys.bind("duplicate", "Ctrl+S", take=True)
    keys.reset("save")
    assert (keys.keys("save"), keys.keys("duplicate")) == (("Ctrl+S",), ())


def test_bound_keys_are_there_in_the_next_window(qtbot: QtBot, dialog, open_window: Open):
    window, shown = dialog
    window.settings.shortcuts.bind("arrange", "Ctrl+J")
    shown.close()
    again = open_window("lenet_relu")
    assert again.actions_by_id["arrange"].shortcut().toString() == "Ctrl+J"


def test_no_two_commands_have_the_same_keys():
    taken: dict[str, str] = {}
    for spec in ACTIONS:
        for key in spec.keys:
            assert key not in taken, (key, spec.id, taken.get(key))
            taken[key] = spec.id


def test_a_card_that_does_not_snap_lies_where_it_was_put(open_window: Open):
    window = open_window("lenet_relu")
    settings().put("snap", False)
    window.panel.view.drop_requested.emit("ReLU", QPointF(3.0, 5.0))
    assert (3.0, 5.0) in [node.position for node in window.session.design.root.nodes.values()]
