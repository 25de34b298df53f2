"""What the settings do: each is applied when the window opens, and at once when it is changed."""

from __future__ import annotations

from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.ui.canvas.geometry import snap_to_grid
from designer.ui.settings.shortcuts import Shortcuts
from designer.ui.settings.store import settings
from designer.ui.theme.motion import want_motion

if TYPE_CHECKING:
    from designer.ui.dialogs.settings import SettingsDialog
    from designer.ui.window import MainWindow


class SettingsController(QObject):
    """Applies the settings to one window, and opens their dialog."""

    def __init__(self, window: MainWindow) -> None:
        super().__init__(window)
        self._window = window
        self._dialog: SettingsDialog | None = None
        self.shortcuts = Shortcuts(window.actions_by_id, self)
        self._apply = {
            "theme": self.wear,
            "motion": want_motion,
            "snap": snap_to_grid,
            "autosave": window.recovery.keep,
        }
        for key in self._apply.keys() - {"theme"}:  # which the window wears already
            self._changed(key)
        self.wear(window.themes.choice)
        settings().changed.connect(self._changed)

    def open(self) -> SettingsDialog:
        """Show the dialog, beside which one goes on working."""
        if self._dialog is None:
            from designer.ui.dialogs.settings import SettingsDialog

            self._dialog = SettingsDialog(self.shortcuts, self._window)
        self._dialog.show()
        self._dialog.raise_()
        self._dialog.activateWindow()
        return self._dialog

    def _changed(self, key: str) -> None:
        if key in self._apply:  # the others are read where they are needed
            self._apply[key](settings().get(key))

    def wear(self, name: str) -> None:
        """Wear a theme by its name, `system` for what the desktop asks for."""
        if self._window.themes.choice != name:
            self._window.themes.choose(name)
        for each in ("system", "dark", "light"):
            self._window.actions_by_id[f"theme_{each}"].setChecked(each == name)
