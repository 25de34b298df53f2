"""A small table of texts that grows as one types: the last row is always empty, and a row that is emptied goes."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from PySide6.QtCore import QModelIndex, QSize, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent, QPalette
from PySide6.QtWidgets import (
    QAbstractItemView,
    QComboBox,
    QHeaderView,
    QLineEdit,
    QSizePolicy,
    QStyledItemDelegate,
    QStyleOptionViewItem,
    QTableWidget,
    QTableWidgetItem,
    QWidget,
)

from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import figure_font

_ROW_PX = 28


@dataclass(frozen=True)
class Column:
    """title: its heading. share: of the width. choices: what it offers, the first for a new row."""

    title: str
    share: int = 1
    choices: tuple[str, ...] = ()
    placeholder: str = ""


class _Cells(QStyledItemDelegate):
    """Line edits, and boxes where a column offers choices."""

    def __init__(self, table: RowTable) -> None:
        super().__init__(table)
        self._table = table

    def initStyleOption(self, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        super().initStyleOption(option, index)
        if index.row() == self._table.rowCount() - 1 and not index.column() and not option.text:
            option.text = self.tr("add…")
            option.features |= QStyleOptionViewItem.ViewItemFeature.HasDisplay
            option.palette.setColor(QPalette.ColorRole.Text, QColor(current_theme().muted))

    def createEditor(self, parent: QWidget, option: QStyleOptionViewItem, index: QModelIndex) -> QWidget:
        column = self._table.columns[index.column()]
        if not column.choices:
            editor = QLineEdit(parent)
            editor.setFrame(False)
            editor.setPlaceholderText(column.placeholder)
            return editor
        box = QComboBox(parent)
        box.addItems(column.choices)
        box.activated.connect(lambda: (self.commitData.emit(box), self.closeEditor.emit(box)))
        return box

    def setEditorData(self, editor: QWidget, index: QModelIndex) -> None:
        if isinstance(editor, QComboBox):
            editor.setCurrentText(index.data() or "")
        else:
            super().setEditorData(editor, index)

    def setModelData(self, editor: QWidget, model: object, index: QModelIndex) -> None:
        if isinstance(editor, QComboBox):
            model.setData(index, editor.currentText())
        else:
            super().setModelData(editor, model, index)


class RowTable(QTableWidget):
    """changed(): a text is another than before."""

    changed = Signal()

    def __init__(self, name: str, columns: Sequence[Column]) -> None:
        super().__init__(0, len(columns))
        self.columns = tuple(columns)
        self._is_filling = False
        self.setAccessibleName(name)
        self.setHorizontalHeaderLabels([column.title for column in columns])
        self.setFont(figure_font())
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(_ROW_PX)
        self.verticalHeader().setMinimumSectionSize(_ROW_PX)
        header = self.horizontalHeader()
        header.setSectionResizeMode(QHeaderView.ResizeMode.Fixed)
        header.setDefaultAlignment(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter)
        header.setHighlightSections(False)
        header.setFixedHeight(_ROW_PX)
        header.setSectionsClickable(False)
        self.setShowGrid(False)
        self.setFrameShape(QTableWidget.Shape.NoFrame)
        self.setTabKeyNavigation(False)
        self.setWordWrap(False)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setEditTriggers(QAbstractItemView.EditTrigger.AllEditTriggers)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setVerticalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setItemDelegate(_Cells(self))
        self.itemChanged.connect(self._edited)
        self.set_rows(())

    def set_rows(self, rows: Sequence[Sequence[str]]) -> None:
        """Show these texts, and an empty row below."""
        self._is_filling = True
        self.setRowCount(len(rows) + 1)
        for row, texts in enumerate([*rows, [""] * len(self.columns)]):
            for column, text in enumerate(texts):
                self.setItem(row, column, QTableWidgetItem(text))
        self._is_filling = False
        self._take_room()

    def rows(self) -> tuple[tuple[str, ...], ...]:
        """The texts of the rows that are not empty; a row without a name is one too, so that it is complained of."""
        found = [
            tuple(self._text(row, column) for column in range(len(self.columns))) for row in range(self.rowCount())
        ]
        return tuple(texts for texts in found if any(texts))

    def remove_row(self, row: int) -> None:
        """Take a row out."""
        if row < self.rowCount() - 1:
            self.removeRow(row)
            self._take_room()
            self.changed.emit()

    def _text(self, row: int, column: int) -> str:
        item = self.item(row, column)
        return item.text().strip() if item is not None else ""

    def _edited(self, item: QTableWidgetItem) -> None:
        if self._is_filling:
            return
        is_last = item.row() == self.rowCount() - 1
        if is_last and item.text().strip():
            self._is_filling = True
            for column, about in enumerate(self.columns):  # a new row takes the usual choices
                if about.choices and not self._text(item.row(), column):
                    self.setItem(item.row(), column, QTableWidgetItem(about.choices[0]))
            self.insertRow(self.rowCount())
            for column in range(len(self.columns)):
                self.setItem(self.rowCount() - 1, column, QTableWidgetItem(""))
            self._is_filling = False
            self._take_room()
        self.changed.emit()

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Delete, Qt.Key.Key_Backspace):
            self.remove_row(self.currentRow())
        else:
            super().keyPressEvent(event)

    def resizeEvent(self, event: object) -> None:
        super().resizeEvent(event)
        whole = sum(column.share for column in self.columns)
        for index, column in enumerate(self.columns):
            self.setColumnWidth(index, self.viewport().width() * column.share // whole)

    def sizeHint(self) -> QSize:
        return QSize(320, self._height())

    def _height(self) -> int:
        return _ROW_PX * (self.rowCount() + 1) + 2

    def _take_room(self) -> None:
        self.setFixedHeight(self._height())
