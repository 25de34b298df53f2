"""Starting Qt on the system's windows. Where there are none Qt would abort; here that becomes a sentence."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable

from PySide6.QtCore import QCoreApplication, QMessageLogContext, QtMsgType, qInstallMessageHandler
from PySide6.QtWidgets import QApplication

from designer.base.errors import BlockyardError

translate = QCoreApplication.translate

Refuse = Callable[[BlockyardError], object]
_VARIABLE = "QT_QPA_PLATFORM"
_MOST = 300  # characters of Qt's own words


def make_application(refuse: Refuse) -> QApplication:
    """The application, on whatever the system shows windows with.

    refuse: told why there is none; the process then ends with the status of a wrong usage, for Qt cannot go on.
    """
    notes: list[str] = []

    def hear(kind: QtMsgType, _context: QMessageLogContext, message: str) -> None:
        if kind == QtMsgType.QtFatalMsg:
            error = _error(notes)
            refuse(error)
            sys.stderr.flush()
            os._exit(error.exit_status)  # Qt aborts as soon as this returns
        notes.append(message)

    before = qInstallMessageHandler(hear)
    try:
        return QApplication(sys.argv[:1])
    finally:
        qInstallMessageHandler(before)
        for note in notes:  # of a start that went well
            sys.stderr.write(f"{note}\n")


def _error(notes: list[str]) -> BlockyardError:
    chosen = os.environ.get(_VARIABLE, "")
    told = " ".join(" ".join(notes).split())[:_MOST]
    if chosen:
        return BlockyardError(
            translate("Platform", "No window can be opened with {0}={1}: {2}").format(_VARIABLE, chosen[:60], told),
            expected=translate("Platform", "a platform of Qt that works here, such as xcb or wayland"),
            fix=translate("Platform", "Unset {0}; the subcommands need no window (blockyard --help).").format(
                _VARIABLE
            ),
        )
    return BlockyardError(
        translate("Platform", "No window can be opened: {0}").format(told),
        expected=translate("Platform", "a display that can be reached, and the system libraries that Qt needs"),
        fix=translate(
            "Platform",
            "Check DISPLAY or WAYLAND_DISPLAY, and see the README for the system's packages; "
            "the subcommands need no window (blockyard --help).",
        ),
    )
