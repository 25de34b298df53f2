"""A heading that folds what stands under it away, and then says in short what is set there."""

from __future__ import annotations

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QKeyEvent, QMouseEvent
from PySide6.QtWidgets import QHBoxLayout, QLabel, QVBoxLayout, QWidget

from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.icons import icon_pixmap
from designer.ui.widgets import ElidedLabel, label

_HEAD_PX = 28


class _Head(QWidget):
    clicked = Signal()

    def __init__(self, title: str) -> None:
        super().__init__()
        self.setFixedHeight(_HEAD_PX)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setAccessibleName(title)
        self.chevron = QLabel()
        self.summary = ElidedLabel(role="muted")
        self.summary.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        row = QHBoxLayout(self)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(8)
        row.addWidget(self.chevron)
        row.addWidget(label(title, "section"))
        row.addWidget(self.summary, 1)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        if event.button() == Qt.MouseButton.LeftButton and self.rect().contains(event.position().toPoint()):
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class Fold(QWidget):
    """A section of a form. Clicked, or by Return or Space, it opens and closes. toggled(is open)."""

    toggled = Signal(bool)

    def __init__(self, title: str, body: QWidget, is_open: bool) -> None:
        super().__init__()
        self.head, self.body = _Head(title), body
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        box.addWidget(self.head)
        box.addWidget(body)
        self.head.clicked.connect(lambda: self.set_open(not self.is_open))
        theme_source().changed.connect(self._draw)
        self.is_open, self._summary = is_open, ""
        self.set_open(is_open)

    def set_open(self, is_open: bool) -> None:
        """Show or hide what is under the heading."""
        self.is_open = is_open
        self.body.setVisible(is_open)
        self._draw()
        self.toggled.emit(is_open)

    def show_summary(self, text: str) -> None:
        """What it says while it is closed."""
        self._summary = text
        self._draw()

    def _draw(self, _theme: object = None) -> None:
        name = "chevron-down" if self.is_open else "chevron-right"
        self.head.chevron.setPixmap(icon_pixmap(name, current_theme().muted, 14, self.devicePixelRatioF()))
        self.head.summary.setText("" if self.is_open else self._summary)
