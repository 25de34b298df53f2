"""The recipe chip in the bar and the form that opens under it: how the network will be trained, in a few fields."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QPushButton, QScrollArea, QVBoxLayout, QWidget

from designer.ui.docks.form import Form
from designer.ui.docks.views import FieldView
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import label, set_state

_POPUP_PX = 320


class RecipeForm(QWidget):
    """edited(name, value): a readable value differs from the last one. Values are texts, as with parameters.

    browse_requested(name): a folder is to be chosen for that field.
    """

    edited = Signal(str, str)
    browse_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Training recipe"))
        self.form = Form(0.38)
        self._note = label("", "muted", wrap=True)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 12, 16, 16)
        box.setSpacing(10)
        box.addWidget(label(self.tr("Training recipe"), "section"))
        box.addWidget(self.form)
        box.addWidget(self._note)
        box.addStretch()
        self._note.hide()
        self.form.edited.connect(self.edited)
        self.form.browse_requested.connect(self.browse_requested)

    def show_fields(self, fields: Sequence[FieldView], note: str = "") -> None:
        """Show these fields, updating in place where they are the same. note: a line below, such as the cost."""
        self.form.show_parameters([replace(field, allows_expression=False) for field in fields])
        self._note.setText(note)
        self._note.setVisible(bool(note))


class RecipePopup(QFrame):
    """The form as a popup under the chip. Escape or a click elsewhere closes it; what was typed is kept."""

    edited = Signal(str, str)
    browse_requested = Signal(str)

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent, Qt.WindowType.Popup | Qt.WindowType.FramelessWindowHint)
        self.setProperty("role", "popup")
        self.content = RecipeForm()
        scroll = QScrollArea()
        scroll.setWidgetResizable(True)
        scroll.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        scroll.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        scroll.setWidget(self.content)
        box = QVBoxLayout(self)
        box.setContentsMargins(1, 1, 1, 1)
        box.addWidget(scroll)
        self.content.edited.connect(self.edited)
        self.content.browse_requested.connect(self.browse_requested)
        self.content.installEventFilter(self)

    def show_fields(self, fields: Sequence[FieldView], note: str = "") -> None:
        """Show these fields."""
        self.content.show_fields(fields, note)

    def open_under(self, anchor: QWidget) -> None:
        """Open below `anchor`, flush with its right edge, as high as its content or the screen allows."""
        space = anchor.screen().availableGeometry()
        corner = anchor.mapToGlobal(QPoint(anchor.width() - _POPUP_PX, anchor.height() + 4))
        left = min(max(corner.x(), space.left() + 8), space.right() - _POPUP_PX - 8)
        self.setGeometry(left, corner.y(), _POPUP_PX, self._height(corner.y(), space.bottom()))
        self.show()
        self.content.form.focusNextPrevChild(True)

    def _height(self, top: int, bottom: int) -> int:
        return min(self.content.sizeHint().height() + 4, max(200, bottom - top - 8))

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if event.type() == QEvent.Type.LayoutRequest and self.isVisible():  # a complaint has come or gone
            self.resize(_POPUP_PX, self._height(self.y(), self.screen().availableGeometry().bottom()))
        return False

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.close()
        else:
            super().keyPressEvent(event)


class RecipeChip(QPushButton):
    """The recipe in one line, as a rounded button in the bar; it opens the form. edited(name, value) as the form's."""

    edited = Signal(str, str)
    browse_requested = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        set_state(self, "chip", True)
        self.setToolTip(self.tr("How the network is trained"))
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron stands behind the words
        self.popup = RecipePopup(self)
        self.popup.edited.connect(self.edited)
        self.popup.browse_requested.connect(self.browse_requested)
        self.clicked.connect(self.open_form)

    def show_recipe(self, line: str, fields: Sequence[FieldView], note: str = "") -> None:
        """line: the recipe in short, `fashion-mnist-mini · SGD · 10 epochs`."""
        self.setText(line)
        wear_icon(self, "chevron-down", size=14)
        self.setAccessibleName(self.tr("Training recipe: {0}").format(line))
        self.popup.show_fields(fields, note)

    def open_form(self) -> None:
        """Open the form under the chip."""
        self.popup.open_under(self)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(120, 28))
