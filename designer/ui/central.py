"""What stands in the middle of the window: notices above, and below them the canvas or the start page."""

from __future__ import annotations

from functools import cached_property
from typing import TYPE_CHECKING

from PySide6.QtWidgets import QStackedWidget, QVBoxLayout, QWidget

from designer.ui.banner import Banner
from designer.ui.canvas.panel import CanvasPanel

if TYPE_CHECKING:
    from designer.ui.start.page import StartPage


class Central(QWidget):
    """`panel` is the canvas; `recovery`, `file`, `damage` and `trust` are notices."""

    def __init__(self, panel: CanvasPanel) -> None:
        super().__init__()
        self.panel = panel
        self.recovery = Banner("history")
        self.file = Banner("triangle-alert", "warn")
        self.damage, self.trust = Banner("triangle-alert", "warn"), Banner("triangle-alert", "warn")
        self._stack = QStackedWidget()
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        for notice in (self.recovery, self.file, self.damage, self.trust):
            notice.left.connect(lambda: self._stack.currentWidget().setFocus())
            column.addWidget(notice)
        column.addWidget(self._stack)
        self._stack.addWidget(self.panel)

    @cached_property
    def start(self) -> StartPage:
        """The start page, made when it is first wanted: a window that opens on a design stands sooner without it."""
        from designer.ui.start.page import StartPage

        page = StartPage()
        self._stack.addWidget(page)
        return page

    @property
    def is_start(self) -> bool:
        """Whether the start page is shown."""
        return self._stack.currentWidget() is not self.panel

    def show_start(self, is_start: bool) -> None:
        """Show the start page, or the canvas."""
        self._stack.setCurrentWidget(self.start if is_start else self.panel)
