"""Dressing the application: Fusion, palette, font and style sheet in one call; following the system's light or dark."""

from __future__ import annotations

from PySide6.QtCore import QObject, Qt
from PySide6.QtGui import QColor, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication

from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import ui_font
from designer.ui.theme.stylesheet import build_stylesheet
from designer.ui.theme.tokens import DARK, LIGHT, THEMES, Theme

SYSTEM = "system"


def build_palette(theme: Theme) -> QPalette:
    """The Qt palette of `theme`: what the style sheet does not reach takes its colours from here."""
    role = QPalette.ColorRole
    palette = QPalette()
    for name, colour in (
        (role.Window, theme.panel),
        (role.Base, theme.panel),
        (role.AlternateBase, theme.raised),
        (role.Button, theme.raised),
        (role.Light, theme.raised),
        (role.Midlight, theme.line),
        (role.Mid, theme.line),
        (role.Dark, theme.line),
        (role.Shadow, theme.ground),
        (role.WindowText, theme.text),
        (role.Text, theme.text),
        (role.ButtonText, theme.text),
        (role.BrightText, theme.bad_text),
        (role.PlaceholderText, theme.muted),
        (role.Highlight, theme.accent),
        (role.HighlightedText, theme.on_accent),
        (role.Accent, theme.accent),
        (role.Link, theme.accent),
        (role.LinkVisited, theme.accent),
        (role.ToolTipBase, theme.raised),
        (role.ToolTipText, theme.text),
    ):
        palette.setColor(name, QColor(colour))
    faint = QColor(theme.muted)
    faint.setAlphaF(0.6)
    for name in (role.WindowText, role.Text, role.ButtonText, role.HighlightedText):
        palette.setColor(QPalette.ColorGroup.Disabled, name, faint)
    return palette


def system_theme() -> Theme:
    """The theme that the desktop asks for; dark where it does not say."""
    light = QGuiApplication.styleHints().colorScheme() == Qt.ColorScheme.Light
    return LIGHT if light else DARK


def theme_named(name: str) -> Theme:
    """`dark`, `light`, or what the system asks for under any other name."""
    return THEMES.get(name) or system_theme()


def apply_theme(app: QApplication, theme: Theme) -> None:
    """Dress `app` in `theme` and tell every widget that paints itself."""
    if app.style().name().lower() != "fusion":
        app.setStyle("Fusion")
    app.setFont(ui_font())
    app.setPalette(build_palette(theme))
    app.setStyleSheet(build_stylesheet(theme))
    theme_source().wear(theme)


class ThemeFollower(QObject):
    """Keeps `app` dressed as `choice` says: `dark`, `light` or `system`, which follows the desktop live."""

    def __init__(self, app: QApplication, choice: str = SYSTEM) -> None:
        super().__init__(app)
        self._app, self.choice = app, choice
        QGuiApplication.styleHints().colorSchemeChanged.connect(self._system_changed)
        self.choose(choice)

    def choose(self, choice: str) -> None:
        """Wear `dark`, `light` or `system` from now on."""
        self.choice = choice
        apply_theme(self._app, theme_named(choice))

    def _system_changed(self) -> None:
        if self.choice == SYSTEM and system_theme() is not current_theme():
            self.choose(SYSTEM)
