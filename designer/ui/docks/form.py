"""A column of labelled editors: name at the left, editor at the right, a complaint under it. Rows update in place."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QColor, QContextMenuEvent, QFont, QFontMetrics, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import QGridLayout, QSizePolicy, QWidget

from designer.ui.docks.switch import make_editor
from designer.ui.docks.views import ParameterView
from designer.ui.theme.current import current_theme
from designer.ui.widgets import ElidedLabel, Sentence, set_state

_LEFT, _RIGHT = Qt.AlignmentFlag.AlignLeft, Qt.AlignmentFlag.AlignRight
_GAP_PX = 8  # between a label and its editor
_EDITOR_PX = 112  # the least that long names leave to the editors


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

    @property
    def wanted_px(self) -> int:
        """The width at which it is read whole, marked or not."""
        font = QFont(self.font())
        font.setWeight(QFont.Weight.DemiBold)
        return QFontMetrics(font).horizontalAdvance(self.text()) + 12

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


def _signature(view: ParameterView) -> tuple[str, bool]:
    """What a row is made for: a name, and a switch or a line edit."""
    return view.name, view.type == "bool"


class _Row:
    """One parameter's widgets. The form owns them; the row only keeps them in step."""

    def __init__(self, view: ParameterView, form: QWidget) -> None:
        self.name = view.name
        self.signature = _signature(view)
        self.title = RowLabel(view.label or view.name)
        self.editor = make_editor(view)
        self.title.setBuddy(self.editor)
        self.complaint = Sentence(role="error")
        self.complaint.setParent(form)  # or it would be shown as a window, which closes a popup
        self.complaint.hide()
        self.is_wide: bool | None = None  # whether the editor has a line to itself; None: it has no place yet
        self._complaint = self._remark = ""
        self.editor.complaint_changed.connect(self.complain)
        self.editor.remark_changed.connect(self.remark)
        self.show(view, afresh=True)
        self.complain(view.error)

    def show(self, view: ParameterView, *, afresh: bool) -> None:
        self.editor.show_value(view, afresh=afresh)
        if afresh:
            self.title.setText(view.label or view.name)
            self.title.set_doc(view.doc)
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
        """label_share: of the width; names that need more take it, as long as it leaves the editors enough."""
        super().__init__()
        self._label_share = label_share
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(_GAP_PX)
        self._grid.setVerticalSpacing(6)
        self._grid.setColumnStretch(1, 1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Maximum)
        self._rows: list[_Row] = []
        self._labels_px = 0  # at which all labels are read whole
        self._in_line: tuple[Form, ...] = (self,)

    def show_parameters(
        self, views: Sequence[ParameterView], names: tuple[str, ...] = (), *, afresh: bool = False
    ) -> None:
        """Show `views`. names: offered in expressions. afresh: they belong to something else than the last ones."""
        if [_signature(view) for view in views] != [row.signature for row in self._rows]:
            self._rebuild(views, afresh)
        else:
            for row, view in zip(self._rows, views, strict=True):
                row.show(view, afresh=afresh)
        for row in self._rows:
            row.editor.offer_names(names)
        wanted = max((row.title.wanted_px for row in self._rows), default=0)
        changed = wanted != self._labels_px
        self._labels_px = wanted
        for form in self._in_line if changed else (self,):
            form._place()

    def line_up_with(self, others: Sequence[Form]) -> None:
        """Let the editors of this form and of others, which stand in one column, begin at the same place."""
        for form in (self, *others):
            form._in_line = (self, *others)

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

    def _rebuild(self, views: Sequence[ParameterView], afresh: bool) -> None:
        """Make the rows that are new and take away those that are gone; an editor that stays keeps cursor and text."""
        kept = {row.signature: row for row in self._rows}
        self._rows = []
        for view in views:
            row = kept.pop(_signature(view), None)
            if row is None:
                row = self._add(view)
            else:
                row.show(view, afresh=afresh)
            row.is_wide = None  # its place may be another one
            self._rows.append(row)
        for row in kept.values():
            for part in (row.title, row.editor, row.complaint):
                part.hide()
                part.blockSignals(True)  # its focus-out would be an edit of what is shown next
                self._grid.removeWidget(part)
                part.deleteLater()
        for index, row in enumerate(self._rows):
            self._grid.addWidget(row.complaint, 3 * index + 2, 0, 1, 2)
            row.complaint.setVisible(bool(row.complaint.text()))
        self._place()  # the order of the keys is that of widgets with a place
        previous: QWidget | None = None
        for row in self._rows:
            if previous is not None:
                QWidget.setTabOrder(previous, row.editor)
            previous = row.editor

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place()

    def _place(self) -> None:
        """Give the labels their width, and a line of its own to an editor whose text would be cut beside its label."""
        room = self.width() - _GAP_PX
        wanted = max(form._labels_px for form in self._in_line)
        labels = max(min(wanted, room - _EDITOR_PX), round(room * self._label_share))
        self._grid.setColumnMinimumWidth(0, labels)
        for index, row in enumerate(self._rows):
            is_wide = row.editor.wanted_px > room - labels
            if is_wide != row.is_wide and not (row.is_wide is not None and row.editor.is_in_use):
                row.is_wide = is_wide
                middle = Qt.AlignmentFlag.AlignVCenter
                self._grid.addWidget(row.title, 3 * index, 0, 1, 2 if is_wide else 1, middle)
                self._grid.addWidget(row.editor, 3 * index + is_wide, 1 - is_wide, 1, 1 + is_wide, middle)

    def _add(self, view: ParameterView) -> _Row:
        row = _Row(view, self)
        row.editor.edited.connect(lambda text, name=view.name: self.edited.emit(name, text))
        row.title.menu_requested.connect(lambda where, name=view.name: self.menu_requested.emit(name, where))
        row.editor.browse_requested.connect(lambda name=view.name: self.browse_requested.emit(name))
        row.editor.finished.connect(lambda name=view.name: self.finished.emit(name))
        return row
