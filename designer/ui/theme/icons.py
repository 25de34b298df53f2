"""Line icons from Lucide (resources/icons), tinted with the theme and drawn sharply at the screens' pixel ratios."""

from __future__ import annotations

from functools import lru_cache

from PySide6.QtCore import QByteArray, QObject, QRectF, QSize, Qt
from PySide6.QtGui import QAction, QColor, QGuiApplication, QIcon, QPainter, QPixmap
from PySide6.QtSvg import QSvgRenderer
from PySide6.QtWidgets import QAbstractButton, QPushButton

from designer.base.paths import resources_dir
from designer.ui.theme.current import current_theme, theme_source

FAMILY_ICONS = {
    "io": "arrow-right-to-line",
    "block": "blocks",
    "convolution": "grid-3x3",
    "pooling": "shrink",
    "normalisation": "sliders-horizontal",
    "activation": "spline",
    "linear": "waypoints",
    "merge": "merge",
    "shape": "move-3d",
    "custom": "code",
    "recurrent": "repeat",
    "attention": "eye",
    "dropout": "funnel",
}
ROLES = ("text", "muted", "accent", "on_accent", "good", "warn", "bad")
_DISABLED_OPACITY = 0.4
_TEXT_GAP_PX = 3


def family_icon_name(family: str) -> str:
    """The icon of a family of layers; a plain box for families without one."""
    return FAMILY_ICONS.get(family, "box")


@lru_cache(maxsize=256)
def _source(name: str) -> str:
    return (resources_dir() / "icons" / f"{name}.svg").read_text(encoding="utf-8")


@lru_cache(maxsize=1024)
def icon_pixmap(name: str, colour: str, size: int = 16, ratio: float = 1.0, opacity: float = 1.0) -> QPixmap:
    """One icon as a pixmap. size: edge in device-independent px. ratio: physical px for each of them."""
    edge = round(size * ratio)
    pixmap = QPixmap(edge, edge)
    pixmap.fill(Qt.GlobalColor.transparent)
    renderer = QSvgRenderer(QByteArray(_source(name).replace("currentColor", QColor(colour).name()).encode()))
    painter = QPainter(pixmap)
    painter.setOpacity(opacity)
    renderer.render(painter, QRectF(0, 0, edge, edge))
    painter.end()
    pixmap.setDevicePixelRatio(ratio)
    return pixmap


def _ratios() -> tuple[float, ...]:
    return tuple(sorted({1.0, *(screen.devicePixelRatio() for screen in QGuiApplication.screens())}))


def _again(pixmap: QPixmap, opacity: float, gap: int, mirrored: bool) -> QPixmap:
    """The pixmap paler, and with `gap` px of air on the side of the text, which style sheets cannot give."""
    ratio = pixmap.devicePixelRatio()
    wide = QPixmap(pixmap.width() + round(gap * ratio), pixmap.height())
    wide.fill(Qt.GlobalColor.transparent)
    wide.setDevicePixelRatio(ratio)
    painter = QPainter(wide)
    painter.setOpacity(opacity)
    painter.drawPixmap(gap if mirrored else 0, 0, pixmap)
    painter.end()
    return wide


@lru_cache(maxsize=512)
def _icon(name: str, colour: str, size: int, ratios: tuple[float, ...], gap: int, mirrored: bool) -> QIcon:
    made = QIcon()
    for ratio in ratios:
        pixmap = icon_pixmap(name, colour, size, ratio)
        made.addPixmap(_again(pixmap, 1.0, gap, mirrored) if gap else pixmap)
        made.addPixmap(_again(pixmap, _DISABLED_OPACITY, gap, mirrored), QIcon.Mode.Disabled)
    return made


def icon(name: str, colour: str | None = None, size: int = 16, *, gap: int = 0, mirrored: bool = False) -> QIcon:
    """The icon `name` (Lucide's spelling).

    colour: a role of the theme, `#rrggbb`, or None for quiet text. gap: px of air at its right (left if mirrored).
    """
    colour = colour or "muted"
    tint = getattr(current_theme(), colour) if colour in ROLES else colour
    return _icon(name, tint, size, _ratios(), gap, mirrored)


class _IconWearer(QObject):
    """Lives as a child of a button or action and draws its icon anew when the theme changes."""

    def __init__(self, target: QAbstractButton | QAction) -> None:
        super().__init__(target)
        self.name, self.role, self.size = "", "muted", 16
        theme_source().changed.connect(self.draw)

    def draw(self, _theme: object = None) -> None:
        target = self.parent()
        gap, mirrored = 0, False
        if isinstance(target, QPushButton):
            gap = _TEXT_GAP_PX if target.text() else 0
            mirrored = target.layoutDirection() == Qt.LayoutDirection.RightToLeft
            target.setIconSize(QSize(self.size + gap, self.size))
        target.setIcon(icon(self.name, self.role, self.size, gap=gap, mirrored=mirrored))


def wear_icon(target: QAbstractButton | QAction, name: str, role: str = "muted", size: int = 16) -> None:
    """Give `target` an icon that follows the theme. Calling it again replaces the icon."""
    wearer = target.findChild(_IconWearer, options=Qt.FindChildOption.FindDirectChildrenOnly)
    wearer = wearer or _IconWearer(target)
    wearer.name, wearer.role, wearer.size = name, role, size
    if isinstance(target, QAbstractButton):
        target.setIconSize(QSize(size, size))
    wearer.draw()
