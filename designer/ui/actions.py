"""Every command of the window in one table: words, keys, icon. Menus, bar and shortcuts are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from designer.ui.theme.icons import wear_icon

_CONTEXT = "Actions"


@dataclass(frozen=True)
class ActionSpec:
    """One command. menu: where it stands; keys: shortcuts, the first is shown."""

    id: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False


ACTIONS = (
    ActionSpec("new", "File", QT_TRANSLATE_NOOP("Actions", "New design"), ("Ctrl+N",), "file-plus"),
    ActionSpec("open", "File", QT_TRANSLATE_NOOP("Actions", "Open…"), ("Ctrl+O",), "folder-open"),
    ActionSpec("save", "File", QT_TRANSLATE_NOOP("Actions", "Save"), ("Ctrl+S",), "save"),
    ActionSpec("save_as", "File", QT_TRANSLATE_NOOP("Actions", "Save as…"), ("Ctrl+Shift+S",), "save-all"),
    ActionSpec("export_module", "File", QT_TRANSLATE_NOOP("Actions", "Export PyTorch module…"), ("Ctrl+E",), "code"),
    ActionSpec(
        "export_project", "File", QT_TRANSLATE_NOOP("Actions", "Export training project…"), ("Ctrl+Shift+E",), "upload"
    ),
    ActionSpec("quit", "File", QT_TRANSLATE_NOOP("Actions", "Quit"), ("Ctrl+Q",)),
    ActionSpec("undo", "Edit", QT_TRANSLATE_NOOP("Actions", "Undo"), ("Ctrl+Z",), "undo-2"),
    ActionSpec("redo", "Edit", QT_TRANSLATE_NOOP("Actions", "Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo-2"),
    ActionSpec("duplicate", "Edit", QT_TRANSLATE_NOOP("Actions", "Duplicate"), ("Ctrl+D",), "copy"),
    ActionSpec("delete", "Edit", QT_TRANSLATE_NOOP("Actions", "Delete"), (), "trash-2"),
    ActionSpec("arrange", "Edit", QT_TRANSLATE_NOOP("Actions", "Arrange"), (), "workflow"),
    ActionSpec("fit", "View", QT_TRANSLATE_NOOP("Actions", "Fit all"), (), "maximize"),
    ActionSpec("find", "View", QT_TRANSLATE_NOOP("Actions", "Search layers and blocks"), ("Ctrl+F",), "search"),
    ActionSpec("theme_system", "View", QT_TRANSLATE_NOOP("Actions", "Theme of the system"), (), "sun-moon", True),
    ActionSpec("theme_dark", "View", QT_TRANSLATE_NOOP("Actions", "Dark theme"), (), "moon", True),
    ActionSpec("theme_light", "View", QT_TRANSLATE_NOOP("Actions", "Light theme"), (), "sun", True),
    ActionSpec("move_panels", "View", QT_TRANSLATE_NOOP("Actions", "Move panels"), (), "layout-dashboard", True),
    ActionSpec("reset_layout", "View", QT_TRANSLATE_NOOP("Actions", "Reset layout"), (), "rotate-ccw"),
    ActionSpec("train", "Training", QT_TRANSLATE_NOOP("Actions", "Train"), ("F5",), "play"),
    ActionSpec("stop", "Training", QT_TRANSLATE_NOOP("Actions", "Stop training"), ("Shift+F5",), "square"),
)
MENUS = {
    "File": QT_TRANSLATE_NOOP("Actions", "File"),
    "Edit": QT_TRANSLATE_NOOP("Actions", "Edit"),
    "View": QT_TRANSLATE_NOOP("Actions", "View"),
    "Training": QT_TRANSLATE_NOOP("Actions", "Training"),
}


def translated(text: str) -> str:
    """A text of the table in the person's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def make_actions(owner: QWidget, slots: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """The actions of the table, by id, added to `owner` so that their keys work there.

    slots: what each one does. Raises KeyError where one of the table has none.
    """
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(translated(spec.text), owner)
        action.setShortcuts([QKeySequence(key) for key in spec.keys])
        action.setCheckable(spec.checkable)
        if spec.icon:
            wear_icon(action, spec.icon)
        if spec.keys:
            shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
            action.setToolTip(f"{action.text()} ({shown})")
        slot = slots[spec.id]
        action.triggered.connect(lambda _checked=False, slot=slot: slot())
        owner.addAction(action)
        actions[spec.id] = action
    return actions


def fill_menu(menu: QMenu, actions: Mapping[str, QAction]) -> None:
    """Put all actions into `menu`, by their sub-menus."""
    for key, title in MENUS.items():
        part = menu.addMenu(translated(title))
        for spec in ACTIONS:
            if spec.menu == key:
                part.addAction(actions[spec.id])
