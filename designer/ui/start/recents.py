"""Which files were open last, and when. Kept among the window's settings."""

from __future__ import annotations

import time
from dataclasses import dataclass
from pathlib import Path

from PySide6.QtCore import QDateTime, QLocale, QObject, Signal

from designer.ui.panels import window_settings

_KEY = "recent_files"
_MOST = 12


@dataclass(frozen=True)
class Recent:
    """A file, and when it was opened or saved last, in seconds since 1970."""

    path: Path
    at: int


class Recents(QObject):
    """changed(): the list is another one."""

    changed = Signal()

    def items(self) -> list[Recent]:
        """The files, the last one first."""
        found = []
        for line in _list(window_settings().value(_KEY, [])):
            at, _, path = str(line).partition(" ")
            if at.isdigit() and path:
                found.append(Recent(Path(path), int(at)))
        return found

    def add(self, path: Path) -> None:
        """Put a file first."""
        others = [item for item in self.items() if item.path != path]
        self._keep([Recent(path, int(time.time())), *others])

    def remove(self, path: Path) -> None:
        """Forget a file."""
        self._keep([item for item in self.items() if item.path != path])

    def clear(self) -> None:
        """Forget all files."""
        self._keep([])

    def _keep(self, items: list[Recent]) -> None:
        window_settings().setValue(_KEY, [f"{item.at} {item.path}" for item in items[:_MOST]])
        self.changed.emit()


def when(at: int) -> str:
    """A time for people: the clock for today, else the day."""
    moment, locale = QDateTime.fromSecsSinceEpoch(at), QLocale()
    short = QLocale.FormatType.ShortFormat
    is_today = moment.date() == QDateTime.currentDateTime().date()
    return locale.toString(moment.time() if is_today else moment.date(), short)


def _list(value: object) -> list[object]:
    return value if isinstance(value, list) else [value] if value else []
