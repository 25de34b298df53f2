"""Everybody can use it: each control has a name and is reached by keys, and each text can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QTabBar,
    QWidget,
)
from pytestqt.qtbot import QtBot

import designer.ui
from designer.ui.window import MainWindow

pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)
Open = Callable[..., MainWindow]
CONTROLS = (QAbstractButton, QLineEdit, QComboBox, QTabBar)
UI = Path(designer.ui.__file__).parent


def name_of(widget: QWidget) -> str:
    found = QAccessible.queryAccessibleInterface(widget)
    name = found.text(QAccessible.Text.Name) if found else ""
    return name or widget.accessibleName() or widget.toolTip()


def is_ours(widget: QWidget) -> bool:
    """Whether it is a control, and no part of one of Qt's own."""
    if widget.objectName().startswith("qt_") or isinstance(widget.parentWidget(), QLineEdit | QTabBar):
        return False
    takes_focus = widget.focusPolicy() & Qt.FocusPolicy.TabFocus
    is_viewport = isinstance(widget.parentWidget(), QAbstractScrollArea) and widget is widget.parentWidget().viewport()
    return not is_viewport and (isinstance(widget, CONTROLS) or bool(takes_focus and widget.isVisible()))


def unnamed(root: QWidget) -> list[str]:
    return [
        f"{type(widget).__name__} in {type(widget.parentWidget()).__name__}"
        for widget in root.findChildren(QWidget)
        if widget.isVisibleTo(root)
        and is_ours(widget)
        and not (isinstance(widget, QTabBar) and widget.count())  # its tabs have their names
        and not name_of(widget).strip()
    ]


def test_every_control_of_the_window_has_a_name(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    assert unnamed(window) == []
    window.canvas.go_to(("conv",), "conv1")
    for key in window.panels.docks:
        window.panels.show(key)
        QApplication.processEvents()
        assert unnamed(window.panels.docks[key]) == []
    window.canvas.go_to(())
    qtbot.mouseClick(window.inspector.design_page.variable_line.button, Qt.MouseButton.LeftButton)
    assert unnamed(window.inspector) == []
    window.tabs.open_start()
    qtbot.waitUntil(lambda: bool(window.central.start.cards))
    assert unnamed(window.central.start) == []
    dialog = window.settings.open()
    assert unnamed(dialog) == []
    dialog.close()


def test_by_tab_alone_one_gets_around_the_window(open_window: Open):
    window = open_window("lenet_relu")
    window.panels.show("code")
    window.top.menu_button.setFocus(Qt.FocusReason.TabFocusReason)
    seen: list[QWidget] = []
    while len(seen) < 300:
        widget = QApplication.focusWidget()
        if widget in seen or widget is window.panel.view:
            break
        seen.append(widget)
        window.focusNextPrevChild(True)
    top = window.top
    assert {top.menu_button, top.presets_button, top.tabs, top.recipe, top.train} <= {*seen, window.panel.view}
    window.panel.view.setFocus(Qt.FocusReason.TabFocusReason)
    before = QApplication.focusWidget()
    window.panel.view.focusNextPrevChild(False)  # Tab adds a layer there; Shift+Tab leads out
    assert QApplication.focusWidget() is not before


def test_the_settings_are_used_by_keys_alone(qtbot: QtBot, open_window: Open):
    window = open_window("lenet_relu")
    dialog = window.settings.open()
    qtbot.waitUntil(dialog.isActiveWindow)
    seen = set()
    for _ in range(40):
        seen.add(QApplication.focusWidget())
        qtbot.keyClick(QApplication.focusWidget(), Qt.Key.Key_Tab)
    assert {dialog.search, dialog.tabs.tabBar(), *(row.editor for row in dialog.rows)} <= seen
    qtbot.keyClick(dialog, Qt.Key.Key_Escape)
    assert not dialog.isVisible()


# -- words -------------------------------------------------------------------------------------------------------------

SHOWN = {  # calls whose texts a person sees
    *("setText", "setToolTip", "setWindowTitle", "setPlaceholderText", "setAccessibleName", "setAccessibleDescription"),
    *("addAction", "addTab", "addItem", "setTitle", "setInformativeText", "show_message", "label", "Sentence"),
    *("QPushButton", "QLabel", "QCheckBox", "QToolButton", "QGroupBox", "EmptyState", "MenuButton", "ElidedLabel"),
}
NAMES = {"Blockyard", "PyTorch", "Python"}  # the same in every language


def texts_of(node: ast.AST) -> Iterator[str]:
    """Texts with words in an argument that nothing translates."""
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        words = re.findall(r"[^\W\d_]{2,}", node.value)
        if any(word not in NAMES for word in words):
            yield node.value
    elif isinstance(node, ast.JoinedStr):
        for part in node.values:
            yield from texts_of(part) if isinstance(part, ast.Constant) else ()
    elif isinstance(node, ast.IfExp):
        yield from texts_of(node.body)
        yield from texts_of(node.orelse)
    elif isinstance(node, ast.BinOp):
        yield from texts_of(node.left)
        yield from texts_of(node.right)


def untranslated(source: str) -> Iterator[tuple[int, str]]:
    """Lines and texts that are shown as they stand in a source."""
    for node in ast.walk(ast.parse(source)):
        if not isinstance(node, ast.Call):
            continue
        name = node.func.attr if isinstance(node.func, ast.Attribute) else getattr(node.func, "id", "")
        if name in SHOWN and not (name == "setText" and len(node.args) == 2):  # that of an image is a key and a note
            first = 1 if name in ("EmptyState", "addTab") else 0
            last = first + (2 if name == "EmptyState" else 1)
            for argument in node.args[first:last]:
                yield from ((node.lineno, text) for text in texts_of(argument))


def test_every_text_of_the_window_can_be_translated():
    found = [
        f"{path.relative_to(UI)}:{line}: {text}"
        for path in sorted(UI.rglob("*.py"))
        for line, text in untranslated(path.read_text("utf-8"))
    ]
    assert not found, "\n".join(found)


def test_a_text_that_nothing_translates_is_found():
    assert [text for _, text in untranslated('x.setText("Hello")')] == ["Hello"]
    assert [text for _, text in untranslated('label(f"{n} things", "muted")')] == [" things"]
    assert not list(untranslated('x.setText(self.tr("Hello")); label("", "muted"); x.setText("●"); QLabel(text)'))
