"""Starting the window: display, theme, the design to open, and the one handler of whatever is unexpected."""

from __future__ import annotations

import logging
import os
import sys
from logging.handlers import RotatingFileHandler
from types import TracebackType

from designer.base.errors import BlockyardError
from designer.base.paths import data_dir

_LOG = logging.getLogger("blockyard")
_LOG_BYTES = 1 << 20


def run_window(design: str | None = None) -> int:
    """Open the window on a preset, a file or an empty canvas, and run until it closes. Returns the exit status.

    Raises BlockyardError where there is no display.
    """
    _check_display()
    from PySide6.QtWidgets import QApplication

    from designer.session.session import Session
    from designer.ui.panels import window_settings
    from designer.ui.theme.apply import ThemeFollower
    from designer.ui.window import MainWindow

    session = Session.open(design) if design else Session()
    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Blockyard")
    app.setDesktopFileName("blockyard")
    themes = ThemeFollower(app, str(window_settings().value("theme", "system")))
    window = MainWindow(session, themes)
    _catch_the_unexpected(window)
    window.show()
    return app.exec()


def _check_display() -> None:
    chosen = os.environ.get("QT_QPA_PLATFORM")
    shown = os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY")
    if sys.platform.startswith("linux") and not chosen and not shown:
        raise BlockyardError(
            "There is no display to open a window on.",
            expected="DISPLAY or WAYLAND_DISPLAY to be set",
            fix="Start it from a desktop, or use the command line: blockyard --help",
        )


def _catch_the_unexpected(window: object) -> None:
    """Write what nobody expected into a log, and say so; the window stays."""
    folder = data_dir()
    folder.mkdir(parents=True, exist_ok=True)
    handler = RotatingFileHandler(folder / "log.txt", maxBytes=_LOG_BYTES, backupCount=1, encoding="utf-8")
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    _LOG.addHandler(handler)

    def hook(kind: type[BaseException], error: BaseException, trace: TracebackType | None) -> None:
        if issubclass(kind, KeyboardInterrupt):
            window.close()
            return
        _LOG.error("unexpected", exc_info=(kind, error, trace))
        if isinstance(error, BlockyardError):
            window.tell_error(error)
        else:
            text = f"Something unexpected happened ({kind.__name__}). Your design is as it was; details are in the log."
            window.toasts.show(text, "error")

    sys.excepthook = hook
