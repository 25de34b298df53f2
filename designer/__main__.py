"""`blockyard` and `python -m designer`: the window, or the command line. Imports lazily, so that both start at once."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

from designer.base.errors import BlockyardError
from designer.cli import program
from designer.cli.output import write_error


def main(arguments: Sequence[str] | None = None) -> int:
    """Carry out a subcommand, or open the window where there is none. Returns the exit status."""
    arguments = sys.argv[1:] if arguments is None else list(arguments)
    if program.is_command(arguments):
        return program.main(arguments)
    return program.guarded(lambda: _open_window(program.window_argument(arguments)))


def _open_window(design: str | None) -> int:
    if not _has_display():
        raise BlockyardError(
            "There is no display to open a window on.",
            expected="a graphical session, or a subcommand that needs none",
            fix="Run it in a desktop session, or see: blockyard --help",
        )
    try:
        from designer.ui.app import run_window

        return run_window(design, write_error)
    except ImportError as error:
        raise BlockyardError(
            f"The window cannot be opened: {error}.",
            expected="PySide6 and the system libraries that it needs",
            fix="See the README for the system's packages; the subcommands work without (blockyard --help).",
        ) from error


def _has_display() -> bool:
    if not sys.platform.startswith("linux") or os.environ.get("QT_QPA_PLATFORM"):
        return True
    return bool(os.environ.get("DISPLAY") or os.environ.get("WAYLAND_DISPLAY"))


if __name__ == "__main__":
    sys.exit(main())
