"""Everybody can use it: each control has a name and is reached by keys, and each text can be translated."""

from __future__ import annotations

import ast
import re
from collections.abc import Callable, Iterator
from pathlib import Path
from xml.etree import ElementTree

import pytest
from PySide6.QtCore import Qt, QTranslator
from PySide6.QtGui import QAccessible
from PySide6.QtWidgets import (
    QAbstractButton,
    QAbstractScrollArea,
    QApplication,
    QComboBox,
    QLineEdit,
    QSpinBox,
    QTabBar,
    QTableView,
    QWidget,
)
from pytestqt.qtbot import QtBot

import designer.ui
from designer.catalogue.registry import registry
from designer.document.presets import list_presets
from designer.engine.recipe import RECIPES
from designer.session.session import Session
from designer.session.shelf import built_in_blocks
from designer.ui.document_controller import preset_families
from designer.ui.window import MainWindow
from tests.texts import update

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
    *("FactView", "BlockyardError", "EditError", "RecipeError", "DocumentError", "_F", "RecipeSection"),
}
SHOWN_AS = {"doc", "label", "placeholder", "fix", "expected", "unset"}  # arguments that are, whatever is called
SECOND = {"EmptyState", "addTab", "_F"}  # of these the first argument is none
TRANSLATING = {"tr", "translate"}
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


def name_of_call(call: ast.Call) -> str:
    return call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")


def untranslated(source: str) -> Iterator[tuple[int, str]]:
    """Lines and texts that are shown as they stand in a source."""
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.JoinedStr):  # Qt's tool does not look into these
            calls = (
                call for call in ast.walk(node) if isinstance(call, ast.Call) and name_of_call(call) in TRANSLATING
            )
            yield from ((call.lineno, text) for call in calls for each in call.args for text in texts_of(each))
        if not isinstance(node, ast.Call):
            continue
        name = name_of_call(node)
        arguments = [each.value for each in node.keywords if each.arg in SHOWN_AS]
        if name in SHOWN and not (name == "setText" and len(node.args) == 2):  # that of an image is a key and a note
            first = 1 if name in SECOND else 0
            arguments += node.args[first : first + (2 if name in SECOND - {"addTab"} else 1)]
        for argument in arguments:
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
    assert [text for _, text in untranslated('FactView("parameters", text)')] == ["parameters"]
    assert [text for _, text in untranslated('_F("epochs", "epochs", tr("How often"))')] == ["epochs"]
    assert [text for _, text in untranslated("""f"<a>{self.tr('Help')}</a>" """)] == ["Help"]
    assert [text for _, text in untranslated('error(said, fix="Wire it.")')] == ["Wire it."]
    assert not list(untranslated('x.setText(self.tr("Hello")); label("", "muted"); x.setText("●"); QLabel(text)'))


class Marking(QTranslator):
    """Puts ⟦⟧ around every text that Qt's own tool has found in the sources, and leaves others as they are."""

    def __init__(self, found: set[tuple[str, str]]) -> None:
        super().__init__()
        self.found = found

    def isEmpty(self) -> bool:
        return False

    def translate(self, context: str, text: str, note: str | None = None, count: int = -1) -> str | None:
        return f"⟦{text}⟧" if (context, text) in self.found else None


@pytest.fixture
def marking(qapp: QApplication, tmp_path: Path) -> Iterator[Marking]:
    """The language of marks."""
    target = tmp_path / "texts.ts"
    update(target)
    translator = Marking(
        {
            (context.findtext("name"), message.findtext("source"))
            for context in ElementTree.parse(target).getroot().iter("context")
            for message in context.iter("message")
        }
    )
    qapp.installTranslator(translator)
    yield translator
    qapp.removeTranslator(translator)


def texts_in(root: QWidget) -> Iterator[str]:
    """What can be read in a part of the window, also when pointed at, and by a screen reader."""
    shown = ("text", "toolTip", "placeholderText", "accessibleName", "accessibleDescription", "windowTitle")
    for widget in [root, *root.findChildren(QWidget)]:
        if widget.objectName().startswith("qt_") or isinstance(widget.parentWidget(), QTabBar):  # Qt's own
            continue
        is_typed = isinstance(widget, QLineEdit | QSpinBox)
        yield from (str(widget.property(name) or "") for name in shown[is_typed:])
        if isinstance(widget, QTabBar):
            yield from map(widget.tabText, range(widget.count()))
        if isinstance(widget, QTableView) and widget.model():
            columns = range(widget.model().columnCount())
            yield from (str(widget.model().headerData(column, Qt.Orientation.Horizontal)) for column in columns)
        for action in widget.actions():
            yield from (action.text(), action.toolTip())


def names_in(session: Session) -> set[str]:
    """What is called so in every language, and the words of documents."""
    known = {"Blockyard", "KiB", "MiB", "GiB", "repeat", "when", "image", "English", *RECIPES, session.title}
    known |= set(re.findall(r"[\w-]+", str(session.recipe.to_json())))
    for block in (*session.design.blocks.values(), *built_in_blocks().values()):
        known |= {block.name, *(node.name for node in block.nodes.values())}
        known |= {parameter.name for parameter in block.parameters}
    for block in session.design.blocks.values():
        known |= {block.title or "", block.description, *(parameter.doc for parameter in block.parameters)}
    for spec in registry().values():
        known |= {spec.kind, *(parameter.name for parameter in spec.parameters)}
    known |= {family for family, _ in preset_families(preset.id for preset in list_presets())}
    for problem in session.analysis.diagnostics:
        known |= {problem.label, problem.code}
    return known


def without_marks(text: str) -> str:
    """What is left of a text when what was translated, within its marks, is taken out."""
    text = re.sub(r"<[^>]*>|(?<=⟧) \([^()]*\)$", "", text)  # tags, and the keys in a tooltip
    while (shorter := re.sub(r"⟦[^⟦⟧]*⟧", "", text)) != text:
        text = shorter
    return text


def test_in_another_language_nothing_is_left_in_this_one(qtbot: QtBot, open_window: Open, marking: Marking):
    window = open_window("lenet_relu")
    parts = [window, window.top.recipe.popup]
    seen: set[str] = set()
    for key in window.panels.docks:
        window.panels.show(key)
        QApplication.processEvents()
    for chosen in ([], ["input"], ["conv"], ["conv", "fc"]):
        window.panel.scene.select(chosen, [])
        QApplication.processEvents()
        seen.update(text for part in parts for text in texts_in(part))
    names = names_in(window.session)
    assert "⟦Problems⟧" in seen
    window.panel.scene.select(["conv"], [])
    qtbot.keyClick(window.panel.view, Qt.Key.Key_Delete)
    seen.update(texts_in(window))
    names |= names_in(window.session)
    dialog = window.settings.open()
    seen.update(texts_in(dialog))
    dialog.close()
    window.tabs.open_start()
    qtbot.waitUntil(lambda: bool(window.central.start.cards))
    seen.update(texts_in(window.central.start))
    left = set()
    for text in seen:
        rest = without_marks(text)
        for name in sorted(names, key=len, reverse=True):
            rest = rest.replace(name, "")
        if re.search(r"[^\W\d_]{3,}", rest):
            left.add(text)
    assert not left, "\n".join(sorted(left))
