"""The typed editors of values: one line edit that knows numbers, sizes, choices and expressions, and one switch.

Inspector and recipe form both build their rows from these (through `form`). An editor never loses what was typed: what
cannot be read stays, under a red border, until the person mends it or presses Escape, and the model keeps the value
from before. Nor is it rewritten while a person types: each digit is an edit, and comes back from the model in other
words (`0` as `0.0`) and possibly late. What this editor sent itself is recognised, and leaves the text alone.
"""

from __future__ import annotations

from PySide6.QtCore import QEvent, QPoint, QRect, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QContextMenuEvent,
    QFocusEvent,
    QFont,
    QKeyEvent,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QWheelEvent,
)
from PySide6.QtWidgets import QLineEdit, QMenu, QWidget

from designer.ui.docks.literals import (
    Reader,
    Reading,
    as_shown,
    can_be_unset,
    literal_as_shown,
    means_same,
    read_text,
    stepped,
    value_as_shown,
)
from designer.ui.docks.names import NameCompleter
from designer.ui.docks.views import ParameterView
from designer.ui.rich_text import menu_text
from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import figure_font
from designer.ui.theme.icons import icon_pixmap
from designer.ui.widgets import set_state

_PREFIX_PX = 14  # room for the ƒ
_BUTTON_PX = 20  # room for the chevrons at the right
_BESIDE_PX = 26  # the air around a text and what it comes to
_AIR_PX = 22  # around a text alone
_STEPPED = ("int", "float", "number", "size")


class ValueEdit(QLineEdit):
    """An editor for one parameter.

    edited(text): a readable value differs from the last one; live for literals, at Return or focus-out for
    expressions. finished(): the person is done with this value (closes an undo step). complaint_changed(text): the
    sentence to show under the editor, or empty. remark_changed(text): what an expression comes to, where that has no
    room beside it. browse_requested(): of a `folder`, the button at the right was pressed.
    """

    edited = Signal(str)
    finished = Signal()
    complaint_changed = Signal(str)
    remark_changed = Signal(str)
    browse_requested = Signal()

    def __init__(self, view: ParameterView) -> None:
        super().__init__()
        self.view = view
        self._is_typing = False  # what stands here is a person's, and not confirmed yet
        self._sent: list[str] = []  # live, since the model was last shown; it may come back late
        self._before = view.value_text  # what the model had when the person began to type
        self._at_focus = value_as_shown(view)
        self._complaint = self._remark = ""
        self._reader = Reader(Reading.LITERAL, view.value_text)
        self._names: NameCompleter | None = None
        self._is_hint_below = False
        self._live = QTimer(self, singleShot=True, interval=0)
        self._live.timeout.connect(self._send_live)
        self.setFont(figure_font())
        self.textChanged.connect(self._touched)
        self.textEdited.connect(self._typed)
        self.returnPressed.connect(self.confirm)
        self.show_value(view, afresh=True)

    # -- showing the model

    def show_value(self, view: ParameterView, *, afresh: bool = False) -> None:
        """Show the model's value. While a person types here, their text stays unless the model changed elsewhere."""
        is_own = not afresh and self._is_own(view)
        if not is_own:
            self._live.stop()
        if not (is_own and (self._is_typing or (self.hasFocus() and self._is_late(view)))):
            self._take(view)
        elif not self._is_late(view):
            del self._sent[:-1]
        self.view = view
        if afresh:
            self.setPlaceholderText(self._placeholder())
        self.setEnabled(view.is_enabled)
        self._judge()

    def _take(self, view: ParameterView) -> None:
        self._put_text("" if view.is_mixed else value_as_shown(view))
        self._sent.clear()
        self._before = view.value_text
        self._at_focus = value_as_shown(view)

    def _put_text(self, text: str) -> None:
        """Let the text be `text`, as the model has it; the cursor stays at the end where a person had it there."""
        if self.text() != text:
            was_at_end = self.hasFocus() and self.text() and self.cursorPosition() == len(self.text())
            self.setText(text)
            if not was_at_end:
                self.setCursorPosition(0)
        self._is_typing = False

    def _is_own(self, view: ParameterView) -> bool:
        """Whether `view` is what stood here before, or came from here."""
        if view.is_mixed:
            return self.view.is_mixed
        shown = () if self.view.is_mixed else (self.view.value_text,)
        return any(means_same(view, view.value_text, text) for text in (*shown, *self._sent))

    def _is_late(self, view: ParameterView) -> bool:
        """Whether something newer than `view` was sent."""
        return bool(self._sent) and not means_same(view, view.value_text, self._sent[-1])

    def _placeholder(self) -> str:
        if self.view.is_mixed:
            return self.tr("several values")
        return self.view.placeholder or (self.tr("not set") if can_be_unset(self.view) else "")

    def offer_names(self, names: tuple[str, ...]) -> None:
        """Offer these names while an expression is typed."""
        if self._names is None and names and self.view.type not in ("text", "folder"):
            self._names = NameCompleter(self)
            self.setCompleter(self._names)
        if self._names is not None and self._names.names.stringList() != list(names):
            self._names.names.setStringList(list(names))

    @property
    def is_expression(self) -> bool:
        """Whether the text that stands here is an expression and not a literal."""
        if self.view.is_expression and self.text() == self.view.value_text:
            return True
        return self._reader.reading is Reading.EXPRESSION

    def _judge(self) -> None:
        is_own = self.text() == value_as_shown(self.view)
        untouched = is_own or (self.view.is_mixed and not self.text())
        own = Reader(Reading.LITERAL, self.view.value_text)
        self._reader = own if untouched else read_text(self.view, self.text())
        is_same = is_own or means_same(self.view, self._reader.text, self.view.value_text)
        complaint = self._reader.complaint or (self.view.error if is_same else "")
        state = "invalid" if complaint else "expression" if self.is_expression else "literal"
        set_state(self, "state", state)
        self._make_room()
        if complaint != self._complaint:
            self._complaint = complaint
            self.complaint_changed.emit(complaint)

    # -- typing

    def _touched(self, _text: str) -> None:
        self._is_typing = True  # also by undo and by a completed name

    def _typed(self, _text: str) -> None:
        self._judge()
        if self._reader.reading is Reading.LITERAL and self.view.type in _STEPPED and not self.view.is_mixed:
            self._live.start()

    def _send_live(self) -> None:
        if self._reader.reading is Reading.LITERAL:
            self._send(self._reader.text)

    def _send(self, text: str) -> None:
        known = self._sent[-1] if self._sent else "" if self.view.is_mixed else self.view.value_text
        if means_same(self.view, text, known):
            return
        self._sent.append(text)
        self.edited.emit(text)

    def confirm(self) -> None:
        """What was typed is what is meant: at Return, at focus-out, and before anything that needs it."""
        self._live.stop()
        if self.view.is_mixed and not self.text():
            return
        self._judge()
        if self._reader.reading is Reading.INVALID:
            if self._sent:
                self.take_back()
            return
        shown = self._reader.text
        if self._reader.reading is Reading.LITERAL:
            shown = literal_as_shown(self.view, shown)
        self._put_text(shown)
        self._send(self._reader.text)
        self._before = self._reader.text
        self._judge()
        self._at_focus = self.text()  # what was confirmed is no longer taken back by Escape
        self.finished.emit()

    def take_back(self) -> None:
        """The model refuses what stands here: it has the value from before, not half of what was typed."""
        if not self.view.is_mixed:
            self._send(self._before)

    def put(self, text: str) -> None:
        """Set the value as if it had been typed and confirmed. text: as the model or as a person writes it."""
        self.setText(literal_as_shown(self.view, text))
        self.confirm()

    def step(self, steps: int) -> None:
        """Go up or down by `steps`, where the value is a number or a choice."""
        text = stepped(self.view, self.text(), steps)
        if text is not None and text != self.text():
            self.setText(text)
            self._judge()
            self._live.start()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._make_room()

    def focusInEvent(self, event: QFocusEvent) -> None:
        self._at_focus = value_as_shown(self.view)
        super().focusInEvent(event)

    def focusOutEvent(self, event: QFocusEvent) -> None:
        super().focusOutEvent(event)
        if event.reason() != Qt.FocusReason.PopupFocusReason:
            self.confirm()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        keys = {Qt.Key.Key_Up: 1, Qt.Key.Key_Down: -1, Qt.Key.Key_PageUp: 10, Qt.Key.Key_PageDown: -10}
        opens = event.key() == Qt.Key.Key_Down and event.modifiers() & Qt.KeyboardModifier.AltModifier
        if self.view.type == "folder" and opens:
            self.browse_requested.emit()
        elif self.view.choices and (event.key() == Qt.Key.Key_F4 or opens):
            self.open_choices()
        elif event.key() in keys and stepped(self.view, self.text(), 1) is not None:
            self.step(keys[event.key()])
        elif event.key() == Qt.Key.Key_Escape and self.text() != self._at_focus:
            self.put(self._at_focus)
        else:
            super().keyPressEvent(event)

    def wheelEvent(self, event: QWheelEvent) -> None:
        if self.hasFocus() and event.angleDelta().y() and stepped(self.view, self.text(), 1) is not None:
            self.step(1 if event.angleDelta().y() > 0 else -1)
            event.accept()
        else:
            event.ignore()  # the panel scrolls

    # -- mouse and menus

    def _buttons(self) -> QRect:
        return self.rect().adjusted(self.width() - _BUTTON_PX - 2, 0, 0, 0)

    def _has_stepper(self) -> bool:
        return not self.view.choices and stepped(self.view, self.text(), 1) is not None

    def _has_button(self) -> bool:
        return bool(self.view.choices) or self.view.type == "folder" or self._has_stepper()

    def mousePressEvent(self, event: QMouseEvent) -> None:
        inside = self._buttons().contains(event.position().toPoint()) and event.button() == Qt.MouseButton.LeftButton
        if inside and self.view.type == "folder":
            self.browse_requested.emit()
        elif inside and self.view.choices:
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.open_choices()
        elif inside and self._has_stepper():
            self.setFocus(Qt.FocusReason.MouseFocusReason)
            self.step(1 if event.position().y() < self.height() / 2 else -1)
        else:
            super().mousePressEvent(event)

    def mouseMoveEvent(self, event: QMouseEvent) -> None:
        over = self._buttons().contains(event.position().toPoint()) and self._has_button()
        self.setCursor(Qt.CursorShape.ArrowCursor if over else Qt.CursorShape.IBeamCursor)
        super().mouseMoveEvent(event)

    def open_choices(self) -> None:
        """Open the menu of the values that may stand here."""
        menu = QMenu(self)
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        for choice in self.view.choices:
            action = menu.addAction(menu_text(as_shown(choice)), lambda text=choice: self.put(text))
            action.setCheckable(True)
            action.setChecked(as_shown(choice) == self.text())
            if action.isChecked():
                menu.setActiveAction(action)
        menu.setMinimumWidth(self.width())
        menu.popup(self.mapToGlobal(QPoint(0, self.height() + 2)))

    def contextMenuEvent(self, event: QContextMenuEvent) -> None:
        menu = self.createStandardContextMenu()
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        if self.view.type == "folder":
            menu.addSeparator()
            menu.addAction(self.tr("Browse…"), self.browse_requested.emit)
        add_reset_action(menu, self)
        menu.popup(event.globalPos())

    # -- painting

    def _make_room(self) -> None:
        left = _PREFIX_PX if self.is_expression else 0
        hint = self._hint()
        wanted = self.fontMetrics().horizontalAdvance(self.text() + hint) + left + _BESIDE_PX
        self._is_hint_below = bool(hint) and wanted > self.width()
        remark = hint if self._is_hint_below else ""
        if remark != self._remark:
            self._remark = remark
            self.remark_changed.emit(remark)
        right = self.fontMetrics().horizontalAdvance(hint) + 8 if hint and not self._is_hint_below else 0
        right += _BUTTON_PX - 6 if self._has_button() else 0
        margins = self.textMargins()
        if (margins.left(), margins.right()) != (left, right):
            self.setTextMargins(left, 0, right, 0)
        self.setToolTip(self.text() if self.wanted_px > self.width() else self.view.doc)
        self.update()

    @property
    def wanted_px(self) -> int:
        """The width at which its text is read whole."""
        prefix = _PREFIX_PX if self.is_expression else 0
        button = _BUTTON_PX - 6 if self._has_button() else 0
        return self.fontMetrics().horizontalAdvance(self.text()) + prefix + button + _AIR_PX

    @property
    def is_in_use(self) -> bool:
        """Whether a person writes here."""
        return self.hasFocus()

    def _hint(self) -> str:
        shows = self.is_expression and self.text() == self.view.value_text and self.view.resolved_text
        return f"= {self.view.resolved_text}" if shows else ""

    def paintEvent(self, event: QPaintEvent) -> None:
        super().paintEvent(event)
        theme = current_theme()
        painter = QPainter(self)
        if self.is_expression:
            font = QFont(self.font())
            font.setItalic(True)
            painter.setFont(font)
            painter.setPen(QColor(theme.accent))
            painter.drawText(self.rect().adjusted(9, 0, 0, 0), Qt.AlignmentFlag.AlignVCenter, "ƒ")
            painter.setFont(self.font())
        hint = self._hint()
        if hint and not self._is_hint_below:
            painter.setPen(QColor(theme.muted))
            space = self.rect().adjusted(0, 0, -9, 0)
            painter.drawText(space, Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight, hint)
        elif self.view.type == "folder":
            self._glyph(painter, "folder-open", self.height() // 2, 14)
        elif self.view.choices:
            self._glyph(painter, "chevron-down", self.height() // 2, 12)
        elif self._has_stepper() and (self.hasFocus() or self.underMouse()):
            self._glyph(painter, "chevron-up", self.height() // 2 - 5, 10)
            self._glyph(painter, "chevron-down", self.height() // 2 + 5, 10)
        painter.end()

    def _glyph(self, painter: QPainter, name: str, middle: int, size: int) -> None:
        pixmap = icon_pixmap(name, current_theme().muted, size, self.devicePixelRatioF())
        painter.drawPixmap(self.width() - 9 - size, middle - size // 2, pixmap)

    def event(self, event: QEvent) -> bool:
        if event.type() in (QEvent.Type.Enter, QEvent.Type.Leave):
            self.update()
        elif event.type() == QEvent.Type.FocusAboutToChange and self._names is not None:
            self._names.close()  # while it is open it swallows the focus-out that sends the value
        return super().event(event)


def leave(editor: QWidget) -> None:
    """Take the focus from an editor, and what was typed there. An open list of names would swallow the focus-out."""
    if isinstance(editor, ValueEdit):
        editor.confirm()
    editor.clearFocus()


def add_reset_action(menu: QMenu, editor: ValueEdit) -> None:
    """Add "Reset to default" to the menu of an editor, with the value that it would become."""
    default = editor.view.default_text
    if default is None:
        return
    shown = literal_as_shown(editor.view, default) or editor.tr("not set")
    menu.addSeparator()
    action = menu.addAction(editor.tr("Reset to default ({0})").format(menu_text(shown)), lambda: editor.put(default))
    action.setEnabled(not editor.view.is_default or editor.view.is_mixed)
