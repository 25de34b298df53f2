"""Contrast, the style sheet, the glyphs that it names, tinted icons, and changing the theme live."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QGuiApplication, QIcon
from PySide6.QtWidgets import QApplication, QPushButton
from pytestqt.qtbot import QtBot

from designer.base.paths import resources_dir
from designer.ui.theme.apply import ThemeFollower, apply_theme, theme_named
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import figure_font, mono_font, ui_font
from designer.ui.theme.icons import FAMILY_ICONS, family_icon_name, icon, icon_pixmap, wear_icon
from designer.ui.theme.stylesheet import build_stylesheet, mix
from designer.ui.theme.tokens import DARK, FAMILY_COLOURS, LIGHT, Theme

THEMES = pytest.mark.parametrize("theme", [DARK, LIGHT], ids=lambda theme: theme.name)


def luminance(colour: str) -> float:
    parts = (int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5))
    linear = [part / 12.92 if part <= 0.03928 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


def contrast(first: str, second: str) -> float:
    dark, light = sorted((luminance(first), luminance(second)))
    return (light + 0.05) / (dark + 0.05)


@THEMES
@pytest.mark.parametrize("ground", ["ground", "panel", "raised", "card"])
@pytest.mark.parametrize("ink", ["text", "muted", "accent", "good_text", "warn_text", "bad_text"])
def test_text_can_be_read_on_every_ground(theme: Theme, ground: str, ink: str) -> None:
    assert contrast(getattr(theme, ink), getattr(theme, ground)) >= 4.5


@THEMES
def test_text_on_the_accent_can_be_read(theme: Theme) -> None:
    assert contrast(theme.on_accent, theme.accent) >= 4.5


@THEMES
def test_sheet_names_only_glyphs_that_are_shipped(theme: Theme) -> None:
    sheet = build_stylesheet(theme)
    assert "$" not in sheet
    urls = re.findall(r'url\("([^"]+)"\)', sheet)
    assert urls
    assert all(Path(url).is_file() for url in urls)


@THEMES
def test_glyphs_wear_the_colours_of_their_theme(theme: Theme) -> None:
    for glyph in (resources_dir() / "icons" / "control" / theme.name).iterdir():
        colours = set(re.findall(r"#[0-9a-f]{6}", glyph.read_text()))
        assert colours in ({theme.muted}, {theme.on_accent}), glyph.name


def test_every_icon_can_be_drawn_and_carries_a_licence(qapp: QApplication) -> None:
    folder = resources_dir() / "icons"
    assert "ISC License" in (folder / "LICENSE").read_text()
    names = sorted(path.stem for path in folder.glob("*.svg"))
    assert len(names) >= 60
    for name in names:
        image = icon_pixmap(name, "#ffffff", 16, 2.0).toImage()
        assert any(image.pixelColor(x, y).alpha() for x in range(32) for y in range(32)), name


def test_every_family_has_an_icon() -> None:
    for family in (*FAMILY_COLOURS, *FAMILY_ICONS, "a family of tomorrow"):
        assert (resources_dir() / "icons" / f"{family_icon_name(family)}.svg").is_file()


def test_icons_take_the_theme_and_are_crisp(qapp: QApplication) -> None:
    pixmap = icon_pixmap("square", "#ff0000", 16, 2.0)
    assert pixmap.width() == 32
    assert pixmap.devicePixelRatio() == 2.0
    assert {pixmap.toImage().pixelColor(16, y).name() for y in range(32)} >= {"#ff0000"}
    assert not icon("play", "accent").isNull()
    assert icon("play", "accent").cacheKey() == icon("play", "accent").cacheKey()


def test_icons_follow_a_change_of_theme(qapp: QApplication, qtbot: QtBot) -> None:
    apply_theme(qapp, DARK)
    button = QPushButton()
    qtbot.addWidget(button)
    wear_icon(button, "square", "text")

    def lightness() -> float:
        image = button.icon().pixmap(16, 16, QIcon.Mode.Normal).toImage()
        return max((image.pixelColor(8, y) for y in range(16)), key=QColor.alpha).lightnessF()

    assert lightness() == pytest.approx(QColor(DARK.text).lightnessF(), abs=0.02)
    apply_theme(qapp, LIGHT)
    assert lightness() == pytest.approx(QColor(LIGHT.text).lightnessF(), abs=0.02)


def test_applying_a_theme_tells_those_who_paint(qapp: QApplication, qtbot: QtBot) -> None:
    with qtbot.waitSignal(theme_source().changed) as told:
        apply_theme(qapp, LIGHT)
    assert told.args == [LIGHT]
    assert current_theme() is LIGHT
    assert qapp.palette().window().color().name() == LIGHT.panel
    assert qapp.style().name() == "fusion" or qapp.styleSheet()


def test_following_the_system(qapp: QApplication) -> None:
    follower = ThemeFollower(qapp, "light")
    assert current_theme() is LIGHT
    follower.choose("dark")
    assert current_theme() is DARK
    follower.choose("system")
    scheme = QGuiApplication.styleHints().colorScheme()
    assert current_theme() is (LIGHT if scheme == Qt.ColorScheme.Light else DARK)
    assert theme_named("dark") is DARK
    follower.deleteLater()


def test_fonts(qapp: QApplication) -> None:
    assert 13 <= ui_font().pixelSize() <= 18
    assert ui_font(-1).pixelSize() == ui_font().pixelSize() - 1
    assert mono_font().fixedPitch()
    assert figure_font().isFeatureSet(figure_font().featureTags()[0])


def test_mixing_colours() -> None:
    assert mix("#000000", "#ffffff", 0.0) == "#000000"
    assert mix("#000000", "#ffffff", 1.0) == "#ffffff"


@THEMES
def test_the_curves_of_runs_can_be_seen_and_told_apart(theme: Theme) -> None:
    assert all(contrast(ink, theme.ground) >= 3 for ink in theme.runs)
    assert len(set(theme.runs)) == 8
    assert theme.run(9) == theme.runs[1]
