"""The recipe chip in the bar and the form that opens under it: how the network will be trained."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from functools import cached_property

from PySide6.QtCore import QEvent, QObject, QPoint, QSize, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QFrame, QHBoxLayout, QPushButton, QScrollArea, QVBoxLayout, QWidget

from designer.ui.docks.fold import Fold
from designer.ui.docks.form import Form
from designer.ui.docks.views import FieldSection
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import label, set_state

_POPUP_PX = 336


class RecipeForm(QWidget):
    """edited(name, value): a readable value differs from the last one. Values are texts, as with parameters.
    finished(name): the person is done with it.

    browse_requested(name): a folder or a file is to be chosen for that field. text_requested, load_requested,
    save_requested: the recipe as text, from a file, into one.
    """

    edited = Signal(str, str)
    finished = Signal(str)
    browse_requested = Signal(str)
    text_requested = Signal()
    load_requested = Signal()
    save_requested = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Training recipe"))
        self._forms: dict[str, Form] = {}  # by the section's title
        self.folds: dict[str, Fold] = {}
        self._note = label("", "muted", wrap=True)
        self._rows = QVBoxLayout()
        self._rows.setSpacing(8)
        box = QVBoxLayout(self)
        box.setContentsMargins(16, 12, 16, 12)
        box.setSpacing(10)
        box.addWidget(label(self.tr("Training recipe"), "section"))
        box.addLayout(self._rows)
        box.addWidget(self._note)
        box.addStretch()
        box.addLayout(self._make_buttons())
        self._note.hide()

    def _make_buttons(self) -> QHBoxLayout:
        row = QHBoxLayout()
        row.setSpacing(4)
        self.buttons: dict[str, QPushButton] = {}
        for key, text, signal in (
            ("text", self.tr("Edit as text"), self.text_requested),
            ("load", self.tr("Open…"), self.load_requested),
            ("save", self.tr("Save as…"), self.save_requested),
        ):
            button = self.buttons[key] = QPushButton(text)
            set_state(button, "link", True)
            button.clicked.connect(signal)
            row.addWidget(button)
        row.insertStretch(1)
        return row

    def show_sections(self, sections: Sequence[FieldSection], note: str = "") -> None:
        """Show these fields, updating in place where they are the same. note: a line below, such as the cost."""
        for section in sections:
            form = self._forms.get(section.title) or self._add(section)
            form.show_parameters([replace(field, allows_expression=False) for field in section.fields])
            if section.title:
                self.folds[section.title].show_summary(section.summary)
                if any(field.error for field in section.fields):
                    self.folds[section.title].set_open(True)
        self._note.setText(note)
        self._note.setVisible(bool(note))

    def _add(self, section: FieldSection) -> Form:
        form = self._forms[section.title] = Form(0.38)
        form.line_up_with([other for other in self._forms.values() if other is not form])
        form.edited.connect(self.edited)
        form.finished.connect(self.finished)
        form.browse_requested.connect(self.browse_requested)
        if section.title:
            fold = self.folds[section.title] = Fold(section.title, form, section.is_open)
            self._rows.addWidget(fold)
        else:
            self._rows.addWidget(form)
        return form

    def editor(self, name: str) -> QWidget:
        """The editor of a field. Raises KeyError if there is none."""
        return self._form_of(name).editor(name)

    def complaint(self, name: str) -> str:
        """The sentence under the editor of a field, empty if it is content."""
        return self._form_of(name).complaint(name)

    def _form_of(self, name: str) -> Form:
        for form in self._forms.values():
            if name in form.names():
                return form
        raise KeyError(name)

    def focus_first(self) -> None:
        """Put the cursor into the first field."""
        first = next((form for form in self._forms.values() if form.names()), None)
        if first is not None:
            first.editor(first.names()[0]).setFocus()


class RecipePopup(QFrame):
    """The form as a popup under the chip. Escape or a click elsewhere closes it; what was typed is kept."""

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
        self.content.installEventFilter(self)

    def open_under(self, anchor: QWidget) -> None:
        """Open below `anchor`, flush with its right edge, as high as its content or the screen allows."""
        space = anchor.screen().availableGeometry()
        corner = anchor.mapToGlobal(QPoint(anchor.width() - _POPUP_PX, anchor.height() + 4))
        left = min(max(corner.x(), space.left() + 8), space.right() - _POPUP_PX - 8)
        self.setGeometry(left, corner.y(), _POPUP_PX, self._height(corner.y(), space.bottom()))
        self.show()
        self.content.focus_first()

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
    """The recipe in one line, as a rounded button in the bar; it opens the form.

    form_made(form): it has no fields yet. form_wanted(): it is about to be opened, and has to have them.
    """

    form_made = Signal(object)
    form_wanted = Signal()

    def __init__(self) -> None:
        super().__init__()
        self.has_form = False
        self._line = ""
        set_state(self, "chip", True)
        self.setLayoutDirection(Qt.LayoutDirection.RightToLeft)  # the chevron stands behind the words
        self.clicked.connect(self.open_form)

    @cached_property
    def popup(self) -> RecipePopup:
        """The form in its frame, made when somebody asks for it."""
        popup = RecipePopup(self)
        self.has_form = True
        self.form_made.emit(popup.content)
        return popup

    @property
    def form(self) -> RecipeForm:
        """The form."""
        return self.popup.content

    def show_line(self, line: str) -> None:
        """line: the recipe in short, `fashion-mnist-mini · SGD · 10 epochs`."""
        self._line = line
        self.setText(line)
        self.setToolTip("\n".join((self.tr("How the network is trained"), line)))
        wear_icon(self, "chevron-down", size=14)
        self.setAccessibleName(self.tr("Training recipe: {0}").format(line))

    @property
    def whole_px(self) -> int:
        """The width at which its line is read whole."""
        advance = self.fontMetrics().horizontalAdvance
        return self.sizeHint().width() + advance(self._line) - advance(self.text())

    def shorten(self, width: int) -> None:
        """Show as much of the line as goes into a width."""
        missing, metrics, shown = self.whole_px - width, self.fontMetrics(), self._line
        if missing > 0:
            words = metrics.horizontalAdvance(self._line) - missing
            shown = metrics.elidedText(self._line, Qt.TextElideMode.ElideRight, words)
        if shown != self.text():
            self.setText(shown)

    def open_form(self) -> None:
        """Open the form under the chip."""
        self.form_wanted.emit()
        self.popup.open_under(self)

    def sizeHint(self) -> QSize:
        return super().sizeHint().expandedTo(QSize(120, 28))
