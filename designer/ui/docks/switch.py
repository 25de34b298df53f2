"""The editor of a yes or no: a drawn switch that turns into a line edit when the value is an expression."""

from __future__ import annotations

from PySide6.QtCore import QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QPainter, QPaintEvent
from PySide6.QtWidgets import QAbstractButton, QHBoxLayout, QMenu, QToolButton, QWidget

from designer.ui.docks.editors import ValueEdit, add_reset_action
from designer.ui.docks.views import ParameterView
from designer.ui.theme.current import current_theme
from designer.ui.theme.stylesheet import CONTROL_PX
from designer.ui.widgets import set_state

_TRACK = QSize(30, 16)


class Switch(QAbstractButton):
    """A sliding switch with its state in words beside it. Space and Return flip it."""

    def __init__(self) -> None:
        super().__init__()
        self.setCheckable(True)
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setCursor(Qt.CursorShape.PointingHandCursor)
        self.is_mixed = False

    def words(self) -> str:
        """The state as it stands beside the switch."""
        if self.is_mixed:
            return self.tr("several values")
        return self.tr("on") if self.isChecked() else self.tr("off")

    def sizeHint(self) -> QSize:
        return QSize(_TRACK.width() + 8 + self.fontMetrics().horizontalAdvance(self.words()) + 2, CONTROL_PX)

    def paintEvent(self, _event: QPaintEvent) -> None:
        theme = current_theme()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setOpacity(1.0 if self.isEnabled() else 0.45)
        track = QRectF(1, (self.height() - _TRACK.height()) / 2, _TRACK.width(), _TRACK.height())
        painter.setPen(QColor(theme.accent if self.hasFocus() or self.isChecked() else theme.muted))
        painter.setBrush(QColor(theme.accent if self.isChecked() else theme.raised))
        painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), 7.5, 7.5)
        if self.hasFocus() and self.isChecked():
            painter.setPen(QColor(theme.text))
            painter.drawRoundedRect(track.adjusted(0.5, 0.5, -0.5, -0.5), 7.5, 7.5)
        painter.setPen(Qt.PenStyle.NoPen)
        painter.setBrush(QColor(theme.on_accent if self.isChecked() else theme.muted))
        x = track.center().x() if self.is_mixed else track.right() - 8 if self.isChecked() else track.left() + 8
        painter.drawEllipse(QRectF(x - 5, track.center().y() - 5, 10, 10))
        painter.setPen(QColor(theme.text))
        words = self.rect().adjusted(_TRACK.width() + 9, 0, 0, 0)
        painter.drawText(words, Qt.AlignmentFlag.AlignVCenter, self.words())
        painter.end()


class SwitchEdit(QWidget):
    """The editor of a `bool`, with the same signals as `ValueEdit`. The ƒ beside it changes to an expression."""

    edited = Signal(str)
    finished = Signal()
    complaint_changed = Signal(str)
    remark_changed = Signal(str)
    browse_requested = Signal()  # never: there is no folder to choose

    def __init__(self, view: ParameterView) -> None:
        super().__init__()
        self.switch = Switch()
        self.line = ValueEdit(view)
        self.to_line = QToolButton()
        self.to_line.setText("ƒ")
        self.to_line.setToolTip(self.tr("Write an expression"))
        self.to_line.setAccessibleName(self.tr("Write an expression"))
        set_state(self.to_line, "small", True)
        box = QHBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(4)
        for part, stretch in ((self.switch, 1), (self.line, 1), (self.to_line, 0)):
            box.addWidget(part, stretch)
        self.switch.clicked.connect(self._flipped)
        self.to_line.clicked.connect(self.write_expression)
        self.line.edited.connect(self.edited)
        self.line.finished.connect(self._line_finished)
        self.line.complaint_changed.connect(self.complaint_changed)
        self.line.remark_changed.connect(self.remark_changed)
        self.setFocusProxy(self.switch)
        self.show_value(view, afresh=True)

    @property
    def view(self) -> ParameterView:
        """What is shown."""
        return self.line.view

    def setAccessibleName(self, name: str) -> None:
        super().setAccessibleName(name)
        self.switch.setAccessibleName(name)
        self.line.setAccessibleName(name)

    def show_value(self, view: ParameterView, *, afresh: bool = False) -> None:
        """Show the model's value; an expression shows as text."""
        self.line.show_value(view, afresh=afresh)
        self.switch.is_mixed = view.is_mixed
        self.switch.setEnabled(view.is_enabled)
        self.to_line.setEnabled(view.is_enabled)
        self.switch.setChecked(view.value_text == "True")
        self.switch.update()
        if afresh or not self.line.hasFocus():
            self._choose_form()

    @property
    def wanted_px(self) -> int:
        """The width at which an expression is read whole; a switch is narrow."""
        return 0 if self.line.isHidden() else self.line.wanted_px + self.to_line.sizeHint().width() + 4

    @property
    def is_in_use(self) -> bool:
        """Whether a person writes an expression here."""
        return self.line.hasFocus()

    def offer_names(self, names: tuple[str, ...]) -> None:
        """Offer these names while an expression is typed."""
        self.line.offer_names(names)

    def take_back(self) -> None:
        """The model refuses what stands here."""
        self.line.take_back()

    def put(self, text: str) -> None:
        """Set the value as if it had been typed and confirmed."""
        self.line.put(text)

    def write_expression(self) -> None:
        """Change to the line edit and put the cursor into it."""
        self._show_line(True)
        self.line.setFocus(Qt.FocusReason.OtherFocusReason)
        self.line.selectAll()

    def _choose_form(self) -> None:
        view = self.line.view
        self._show_line(bool(view.value_text) and view.value_text not in ("True", "False") and not view.is_mixed)

    def _show_line(self, shows: bool) -> None:
        self.line.setVisible(shows)
        self.switch.setVisible(not shows)
        self.to_line.setVisible(not shows and self.view.allows_expression)
        self.setFocusProxy(self.line if shows else self.switch)

    def _flipped(self, checked: bool) -> None:
        self.switch.is_mixed = False
        self.edited.emit("True" if checked else "False")
        self.finished.emit()

    def _line_finished(self) -> None:
        if self.line.text() in ("True", "False"):
            self.switch.setChecked(self.line.text() == "True")
            self._show_line(False)
        self.finished.emit()

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.view.allows_expression:
            menu.addAction(self.tr("Write an expression"), self.write_expression)
        add_reset_action(menu, self.line)
        menu.popup(event.globalPos())


def make_editor(view: ParameterView) -> ValueEdit | SwitchEdit:
    """The editor for the type of `view`."""
    return SwitchEdit(view) if view.type == "bool" else ValueEdit(view)
