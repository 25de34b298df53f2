"""The values of the settings: read from and written to the window's file, checked by the table."""

from __future__ import annotations

from functools import cache

from PySide6.QtCore import QObject, Signal

from designer.base.errors import BlockyardError
from designer.ui.panels import window_settings
from designer.ui.settings.table import SETTINGS, Setting, Value


class Settings(QObject):
    """changed(key): it has another value than before."""

    changed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._known: dict[str, Setting] = {setting.key: setting for setting in SETTINGS}

    def get(self, key: str) -> Value:
        """The value of a setting; its default where none is set, or one that will not do."""
        setting, stored = self._known[key], window_settings()
        for name in (key, setting.renamed_from):
            if name and stored.contains(name):
                try:
                    return setting.checked(stored.value(name))
                except BlockyardError:
                    return setting.default
        return setting.default

    def put(self, key: str, value: Value) -> None:
        """Set a value. Raises BlockyardError where it will not do."""
        value = self._known[key].checked(value)
        if value != self.get(key):
            window_settings().setValue(key, str(value).lower() if isinstance(value, bool) else value)
            self.changed.emit(key)

    def reset(self, key: str) -> None:
        """Put a setting back to its default."""
        before = self.get(key)
        for name in (key, self._known[key].renamed_from):
            window_settings().remove(name) if name else None
        if before != self.get(key):
            self.changed.emit(key)


@cache
def settings() -> Settings:
    """The settings of this person, in this process."""
    return Settings()
