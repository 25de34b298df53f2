"""Small widgets that several docks share: headings, hairlines, fact tables, empty states, elided text."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QKeyEvent, QKeySequence, QMouseEvent, QPainter, QPaintEvent, QResizeEvent
from PySide6.QtWidgets import (
    QAbstractItemView,
    QFrame,
    QGridLayout,
    QLabel,
    QLineEdit,
    QSizePolicy,
    QVBoxLayout,
    QWidget,
)

from designer.base.spreadsheet import harmless
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import figure_font, section_font, ui_font
from designer.ui.theme.icons import icon_pixmap


def set_state(widget: QWidget, name: str, value: object) -> None:
    """Set a dynamic property and let the style sheet see it; costs nothing where it is already so."""
    if widget.property(name) == value:
        return
    widget.setProperty(name, value)
    widget.style().unpolish(widget)
    widget.style().polish(widget)
    widget.update()


def label(text: str = "", role: str = "", *, wrap: bool = False) -> QLabel:
    """A label in one of the sheet's roles: `heading`, `section`, `muted`, `error`, `good`, `warn`."""
    made = QLabel(text)
    made.setTextFormat(Qt.TextFormat.PlainText)
    if role:
        made.setProperty("role", role)
    if role == "section":
        made.setFont(section_font())
    made.setWordWrap(wrap)
    return made


def copy_cell(table: QAbstractItemView, event: QKeyEvent) -> bool:
    """Copy the current cell of a table as one that a spreadsheet does not calculate. Returns whether that was asked."""
    if not event.matches(QKeySequence.StandardKey.Copy):
        return False
    if table.currentIndex().isValid():
        QGuiApplication.clipboard().setText(str(harmless(str(table.currentIndex().data()))))
    return True


def hairline() -> QFrame:
    """One quiet line between two areas."""
    made = QFrame()
    made.setProperty("role", "hairline")
    return made


def show_text(line: QLineEdit, text: str) -> None:
    """Show the model's text in a line edit, unless a person is typing there: what is typed is confirmed first."""
    if line.text() != text and not (line.hasFocus() and line.isModified()):
        line.setText(text)
        line.setCursorPosition(0)


class ElidedLabel(QLabel):
    """A label that shortens its text with an ellipsis; the whole text is its tooltip then, before what it is about."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__(text)
        self._doc = ""
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setMinimumWidth(24)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Preferred)
        if role:
            self.setProperty("role", role)

    def sizeHint(self) -> QSize:
        margins = self.contentsMargins()
        width = self.fontMetrics().horizontalAdvance(self.text()) + 2 + margins.left() + margins.right()
        return QSize(width, super().sizeHint().height())

    def set_doc(self, text: str) -> None:
        """Say in its tooltip what it is about, whether it is read whole or not."""
        self._doc = text
        self.setToolTip(text)

    def paintEvent(self, _event: QPaintEvent) -> None:
        painter = QPainter(self)
        space = self.rect().marginsRemoved(self.contentsMargins())
        shown = self.fontMetrics().elidedText(self.text(), Qt.TextElideMode.ElideRight, space.width())
        painter.setPen(self.palette().color(self.foregroundRole()))
        painter.drawText(space, int(self.alignment() | Qt.AlignmentFlag.AlignVCenter), shown)
        painter.end()
        whole = self.text() if shown != self.text() else ""
        tip = "\n".join(part for part in (whole, self._doc) if part)
        if self.toolTip() != tip:
            self.setToolTip(tip)


class LinkLine(ElidedLabel):
    """An elided line that leads somewhere: clicked by mouse, Return or Space; while empty it is no link."""

    clicked = Signal()

    def setText(self, text: str) -> None:
        super().setText(text)
        self.setCursor(Qt.CursorShape.PointingHandCursor if text else Qt.CursorShape.ArrowCursor)
        self.setFocusPolicy(Qt.FocusPolicy.TabFocus if text else Qt.FocusPolicy.NoFocus)
        self.setAccessibleName(text)

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        is_inside = self.rect().contains(event.position().toPoint())
        if self.text() and event.button() == Qt.MouseButton.LeftButton and is_inside:
            self.clicked.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if self.text() and event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter, Qt.Key.Key_Space):
            self.clicked.emit()
        else:
            super().keyPressEvent(event)


class Sentence(QLabel):
    """Wrapped text that is always as high as its words need, also in layouts that ask only for the least height."""

    def __init__(self, text: str = "", role: str = "") -> None:
        super().__init__(text)
        self.setTextFormat(Qt.TextFormat.PlainText)
        self.setWordWrap(True)
        self.setSizePolicy(QSizePolicy.Policy.Ignored, QSizePolicy.Policy.Fixed)
        if role:
            self.setProperty("role", role)

    def setText(self, text: str) -> None:
        super().setText(text)
        self._take_room()

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._take_room()

    def _take_room(self) -> None:
        width = max(self.contentsRect().width(), 40)  # not heightForWidth, which never comes down again
        flags = int(Qt.TextFlag.TextWordWrap | Qt.AlignmentFlag.AlignLeft)
        lines = self.fontMetrics().boundingRect(0, 0, width, 1 << 16, flags, self.text()).height()
        height = lines + self.height() - self.contentsRect().height() if self.text() else 0
        if height != self.minimumHeight():
            self.setFixedHeight(height)


class FactTable(QWidget):
    """Names at the left, figures at the right, in tabular figures. Rows are reused, so that an update is cheap."""

    def __init__(self, row_px: int = 24) -> None:
        super().__init__()
        self._grid = QGridLayout(self)
        self._grid.setContentsMargins(0, 0, 0, 0)
        self._grid.setHorizontalSpacing(12)
        self._grid.setVerticalSpacing(0)
        self._grid.setColumnStretch(1, 1)
        self._row_px = row_px
        self._rows: list[tuple[QLabel, QLabel]] = []

    def set_facts(self, facts: Sequence[tuple[str, str]]) -> None:
        """Show `(label, value)` pairs, in order."""
        while len(self._rows) < len(facts):
            self._add_row()
        for index, (name, value) in enumerate(self._rows):
            shown = index < len(facts)
            if shown:
                texts = facts[index]
                for part, text in zip((name, value), texts, strict=True):
                    if part.text() != text:
                        part.setText(text)
                value.setAccessibleName(f"{texts[0]}: {texts[1]}")
            name.setVisible(shown)
            value.setVisible(shown)

    def texts(self) -> list[tuple[str, str]]:
        """What stands in the table now."""
        return [(name.text(), value.text()) for name, value in self._rows if not name.isHidden()]

    def _add_row(self) -> None:
        name, value = label(role="muted"), label(wrap=True)
        value.setFont(figure_font())
        value.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        value.setTextInteractionFlags(Qt.TextInteractionFlag.TextSelectableByMouse)
        for column, part in enumerate((name, value)):
            part.setMinimumHeight(self._row_px)
            self._grid.addWidget(part, len(self._rows), column)
        self._rows.append((name, value))


class EmptyState(QWidget):
    """An icon, one sentence, and a quieter line under it, in the middle of an otherwise empty dock."""

    def __init__(self, icon_name: str, title: str, hint: str = "", role: str = "muted") -> None:
        super().__init__()
        self._icon_name, self._role = icon_name, role
        self._picture = QLabel()
        self._title = label(title, "heading", wrap=True)
        self._hint = label(hint, "muted", wrap=True)
        box = QVBoxLayout(self)
        box.setSpacing(6)
        box.addStretch()
        for part in (self._picture, self._title, self._hint):
            part.setAlignment(Qt.AlignmentFlag.AlignCenter)
            box.addWidget(part)
        box.addStretch()
        self._title.setFont(ui_font())
        self._hint.setVisible(bool(hint))
        self._draw()
        theme_source().changed.connect(self._draw)

    def set_texts(self, title: str, hint: str = "") -> None:
        """Replace both sentences; an empty hint takes no room."""
        self._title.setText(title)
        self._hint.setText(hint)
        self._hint.setVisible(bool(hint))

    def _draw(self, _theme: object = None) -> None:
        colour = getattr(current_theme(), self._role)
        pixmap = icon_pixmap(self._icon_name, colour, 24, self.devicePixelRatioF(), 0.9)
        self._picture.setPixmap(pixmap)
