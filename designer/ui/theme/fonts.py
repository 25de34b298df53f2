"""Fonts: the system's UI face, the same with tabular figures, and a monospaced one for code."""

from __future__ import annotations

from functools import cache

from PySide6.QtGui import QFont, QFontDatabase, QFontInfo

UI_PX = 13
SMALL_PX = 12
SECTION_PX = 11

_GENERIC = {"", "sans", "sans serif", "sans-serif"}  # a system that names no face of its own
_UI_FACES = ("Inter", "Noto Sans", "Ubuntu", "Cantarell", "Open Sans", "DejaVu Sans")
_MONO_FACES = ("JetBrains Mono", "Cascadia Mono", "SF Mono", "Consolas", "Noto Sans Mono", "DejaVu Sans Mono")
_SMALLEST_PX, _LARGEST_PX = UI_PX, 18


@cache
def _ui_base() -> QFont:
    system = QFontDatabase.systemFont(QFontDatabase.SystemFont.GeneralFont)
    font = QFont(system)
    if system.family().lower() in _GENERIC:
        present = set(QFontDatabase.families())
        font.setFamilies([face for face in _UI_FACES if face in present] or [QFontInfo(system).family()])
    font.setPixelSize(min(max(QFontInfo(system).pixelSize(), _SMALLEST_PX), _LARGEST_PX))
    return font


@cache
def _mono_face() -> str:
    present = set(QFontDatabase.families())
    fallback = QFontInfo(QFontDatabase.systemFont(QFontDatabase.SystemFont.FixedFont)).family()
    return next((face for face in _MONO_FACES if face in present), fallback)


def ui_font(delta_px: int = 0, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The UI face. delta_px: larger or smaller than the base size, in px."""
    font = QFont(_ui_base())
    font.setPixelSize(font.pixelSize() + delta_px)
    font.setWeight(weight)
    return font


def figure_font(delta_px: int = 0, *, weight: QFont.Weight = QFont.Weight.Normal) -> QFont:
    """The UI face with figures of equal width, so that numbers line up in a column."""
    font = ui_font(delta_px, weight=weight)
    font.setFeature(QFont.Tag("tnum"), 1)
    return font


def section_font() -> QFont:
    """The small capitals above a group."""
    font = ui_font(SECTION_PX - UI_PX, weight=QFont.Weight.DemiBold)
    font.setCapitalization(QFont.Capitalization.AllUppercase)
    font.setLetterSpacing(QFont.SpacingType.AbsoluteSpacing, 0.5)
    return font


def mono_font(delta_px: int = 0) -> QFont:
    """The face for code, shapes and tables of text."""
    font = QFont(_mono_face())
    font.setStyleHint(QFont.StyleHint.Monospace)
    font.setFixedPitch(True)
    font.setPixelSize(_ui_base().pixelSize() + delta_px)
    return font
