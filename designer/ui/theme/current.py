"""The theme that is worn now, and the signal that tells painted widgets when it changes. `apply` sets it."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, Signal

from designer.ui.theme.tokens import DARK, Theme


class ThemeSource(QObject):
    """Holds the one current theme; `changed(theme)` is emitted after palette and style sheet were set."""

    changed = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.theme: Theme = DARK

    def wear(self, theme: Theme) -> None:
        """Make `theme` the current one and tell everybody."""
        self.theme = theme
        self.changed.emit(theme)


@cache
def theme_source() -> ThemeSource:
    """The source of this process. Connect bound methods of widgets: Qt drops them with the widget."""
    return ThemeSource()


def current_theme() -> Theme:
    """The theme to paint with now."""
    return theme_source().theme
