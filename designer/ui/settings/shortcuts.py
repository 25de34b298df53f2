"""The keys of the commands: those of the table of actions, or what a person has bound instead."""

from __future__ import annotations

from collections.abc import Mapping

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication, QObject, Signal
from PySide6.QtGui import QAction, QKeySequence

from designer.base.errors import BlockyardError
from designer.ui.actions import ACTIONS, ActionSpec, show_keys, translated
from designer.ui.panels import window_settings

translate = QCoreApplication.translate

_GROUP = "keys/"
_FIXED = {  # keys of the canvas and the window that no command can have
    "Esc": QT_TRANSLATE_NOOP("Shortcuts", "gives up what is under way"),
    "Space": QT_TRANSLATE_NOOP("Shortcuts", "pans the canvas"),
    "Left": QT_TRANSLATE_NOOP("Shortcuts", "moves the selected cards"),
    "Right": QT_TRANSLATE_NOOP("Shortcuts", "moves the selected cards"),
    "Up": QT_TRANSLATE_NOOP("Shortcuts", "moves the selected cards"),
    "Down": QT_TRANSLATE_NOOP("Shortcuts", "moves the selected cards"),
    "F1": QT_TRANSLATE_NOOP("Shortcuts", "opens the help"),
}


class Shortcuts(QObject):
    """changed(): some command has other keys than before."""

    changed = Signal()

    def __init__(self, actions: Mapping[str, QAction], parent: QObject) -> None:
        super().__init__(parent)
        self._actions = actions
        self.specs: dict[str, ActionSpec] = {spec.id: spec for spec in ACTIONS}
        for key in window_settings().allKeys():  # the others have the keys of the table
            if (action := key.removeprefix(_GROUP)) != key and action in self.specs:
                self._show(action)

    def keys(self, action: str) -> tuple[str, ...]:
        """The keys of a command, as portable text; the first is shown in menus."""
        stored = window_settings()
        if not stored.contains(_GROUP + action):
            return self.specs[action].keys
        text = str(stored.value(_GROUP + action) or "")
        return tuple(key for key in text.split(" ") if key)

    def is_changed(self, action: str) -> bool:
        """Whether a person has bound other keys than those of the table."""
        return self.keys(action) != self.specs[action].keys

    def taken_by(self, key: str, action: str) -> str:
        """The id of another command that has a key, "" where there is none."""
        return next((other for other in self.specs if other != action and key in map(_portable, self.keys(other))), "")

    def bind(self, action: str, key: str, take: bool = False) -> None:
        """Give a command one key in place of those it has, "" for none. take: from another command, if need be.

        Raises BlockyardError where the key is not free.
        """
        key = _portable(key)
        if key in _FIXED:
            raise BlockyardError(
                translate("Shortcuts", "{0} {1} and cannot be given away.").format(
                    key, translate("Shortcuts", _FIXED[key])
                )
            )
        other = self.taken_by(key, action) if key else ""
        if other and not take:
            taken = translate("Shortcuts", "{0} is '{1}' already.").format(key, translated(self.specs[other].text))
            raise BlockyardError(taken, fix=translate("Shortcuts", "Press other keys, or take them from there."))
        if other:
            self._keep(other, tuple(k for k in self.keys(other) if _portable(k) != key))
        self._keep(action, (key,) if key else ())
        self.changed.emit()

    def reset(self, *actions: str) -> None:
        """Give commands the keys of the table again, by default all; who has taken one of these loses it."""
        for action in actions or tuple(self.specs):
            window_settings().remove(_GROUP + action)
            self._show(action)
            for key in self.specs[action].keys:
                other = self.taken_by(_portable(key), action)
                if other and self.is_changed(other):
                    self._keep(other, tuple(k for k in self.keys(other) if _portable(k) != _portable(key)))
        self.changed.emit()

    def _keep(self, action: str, keys: tuple[str, ...]) -> None:
        if keys == self.specs[action].keys:
            window_settings().remove(_GROUP + action)
        else:
            window_settings().setValue(_GROUP + action, " ".join(keys))
        self._show(action)

    def _show(self, action: str) -> None:
        show_keys(self._actions[action], self.keys(action))


def _portable(key: str) -> str:
    return QKeySequence(key).toString(QKeySequence.SequenceFormat.PortableText)
