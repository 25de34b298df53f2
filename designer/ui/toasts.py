"""Toasts: short news at the lower middle of a window that go away by themselves and never take the focus."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QEasingCurve, QEvent, QObject, QPropertyAnimation, Qt, QTimer, Signal
from PySide6.QtGui import QEnterEvent
from PySide6.QtWidgets import (
    QFrame,
    QGraphicsOpacityEffect,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QToolButton,
    QWidget,
)

from designer.ui.rich_text import menu_text
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.icons import icon_pixmap, wear_icon
from designer.ui.theme.motion import moves
from designer.ui.widgets import label, set_state

_ICONS = {"info": ("info", "accent"), "success": ("circle-check", "good"), "error": ("circle-alert", "bad")}
_FADE_MS = 150
_STAY_MS = {"info": 4000, "success": 4000, "error": 9000}
_MOST = 3
_GAP_PX, _BOTTOM_PX, _LEAST_PX, _WIDEST_PX = 8, 24, 240, 560
_LINE = 60  # characters; more are wrapped


class Toast(QFrame):
    """One message. It stays while the mouse is over it. gone: it has faded and will be deleted."""

    gone = Signal()

    def __init__(self, parent: QWidget, text: str, kind: str, action: str, run: Callable[[], object] | None) -> None:
        super().__init__(parent)
        self.text, self.kind = text, kind
        self.setProperty("role", "toast")
        self.setAccessibleName(text)
        self._badge = QLabel()
        self.is_long = len(text) > _LINE
        words = label(text, wrap=self.is_long)
        row = QHBoxLayout(self)
        row.setContentsMargins(12, 8, 6, 8)
        row.setSpacing(10)
        row.addWidget(self._badge)
        row.addWidget(words, 1)
        self.action_button: QPushButton | None = None
        if action and run is not None:
            self.action_button = QPushButton(menu_text(action))
            set_state(self.action_button, "link", True)
            self.action_button.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus where it is
            self.action_button.clicked.connect(run)
            self.action_button.clicked.connect(self.leave)
            row.addWidget(self.action_button)
        close = QToolButton()
        close.setAccessibleName(self.tr("Close"))
        set_state(close, "small", True)
        wear_icon(close, "x", size=14)
        close.clicked.connect(self.leave)
        row.addWidget(close)
        self._stay = QTimer(self, singleShot=True, interval=_STAY_MS.get(kind, 4000))
        self._stay.timeout.connect(self.leave)
        self._is_leaving = False
        self._draw()
        theme_source().changed.connect(self._draw)

    def arrive(self) -> None:
        """Appear, at once where the system asks for no motion."""
        self.show()
        self.raise_()
        self._stay.start()
        self._fade(0.0, 1.0)

    def leave(self) -> None:
        """Fade and be gone."""
        if not self._is_leaving:
            self._is_leaving = True
            self._stay.stop()
            self._fade(1.0, 0.0)

    def _fade(self, start: float, end: float) -> None:
        if not moves():
            self._faded()
            return
        effect = QGraphicsOpacityEffect(self)
        effect.setOpacity(start)
        self.setGraphicsEffect(effect)
        self._animation = QPropertyAnimation(effect, b"opacity", self)
        self._animation.setDuration(_FADE_MS)
        self._animation.setStartValue(start)
        self._animation.setEndValue(end)
        self._animation.setEasingCurve(QEasingCurve.Type.OutCubic)
        self._animation.finished.connect(self._faded)
        self._animation.start()

    def _faded(self) -> None:
        if self._is_leaving:
            self.hide()
            self.gone.emit()
            self.deleteLater()
        else:
            self.setGraphicsEffect(None)

    def enterEvent(self, event: QEnterEvent) -> None:
        self._stay.stop()
        super().enterEvent(event)

    def leaveEvent(self, event: QEvent) -> None:
        if not self._is_leaving:
            self._stay.start()
        super().leaveEvent(event)

    def _draw(self, _theme: object = None) -> None:
        name, role = _ICONS.get(self.kind, _ICONS["info"])
        self._badge.setPixmap(icon_pixmap(name, getattr(current_theme(), role), 18, self.devicePixelRatioF()))


class Toasts(QObject):
    """The toasts of one window or widget: they stack upwards, three at most, and follow its size."""

    def __init__(self, host: QWidget) -> None:
        super().__init__(host)
        self._host = host
        self.shown: list[Toast] = []
        host.installEventFilter(self)

    def show(self, text: str, kind: str = "info", action: str = "", run: Callable[[], object] | None = None) -> Toast:
        """Show `text`. kind: `info`, `success` or `error`. action: the title of a button that calls `run`."""
        for toast in self.shown:
            if toast.text == text:
                toast.leave()
        while len(self.shown) >= _MOST:
            oldest = self.shown.pop(0)
            oldest.hide()
            oldest.deleteLater()
        toast = Toast(self._host, text, kind, action, run)
        self.shown.append(toast)
        toast.gone.connect(lambda: self._forget(toast))
        self._place()
        toast.arrive()
        return toast

    def clear(self) -> None:
        """Let those go that ask nothing: the person has turned to something else."""
        for toast in [toast for toast in self.shown if toast.action_button is None]:
            toast.leave()

    def _forget(self, toast: Toast) -> None:
        if toast in self.shown:
            self.shown.remove(toast)
            self._place()

    def _place(self) -> None:
        bottom = self._host.height() - _BOTTOM_PX
        for toast in reversed(self.shown):
            wanted = _WIDEST_PX if toast.is_long else max(_LEAST_PX, toast.sizeHint().width())
            width = min(wanted, _WIDEST_PX, self._host.width() - 32)
            height = toast.heightForWidth(width) if toast.hasHeightForWidth() else toast.sizeHint().height()
            height = max(height, 40)
            toast.setGeometry((self._host.width() - width) // 2, bottom - height, width, height)
            bottom -= height + _GAP_PX

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Resize and watched is self._host:
            self._place()
        return False
