"""Whether things may move: the person may say no, and so may the desktop."""

from __future__ import annotations

from PySide6.QtWidgets import QApplication, QStyle

_wanted = {"motion": True}


def want_motion(wanted: bool) -> None:
    """What the person has chosen."""
    _wanted["motion"] = wanted


def moves() -> bool:
    """Whether things may glide and fade. A desktop that wants none has a style whose animations take no time."""
    duration_ms = QApplication.style().styleHint(QStyle.StyleHint.SH_Widget_Animation_Duration)
    return _wanted["motion"] and duration_ms > 0
