"""What a person notes about a run: a line of text in its folder."""

from __future__ import annotations

from pathlib import Path

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.engine.run_files import open_file, replace_file

NOTE_FILE = "note.txt"
_MOST = 2000  # characters


def read_note(run_dir: Path) -> str:
    """The note, empty where there is none that can be read."""
    try:
        with open_file(Path(run_dir) / NOTE_FILE) as file:
            text = file.read(4 * _MOST).decode("utf-8", "replace")
    except OSError:
        return ""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())[:_MOST]


def write_note(run_dir: Path, text: str) -> None:
    """Keep a note, on one line. Raises BlockyardError."""
    try:
        replace_file(Path(run_dir) / NOTE_FILE, " ".join(text.split())[:_MOST] + "\n")
    except OSError as error:
        raise BlockyardError(
            Text("The note cannot be kept in {run_dir}: {reason}.", run_dir=run_dir, reason=error.strerror),
            fix="Check the disk and the folder's rights.",
        ) from error
