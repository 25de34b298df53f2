"""The code dock: the source that is trained and exported, read-only, line by line in step with the canvas."""

from __future__ import annotations

from collections.abc import Hashable, Mapping

from PySide6.QtCore import QEvent, QRect, QSize, Qt, QTimer, Signal
from PySide6.QtGui import (
    QColor,
    QGuiApplication,
    QMouseEvent,
    QPainter,
    QPaintEvent,
    QResizeEvent,
    QTextBlock,
    QTextCursor,
    QTextFormat,
)
from PySide6.QtWidgets import QCheckBox, QHBoxLayout, QPlainTextEdit, QPushButton, QTextEdit, QVBoxLayout, QWidget

from designer.ui.docks.highlight import PythonHighlighter
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import mono_font
from designer.ui.theme.icons import wear_icon
from designer.ui.theme.stylesheet import mix
from designer.ui.widgets import ElidedLabel

_LATE_MS = 60  # the code follows an edit once the canvas has been painted
Lines = tuple[int, int]  # first and last line of a node, from 1, both included


def changed_lines(old: list[str], new: list[str]) -> tuple[int, int, int]:
    """Where two texts differ: old[start:old_end] became new[start:new_end], at least one line each."""
    shorter = min(len(old), len(new))
    start = next((index for index in range(shorter) if old[index] != new[index]), shorter - 1)
    same = 0
    while same < shorter - start - 1 and old[-1 - same] == new[-1 - same]:
        same += 1
    return start, len(old) - same, len(new) - same


class _Gutter(QWidget):
    def __init__(self, view: CodeView) -> None:
        super().__init__(view)
        self._view = view

    def sizeHint(self) -> QSize:
        return QSize(self._view.gutter_px(), 0)

    def paintEvent(self, event: QPaintEvent) -> None:
        self._view.paint_gutter(event)


class CodeView(QPlainTextEdit):
    """A read-only text with line numbers and tinted lines. line_clicked(line, word): from 1, and the word clicked."""

    line_clicked = Signal(int, str)

    def __init__(self) -> None:
        super().__init__()
        self.setReadOnly(True)
        self.setUndoRedoEnabled(False)
        self.setLineWrapMode(QPlainTextEdit.LineWrapMode.NoWrap)
        self.setTextInteractionFlags(
            Qt.TextInteractionFlag.TextSelectableByMouse | Qt.TextInteractionFlag.TextSelectableByKeyboard
        )
        self.setFont(mono_font())
        self.setFrameShape(QPlainTextEdit.Shape.NoFrame)
        self.document().setDocumentMargin(8)
        self.highlighter = PythonHighlighter(self.document())
        self.tinted: Lines | None = None
        self.text = ""
        self._gutter = _Gutter(self)
        self.blockCountChanged.connect(self._place_gutter)
        self.updateRequest.connect(self._scroll_gutter)
        theme_source().changed.connect(self._retheme)
        self._place_gutter()

    def set_text(self, text: str) -> None:
        """Replace the lines that differ; the place that was being read stays where it was."""
        vertical, horizontal = self.verticalScrollBar().value(), self.horizontalScrollBar().value()
        old, new = self.text.split("\n"), text.split("\n")
        start, old_end, new_end = changed_lines(old, new)
        self.text = text
        self.highlighter.lex(text)
        cursor = QTextCursor(self.document().findBlockByNumber(start))
        last = self.document().findBlockByNumber(old_end - 1)
        cursor.setPosition(last.position() + last.length() - 1, QTextCursor.MoveMode.KeepAnchor)
        cursor.insertText("\n".join(new[start:new_end]))
        self.highlighter.refresh(new_end)
        self.verticalScrollBar().setValue(vertical)
        self.horizontalScrollBar().setValue(horizontal)
        self._tint()

    def tint(self, lines: Lines | None, *, scroll: bool = True) -> None:
        """Tint these lines and bring them into view; None takes the tint away."""
        self.tinted = lines
        self._tint()
        if lines is not None and scroll:
            top = self.firstVisibleBlock().blockNumber() + 1
            shown = max(1, self.viewport().height() // max(1, self.fontMetrics().lineSpacing()))
            if lines[0] < top + 1 or lines[1] > top + shown - 2:
                self.verticalScrollBar().setValue(max(0, lines[0] - 1 - max(1, (shown - lines[1] + lines[0]) // 3)))

    def _tint(self) -> None:
        made = []
        first, last = self.tinted or (1, 0)
        for number in range(first, min(last, self.blockCount()) + 1):
            selection = QTextEdit.ExtraSelection()
            selection.cursor = QTextCursor(self.document().findBlockByNumber(number - 1))
            selection.format.setBackground(QColor(mix(current_theme().panel, current_theme().accent, 0.16)))
            selection.format.setProperty(QTextFormat.Property.FullWidthSelection, True)
            made.append(selection)
        self.setExtraSelections(made)
        self._gutter.update()

    def _retheme(self, _theme: object) -> None:
        self._tint()

    def mouseReleaseEvent(self, event: QMouseEvent) -> None:
        super().mouseReleaseEvent(event)
        if event.button() == Qt.MouseButton.LeftButton and not self.textCursor().hasSelection():
            cursor = self.cursorForPosition(event.position().toPoint())
            line = cursor.blockNumber() + 1
            cursor.select(QTextCursor.SelectionType.WordUnderCursor)
            self.line_clicked.emit(line, cursor.selectedText())

    def gutter_px(self) -> int:
        """The width of the line numbers."""
        return self.fontMetrics().horizontalAdvance("9") * max(3, len(str(self.blockCount()))) + 20

    def _place_gutter(self, _count: int = 0) -> None:
        self.setViewportMargins(self.gutter_px(), 0, 0, 0)
        area = self.contentsRect()
        self._gutter.setGeometry(QRect(area.left(), area.top(), self.gutter_px(), area.height()))

    def _scroll_gutter(self, area: QRect, dy: int) -> None:
        if dy:
            self._gutter.scroll(0, dy)
        else:
            self._gutter.update(0, area.y(), self._gutter.width(), area.height())

    def resizeEvent(self, event: QResizeEvent) -> None:
        super().resizeEvent(event)
        self._place_gutter()

    def changeEvent(self, event: QEvent) -> None:
        super().changeEvent(event)
        if event.type() == QEvent.Type.FontChange and hasattr(self, "_gutter"):
            self._place_gutter()

    def paint_gutter(self, event: QPaintEvent) -> None:
        """Paint the numbers of the lines that are visible."""
        theme = current_theme()
        painter = QPainter(self._gutter)
        painter.fillRect(event.rect(), QColor(theme.panel))
        painter.setFont(self.font())
        first, last = self.tinted or (1, 0)
        block: QTextBlock = self.firstVisibleBlock()
        top = self.blockBoundingGeometry(block).translated(self.contentOffset()).top()
        while block.isValid() and top <= event.rect().bottom():
            height = self.blockBoundingRect(block).height()
            number = block.blockNumber() + 1
            painter.setPen(QColor(theme.accent if first <= number <= last else mix(theme.muted, theme.panel, 0.3)))
            space = QRect(0, round(top), self._gutter.width() - 12, round(height))
            painter.drawText(space, Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter, str(number))
            block, top = block.next(), top + height
        painter.end()


class Code(QWidget):
    """The code and what can be done with it.

    node_clicked(node_key): a line of that node was clicked. export_requested: the button was pressed. lazy_chosen(on):
    it is to be written with lazy layers, or with explicit channels again.
    """

    node_clicked = Signal(object)
    export_requested = Signal()
    lazy_chosen = Signal(bool)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Code"))
        self._lines: Mapping[Hashable, Lines] = {}
        self._names: Mapping[Hashable, str] = {}
        self._node: Hashable | None = None
        self._tinted_node: Hashable | None = None
        self._text = ""
        self.view = CodeView()
        self.view.setAccessibleName(self.tr("Generated code"))
        self.copy_button = QPushButton(self.tr("Copy"))
        self.export_button = QPushButton(self.tr("Export…"))
        self.lazy_switch = QCheckBox(self.tr("Lazy layers"))
        self.lazy_switch.setToolTip(
            self.tr("LazyConv2d, LazyLinear, …: in_channels and in_features are found out with the first example")
        )
        self._note = ElidedLabel(role="muted")
        self._set_note("")
        top = QHBoxLayout()
        top.setContentsMargins(16, 8, 12, 8)
        top.setSpacing(8)
        top.addWidget(self._note, 1)
        top.addWidget(self.lazy_switch)
        for button, name in ((self.copy_button, "copy"), (self.export_button, "download")):
            wear_icon(button, name)
            top.addWidget(button)
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.setSpacing(0)
        box.addLayout(top)
        box.addWidget(self.view)
        self._late = QTimer(self, singleShot=True, interval=_LATE_MS)
        self._late.timeout.connect(self._update_text)
        self._copied = QTimer(self, singleShot=True, interval=1600)
        self._copied.timeout.connect(lambda: self.copy_button.setText(self.tr("Copy")))
        self.copy_button.clicked.connect(self.copy)
        self.export_button.clicked.connect(self.export_requested)
        self.lazy_switch.toggled.connect(self.lazy_chosen)
        self.view.line_clicked.connect(self._clicked)

    def sizeHint(self) -> QSize:
        return QSize(720, 260)

    @property
    def is_lazy(self) -> bool:
        """Whether lazy layers are chosen, for what is shown and for what is exported."""
        return self.lazy_switch.isChecked()

    def set_code(
        self, text: str, line_map: Mapping[Hashable, Lines], note: str = "", names: Mapping[Hashable, str] | None = None
    ) -> None:
        """Show `text` a moment later, or when the dock is next seen.

        line_map: the lines of each node, from 1. note: a quiet remark at the top, such as the file. names: what the
        nodes are called in the text, which tells those of one line apart.
        """
        self._lines, self._names, self._text = dict(line_map), dict(names or {}), text
        self._set_note(note)
        if self.isVisible() and not self.view.text:
            self._update_text()
        elif self.isVisible() and not self._late.isActive():
            self._late.start()

    def clear(self) -> None:
        """Show nothing: another design is open, and its code is yet to come."""
        self._late.stop()
        self._lines, self._text = {}, ""
        self._set_note("")
        self._update_text()

    def highlight_node(self, node_key: Hashable | None) -> None:
        """Tint the lines of a node and bring them into view; None or an unknown one tints nothing."""
        if node_key != self._node:
            self._node = node_key
            if self.isVisible() and not self._late.isActive():
                lines = self._lines.get(node_key)
                self._tinted_node = node_key if lines is not None else None
                self.view.tint(lines)

    def _update_text(self) -> None:
        if self._text != self.view.text:
            self.view.set_text(self._text)
        lines = self._lines.get(self._node)
        self.view.tint(lines, scroll=self._node != self._tinted_node)
        self._tinted_node = self._node if lines is not None else None  # its lines may come later

    def event(self, event: QEvent) -> bool:
        if event.type() == QEvent.Type.Show:
            self._update_text()
        return super().event(event)

    def copy(self) -> None:
        """Put the whole source on the clipboard."""
        QGuiApplication.clipboard().setText(self._text)
        self.copy_button.setText(self.tr("Copied"))
        self._copied.start()

    def _set_note(self, note: str) -> None:
        trains = self.tr("This is what trains, and what is exported.")
        self._note.setText(note or (self.tr("This is what is exported.") if self.is_lazy else trains))

    def _clicked(self, line: int, word: str) -> None:
        hits = {key: last - first for key, (first, last) in self._lines.items() if first <= line <= last}
        nearest = [key for key, length in hits.items() if length == min(hits.values())]
        if nearest:  # of several on one line the one whose name was clicked, or the last, which gives the line its name
            named = (key for key in nearest if self._names.get(key) == word)
            self.node_clicked.emit(next(named, nearest[-1]))
