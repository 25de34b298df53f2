"""The classes of a data set as a list of bars; the one that is chosen filters the samples."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.ui.docks.data_views import ClassView
from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import figure_font

_ROW_PX = 28
_COUNT_PX = 56
_VIEW_ROLE = int(Qt.ItemDataRole.UserRole)


class _Model(QAbstractListModel):
    def __init__(self) -> None:
        super().__init__()
        self.classes: tuple[ClassView, ...] = ()

    def set_classes(self, classes: Sequence[ClassView]) -> None:
        classes = tuple(classes)
        if [view.name for view in classes] == [view.name for view in self.classes]:
            self.classes = classes
            if classes:
                self.dataChanged.emit(self.index(0), self.index(len(classes) - 1))
            return
        self.beginResetModel()
        self.classes = classes
        self.endResetModel()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.classes)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        view = self.classes[index.row()]
        name = view.name if view.label is not None else self.tr("All classes")
        if role == Qt.ItemDataRole.DisplayRole:
            return name
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleTextRole):
            words = self.tr("{0}: 1 image") if view.count == 1 else self.tr("{0}: {1} images")
            return words.format(name, f"{view.count:,}")
        return view if role == _VIEW_ROLE else None


class _Delegate(QStyledItemDelegate):
    """Name, count, and under both a bar as long as the class's share of the largest."""

    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        return QSize(120, _ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, view = current_theme(), index.data(_VIEW_ROLE)
        chosen = bool(option.state & QStyle.StateFlag.State_Selected)
        row = option.rect.adjusted(8, 0, -8, 0)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        if chosen or option.state & QStyle.StateFlag.State_MouseOver:
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(option.rect.adjusted(2, 1, -2, -1), 6, 6)
        track = QRect(row.left(), row.bottom() - 5, row.width(), 3)
        if view.label is not None:
            painter.setBrush(QColor(theme.line))
            painter.drawRoundedRect(track, 1.5, 1.5)
            if view.count:
                painter.setBrush(QColor(theme.accent))
                painter.drawRoundedRect(track.adjusted(0, 0, -round(track.width() * (1 - view.share)), 0), 1.5, 1.5)
        words = row.adjusted(0, 0, 0, -6)
        painter.setPen(QColor(theme.accent if chosen else theme.text))
        name = index.data()
        metrics = option.fontMetrics
        painter.drawText(
            words.adjusted(0, 0, -_COUNT_PX, 0),
            int(Qt.AlignmentFlag.AlignLeft | Qt.AlignmentFlag.AlignVCenter),
            metrics.elidedText(name, Qt.TextElideMode.ElideRight, words.width() - _COUNT_PX),
        )
        painter.setFont(figure_font())
        painter.setPen(QColor(theme.muted if view.count else theme.bad_text))
        painter.drawText(words, int(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter), f"{view.count:,}")
        painter.restore()


class ClassBars(QListView):
    """chosen(label): a person chose a class, None for all of them."""

    chosen = Signal(object)

    def __init__(self) -> None:
        super().__init__()
        self._model = _Model()
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setUniformItemSizes(True)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setAccessibleName(self.tr("Classes"))
        self.selectionModel().currentChanged.connect(self._changed)
        self._quiet = False

    def show_classes(self, classes: Sequence[ClassView]) -> None:
        """Show the bars; the choice stays where the classes are the same."""
        self._quiet = True
        self._model.set_classes(classes)
        if classes and not self.currentIndex().isValid():
            self.setCurrentIndex(self._model.index(0))
        self._quiet = False

    def _changed(self, current: QModelIndex, _previous: QModelIndex) -> None:
        if current.isValid() and not self._quiet:
            self.chosen.emit(current.data(_VIEW_ROLE).label)
