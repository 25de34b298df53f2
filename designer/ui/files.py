"""Dialogs about files, and the one question before work would be lost. None blocks: each calls back when answered."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path

from PySide6.QtCore import QCoreApplication, QPoint, Qt
from PySide6.QtWidgets import QFileDialog, QMenu, QMessageBox, QWidget

from designer.document.format import EXTENSION
from designer.session.session import Session
from designer.ui.rich_text import message_box
from designer.ui.settings.store import settings

translate = QCoreApplication.translate

Then = Callable[[Path], object]
_DATA = "*.csv *.tsv *.npz *.npy *.zip *.tar *.tar.gz *.tgz *.tar.bz2 *.tar.xz"


def ask_open(parent: QWidget, then: Then) -> None:
    """Ask for the design to open."""
    dialog = QFileDialog(parent, translate("Files", "Open a design"), settings().get("designs_folder"), _filter())
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, then)


def ask_save(parent: QWidget, session: Session, then: Then) -> None:
    """Ask where to save a design."""
    suggestion = session.path or Path(settings().get("designs_folder"), f"{session.design.main.lower()}{EXTENSION}")
    ask_target(parent, translate("Files", "Save the design"), suggestion, _filter(), then)


def ask_export(parent: QWidget, session: Session, then: Then) -> None:
    """Ask where to write the generated module."""
    suggestion = Path(f"{session.design.main.lower()}.py")
    ask_target(
        parent, translate("Files", "Export a PyTorch module"), suggestion, translate("Files", "Python (*.py)"), then
    )


def ask_folder(parent: QWidget, title: str, then: Then, begin: str = "") -> None:
    """Ask for a folder. begin: where to look first."""
    dialog = QFileDialog(parent, title, begin)
    dialog.setFileMode(QFileDialog.FileMode.Directory)
    dialog.setOption(QFileDialog.Option.ShowDirsOnly)
    _open(dialog, then)


def ask_data(parent: QWidget, where: QPoint, then: Then) -> None:
    """Ask for a data set: in a menu whether it is a folder or a file, then which. where: of the menu, on the screen."""
    begin = settings().get("data_folder")
    menu = QMenu(parent)
    menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    folder, file = menu.addAction(translate("Files", "A folder…")), menu.addAction(translate("Files", "A file…"))
    title, kinds = translate("Files", "Choose a folder of images"), translate("Files", "Data ({0})").format(_DATA)
    folder.triggered.connect(lambda: ask_folder(parent, title, then, begin))
    title_of_file = translate("Files", "Choose a list of images, arrays, or an archive")
    file.triggered.connect(lambda: ask_file(parent, title_of_file, kinds, then, begin))
    menu.setActiveAction(folder)
    menu.popup(where)


def ask_file(parent: QWidget, title: str, kinds: str, then: Then, begin: str = "") -> None:
    """Ask for a file that is there. begin: where to look first."""
    dialog = QFileDialog(parent, title, begin, kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFile)
    _open(dialog, then)


def ask_files(parent: QWidget, title: str, kinds: str, then: Callable[[list[Path]], object]) -> None:
    """Ask for one or several files that are there."""
    dialog = QFileDialog(parent, title, "", kinds)
    dialog.setFileMode(QFileDialog.FileMode.ExistingFiles)
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.filesSelected.connect(lambda names: then(list(map(Path, names))))
    dialog.open()


def ask_target(parent: QWidget, title: str, suggestion: Path, kinds: str, then: Then) -> None:
    """Ask where to write a file."""
    dialog = QFileDialog(parent, title, str(suggestion.parent), kinds)
    dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
    dialog.setDefaultSuffix(suggestion.suffix.removeprefix("."))
    dialog.selectFile(suggestion.name)
    _open(dialog, then)


def ask_before_loss(
    parent: QWidget, sessions: Sequence[Session], save: Callable[[], object], leave: Callable[[], object]
) -> None:
    """Ask what to do with changes that are not saved: save them, leave them, or stay (neither is called)."""
    buttons = QMessageBox.StandardButton
    several = len(sessions) > 1
    what = translate("Files", "{0} designs").format(len(sessions)) if several else sessions[0].title
    names = [f"• {session.title}" for session in sessions] if several else []
    details = "\n".join([*names, translate("Files", "They are lost if you don't.")])
    box = message_box(parent, translate("Files", "Save the changes to {0}?").format(what), details)
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.button(buttons.Discard).setText(translate("Files", "Don't save"))
    box.setDefaultButton(buttons.Save)
    answers = {buttons.Save: save, buttons.Discard: leave}
    box.finished.connect(lambda answer: answers.get(buttons(answer), lambda: None)())
    box.open()


def ask_weights(parent: QWidget, source: str, then: Callable[[bool], object]) -> None:
    """Ask whether the weights that a recipe starts from go into a project; `then` is not called where neither."""
    buttons = QMessageBox.StandardButton
    question = translate("Files", "Put the weights that the training starts from into the project?")
    told = translate("Files", "The recipe names {0}. Whoever gets the project gets them too.").format(source)
    box = message_box(parent, question, told)
    box.setStandardButtons(buttons.Yes | buttons.No | buttons.Cancel)
    box.button(buttons.Yes).setText(translate("Files", "Include weights"))
    box.button(buttons.No).setText(translate("Files", "Leave out"))
    box.setDefaultButton(buttons.No)
    answers = {buttons.Yes: lambda: then(True), buttons.No: lambda: then(False)}
    box.finished.connect(lambda answer: answers.get(buttons(answer), lambda: None)())
    box.open()


def _open(dialog: QFileDialog, then: Then) -> None:
    dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
    dialog.fileSelected.connect(lambda name: then(Path(name)))
    dialog.open()


def _filter() -> str:
    return translate("Files", "Blockyard designs (*{0});;All files (*)").format(EXTENSION)
