"""A column of labelled editors: name at the left, editor at the right, a complaint under it. Rows update in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, QSize, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QPainter, QPaintEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from designer.ui.docks.switch import make_editor
from designer.ui.docks.views import ParameterView
from designer.ui.theme.current import current_theme
from designer.ui.widgets import ElidedLabel, Sentence, set_state

_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight


class RowLabel(ElidedLabel):
    """The name of a row; a dot of the accent and a heavier weight say that the value is not the default."""

    menu_requested = Signal(QPoint)

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        self.menu_requested.emit(event.globalPos())

    def __init__(self, text: str) -> None:
        super().__init__(text)
        self._is_changed = False

    def set_changed(self, is_changed: bool) -> None:
        """Mark the row as differing from its default."""
        if is_changed != self._is_changed:
            self._is_changed = is_changed
            font = QFont(self.font())
            font.setWeight(QFont.Weight.DemiBold if is_changed else QFont.Weight.Normal)
            self.setFont(font)
            self.update()

    def sizeHint(self) -> QSize:
        return super().sizeHint() + QSize(10, 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        if self._is_changed:
            painter = QPainter(self)
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(current_theme().accent))
            end = self.fontMetrics().horizontalAdvance(self.text()) + 5
            painter.drawEllipse(min(end, self.width() - 5), self.height() // 2 - 2, 4, 4)
            painter.end()


class _Row:
    """One parameter's widgets. The form owns them; the row only keeps them in step."""

    def __init__(self, view: ParameterView) -> None:
        self.name = view.name
        self.title = RowLabel(view.label or view.name)
        self.title.setProperty("ownTip", bool(view.doc))
        self.editor = make_editor(view)
        self.title.setBuddy(self.editor)
        self.complaint = Sentence(role="error")
        self.complaint.hide()
        self._complaint = self._remark = ""
        self.editor.complaint_changed.connect(self.complain)
        self.editor.remark_changed.connect(self.remark)
        self.show(view, afresh=True)
        self.complain(view.error)

    def show(self, view: ParameterView, *, afresh: bool) -> None:
        self.editor.show_value(view, afresh=afresh)
        if afresh:
            self.title.setText(view.label or view.name)
            self.title.setToolTip(view.doc)
            self.editor.setAccessibleName(view.label or view.name)
            self.editor.setAccessibleDescription(view.doc)
        self.title.set_changed(not view.is_default)

    def complain(self, text: str) -> None:
        self._complaint = text
        self._say()

    def remark(self, text: str) -> None:
        self._remark = text
        self._say()

    def _say(self) -> None:
        text = self._complaint or self._remark
        set_state(self.complaint, "role", "error" if self._complaint else "muted")
        self.complaint.setAlignment(_LEFT if self._complaint else _RIGHT)  # a remark stands under the editor
        if self.complaint.text() != text:
            self.complaint.setText(text)
        self.complaint.setVisible(bool(text))


class Form(QWidget):
    """Editors for a list of parameters.

    edited(name, text): a readable value that differs from the last one. finished(name): the person is done with it.
    browse_requested(name): a folder is to be chosen for it. menu_requested(name, where): its label was right-clicked.
    """

    edited = Signal(str, str)
    finished = Signal(str)
    browse_requested = Signal(str)
    menu_requested = Signal(str, QPoint)

    def __init__(self, label_share: float = 0.42) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(8)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(0, round(label_share * 100))
        self._grid.setColumnStretch(1, round((1 - label_share) * 100))
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._rows: list[_Row] = []
        self._signature: tuple = ()

    def show_parameters(
        self, views: Sequence[ParameterView], names: tuple[str, ...] = (), *, afresh: bool = False
    ) -> None:
        """Show `views`. names: offered in expressions. afresh: they belong to something else than the last ones."""
        signature = tuple((view.name, view.type == "bool") for view in views)
        if signature != self._signature:
            self._signature = signature
            self._rebuild(views)
        else:
            for row, view in zip(self._rows, views, strict=True):
                row.show(view, afresh=afresh)
        for row in self._rows:
            row.editor.offer_names(names)

    def names(self) -> list[str]:
        """The parameters that are shown."""
        return [row.name for row in self._rows]

    def editor(self, name: str) -> QWidget:
        """The editor of the parameter `name`. Raises KeyError if there is none."""
        return self._row(name).editor

    def complaint(self, name: str) -> str:
        """The sentence under the editor of `name`, empty if it is content."""
        row = self._row(name)
        return "" if row.complaint.isHidden() else row.complaint.text()

    def _row(self, name: str) -> _Row:
        for row in self._rows:
            if row.name == name:
                return row
        raise KeyError(name)

    def _rebuild(self, views: Sequence[ParameterView]) -> None:
        for row in self._rows:
            for part in (row.title, row.editor, row.complaint):
                part.hide()
                part.blockSignals(True)  # its focus-out would be an edit of what is shown next
                self._grid.removeWidget(part)
                part.deleteLater()
        self._rows = [self._add(index, view) for index, view in enumerate(views)]
        previous: QWidget | None = None
        for row in self._rows:
            if previous is not None:
                QWidget.setTabOrder(previous, row.editor)
            previous = row.editor

    def _add(self, index: int, view: ParameterView) -> _Row:
        row = _Row(view)
        top = Qt.AlignmentFlag.AlignVCenter
        self._grid.addWidget(row.title, 2 * index, 0, top)
        self._grid.addWidget(row.editor, 2 * index, 1, top)
        self._grid.addWidget(row.complaint, 2 * index + 1, 0, 1, 2)
        row.complaint.setVisible(bool(row.complaint.text()))
        row.editor.edited.connect(lambda text, name=view.name: self.edited.emit(name, text))
        row.title.menu_requested.connect(lambda where, name=view.name: self.menu_requested.emit(name, where))
        row.editor.browse_requested.connect(lambda name=view.name: self.browse_requested.emit(name))
        row.editor.finished.connect(lambda name=view.name: self.finished.emit(name))
        return row
