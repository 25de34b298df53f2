"""The table of layers: each with its shape and its costs, figures at the right, in the order of the network."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractTableModel, QModelIndex, Qt, Signal
from PySide6.QtGui import QColor, QKeyEvent
from PySide6.QtWidgets import QAbstractItemView, QTableView

from designer.ui.docks.views import LayerView
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import figure_font
from designer.ui.widgets import copy_cell

_NAME, _KIND, _OUTPUT, _PARAMS, _TRAINED, _MACS, _ACTIVATIONS, _MEMORY, _FIELD = range(9)
_TEXTS = (_NAME, _KIND, _TRAINED)
_WIDTHS = (140, 140, 130, 110, 76, 90, 110, 130, 210)


class LayersModel(QAbstractTableModel):
    """The layers as a Qt table."""

    def __init__(self) -> None:
        super().__init__()
        self.layers: tuple[LayerView, ...] = ()
        self._figures = figure_font()

    def set_layers(self, layers: Sequence[LayerView]) -> None:
        """Replace the rows; where their number is the same, in place, so that place and selection stay."""
        layers = tuple(layers)
        if layers == self.layers:
            return
        if len(layers) == len(self.layers):
            self.layers = layers
            self.dataChanged.emit(self.index(0, 0), self.index(len(layers) - 1, _FIELD))
            return
        self.beginResetModel()
        self.layers = layers
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.layers)

    def columnCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(_WIDTHS)

    def headerData(self, section: int, orientation: Qt.Orientation, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        if orientation is Qt.Orientation.Horizontal and role == Qt.ItemDataRole.DisplayRole:
            return (
                self.tr("Layer"),
                self.tr("Kind"),
                self.tr("Output"),
                self.tr("Parameters"),
                self.tr("Trained"),
                self.tr("MACs"),
                self.tr("Activations"),
                self.tr("Training memory"),
                self.tr("Receptive field"),
            )[section]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(section)
        return None

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        layer, column = self.layers[index.row()], index.column()
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.ToolTipRole):
            return self._texts(layer)[column]
        if role == Qt.ItemDataRole.TextAlignmentRole:
            return self._alignment(column)
        if role == Qt.ItemDataRole.FontRole and column not in _TEXTS:
            return self._figures
        if role == Qt.ItemDataRole.ForegroundRole:
            return QColor(current_theme().muted if column in (_KIND, _TRAINED) else current_theme().text)
        return None

    def _texts(self, layer: LayerView) -> tuple[str, ...]:
        trained = "" if layer.trained is None else self.tr("yes") if layer.trained else self.tr("frozen")
        return (
            layer.name,
            layer.kind,
            layer.output,
            layer.params,
            trained,
            layer.macs,
            layer.activations,
            layer.memory,
            layer.field,
        )

    @staticmethod
    def _alignment(column: int) -> int:
        side = Qt.AlignmentFlag.AlignLeft if column in _TEXTS else Qt.AlignmentFlag.AlignRight
        return int(side | Qt.AlignmentFlag.AlignVCenter)


class LayerTable(QTableView):
    """jump_requested(key): show that layer on the canvas."""

    jump_requested = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self.setAccessibleName(self.tr("Layers"))
        self.layers = LayersModel()
        self.setModel(self.layers)
        self.setSelectionBehavior(QAbstractItemView.SelectionBehavior.SelectRows)
        self.setSelectionMode(QAbstractItemView.SelectionMode.SingleSelection)
        self.setShowGrid(False)
        self.setWordWrap(False)
        self.verticalHeader().hide()
        self.verticalHeader().setDefaultSectionSize(28)
        self.horizontalHeader().setHighlightSections(False)
        self.horizontalHeader().setStretchLastSection(True)
        for column, width in enumerate(_WIDTHS):
            self.setColumnWidth(column, width)
        self.doubleClicked.connect(self._jump)
        theme_source().changed.connect(self._draw)

    def _draw(self, _theme: object) -> None:
        self.viewport().update()

    def _jump(self, index: QModelIndex) -> None:
        if index.isValid():
            self.jump_requested.emit(self.layers.layers[index.row()].key)

    def keyPressEvent(self, event: QKeyEvent) -> None:
        if event.key() in (Qt.Key.Key_Return, Qt.Key.Key_Enter):
            self._jump(self.currentIndex())
        elif not copy_cell(self, event):
            super().keyPressEvent(event)
