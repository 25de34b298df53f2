"""Files from the window: open, save, export, and the one question before work would be lost."""

from __future__ import annotations

from pathlib import Path

from PySide6.QtCore import QCoreApplication
from PySide6.QtWidgets import QFileDialog, QMessageBox, QWidget

from designer.document.format import EXTENSION
from designer.session.session import Session


def _tr(text: str) -> str:
    return QCoreApplication.translate("Files", text)


def ask_open(parent: QWidget) -> Path | None:
    """The design that a person chooses to open; None where they change their mind."""
    name, _ = QFileDialog.getOpenFileName(parent, _tr("Open a design"), "", _filter())
    return Path(name) if name else None


def ask_save(parent: QWidget, session: Session) -> Path | None:
    """Where to save a design; None where a person changes their mind."""
    suggestion = str(session.path or f"{session.design.main.lower()}{EXTENSION}")
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Save the design"), suggestion, _filter())
    if not name:
        return None
    path = Path(name)
    return path if path.suffix else path.with_suffix(EXTENSION)


def ask_export(parent: QWidget, session: Session) -> Path | None:
    """Where to write the generated module."""
    suggestion = f"{session.design.main.lower()}.py"
    name, _ = QFileDialog.getSaveFileName(parent, _tr("Export a PyTorch module"), suggestion, _tr("Python (*.py)"))
    return Path(name) if name else None


def ask_folder(parent: QWidget, title: str) -> Path | None:
    """A folder that a person chooses."""
    name = QFileDialog.getExistingDirectory(parent, title)
    return Path(name) if name else None


def may_close(parent: QWidget, session: Session) -> bool | None:
    """Whether a design may go. True: nothing would be lost, or that is wanted; None: save it first; False: stay."""
    if session.is_saved:
        return True
    buttons = QMessageBox.StandardButton
    box = QMessageBox(parent)
    box.setIcon(QMessageBox.Icon.NoIcon)
    box.setWindowTitle("Blockyard")
    box.setText(_tr("Save the changes to {0}?").format(session.title))
    box.setInformativeText(_tr("They are lost if you don't."))
    box.setStandardButtons(buttons.Save | buttons.Discard | buttons.Cancel)
    box.setDefaultButton(buttons.Save)
    answer = box.exec()
    return {buttons.Save: None, buttons.Discard: True}.get(buttons(answer), False)


def _filter() -> str:
    return _tr("Blockyard designs (*{0});;All files (*)").format(EXTENSION)
