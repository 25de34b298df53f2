"""The legend of runs that are laid over each other: each line named, and hidden by a click."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QLineF, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QSizePolicy, QVBoxLayout, QWidget

from designer.ui.docks.curve import Look
from designer.ui.theme.current import current_theme
from designer.ui.theme.stylesheet import CONTROL_PX

_SAMPLE_PX, _GAP_PX = 18, 8
_HIDDEN_OPACITY = 0.4


class RunKey(QAbstractButton):
    """A sample of a run's line and its name; pale while it is hidden. Space hides and shows it too."""

    def __init__(self, look: Look, tip: str) -> None:
        super().__init__()
        self._look = look
        self.setText(look.name)
        self.setToolTip(tip)
        self.setCheckable(True)
        self.setChecked(True)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)

    def sizeHint(self) -> QSize:
        return QSize(_SAMPLE_PX + _GAP_PX + self.fontMetrics().horizontalAdvance(self.text()), CONTROL_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if self.hasFocus():
            painter.setPen(QColor(theme.accent))
            painter.drawRoundedRect(QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5), 6, 6)
        painter.setOpacity(1.0 if self.isChecked() else _HIDDEN_OPACITY)
        painter.setPen(self._look.pen(theme, 2.4))
        middle = self.height() / 2
        painter.drawLine(QLineF(4, middle, _SAMPLE_PX, middle))
        room = self.rect().adjusted(_SAMPLE_PX + _GAP_PX, 0, -4, 0)
        painter.setPen(QColor(theme.text))
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideMiddle, room.width())
        painter.drawText(room, int(Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()


class RunLegend(QWidget):
    """The keys of all runs. toggled(index, whether it is shown)."""

    toggled = Signal(int, bool)

    def __init__(self, looks: Sequence[Look], tips: Sequence[str]) -> None:
        super().__init__()
        self.keys = [RunKey(look, tip) for look, tip in zip(looks, tips, strict=True)]
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        for index, key in enumerate(self.keys):
            key.toggled.connect(lambda shown, index=index: self.toggled.emit(index, shown))
            box.addWidget(key)
        box.addStretch()
