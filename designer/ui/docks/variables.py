"""Adding, renaming and removing a variable of the open block, in place: a line that opens under the variables."""

from __future__ import annotations

from PySide6.QtCore import QPoint, Qt, Signal
from PySide6.QtGui import QKeyEvent
from PySide6.QtWidgets import QHBoxLayout, QLineEdit, QMenu, QPushButton, QVBoxLayout, QWidget

from designer.ui.theme.fonts import figure_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import Sentence, set_state

_FIRST_DEFAULT = "1"


class _Field(QLineEdit):
    escaped = Signal()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() == Qt.Key.Key_Escape:
            self.escaped.emit()
        else:
            super().keyPressEvent(event)


class VariableLine(QWidget):
    """A button that turns into a line of fields; Return says it, Escape takes the line away.

    added(name, default), renamed(old, new), described(name, words), moved(name, steps), removed(name): what a person
    wants. Whoever hears it calls `close_line` where it was done, or `refuse` with the reason, which keeps what was
    typed.
    """

    added = Signal(str, str)
    renamed = Signal(str, str)
    described = Signal(str, str)
    moved = Signal(str, int)
    removed = Signal(str)

    def __init__(self) -> None:
        super().__init__()
        self._task, self._variable = "", ""
        self.button = QPushButton(self.tr("Add variable"))
        set_state(self.button, "link", True)
        wear_icon(self.button, "plus", "accent", size=14)
        self.name, self.default, self.done = _Field(), _Field(), QPushButton()
        for field in (self.name, self.default):
            field.setFont(figure_font())
            field.escaped.connect(self.close_line)
            field.returnPressed.connect(self._say)
            field.textEdited.connect(lambda _text: self.refuse(""))
        self.complaint = Sentence(role="error")
        self._line = QWidget()
        row = QHBoxLayout(self._line)
        row.setContentsMargins(0, 0, 0, 0)
        row.setSpacing(6)
        row.addWidget(self.name, 3)
        row.addWidget(self.default, 2)
        row.addWidget(self.done)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(6)
        for part in (self.button, self._line, self.complaint):
            box.addWidget(part, 0, Qt.AlignmentFlag.AlignLeft if part is self.button else Qt.AlignmentFlag(0))
        self.button.clicked.connect(self.ask_new)
        self.done.clicked.connect(self._say)
        self.close_line()

    def ask_new(self) -> None:
        """Ask for the name and the default of a new variable."""
        self._open("add", "", self.tr("name, such as width"), self.tr("Add"))
        self.default.setText(_FIRST_DEFAULT)

    def ask_name(self, variable: str) -> None:
        """Ask for another name of a variable."""
        self._open("rename", variable, self.tr("name"), self.tr("Rename"), variable)

    def ask_words(self, variable: str, words: str) -> None:
        """Ask what a variable is for."""
        self._open("describe", variable, self.tr("what is {0}?").format(variable), self.tr("Describe"), words)

    def close_line(self) -> None:
        """It was done, or is not wanted any more."""
        self._task = ""
        had_focus = self._line.isAncestorOf(self.focusWidget()) if self.focusWidget() else False
        self._line.hide()
        self.refuse("")
        self.button.show()
        if had_focus:
            self.button.setFocus()

    def refuse(self, reason: str) -> None:
        """Say why it cannot be; what was typed stays."""
        self.complaint.setText(reason)
        self.complaint.setVisible(bool(reason))
        set_state(self.name, "state", "invalid" if reason else "")

    def open_menu(self, variable: str, words: str, place: tuple[int, int], where: QPoint) -> None:
        """What can be done with a variable. place: which one it is, from 0, and of how many."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.addAction(self.tr("Rename…"), lambda: self.ask_name(variable))
        menu.addAction(self.tr("Describe…"), lambda: self.ask_words(variable, words))
        menu.addSeparator()
        for text, steps in ((self.tr("Move up"), -1), (self.tr("Move down"), 1)):
            action = menu.addAction(text, lambda steps=steps: self.moved.emit(variable, steps))
            action.setEnabled(0 <= place[0] + steps < place[1])
        menu.addSeparator()
        menu.addAction(self.tr("Remove {0}").format(variable), lambda: self.removed.emit(variable))
        menu.popup(where)

    def _open(self, task: str, variable: str, hint: str, verb: str, text: str = "") -> None:
        self._task, self._variable = task, variable
        self.name.setPlaceholderText(hint)
        self.name.setAccessibleName(hint)
        self.default.setAccessibleName(self.tr("Default"))
        self.default.setToolTip(self.tr("The value that it has where nothing else is said"))
        self.default.setVisible(task == "add")
        self.done.setText(verb)
        self.name.setText(text)
        self.refuse("")
        self.button.hide()
        self._line.show()
        self.name.setFocus(Qt.FocusReason.OtherFocusReason)
        self.name.selectAll()

    def _say(self) -> None:
        text = self.name.text().strip()
        if self._task == "add":
            self.added.emit(text, self.default.text().strip())
        elif self._task == "rename":
            self.renamed.emit(self._variable, text)
        elif self._task == "describe":
            self.described.emit(self._variable, text)
