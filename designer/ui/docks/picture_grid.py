"""Pictures in a grid, each with a caption; more are asked for as a person scrolls down."""

from __future__ import annotations

from collections.abc import Sequence

from PySide6.QtCore import QAbstractListModel, QModelIndex, QRect, QSize, Qt, Signal
from PySide6.QtGui import QColor, QImage, QPainter
from PySide6.QtWidgets import QAbstractItemView, QListView, QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.ui.docks.data_views import PictureView
from designer.ui.theme.current import current_theme

_PICTURE_PX = 64
_CELL = QSize(_PICTURE_PX + 16, _PICTURE_PX + 28)
_VIEW_ROLE = int(Qt.ItemDataRole.UserRole)


def image_of(view: PictureView) -> QImage:
    """The picture as Qt has it; null where there is none."""
    if not view.width or view.broken:
        return QImage()
    return QImage(view.pixels, view.width, view.height, 3 * view.width, QImage.Format.Format_RGB888)


def draw_picture(painter: QPainter, where: QRect, view: PictureView) -> None:
    """The picture as large as fits, its ratio kept; small ones in clear pixels. A cross where it is broken."""
    image, theme = image_of(view), current_theme()
    if image.isNull():
        painter.setPen(QColor(theme.bad_text))
        painter.drawText(where, int(Qt.AlignmentFlag.AlignCenter), "×")
        painter.setPen(QColor(theme.line))
        painter.drawRect(where.adjusted(0, 0, -1, -1))
        return
    size = image.size().scaled(where.size(), Qt.AspectRatioMode.KeepAspectRatio)
    target = QRect(where.topLeft(), size)
    target.moveCenter(where.center())
    smaller = size.width() < image.width()
    painter.setRenderHint(QPainter.RenderHint.SmoothPixmapTransform, smaller or image.width() > _PICTURE_PX // 2)
    painter.drawImage(target, image)


class _Model(QAbstractListModel):
    """more_wanted(first): the view has come to the end of what is here."""

    more_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self.pictures: list[PictureView] = []
        self._total = 0
        self._asked = 0

    def clear(self) -> None:
        self.beginResetModel()
        self.pictures, self._total, self._asked = [], 0, 0
        self.endResetModel()

    def add(self, pictures: Sequence[PictureView], total: int) -> None:
        self._total = total
        if pictures:
            first = len(self.pictures)
            self.beginInsertRows(QModelIndex(), first, first + len(pictures) - 1)
            self.pictures += pictures
            self.endInsertRows()

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self.pictures)

    def canFetchMore(self, parent: QModelIndex) -> bool:
        return not parent.isValid() and self._asked < len(self.pictures) < self._total

    def fetchMore(self, _parent: QModelIndex) -> None:
        self._asked = len(self.pictures)
        self.more_wanted.emit(self._asked)

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        view = self.pictures[index.row()]
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return view.caption
        if role == Qt.ItemDataRole.ToolTipRole:
            return view.tip
        return view if role == _VIEW_ROLE else None


class _Delegate(QStyledItemDelegate):
    def sizeHint(self, _option: QStyleOptionViewItem, _index: QModelIndex) -> QSize:
        return _CELL

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme, view = current_theme(), index.data(_VIEW_ROLE)
        cell = option.rect
        painter.save()
        if option.state & (QStyle.StateFlag.State_MouseOver | QStyle.StateFlag.State_Selected):
            painter.setRenderHint(QPainter.RenderHint.Antialiasing)
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.raised))
            painter.drawRoundedRect(cell.adjusted(1, 1, -1, -1), 6, 6)
        draw_picture(painter, QRect(cell.left() + 8, cell.top() + 6, _PICTURE_PX, _PICTURE_PX), view)
        words = QRect(cell.left() + 4, cell.top() + _PICTURE_PX + 6, cell.width() - 8, 20)
        painter.setPen(QColor(theme.bad_text if view.broken else theme.muted))
        shown = option.fontMetrics.elidedText(view.caption, Qt.TextElideMode.ElideRight, words.width())
        painter.drawText(words, int(Qt.AlignmentFlag.AlignCenter), shown)
        painter.restore()


class PictureGrid(QListView):
    """more_wanted(first): pictures from that place on are wanted; `add` brings them."""

    more_wanted = Signal(int)

    def __init__(self) -> None:
        super().__init__()
        self._model = _Model()
        self._model.more_wanted.connect(self.more_wanted)
        self.setModel(self._model)
        self.setItemDelegate(_Delegate(self))
        self.setViewMode(QListView.ViewMode.IconMode)
        self.setMovement(QListView.Movement.Static)
        self.setResizeMode(QListView.ResizeMode.Adjust)
        self.setUniformItemSizes(True)
        self.setGridSize(_CELL)
        self.setMouseTracking(True)
        self.setFrameShape(QListView.Shape.NoFrame)
        self.setVerticalScrollMode(QAbstractItemView.ScrollMode.ScrollPerPixel)
        self.setAccessibleName(self.tr("Samples"))

    @property
    def pictures(self) -> Sequence[PictureView]:
        """Those that are here."""
        return self._model.pictures

    def clear(self) -> None:
        """Show none."""
        self._model.clear()
        self.scrollToTop()

    def add(self, pictures: Sequence[PictureView], total: int) -> None:
        """Show these behind the others. total: how many there are to be had."""
        self._model.add(pictures, total)
