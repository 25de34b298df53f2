"""Every setting in one table: type, default, bounds, words. The dialog, reading and checking are made from it.

To add one, add a line, and apply it in `settings/applying.py`. A key is never reused; one that gets another name says
so in `renamed_from`, and what a person had set is taken along.
"""

from __future__ import annotations

from dataclasses import dataclass

from PySide6.QtCore import QT_TRANSLATE_NOOP, QCoreApplication

from designer.base.errors import BlockyardError
from designer.ui.language import SYSTEM, language_name, languages

Value = bool | int | str
_CONTEXT = "Settings"


@dataclass(frozen=True)
class Setting:
    """One setting. default: its type is that of all values. choices: values and what they are called, where only these
    will do. least, most: bounds of a number. is_folder: whether it is the path of a folder, "" for none."""

    key: str
    section: str
    title: str
    doc: str
    default: Value
    choices: tuple[tuple[str, str], ...] = ()
    least: int = 0
    most: int = 1_000_000
    is_folder: bool = False
    renamed_from: str = ""

    def checked(self, value: object) -> Value:
        """The value as its type, from what a file holds. Raises BlockyardError where it will not do."""
        kind = type(self.default)
        if kind is bool:
            found = {"true": True, "false": False}.get(str(value).lower())
        elif kind is int:
            text = str(value)
            found = int(text) if text.lstrip("-").isdigit() and self.least <= int(text) <= self.most else None
        else:
            allowed = [choice for choice, _title in self.choices]
            found = value if isinstance(value, str) and (not allowed or value in allowed) else None
        if found is None:
            raise BlockyardError(
                translated(QT_TRANSLATE_NOOP("Settings", "The setting '{0}' is '{1}'.")).format(
                    self.key, str(value)[:40]
                ),
                expected=self._expected(),
                fix=translated(QT_TRANSLATE_NOOP("Settings", "Choose another value.")),
            )
        return found

    def _expected(self) -> str:
        if self.choices:
            one = translated(QT_TRANSLATE_NOOP("Settings", "one of {0}"))
            return one.format(", ".join(choice for choice, _title in self.choices))
        if isinstance(self.default, bool):
            return translated(QT_TRANSLATE_NOOP("Settings", "true or false"))
        if isinstance(self.default, int):
            return translated(QT_TRANSLATE_NOOP("Settings", "a number from {0} to {1}")).format(self.least, self.most)
        return translated(QT_TRANSLATE_NOOP("Settings", "a text"))


SETTINGS = (
    Setting(
        "theme",
        QT_TRANSLATE_NOOP("Settings", "Appearance"),
        QT_TRANSLATE_NOOP("Settings", "Theme"),
        QT_TRANSLATE_NOOP("Settings", "Dark, light, or what the desktop asks for."),
        "system",
        (
            ("system", QT_TRANSLATE_NOOP("Settings", "As the system")),
            ("dark", QT_TRANSLATE_NOOP("Settings", "Dark")),
            ("light", QT_TRANSLATE_NOOP("Settings", "Light")),
        ),
    ),
    Setting(
        "language",
        QT_TRANSLATE_NOOP("Settings", "Appearance"),
        QT_TRANSLATE_NOOP("Settings", "Language"),
        QT_TRANSLATE_NOOP("Settings", "What the window speaks from its next start on."),
        SYSTEM,
        (
            (SYSTEM, QT_TRANSLATE_NOOP("Settings", "As the system")),
            *((code, language_name(code)) for code in languages()),
        ),
    ),
    Setting(
        "motion",
        QT_TRANSLATE_NOOP("Settings", "Appearance"),
        QT_TRANSLATE_NOOP("Settings", "Motion"),
        QT_TRANSLATE_NOOP(
            "Settings", "Cards glide when they are arranged, toasts fade. Off where the system wants none."
        ),
        True,
    ),
    Setting(
        "snap",
        QT_TRANSLATE_NOOP("Settings", "Canvas"),
        QT_TRANSLATE_NOOP("Settings", "Snap to the grid"),
        QT_TRANSLATE_NOOP("Settings", "Cards that are moved or dropped come to lie on the dots. Alt does without."),
        True,
    ),
    Setting(
        "autosave",
        QT_TRANSLATE_NOOP("Settings", "Files"),
        QT_TRANSLATE_NOOP("Settings", "Keep unsaved work in case of a crash"),
        QT_TRANSLATE_NOOP("Settings", "Each edit is written into a journal, which is offered at the next start."),
        True,
    ),
    Setting(
        "start_page",
        QT_TRANSLATE_NOOP("Settings", "Files"),
        QT_TRANSLATE_NOOP("Settings", "Begin with the start page"),
        QT_TRANSLATE_NOOP("Settings", "Else Blockyard begins with an empty canvas."),
        True,
    ),
    Setting(
        "designs_folder",
        QT_TRANSLATE_NOOP("Settings", "Files"),
        QT_TRANSLATE_NOOP("Settings", "Folder of designs"),
        QT_TRANSLATE_NOOP("Settings", "Where the dialogs to open and to save begin."),
        "",
        is_folder=True,
    ),
    Setting(
        "data_folder",
        QT_TRANSLATE_NOOP("Settings", "Training"),
        QT_TRANSLATE_NOOP("Settings", "Folder of data"),
        QT_TRANSLATE_NOOP("Settings", "Where the dialog to choose images for a training begins."),
        "",
        is_folder=True,
    ),
)


def translated(text: str) -> str:
    """A text of the table in the person's language."""
    return QCoreApplication.translate(_CONTEXT, text)
