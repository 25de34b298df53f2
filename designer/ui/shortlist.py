"""What a person puts on the canvas most: favourites, which they star, and what they added last. Remembered."""

from __future__ import annotations

from PySide6.QtCore import QObject, Signal

from designer.ui.panels import window_settings

_MOST_RECENT = 6
_MOST_FAVOURITES = 100
_LONGEST = 200  # characters of a kind; more is no kind
FAVOURITE, RECENT, OTHER = range(3)


class Shortlist(QObject):
    """Keys of the palette. changed(): the lists are others."""

    changed = Signal()

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.favourites = _stored("palette/favourites")[:_MOST_FAVOURITES]
        self.recents = _stored("palette/recents")[:_MOST_RECENT]

    def rank(self, key: str) -> int:
        """Where a key stands: FAVOURITE, RECENT or OTHER."""
        return FAVOURITE if key in self.favourites else RECENT if key in self.recents else OTHER

    def toggle(self, key: str) -> None:
        """Make a favourite of it, or an ordinary one again."""
        others = [other for other in self.favourites if other != key]
        is_new = len(others) == len(self.favourites)
        self.favourites = ([*others, key] if is_new else others)[-_MOST_FAVOURITES:]
        self._keep()

    def used(self, key: str) -> None:
        """It was added just now."""
        recents = [key, *(other for other in self.recents if other != key)][:_MOST_RECENT]
        if recents != self.recents:
            self.recents = recents
            self._keep()

    def renamed(self, old: str, new: str) -> None:
        """What was meant by a key has another one."""
        self.favourites, self.recents = (
            [new if key == old else key for key in keys] for keys in (self.favourites, self.recents)
        )
        self._keep()

    def _keep(self) -> None:
        settings = window_settings()
        settings.setValue("palette/favourites", self.favourites)
        settings.setValue("palette/recents", self.recents)
        self.changed.emit()


def _stored(name: str) -> list[str]:
    value = window_settings().value(name)
    found = value if isinstance(value, list) else [value]  # an ini file keeps a list of one as a plain value
    return list(dict.fromkeys(key for key in found if isinstance(key, str) and 0 < len(key) <= _LONGEST))
