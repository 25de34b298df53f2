"""The tabs of the open designs: a pill each, with a dot where something is not saved. They can be dragged about.

What a tab stands for is its data; here are only the looks and the mouse. `tabs_controller` says what happens.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPointF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QMouseEvent, QPainter, QPaintEvent, QPen
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QTabBar, QWidget

from designer.ui.rich_text import menu_text
from designer.ui.theme.current import current_theme

_END_PX = 18
_MARGIN_PX = 6  # between it and the edge of the tab
_DOT_PX = 8
_CROSS_PX = 8
_LEAST_PX, _MOST_PX = 96, 240  # of a tab


class TabEnd(QAbstractButton):
    """The end of a tab: a dot where the design has unsaved changes; under the mouse, and else, a cross that closes."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.is_dot = False
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)  # keys close the tab by its shortcut
        self.setCursor(Qt.CursorShape.ArrowCursor)

    def sizeHint(self) -> QSize:
        return QSize(_END_PX + _MARGIN_PX, _END_PX)

    def show_state(self, title: str, modified: bool) -> None:
        """What the tab is called, and whether there are changes that are not saved."""
        self.setAccessibleName(self.tr("Close {0}").format(title))
        self.setToolTip(self.tr("There are changes that are not saved") if modified else self.tr("Close"))
        if modified != self.is_dot:
            self.is_dot = modified
            self.update()

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        return super().event(event)

    def paintEvent(self, event: QPaintEvent) -> None:
        theme, area, is_hovered = current_theme(), QRectF(0, 0, _END_PX, _END_PX), self.underMouse()
        middle = area.center()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.is_dot and not is_hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.warn))
            painter.drawEllipse(middle, _DOT_PX / 2, _DOT_PX / 2)
        else:
            if is_hovered:
                painter.setPen(Qt.PenStyle.NoPen)
                painter.setBrush(QColor(theme.line))
                painter.drawRoundedRect(area, 4, 4)
            painter.setPen(QPen(QColor(theme.text if is_hovered else theme.muted), 1.5, c=Qt.PenCapStyle.RoundCap))
            half = _CROSS_PX / 2
            for sign in (-1, 1):
                painter.drawLine(middle + QPointF(-half, -half * sign), middle + QPointF(half, half * sign))
        painter.end()


class DesignTabs(QTabBar):
    """close_requested(index): the cross was pressed, or the tab was clicked with the middle button."""

    close_requested = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("design_tabs")
        self.setAccessibleName(self.tr("Open designs"))
        self.setMovable(True)
        self.setDrawBase(False)
        self.setExpanding(False)
        self.setElideMode(Qt.TextElideMode.ElideRight)
        self.setUsesScrollButtons(True)
        self.setSelectionBehaviorOnRemove(QTabBar.SelectionBehavior.SelectPreviousTab)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)  # a click leaves the focus on the canvas
        self.setSizePolicy(QSizePolicy.Policy.Maximum, QSizePolicy.Policy.Fixed)

    def add(self, data: object) -> int:
        """Add a tab that stands for `data`, not yet the current one. Returns its index."""
        blocked = self.blockSignals(True)  # nobody hears of a tab before it has its data
        index = self.insertTab(self.currentIndex() + 1, "")
        self.setTabData(index, data)
        self.blockSignals(blocked)
        end = TabEnd(self)
        end.clicked.connect(lambda: self._ask_to_close(end))
        self.setTabButton(index, QTabBar.ButtonPosition.RightSide, end)
        return index

    def show_state(self, index: int, title: str, tip: str, modified: bool) -> None:
        """What a tab says."""
        text = menu_text(title)
        if self.tabText(index) != text:
            self.setTabText(index, text)
        self.setTabToolTip(index, tip)
        self.setAccessibleTabName(index, self.tr("{0}, not saved").format(title) if modified else title)
        self.tabButton(index, QTabBar.ButtonPosition.RightSide).show_state(title, modified)

    def tabSizeHint(self, index: int) -> QSize:
        size = super().tabSizeHint(index)
        return QSize(min(max(size.width() + _MARGIN_PX, _LEAST_PX), _MOST_PX), size.height())

    def minimumTabSizeHint(self, index: int) -> QSize:
        size = self.tabSizeHint(index)
        return QSize(min(size.width(), self._share()), size.height())

    def _share(self) -> int:
        """How wide a tab may be where not all fit: those that need less take less, and leave the rest to long names."""
        room, widths = self.width(), sorted(self.tabSizeHint(index).width() for index in range(self.count()))
        for taken, width in enumerate(widths):
            if width * (len(widths) - taken) > room:
                return max(room // (len(widths) - taken), _LEAST_PX)
            room -= width
        return _MOST_PX

    def minimumSizeHint(self) -> QSize:
        return QSize(_LEAST_PX, super().minimumSizeHint().height())

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        index = self.tabAt(event.position().toPoint())
        if event.button() == Qt.MouseButton.MiddleButton and index >= 0:
            self.close_requested.emit(index)

    def _ask_to_close(self, end: TabEnd) -> None:
        for index in range(self.count()):
            if self.tabButton(index, QTabBar.ButtonPosition.RightSide) is end:
                self.close_requested.emit(index)
                return
