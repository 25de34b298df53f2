"""Starting the window: the design to open, the theme, and the one handler of whatever is unexpected."""

from __future__ import annotations

import logging
import sys
from logging.handlers import RotatingFileHandler
from types import TracebackType

from designer.base.errors import BlockyardError
from designer.base.paths import data_dir

_LOG = logging.getLogger("blockyard")
_LOG_BYTES = 1 << 20


def run_window(design: str | None = None) -> int:
    """Open the window on a preset, a file or an empty canvas, and run until it closes. Returns the exit status."""
    # Qt comes last: with it loaded, each further import costs more.
    from designer.session.session import Session

    session = Session.open(design) if design else Session()
    from PySide6.QtWidgets import QApplication

    from designer.ui.panels import window_settings
    from designer.ui.theme.apply import ThemeFollower
    from designer.ui.window import MainWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    app.setApplicationName("Blockyard")
    app.setDesktopFileName("blockyard")
    themes = ThemeFollower(app, str(window_settings().value("theme", "system")))
    window = MainWindow(session, themes)
    _catch_the_unexpected(window)
    window.show()
    return app.exec()


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
