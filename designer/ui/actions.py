"""Every command of the window in one table: words, keys, icon. Menus, bar and shortcuts are made from it."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, Qt
from PySide6.QtGui import QAction, QKeySequence
from PySide6.QtWidgets import QMenu, QWidget

from designer.ui.theme.icons import wear_icon

_CONTEXT = "Actions"


@dataclass(frozen=True)
class ActionSpec:
    """One command. menu: where it stands; keys: shortcuts, the first is shown. on_canvas: whether its keys are for the
    canvas alone, because elsewhere they mean something else, such as copying text."""

    id: str
    menu: str
    text: str
    keys: tuple[str, ...] = ()
    icon: str = ""
    checkable: bool = False
    on_canvas: bool = False


def _on_canvas(id: str, menu: str, text: str, *keys: str, icon: str = "") -> ActionSpec:
    return ActionSpec(id, menu, text, keys, icon, on_canvas=True)


ACTIONS = (
    ActionSpec("new", "File", QT_TRANSLATE_NOOP("Actions", "New design"), ("Ctrl+N",), "file-plus"),
    ActionSpec("new_tab", "File", QT_TRANSLATE_NOOP("Actions", "New tab"), ("Ctrl+T",), "plus"),
    ActionSpec("open", "File", QT_TRANSLATE_NOOP("Actions", "Open…"), ("Ctrl+O",), "folder-open"),
    ActionSpec("save", "File", QT_TRANSLATE_NOOP("Actions", "Save"), ("Ctrl+S",), "save"),
    ActionSpec("save_as", "File", QT_TRANSLATE_NOOP("Actions", "Save as…"), ("Ctrl+Shift+S",), "save-all"),
    ActionSpec("export_module", "File", QT_TRANSLATE_NOOP("Actions", "Export PyTorch module…"), ("Ctrl+E",), "code"),
    ActionSpec(
        "export_project", "File", QT_TRANSLATE_NOOP("Actions", "Export training project…"), ("Ctrl+Shift+E",), "upload"
    ),
    ActionSpec("export_picture", "File", QT_TRANSLATE_NOOP("Actions", "Export a picture…"), ("Ctrl+Alt+E",), "image"),
    ActionSpec("close_tab", "File", QT_TRANSLATE_NOOP("Actions", "Close tab"), ("Ctrl+W", "Ctrl+F4"), "x"),
    ActionSpec("settings", "File", QT_TRANSLATE_NOOP("Actions", "Settings…"), ("Ctrl+,",), "settings"),
    ActionSpec("quit", "File", QT_TRANSLATE_NOOP("Actions", "Quit"), ("Ctrl+Q",)),
    ActionSpec("undo", "Edit", QT_TRANSLATE_NOOP("Actions", "Undo"), ("Ctrl+Z",), "undo-2"),
    ActionSpec("redo", "Edit", QT_TRANSLATE_NOOP("Actions", "Redo"), ("Ctrl+Shift+Z", "Ctrl+Y"), "redo-2"),
    ActionSpec("history", "Edit", QT_TRANSLATE_NOOP("Actions", "History…"), ("Ctrl+Alt+Z",), "history"),
    _on_canvas("cut", "Edit", QT_TRANSLATE_NOOP("Actions", "Cut"), "Ctrl+X", icon="scissors"),
    _on_canvas("copy", "Edit", QT_TRANSLATE_NOOP("Actions", "Copy"), "Ctrl+C", icon="copy"),
    _on_canvas("paste", "Edit", QT_TRANSLATE_NOOP("Actions", "Paste"), "Ctrl+V", icon="clipboard-paste"),
    ActionSpec("duplicate", "Edit", QT_TRANSLATE_NOOP("Actions", "Duplicate"), ("Ctrl+D",), "copy"),
    _on_canvas("delete", "Edit", QT_TRANSLATE_NOOP("Actions", "Delete"), "Del", "Backspace", icon="trash-2"),
    _on_canvas(
        "delete_and_heal", "Edit", QT_TRANSLATE_NOOP("Actions", "Delete and heal"), "Ctrl+Del", "Ctrl+Backspace"
    ),
    _on_canvas("select_all", "Edit", QT_TRANSLATE_NOOP("Actions", "Select all"), "Ctrl+A"),
    _on_canvas("rename", "Edit", QT_TRANSLATE_NOOP("Actions", "Rename"), "F2", icon="pencil"),
    _on_canvas("add", "Nodes", QT_TRANSLATE_NOOP("Actions", "Add…"), "Tab", "Shift+A", icon="plus"),
    _on_canvas("join", "Nodes", QT_TRANSLATE_NOOP("Actions", "Join"), "F", icon="spline"),
    _on_canvas("disconnect", "Nodes", QT_TRANSLATE_NOOP("Actions", "Disconnect"), "Shift+D"),
    _on_canvas("knife", "Nodes", QT_TRANSLATE_NOOP("Actions", "Cut wires"), "K", icon="scissors"),
    _on_canvas("mute", "Nodes", QT_TRANSLATE_NOOP("Actions", "Mute or unmute"), "M", icon="eye-off"),
    _on_canvas("freeze", "Nodes", QT_TRANSLATE_NOOP("Actions", "Freeze or unfreeze"), "W", icon="snowflake"),
    _on_canvas("collapse", "Nodes", QT_TRANSLATE_NOOP("Actions", "Collapse or expand"), "C", icon="shrink"),
    _on_canvas("reset", "Nodes", QT_TRANSLATE_NOOP("Actions", "Reset parameters"), icon="rotate-ccw"),
    _on_canvas("fold", "Nodes", QT_TRANSLATE_NOOP("Actions", "Fold identical nodes to × n"), "R", icon="repeat"),
    _on_canvas("unfold", "Nodes", QT_TRANSLATE_NOOP("Actions", "Unfold × n"), "Shift+R"),
    _on_canvas("note", "Nodes", QT_TRANSLATE_NOOP("Actions", "Add a note"), "N", icon="file-text"),
    _on_canvas("frame", "Nodes", QT_TRANSLATE_NOOP("Actions", "Frame the selection"), "Shift+F", icon="square"),
    _on_canvas("arrange", "Nodes", QT_TRANSLATE_NOOP("Actions", "Arrange"), "L", icon="workflow"),
    _on_canvas("turn", "Nodes", QT_TRANSLATE_NOOP("Actions", "Arrange the other way round"), "Shift+L"),
    _on_canvas("align_left", "Align", QT_TRANSLATE_NOOP("Actions", "Left sides")),
    _on_canvas("align_centre", "Align", QT_TRANSLATE_NOOP("Actions", "Centres")),
    _on_canvas("align_right", "Align", QT_TRANSLATE_NOOP("Actions", "Right sides")),
    _on_canvas("align_top", "Align", QT_TRANSLATE_NOOP("Actions", "Upper sides")),
    _on_canvas("align_middle", "Align", QT_TRANSLATE_NOOP("Actions", "Middles")),
    _on_canvas("align_bottom", "Align", QT_TRANSLATE_NOOP("Actions", "Lower sides")),
    _on_canvas("align_across", "Align", QT_TRANSLATE_NOOP("Actions", "Equal gaps across")),
    _on_canvas("align_down", "Align", QT_TRANSLATE_NOOP("Actions", "Equal gaps down")),
    _on_canvas("group", "Blocks", QT_TRANSLATE_NOOP("Actions", "Group to block"), "Ctrl+G", icon="group"),
    _on_canvas("ungroup", "Blocks", QT_TRANSLATE_NOOP("Actions", "Ungroup"), "Ctrl+Shift+G", icon="ungroup"),
    _on_canvas("make_unique", "Blocks", QT_TRANSLATE_NOOP("Actions", "Make unique"), "Ctrl+U"),
    _on_canvas("rename_block", "Blocks", QT_TRANSLATE_NOOP("Actions", "Rename the block"), "Shift+F2"),
    ActionSpec(
        "keep_block", "Blocks", QT_TRANSLATE_NOOP("Actions", "Save to your library"), ("Ctrl+Alt+S",), "book-open"
    ),
    ActionSpec("remove_unused", "Blocks", QT_TRANSLATE_NOOP("Actions", "Delete unused blocks")),
    _on_canvas(
        "open_block", "Blocks", QT_TRANSLATE_NOOP("Actions", "Open the block"), "Return", "Enter", icon="package-open"
    ),
    _on_canvas("go_up", "Blocks", QT_TRANSLATE_NOOP("Actions", "Go up"), "Alt+Up"),
    ActionSpec("back", "Blocks", QT_TRANSLATE_NOOP("Actions", "Back"), ("Alt+Left",), "arrow-left"),
    ActionSpec("forward", "Blocks", QT_TRANSLATE_NOOP("Actions", "Forward"), ("Alt+Right",), "arrow-right"),
    _on_canvas("fit", "View", QT_TRANSLATE_NOOP("Actions", "Fit all"), "H", "Home", icon="maximize"),
    _on_canvas("fit_selected", "View", QT_TRANSLATE_NOOP("Actions", "Fit selection"), "G", ".", icon="locate-fixed"),
    ActionSpec("find_node", "View", QT_TRANSLATE_NOOP("Actions", "Find a node…"), ("Ctrl+F",), "search"),
    ActionSpec("find", "View", QT_TRANSLATE_NOOP("Actions", "Search layers and blocks"), ("Ctrl+Shift+F",), "search"),
    ActionSpec("commands", "View", QT_TRANSLATE_NOOP("Actions", "All commands…"), ("Ctrl+Shift+P",), "command"),
    ActionSpec("next_tab", "View", QT_TRANSLATE_NOOP("Actions", "Next tab"), ("Ctrl+Tab", "Ctrl+PgDown")),
    ActionSpec("previous_tab", "View", QT_TRANSLATE_NOOP("Actions", "Previous tab"), ("Ctrl+Shift+Tab", "Ctrl+PgUp")),
    _on_canvas("overlay_next", "Overlay", QT_TRANSLATE_NOOP("Actions", "Next overlay"), "O", icon="palette"),
    ActionSpec("overlay_none", "Overlay", QT_TRANSLATE_NOOP("Actions", "No overlay"), checkable=True),
    ActionSpec("overlay_parameters", "Overlay", QT_TRANSLATE_NOOP("Actions", "Parameters"), checkable=True),
    ActionSpec("overlay_macs", "Overlay", QT_TRANSLATE_NOOP("Actions", "MACs"), checkable=True),
    ActionSpec("overlay_memory", "Overlay", QT_TRANSLATE_NOOP("Actions", "Activation memory"), checkable=True),
    ActionSpec("overlay_field", "Overlay", QT_TRANSLATE_NOOP("Actions", "Receptive field"), checkable=True),
    ActionSpec("theme_system", "View", QT_TRANSLATE_NOOP("Actions", "Theme of the system"), (), "sun-moon", True),
    ActionSpec("theme_dark", "View", QT_TRANSLATE_NOOP("Actions", "Dark theme"), (), "moon", True),
    ActionSpec("theme_light", "View", QT_TRANSLATE_NOOP("Actions", "Light theme"), (), "sun", True),
    ActionSpec("move_panels", "View", QT_TRANSLATE_NOOP("Actions", "Move panels"), (), "layout-dashboard", True),
    ActionSpec("reset_layout", "View", QT_TRANSLATE_NOOP("Actions", "Reset layout"), (), "rotate-ccw"),
    ActionSpec("help", "Help", QT_TRANSLATE_NOOP("Actions", "Help"), ("Ctrl+F1",), "circle-question-mark"),
    ActionSpec("train", "Training", QT_TRANSLATE_NOOP("Actions", "Train"), ("F5",), "play"),
    ActionSpec("queue", "Training", QT_TRANSLATE_NOOP("Actions", "Train when the others are done"), ("Alt+F5",)),
    ActionSpec("pause", "Training", QT_TRANSLATE_NOOP("Actions", "Pause or resume training"), ("Ctrl+F5",), "pause"),
    ActionSpec("stop", "Training", QT_TRANSLATE_NOOP("Actions", "Stop training"), ("Shift+F5",), "square"),
)
_THEMES = {"theme_system", "theme_dark", "theme_light"}
# What can be done on the start page, where there is no design.
EVERYWHERE = _THEMES | {"new", "new_tab", "open", "close_tab", "quit", "next_tab", "previous_tab", "settings", "help"}
MENUS = {
    "File": QT_TRANSLATE_NOOP("Actions", "File"),
    "Edit": QT_TRANSLATE_NOOP("Actions", "Edit"),
    "Nodes": QT_TRANSLATE_NOOP("Actions", "Nodes"),
    "Align": QT_TRANSLATE_NOOP("Actions", "Align"),
    "Blocks": QT_TRANSLATE_NOOP("Actions", "Blocks"),
    "Overlay": QT_TRANSLATE_NOOP("Actions", "Colour the cards by"),
    "View": QT_TRANSLATE_NOOP("Actions", "View"),
    "Training": QT_TRANSLATE_NOOP("Actions", "Training"),
    "Help": QT_TRANSLATE_NOOP("Actions", "Help"),
}


def translated(text: str) -> str:
    """A text of the table in the person's language."""
    return QCoreApplication.translate(_CONTEXT, text)


def make_actions(owner: QWidget, slots: Mapping[str, Callable[[], object]]) -> dict[str, QAction]:
    """The actions of the table, by id, added to `owner` so that their keys work there; `place_on_canvas` does so for
    those of the canvas.

    slots: what each one does. Raises KeyError where one of the table has none.
    """
    actions: dict[str, QAction] = {}
    for spec in ACTIONS:
        action = QAction(translated(spec.text), owner)
        action.setCheckable(spec.checkable)
        if spec.icon:
            wear_icon(action, spec.icon)
        show_keys(action, spec.keys)
        slot = slots[spec.id]
        action.triggered.connect(lambda _checked=False, slot=slot: slot())
        if spec.on_canvas:
            action.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
        else:
            owner.addAction(action)
        actions[spec.id] = action
    return actions


def show_keys(action: QAction, keys: Sequence[str]) -> None:
    """Give an action its keys; the first of them stands in its tooltip."""
    action.setShortcuts([QKeySequence(key) for key in keys])
    shown = action.shortcut().toString(QKeySequence.SequenceFormat.NativeText)
    action.setToolTip(f"{action.text()} ({shown})" if shown else action.text())


def place_on_canvas(canvas: QWidget, actions: Mapping[str, QAction]) -> None:
    """Let the keys of the canvas's actions work on it."""
    canvas.addActions([actions[spec.id] for spec in ACTIONS if spec.on_canvas])


def fill_menu(menu: QMenu, actions: Mapping[str, QAction]) -> QMenu:
    """Put all actions into `menu`, by their sub-menus. Returns the one for the recent files, which is empty."""
    recent = QMenu(translated(QT_TRANSLATE_NOOP("Actions", "Open recent")), menu)
    for key, title in MENUS.items():
        part = menu.addMenu(translated(title))
        for spec in ACTIONS:
            if spec.menu == key:
                part.addAction(actions[spec.id])
            if spec.id == "open" and spec.menu == key:
                part.addMenu(recent)
    return recent
