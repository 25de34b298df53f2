"""The palette's rows as a Qt list model, and the delegate that paints them: headings, icons, names, stars."""

from __future__ import annotations

from collections.abc import Callable, Sequence

from PySide6.QtCore import QAbstractListModel, QByteArray, QMimeData, QModelIndex, QRect, QRectF, QSize, Qt, Signal
from PySide6.QtGui import QColor, QPainter
from PySide6.QtWidgets import QStyle, QStyledItemDelegate, QStyleOptionViewItem

from designer.ui.canvas.ranking import ranked
from designer.ui.docks.views import PaletteEntry
from designer.ui.theme.current import current_theme
from designer.ui.theme.fonts import section_font, ui_font
from designer.ui.theme.icons import family_icon_name, icon_pixmap
from designer.ui.theme.stylesheet import mix

KIND_MIME = "application/x-blockyard-kind"
ENTRY_ROLE = int(Qt.ItemDataRole.UserRole)
WORD_ROLE, STARRED_ROLE = ENTRY_ROLE + 1, ENTRY_ROLE + 2
FAVOURITES, RECENTS, LIBRARY, DESIGN = "favourites", "recents", "library", "design"
FAMILY_ORDER = ("block", "io", "convolution", "pooling", "normalisation", "activation", "linear", "merge", "shape",
                "custom")  # fmt: skip
ROW_PX, HEADING_PX = 26, 30
_STAR_PX, _ICON_PX = 14, 16


class PaletteModel(QAbstractListModel):
    """Rows are headings (plain strings) and entries; while a search runs, entries alone, best first.

    renamed(kind, name): a person typed another name for a library's block.
    """

    renamed = Signal(str, str)

    def __init__(self, heading: Callable[[str], str]) -> None:
        super().__init__()
        self._heading = heading
        self._entries: list[PaletteEntry] = []
        self._rows: list[str | PaletteEntry] = []
        self._query = ""
        self._favourites: Sequence[str] = ()
        self._recents: Sequence[str] = ()

    def set_entries(self, entries: Sequence[PaletteEntry]) -> None:
        """Show these kinds."""
        if list(entries) != self._entries:
            self._entries = list(entries)
            self._arrange()

    def set_shortlist(self, favourites: Sequence[str], recents: Sequence[str]) -> None:
        """Let these kinds stand at the top, and come first in a search."""
        if (list(favourites), list(recents)) != (self._favourites, self._recents):
            self._favourites, self._recents = list(favourites), list(recents)
            self._arrange()

    def search(self, query: str) -> None:
        """Show only what fits `query`; everything in groups for an empty one."""
        if query.strip() != self._query:
            self._query = query.strip()
            self._arrange()

    def _arrange(self) -> None:
        self.beginResetModel()
        self._rows = self._found() if self._query else self._grouped()
        self.endResetModel()

    def _found(self) -> list[str | PaletteEntry]:
        def fields(entry: PaletteEntry) -> tuple[str, ...]:
            return (entry.title, entry.kind, self._heading(entry.group or entry.family), entry.summary)

        def rank(entry: PaletteEntry) -> int:
            return 0 if entry.kind in self._favourites else 1 if entry.kind in self._recents else 2

        return list(ranked(self._query, self._entries, fields, rank))

    def _grouped(self) -> list[str | PaletteEntry]:
        by_kind = {entry.kind: entry for entry in self._entries}
        rows: list[str | PaletteEntry] = []
        recents = [kind for kind in self._recents if kind not in self._favourites]
        for heading, kinds in ((FAVOURITES, self._favourites), (RECENTS, recents)):
            members = [by_kind[kind] for kind in kinds if kind in by_kind]
            rows += [heading, *members] if members else []
        groups: dict[str, list[PaletteEntry]] = {group: [] for group in (DESIGN, LIBRARY, *FAMILY_ORDER)}
        for entry in self._entries:
            groups.setdefault(entry.group or entry.family, []).append(entry)
        for group, members in groups.items():
            rows += [group, *members] if members else []
        return rows

    def rowCount(self, parent: QModelIndex = QModelIndex()) -> int:  # noqa: B008 - Qt's own signature
        return 0 if parent.isValid() else len(self._rows)

    def entry(self, index: QModelIndex) -> PaletteEntry | None:
        """The entry at `index`; None for a heading or nothing."""
        row = self._rows[index.row()] if index.isValid() else None
        return row if isinstance(row, PaletteEntry) else None

    def first_entry(self) -> QModelIndex:
        """Where the first entry stands."""
        for row, what in enumerate(self._rows):
            if isinstance(what, PaletteEntry):
                return self.index(row)
        return QModelIndex()

    def place(self, index: QModelIndex) -> tuple[str, str | PaletteEntry] | None:
        """What stands at `index`, with its heading: the same again after the rows have changed."""
        if not index.isValid():
            return None
        above = (row for row in reversed(self._rows[: index.row() + 1]) if isinstance(row, str))
        return next(above, ""), self._rows[index.row()]

    def find(self, place: tuple[str, str | PaletteEntry] | None) -> QModelIndex:
        """Where the place of a row is now."""
        rows = range(len(self._rows)) if place is not None else ()
        return next((self.index(row) for row in rows if self.place(self.index(row)) == place), QModelIndex())

    def data(self, index: QModelIndex, role: int = Qt.ItemDataRole.DisplayRole) -> object:
        what = self._rows[index.row()]
        entry = what if isinstance(what, PaletteEntry) else None
        if role in (Qt.ItemDataRole.DisplayRole, Qt.ItemDataRole.AccessibleTextRole):
            return entry.title if entry else self._heading(what)
        if entry is None:
            return None
        if role in (Qt.ItemDataRole.ToolTipRole, Qt.ItemDataRole.AccessibleDescriptionRole):
            return entry.summary
        if role == Qt.ItemDataRole.EditRole:
            return entry.kind.rpartition(":")[2]
        if role == STARRED_ROLE:
            return entry.kind in self._favourites
        if role == WORD_ROLE:  # in what was found, names of several groups may be alike
            return self._heading(entry.group) if entry.group and self._query else ""
        return entry if role == ENTRY_ROLE else None

    def setData(self, index: QModelIndex, value: object, role: int = Qt.ItemDataRole.EditRole) -> bool:
        entry = self.entry(index)
        if entry is None or role != Qt.ItemDataRole.EditRole:
            return False
        self.renamed.emit(entry.kind, str(value))
        return True

    def flags(self, index: QModelIndex) -> Qt.ItemFlag:
        entry = self.entry(index)
        if entry is None:
            return Qt.ItemFlag.NoItemFlags
        can = Qt.ItemFlag.ItemIsEnabled | Qt.ItemFlag.ItemIsSelectable | Qt.ItemFlag.ItemIsDragEnabled
        return can | Qt.ItemFlag.ItemIsEditable if entry.group == LIBRARY else can

    def mimeTypes(self) -> list[str]:
        return [KIND_MIME]

    def mimeData(self, indexes: Sequence[QModelIndex]) -> QMimeData:
        mime = QMimeData()
        entry = self.entry(indexes[0]) if indexes else None
        if entry is not None:
            mime.setData(KIND_MIME, QByteArray(entry.kind.encode()))
        return mime


def can_be_starred(entry: PaletteEntry) -> bool:
    """Whether it is there in every design."""
    return entry.group != DESIGN and entry.family != "custom"


def star_rect(row: QRect) -> QRect:
    """Where the star of a row is, for painting and for the mouse."""
    return QRect(row.right() - 34, row.top(), 28, row.height())


class PaletteDelegate(QStyledItemDelegate):
    """Paints a heading in small capitals, an entry as icon and name, with a star where the mouse is or where it is a
    favourite."""

    def sizeHint(self, _option: QStyleOptionViewItem, index: QModelIndex) -> QSize:
        is_heading = index.data(ENTRY_ROLE) is None
        return QSize(80, HEADING_PX if is_heading else ROW_PX)

    def paint(self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex) -> None:
        theme = current_theme()
        entry = index.data(ENTRY_ROLE)
        painter.save()
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        if entry is None:
            painter.setFont(section_font())
            painter.setPen(QColor(theme.muted))
            painter.drawText(option.rect.adjusted(16, 8, -8, 0), Qt.AlignmentFlag.AlignVCenter, index.data())
        else:
            self._paint_ground(painter, option)
            self._paint_entry(painter, option, index, entry)
        painter.restore()

    def _paint_entry(
        self, painter: QPainter, option: QStyleOptionViewItem, index: QModelIndex, entry: PaletteEntry
    ) -> None:
        theme, row = current_theme(), option.rect
        ratio = painter.device().devicePixelRatioF()
        picture = icon_pixmap(family_icon_name(entry.family), theme.family(entry.family), _ICON_PX, ratio)
        painter.drawPixmap(row.left() + 16, row.center().y() - _ICON_PX // 2 + 1, picture)
        right = row.right() - 10
        is_starred = bool(index.data(STARRED_ROLE))
        if can_be_starred(entry) and (is_starred or option.state & QStyle.StateFlag.State_MouseOver):
            name, colour = ("star-filled", theme.accent) if is_starred else ("star", theme.muted)
            star = star_rect(row)
            at = star.center() - QRect(0, 0, _STAR_PX, _STAR_PX).center()
            painter.drawPixmap(at, icon_pixmap(name, colour, _STAR_PX, ratio))
            right = star.left()
        elif entry.has_news:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(theme.accent))
            painter.drawEllipse(QRectF(right - 10, row.center().y() - 2, 6, 6))
            right -= 16
        middle = Qt.AlignmentFlag.AlignVCenter
        if word := index.data(WORD_ROLE):
            painter.setFont(ui_font(-1))
            painter.setPen(QColor(theme.muted))
            width = painter.fontMetrics().horizontalAdvance(word)
            painter.drawText(QRect(right - width, row.top(), width, row.height()), middle, word)
            right -= width + 8
        painter.setFont(ui_font())
        painter.setPen(QColor(theme.text))
        space = QRect(row.left() + 40, row.top(), right - row.left() - 40, row.height())
        text = painter.fontMetrics().elidedText(entry.title, Qt.TextElideMode.ElideRight, space.width())
        painter.drawText(space, middle, text)

    def _paint_ground(self, painter: QPainter, option: QStyleOptionViewItem) -> None:
        theme = current_theme()
        selected = option.state & QStyle.StateFlag.State_Selected
        hovered = option.state & QStyle.StateFlag.State_MouseOver
        if selected or hovered:
            painter.setPen(Qt.PenStyle.NoPen)
            painter.setBrush(QColor(mix(theme.panel, theme.accent, 0.22) if selected else theme.raised))
            painter.drawRoundedRect(QRectF(option.rect).adjusted(8, 1, -8, -1), 6, 6)
