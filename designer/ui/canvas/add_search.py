"""The search at the cursor: type a few letters, choose with arrows and Enter. It says what was chosen, no more."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QAbstractListModel, QEvent, QModelIndex, QObject, QPoint, Qt, Signal
from PySide6.QtGui import QHideEvent, QKeyEvent
from PySide6.QtWidgets import QFrame, QLabel, QLineEdit, QListView, QVBoxLayout, QWidget

from designer.ui.canvas.add_search_row import ENTRY_ROLE, ROW_HEIGHT, TYPED_ROLE, RowPainter
from designer.ui.canvas.ranking import ranked
from designer.ui.theme.tokens import DARK, Theme

WIDTH = 360
MOST_ROWS = 9


@dataclass(frozen=True, slots=True)
class AddEntry:
    """One thing that can be chosen: `kind` is what is told of it, `word` or else `family` stands at the right.

    rank: of entries that answer equally well, those of the lowest come first.
    """

    kind: str
    title: str
    family: str
    summary: str = ""
    keywords: tuple[str, ...] = ()
    word: str = ""
    rank: int = 0


class _Entries(QAbstractListModel):
    """The entries that answer what was typed."""

    def __init__(self, parent: QObject) -> None:
        super().__init__(parent)
        self._all: Sequence[AddEntry] = ()
        self._typed = ""
        self.shown: list[AddEntry] = []

    def set_entries(self, entries: Sequence[AddEntry]) -> None:
        self._all = tuple(entries)
        self.filter("")

    def filter(self, typed: str) -> None:
        self.beginResetModel()
        self._typed = typed
        self.shown = ranked(
            typed,
            self._all,
            lambda entry: (entry.title, entry.kind, *entry.keywords, entry.family, entry.word, entry.summary),
            lambda entry: entry.rank,
        )
        self.endResetModel()

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return len(self.shown)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        entry = self.shown[index.row()]
        values = {
            Qt.ItemDataRole.DisplayRole: entry.title,
            Qt.ItemDataRole.ToolTipRole: entry.summary,
            Qt.ItemDataRole.AccessibleDescriptionRole: entry.summary,
            ENTRY_ROLE: entry,
            TYPED_ROLE: self._typed,
        }
        return values.get(role)


class AddSearch(QFrame):
    """A line to type in and the entries that answer, over its parent. Escape or a click elsewhere closes it."""

    chosen = Signal(str)  # kind
    opened = Signal()
    closed = Signal()

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.hide()
        self.setObjectName("add_search")
        self.setAccessibleName(self.tr("Add a layer or block"))
        self.typed = QLineEdit(self)
        self.set_words(self.tr("Search layers and blocks"))
        self.typed.setClearButtonEnabled(False)
        self.list = QListView(self)
        self.list.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.list.setUniformItemSizes(True)
        self.list.setMouseTracking(True)
        self.list.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.list.setAccessibleName(self.tr("What answers"))
        self._nothing = QLabel(self.tr("Nothing of that name. Try fewer letters."), self)
        self._nothing.setAlignment(Qt.AlignmentFlag.AlignCenter)
        self._entries = _Entries(self)
        self._rows = RowPainter(DARK, self)
        self.list.setModel(self._entries)
        self.list.setItemDelegate(self._rows)
        column = QVBoxLayout(self)
        column.setContentsMargins(8, 8, 8, 8)
        column.setSpacing(6)
        for widget in (self.typed, self.list, self._nothing):
            column.addWidget(widget)
        self.typed.textChanged.connect(self._filter)
        self.typed.installEventFilter(self)
        self.list.clicked.connect(self._choose)
        self.list.entered.connect(self.list.setCurrentIndex)
        self.setFixedWidth(WIDTH)

    def set_words(self, words: str) -> None:
        """What the empty line says it is for."""
        self.typed.setPlaceholderText(words)
        self.typed.setAccessibleName(words)

    def set_entries(self, entries: Sequence[AddEntry]) -> None:
        """What can be chosen, in the order in which it is shown before anything is typed."""
        self._entries.set_entries(entries)

    def open_at(self, place: QPoint) -> None:
        """Open with the line to type in under a point of the parent, and within it."""
        self.typed.clear()
        self._filter("")
        tallest = max(self.height(), self.sizeHint().height())
        room = self.parentWidget().size()
        x = max(min(place.x() - 24, room.width() - WIDTH - 8), 8)
        y = max(min(place.y() - 24, room.height() - tallest - 8), 8)
        self.move(x, y)
        self.show()
        self.raise_()
        self.typed.setFocus(Qt.FocusReason.PopupFocusReason)
        self.opened.emit()

    def set_theme(self, theme: Theme) -> None:
        """Wear another palette."""
        self._rows.theme = theme
        self.setStyleSheet(
            f"""
            QFrame#add_search {{ background: {theme.panel}; border: 1px solid {theme.line}; border-radius: 8px; }}
            QLineEdit {{ background: {theme.raised}; color: {theme.text}; border: 1px solid transparent;
                         border-radius: 6px; padding: 6px 8px; font-size: 13px;
                         selection-background-color: {theme.accent}; selection-color: {theme.on_accent}; }}
            QLineEdit:focus {{ border-color: {theme.accent}; }}
            QListView {{ background: transparent; border: none; outline: none; }}
            QLabel {{ color: {theme.muted}; font-size: 12px; padding: 10px; }}
            """
        )

    def eventFilter(self, watched: QObject, event: QEvent) -> bool:
        if watched is self.typed and event.type() == QEvent.Type.ShortcutOverride:
            event.accept()  # letters are text here, not the window's shortcuts
            return True
        if watched is self.typed and event.type() == QEvent.Type.KeyPress and isinstance(event, QKeyEvent):
            return self._press(Qt.Key(event.key()))
        is_leaving = watched is self.typed and event.type() == QEvent.Type.FocusOut
        if is_leaving and event.reason() != Qt.FocusReason.ActiveWindowFocusReason:
            self.hide()
        return super().eventFilter(watched, event)

    def hideEvent(self, event: QHideEvent) -> None:
        super().hideEvent(event)
        self.closed.emit()

    def _press(self, key: Qt.Key) -> bool:
        steps = {
            Qt.Key.Key_Down: 1,
            Qt.Key.Key_Tab: 1,
            Qt.Key.Key_Up: -1,
            Qt.Key.Key_Backtab: -1,
            Qt.Key.Key_PageDown: MOST_ROWS - 1,
            Qt.Key.Key_PageUp: 1 - MOST_ROWS,
        }
        if key in steps:
            self._step(steps[key])
        elif key in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._choose(self.list.currentIndex())
        elif key == Qt.Key.Key_Escape:
            self.hide()
        else:
            return False
        return True

    def _step(self, rows: int) -> None:
        count = self._entries.rowCount()
        if count:
            row = self.list.currentIndex().row() + rows
            row = row % count if abs(rows) == 1 else min(max(row, 0), count - 1)
            self.list.setCurrentIndex(self._entries.index(row))

    def _filter(self, typed: str) -> None:
        self._entries.filter(typed)
        count = self._entries.rowCount()
        self.list.setVisible(bool(count))
        self._nothing.setVisible(not count)
        self.list.setFixedHeight(ROW_HEIGHT * min(max(count, 1), MOST_ROWS))
        if count:
            self.list.setCurrentIndex(self._entries.index(0))
        self.adjustSize()

    def _choose(self, index: QModelIndex) -> None:
        if index.isValid():
            kind = self._entries.shown[index.row()].kind
            self.hide()
            self.chosen.emit(kind)
