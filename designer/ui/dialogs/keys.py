"""The keys of all commands in a table, and below it where the chosen command gets others."""

from __future__ import annotations

from PySide6.QtCore import QAbstractTableModel, QModelIndex, QObject, QSortFilterProxyModel, Qt
from PySide6.QtGui import QKeySequence
from PySide6.QtWidgets import (
    QAbstractItemView,
    QHBoxLayout,
    QHeaderView,
    QKeySequenceEdit,
    QPushButton,
    QTableView,
    QVBoxLayout,
    QWidget,
)

from designer.base.errors import BlockyardError
from designer.ui.actions import MENUS, translated
from designer.ui.settings.shortcuts import Shortcuts
from designer.ui.widgets import Sentence, label

_ID = Qt.ItemDataRole.UserRole
_ROW_PX = 28


class _Commands(QAbstractTableModel):
    """A row a command: its name, its menu, its keys."""

    def __init__(self, shortcuts: Shortcuts, parent: QObject) -> None:
        super().__init__(parent)
        self._shortcuts = shortcuts
        self._ids = list(shortcuts.specs)
        self._titles = (self.tr("Command"), self.tr("Menu"), self.tr("Keys"))
        shortcuts.changed.connect(self._changed)

    def _changed(self) -> None:
        self.dataChanged.emit(self.index(0, 0), self.index(len(self._ids) - 1, 2))

    def rowCount(self, parent: QModelIndex | None = None) -> int:
        return 0 if parent is not None and parent.isValid() else len(self._ids)

    def columnCount(self, _parent: QModelIndex | None = None) -> int:
        return len(self._titles)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation == Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return self._titles[section]
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        key = self._ids[index.row()]
        spec = self._shortcuts.specs[key]
        if role == _ID:
            return key
        if role == Qt.ItemDataRole.DisplayRole:
            native = (
                QKeySequence(k).toString(QKeySequence.SequenceFormat.NativeText) for k in self._shortcuts.keys(key)
            )
            changed = " *" if self._shortcuts.is_changed(key) else ""
            return (translated(spec.text), translated(MENUS[spec.menu]), "  ".join(native) + changed)[index.column()]
        return None


class KeysPage(QWidget):
    """Choose a command, press other keys; what is taken already is told, and can be taken from there."""

    def __init__(self, shortcuts: Shortcuts) -> None:
        super().__init__()
        self._shortcuts = shortcuts
        self._rows = QSortFilterProxyModel(self)
        self._rows.setSourceModel(_Commands(shortcuts, self))
        self._rows.setFilterKeyColumn(-1)
        self._rows.setFilterCaseSensitivity(Qt.CaseSensitivity.CaseInsensitive)
        self.table = self._make_table()
        self.chosen = label("", "heading")
        self.editor = QKeySequenceEdit()
        self.editor.setMaximumSequenceLength(1)
        self.editor.setAccessibleName(self.tr("New keys"))
        self.editor.keySequenceChanged.connect(lambda keys: keys.isEmpty() or self._bind(keys.toString()))
        self.take_button = QPushButton(self.tr("Take them"))
        self.take_button.clicked.connect(lambda: self._bind(self.editor.keySequence().toString(), take=True))
        self.clear_button = QPushButton(self.tr("No keys"))
        self.clear_button.clicked.connect(lambda: self._bind(""))
        self.reset_button = QPushButton(self.tr("Reset"))
        self.reset_button.clicked.connect(lambda: self._shortcuts.reset(self.command))
        self.reset_all_button = QPushButton(self.tr("Reset all"))
        self.reset_all_button.clicked.connect(lambda: self._shortcuts.reset())
        self.message = Sentence("", "error")
        column = QVBoxLayout(self)
        column.setContentsMargins(0, 0, 0, 0)
        column.setSpacing(0)
        column.addWidget(self.table, 1)
        column.addLayout(self._make_foot())
        shortcuts.changed.connect(self._show)
        self.table.selectRow(0)

    def _make_table(self) -> QTableView:
        table = QTableView()
        table.setModel(self._rows)
        table.setAccessibleName(self.tr("Commands and their keys"))
        table.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        table.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        table.setTabKeyNavigation(False)
        table.setShowGrid(False)
        table.verticalHeader().hide()
        table.verticalHeader().setDefaultSectionSize(_ROW_PX)
        header = table.horizontalHeader()
        header.setHighlightSections(False)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setSectionResizeMode(0, QHeaderView.ResizeMode.Stretch)
        for column, width in ((1, 110), (2, 200)):
            header.resizeSection(column, width)
        table.selectionModel().currentRowChanged.connect(lambda *_: self._show())
        return table

    def _make_foot(self) -> QVBoxLayout:
        line, foot = QHBoxLayout(), QVBoxLayout()
        line.setSpacing(8)
        line.addWidget(self.chosen, 1)
        for part in (self.editor, self.take_button, self.clear_button, self.reset_button, self.reset_all_button):
            if isinstance(part, QPushButton):
                part.setAutoDefault(False)
            line.addWidget(part)
        self.editor.setFixedWidth(128)
        foot.setContentsMargins(16, 12, 16, 0)
        foot.setSpacing(6)
        foot.addLayout(line)
        foot.addWidget(self.message)
        return foot

    @property
    def command(self) -> str:
        """The id of the chosen command, "" where there is none."""
        return self.table.currentIndex().data(_ID) or ""

    def choose(self, command: str) -> None:
        """Choose a command by its id."""
        for row in range(self._rows.rowCount()):
            if self._rows.index(row, 0).data(_ID) == command:
                self.table.selectRow(row)

    def filter(self, text: str) -> int:
        """Show only the commands that hold a text. Returns how many there are."""
        self._rows.setFilterFixedString(text)
        if not self.table.currentIndex().isValid() and self._rows.rowCount():
            self.table.selectRow(0)
        self._show()
        return self._rows.rowCount()

    def _bind(self, keys: str, take: bool = False) -> None:
        if not self.command:
            return
        try:
            self._shortcuts.bind(self.command, keys, take)
        except BlockyardError as error:
            self.message.setText(translated(str(error)))
            self.take_button.setVisible(bool(error.fix))

    def _show(self) -> None:
        """The chosen command as it is."""
        command = self.command
        spec = self._shortcuts.specs.get(command)
        self.chosen.setText(translated(spec.text) if spec else "")
        keys = self._shortcuts.keys(command) if spec else ()
        blocked = self.editor.blockSignals(True)
        self.editor.setKeySequence(QKeySequence(keys[0] if keys else ""))
        self.editor.blockSignals(blocked)
        self.message.setText("")
        self.take_button.hide()
        self.clear_button.setEnabled(bool(keys))
        self.reset_button.setEnabled(bool(spec) and self._shortcuts.is_changed(command))
        self.editor.setEnabled(bool(spec))
