"""Starting the window: the design to open, the theme, and the one handler of whatever is unexpected."""

from __future__ import annotations

import gc
import sys
import traceback
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import TYPE_CHECKING

from designer.base.errors import BlockyardError
from designer.base.paths import data_dir

if TYPE_CHECKING:
    from designer.ui.window import MainWindow

_LOG_BYTES = 1 << 20  # of the log, before it makes way for a new one


def run_window(design: str | None = None, refuse: Callable[[BlockyardError], object] = lambda error: None) -> int:
    """Open the window on a preset, a file or an empty canvas, and run until it closes. Returns the exit status.

    refuse: told why no window can be opened, just before the process ends.
    """
    gc.disable()  # nothing that the start makes is garbage; after it the window's Collector searches
    # Qt comes last: with it loaded, each further import costs more.
    from designer.session.session import Session

    session = Session.open(design) if design else None  # the start page, or an empty canvas
    from PySide6.QtWidgets import QApplication

    from designer.ui.language import wear_language
    from designer.ui.platform import make_application
    from designer.ui.settings.store import settings
    from designer.ui.theme.apply import ThemeFollower
    from designer.ui.window import MainWindow

    app = QApplication.instance() or make_application(refuse)
    app.setApplicationName("Blockyard")
    app.setDesktopFileName("blockyard")
    wear_language(app, settings().get("language"))
    themes = ThemeFollower(app, settings().get("theme"))
    if session is None and not settings().get("start_page"):
        session = Session()
    window = MainWindow(session, themes)
    _catch_the_unexpected(window)
    window.show()
    gc.freeze()  # and no later search has to look through all of it, which takes longer than a frame
    return app.exec()


def _catch_the_unexpected(window: MainWindow) -> None:
    """Write what nobody expected into a log, and say so; the window stays."""
    from PySide6.QtCore import QCoreApplication

    translate = QCoreApplication.translate

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
        elif isinstance(error, BlockyardError):
            window.tell_error(error)
        else:
            _note("".join(traceback.format_exception(kind, error, trace)))
            window.tell_error(
                BlockyardError(
                    translate("App", "Something unexpected happened ({0}). Your design is as it was.").format(
                        kind.__name__
                    ),
                    fix=translate("App", "Send us {0}.").format(_log_path()),
                )
            )

    sys.excepthook = hook


def _log_path() -> Path:
    return data_dir() / "log.txt"


def _note(text: str) -> None:
    path = _log_path()
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        if path.exists() and path.stat().st_size > _LOG_BYTES:
            path.replace(path.with_suffix(".old.txt"))
        with path.open("a", encoding="utf-8") as file:
            file.write(f"{datetime.now():%Y-%m-%d %H:%M:%S} {text}\n")
    except OSError:  # a full disk must not hide the fault itself
        sys.stderr.write(text)
