"""A button that opens a menu under itself, with a chevron behind its words."""

from __future__ import annotations

import time

from PySide6.QtCore import QPoint, QSize, Qt
from PySide6.QtGui import QPainter, QPaintEvent
from PySide6.QtWidgets import QMenu, QToolButton

from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.icons import icon_pixmap

_CHEVRON_PX = 14
_SAME_CLICK_S = 0.25  # the press that closed the menu comes to the button too


class MenuButton(QToolButton):
    """Opens `menu` by mouse, Space, Return or Down. Nothing waits while it is open."""

    def __init__(self, text: str, menu: QMenu) -> None:
        super().__init__()
        self._menu = menu
        self._closed_at = 0.0
        self.setText(text)
        self.setAccessibleName(text)
        self.setToolButtonStyle(Qt.ToolButtonStyle.ToolButtonTextOnly)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setProperty("menu", True)
        self.pressed.connect(self.open_menu)
        menu.aboutToHide.connect(self._closed)
        theme_source().changed.connect(self._retheme)

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(2, 0)

    def open_menu(self) -> None:
        """Open the menu under the button, its first entry chosen where keys opened it."""
        if time.monotonic() - self._closed_at > _SAME_CLICK_S:
            self._menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def _closed(self) -> None:
        self._closed_at = time.monotonic()
        self.setDown(False)

    def keyPressEvent(self, event) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Down):
            self.open_menu()
        else:
            super().keyPressEvent(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        painter = QPainter(self)
        pixmap = icon_pixmap("chevron-down", current_theme().muted, _CHEVRON_PX, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - _CHEVRON_PX - 6, (self.height() - _CHEVRON_PX) // 2 + 1, pixmap)
        painter.end()

    def _retheme(self, _theme: object) -> None:
        self.update()
