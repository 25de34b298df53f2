"""What the window's actions do. Its parts are made later than the actions, so each is asked for when it is needed."""

from __future__ import annotations

from collections.abc import Callable
from typing import TYPE_CHECKING

from designer.ui.canvas_actions import canvas_slots
from designer.ui.stepping import take_step

if TYPE_CHECKING:
    from designer.ui.window import MainWindow


# What leaves the window with the design, or leaves the design: it takes along what is half typed.
_TAKES_ALL = frozenset(
    (
        "save",
        "save_as",
        "export_module",
        "export_project",
        "export_picture",
        "close_tab",
        "keep_block",
        "train",
        "queue",
    )
)


def window_slots(window: MainWindow) -> dict[str, Callable[[], object]]:
    """By the ids of the table of actions."""
    return {key: _finished(window, slot) if key in _TAKES_ALL else slot for key, slot in _slots(window).items()}


def _finished(window: MainWindow, slot: Callable[[], object]) -> Callable[[], object]:
    def done() -> object:
        window.finish_typing(window)
        return slot()

    return done


def _slots(window: MainWindow) -> dict[str, Callable[[], object]]:
    return {
        "new": lambda: window.documents.new(),
        "new_tab": lambda: window.tabs.open_start(),
        "open": lambda: window.documents.ask_open(),
        "save": lambda: window.documents.save(),
        "save_as": lambda: window.documents.save_as(),
        "export_module": lambda: window.documents.export_module(lazy=window.code.is_lazy),
        "export_project": lambda: window.documents.export_project(lazy=window.code.is_lazy),
        "export_picture": lambda: window.pictures.ask(),
        "close_tab": lambda: window.documents.close(window.tabs.current),
        "next_tab": lambda: window.tabs.step(1),
        "previous_tab": lambda: window.tabs.step(-1),
        "settings": lambda: window.settings.open(),
        "quit": lambda: window.close(),
        "help": lambda: window.helping.open(),
        "undo": lambda: _take_step(window, window.session.undo),
        "redo": lambda: _take_step(window, window.session.redo),
        **canvas_slots(lambda: window.canvas),
        "keep_block": lambda: window.library.keep_selected(),
        "find": lambda: window.palette_dock.focus_search(),
        "theme_system": lambda: window.choose_theme("system"),
        "theme_dark": lambda: window.choose_theme("dark"),
        "theme_light": lambda: window.choose_theme("light"),
        "move_panels": lambda: window.panels.set_movable(window.actions_by_id["move_panels"].isChecked()),
        "reset_layout": lambda: window.panels.reset(),
        "train": lambda: window.train_or_stop(),
        "queue": lambda: window.train(),
        "pause": lambda: window.training.pause_or_resume(),
        "stop": lambda: window.training.stop(),
    }


def _take_step(window: MainWindow, move: Callable[[], object]) -> None:
    """Go through the history; what is half typed becomes a step of it first."""
    window.finish_typing(window.inspector)
    take_step(window.canvas, move)
