"""The person's language: which it is, and the one place where what the rooms without Qt say is put into it.

A language is a file `blockyard_CODE.qm` in one of `translation_folders()`, made by Qt's lrelease of what its Linguist
has written. Which one is worn is decided once, at the start: by the setting, else by the system.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from string import Formatter

from PySide6.QtCore import QCoreApplication, QLibraryInfo, QLocale, QTranslator

from designer.base.paths import config_dir, resources_dir
from designer.base.text import Text

CONTEXT = "Blockyard"  # of what is said outside of `ui`
ENGLISH, SYSTEM = "en", "system"
_FILE = "blockyard_{}.qm"
_WORN = "language"  # the property of the application that says which it is


def translated(text: str) -> str:
    """What a room without Qt says, in the person's language; English where nobody has translated it, or not soundly.

    A plain text is looked up as it stands: it is whole, or a name, which is not found and stays.
    """
    if not isinstance(text, Text):
        return QCoreApplication.translate(CONTEXT, text) if text else text
    template = translated(text.template)
    if not text.arguments:
        return template
    if template != text.template and not _fields(template) <= _fields(text.template):
        template = text.template  # it asks for what the sentence does not have
    said = {name: translated(value) if isinstance(value, Text) else value for name, value in text.arguments.items()}
    return template.format(**said)


def _fields(template: str) -> set[tuple[str, str | None, str | None]]:
    """What a template has to be filled with, each with how it is written; a field of no name where it is none."""
    try:
        return {(name, form, how) for _, name, form, how in Formatter().parse(template) if name is not None}
    except ValueError:
        return {("", None, None)}


def language() -> str:
    """The code of the language that is worn, such as `de` or `pt_BR`; `en` where none was found."""
    app = QCoreApplication.instance()
    return (app and app.property(_WORN)) or ENGLISH


def translation_folders() -> tuple[Path, ...]:
    """Where languages are looked for: what this person has put there himself, then what ships with Blockyard."""
    return config_dir() / "translations", resources_dir() / "translations"


def languages() -> list[str]:
    """The codes of all languages that there are, English first."""
    before, after = _FILE.split("{}")
    names = {path.name for folder in translation_folders() for path in folder.glob(_FILE.format("*"))}
    return [ENGLISH, *sorted({name.removeprefix(before).removesuffix(after) for name in names} - {ENGLISH})]


def language_name(code: str) -> str:
    """What a language calls itself."""
    return "English" if code == ENGLISH else QLocale(code).nativeLanguageName() or code


def wear_language(app: QCoreApplication, chosen: str = SYSTEM) -> None:
    """Load a language for all texts that are made from now on. chosen: its code, or `system` for what that asks for."""
    code = _best(QLocale.system().uiLanguages() if chosen == SYSTEM else [chosen])
    app.setProperty(_WORN, code)
    own = Path(QLibraryInfo.path(QLibraryInfo.LibraryPath.TranslationsPath))  # Qt's words, of its dialogs
    files = [own / f"qtbase_{name}.qm" for name in (code.split("_")[0], code)]
    files += [folder / _FILE.format(code) for folder in reversed(translation_folders())]
    for file in files if code != ENGLISH else ():
        translator = QTranslator(app)
        if file.is_file() and translator.load(str(file)):
            app.installTranslator(translator)  # the last one is asked first


def _best(wanted: Sequence[str]) -> str:
    """The first language of a list that there is, as it is spoken there or at large."""
    there = languages()
    for name in wanted:
        parts = name.replace("-", "_").split("_")  # zh_Hant_TW
        for code in ("_".join(parts), f"{parts[0]}_{parts[-1]}", parts[0]):
            if code in there:
                return code
    return ENGLISH
