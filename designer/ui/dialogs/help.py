"""The help beside the work: contents and search at the left, a page at the right. It stays while one goes on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from PySide6.QtCore import QSize, Qt, Signal
from PySide6.QtGui import (
    QColor,
    QFont,
    QImage,
    QKeySequence,
    QShortcut,
    QTextBlockFormat,
    QTextCharFormat,
    QTextCursor,
    QTextDocument,
    QTextFormat,
    QTextTable,
)
from PySide6.QtWidgets import (
    QDialog,
    QHBoxLayout,
    QLineEdit,
    QPushButton,
    QSplitter,
    QTextBrowser,
    QToolButton,
    QTreeWidget,
    QTreeWidgetItem,
    QVBoxLayout,
    QWidget,
)

from designer.ui.docks.views import HelpView
from designer.ui.language import translated
from designer.ui.rich_text import GITHUB, SealedDocument, window_title
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import mono_font, section_font, ui_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import ElidedLabel, hairline, label, set_state

_PARAGRAPH_PX, _HEADING_PX, _LINE_HEIGHT = 10, 18, 120.0
_SIZE, _CONTENTS_PX = QSize(980, 660), 280
_OBJECT = "\ufffc"  # stands for a picture in a text
_MARGIN, _SCROLL_PX = 20, 16
_ADDRESS = int(Qt.ItemDataRole.UserRole)


class _Page(QTextBrowser):
    """Markdown and nothing else: no HTML, and no pictures or pages but those that were given."""

    def __init__(self) -> None:
        super().__init__()
        self.setOpenLinks(False)


def _space(document: QTextDocument) -> None:
    """Give paragraphs, code and tables the air and the faces of the theme, which Markdown says nothing of."""
    theme = current_theme()
    whole = QTextCursor(document)
    whole.beginEditBlock()  # laid out once, at the end
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        form = block.blockFormat()
        is_cell, is_code = cursor.currentTable() is not None, form.hasProperty(form.Property.BlockCodeFence)
        is_code = is_code or form.hasProperty(form.Property.BlockCodeLanguage)
        is_picture = _OBJECT in block.text()
        height = 100.0 if is_code or is_picture else _LINE_HEIGHT  # or code and pictures have gaps below them
        form.setLineHeight(height, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        form.setBottomMargin(0 if is_cell or is_code else _PARAGRAPH_PX)
        if form.headingLevel():
            form.setTopMargin(_HEADING_PX)
            form.setBottomMargin(6)
        if is_code:
            form.setBackground(QColor(theme.raised))
        cursor.setBlockFormat(form)
        if form.headingLevel() or is_code:
            cursor.movePosition(cursor.MoveOperation.EndOfBlock, cursor.MoveMode.KeepAnchor)
            face = QTextCharFormat()
            face.setProperty(QTextFormat.Property.FontSizeAdjustment, 0)
            face.setFont(mono_font(-1) if is_code else ui_font(1, weight=QFont.Weight.DemiBold))
            cursor.mergeCharFormat(face)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            table = frame.format()
            table.setBorder(0)
            table.setCellPadding(6)
            table.setTopMargin(4)
            table.setBottomMargin(_PARAGRAPH_PX)
            frame.setFormat(table)
    whole.endEditBlock()


class HelpWindow(QDialog):
    """Shows a page at a time, and tells what a person wants to read.

    address_chosen(address): of the contents. link_followed(link): on the page. searched(words). web_wanted(url).
    """

    address_chosen = Signal(str)
    link_followed = Signal(str)
    searched = Signal(str)
    back_wanted = Signal()
    web_wanted = Signal(str)

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help"))
        self.view: HelpView | None = None
        split = QSplitter()
        split.setChildrenCollapsible(False)
        split.addWidget(self._make_contents())
        split.addWidget(self._make_page())
        split.setStretchFactor(1, 1)
        split.setSizes([_CONTENTS_PX, _SIZE.width() - _CONTENTS_PX])
        box = QVBoxLayout(self)
        box.setContentsMargins(0, 0, 0, 0)
        box.addWidget(split)
        for keys, slot in (("Alt+Left", self.back_wanted.emit), ("Ctrl+F", self._focus_search)):
            QShortcut(QKeySequence(keys), self, slot)
        theme_source().changed.connect(self._draw_headings)

    def _make_contents(self) -> QWidget:
        self.search = QLineEdit()
        self.search.setPlaceholderText(self.tr("Search the help"))
        self.search.setAccessibleName(self.tr("Search the help"))
        self.search.setClearButtonEnabled(True)
        self.search.textChanged.connect(self.searched)
        self.search.returnPressed.connect(self._open_first)
        self.contents = QTreeWidget()
        set_state(self.contents, "role", "contents")
        self.contents.setHeaderHidden(True)
        self.contents.setRootIsDecorated(False)
        self.contents.setIndentation(0)
        self.contents.setUniformRowHeights(True)
        self.contents.setAccessibleName(self.tr("Contents"))
        self.contents.itemClicked.connect(self._choose)
        self.contents.itemActivated.connect(self._choose)
        self.none_found = label(self.tr("Nothing found."), "muted")
        self.none_found.hide()
        side = QWidget()
        box = QVBoxLayout(side)
        box.setContentsMargins(12, 16, 8, 12)
        box.setSpacing(8)
        box.addWidget(self.search)
        box.addWidget(self.none_found)
        box.addWidget(self.contents, 1)
        return side

    def _make_page(self) -> QWidget:
        self.back = QToolButton()
        wear_icon(self.back, "arrow-left")
        self.back.setToolTip(self.tr("Back (Alt+Left)"))
        self.back.setAccessibleName(self.tr("Back"))
        self.back.clicked.connect(self.back_wanted)
        self.title, self.kind = ElidedLabel(role="heading"), label("", "muted")
        self.title.setFont(ui_font(4, weight=QFont.Weight.DemiBold))
        self.page = _Page()
        self.page.anchorClicked.connect(lambda url: self.link_followed.emit(url.toString()))
        self.page.setAccessibleName(self.tr("Help"))
        self.torch = QPushButton(self.tr("PyTorch's page"))
        set_state(self.torch, "link", True)
        wear_icon(self.torch, "external-link", "accent", size=14)
        self.torch.clicked.connect(lambda: self.web_wanted.emit(self.view.url))
        close = QPushButton(self.tr("Close"))
        close.setAutoDefault(False)
        close.clicked.connect(self.close)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.back)
        head.addWidget(self.title, 1)
        head.addWidget(self.kind)
        foot.addWidget(self.torch)
        foot.addStretch()
        foot.addWidget(close)
        side = QWidget()
        box = QVBoxLayout(side)
        box.setContentsMargins(12, 16, _MARGIN, 16)
        box.setSpacing(12)
        box.addLayout(head)
        box.addWidget(self.page, 1)
        box.addWidget(hairline())
        box.addLayout(foot)
        return side

    def sizeHint(self) -> QSize:
        return _SIZE

    def picture_width(self) -> int:
        """How wide a picture on the page may be, in pixels."""
        return max(240, min(self.page.width(), 900) - _SCROLL_PX)

    def set_can_go_back(self, can: bool) -> None:
        """Whether there is a page to go back to."""
        self.back.setEnabled(can)

    def show_contents(self, entries: Sequence[tuple[str, str, str]], *, is_found: bool = False) -> None:
        """Show `(address, title, group)` by their groups, or, where they were searched for, as they were found."""
        self.contents.clear()
        groups: dict[str, QTreeWidgetItem] = {}
        for address, title, group in entries:
            item = QTreeWidgetItem([title])
            item.setData(0, _ADDRESS, address)
            item.setToolTip(0, title)
            if is_found:
                self.contents.addTopLevelItem(item)
            else:
                self._group(groups, group).addChild(item)
        for group in groups.values():
            group.setExpanded(group is next(iter(groups.values())))
        self.none_found.setVisible(is_found and not entries)
        self._draw_headings()
        self._mark_current()

    def _group(self, groups: dict[str, QTreeWidgetItem], group: str) -> QTreeWidgetItem:
        if group not in groups:
            titles = {"features": self.tr("Using Blockyard"), "codes": self.tr("Problems, and what to do")}
            made = QTreeWidgetItem([titles.get(group, self.tr("Layers: {0}").format(translated(group)))])
            made.setFont(0, section_font())
            groups[group] = made
            self.contents.addTopLevelItem(made)
        return groups[group]

    def _draw_headings(self, _theme: object = None) -> None:
        for index in range(self.contents.topLevelItemCount()):
            item = self.contents.topLevelItem(index)
            if item.childCount():
                item.setForeground(0, QColor(current_theme().muted))

    def _choose(self, item: QTreeWidgetItem) -> None:
        address = item.data(0, _ADDRESS)
        if address is None:
            item.setExpanded(not item.isExpanded())
        elif self.view is None or address != self.view.address:
            self.address_chosen.emit(address)

    def _open_first(self) -> None:
        first = self.contents.topLevelItem(0)
        if first is not None and self.search.text().strip():
            self._choose(first)

    def _focus_search(self) -> None:
        self.search.setFocus()
        self.search.selectAll()

    def _mark_current(self) -> None:
        address = self.view.address if self.view else ""
        tops = [self.contents.topLevelItem(index) for index in range(self.contents.topLevelItemCount())]
        for item in (entry for top in tops for entry in (top, *(top.child(i) for i in range(top.childCount())))):
            if address and item.data(0, _ADDRESS) == address:
                self.contents.setCurrentItem(item)
                return
        self.contents.setCurrentItem(None)

    def show_page(self, view: HelpView, pictures: Mapping[str, QImage]) -> None:
        """Show this page. pictures: by file name, those that it shows."""
        self.view = view
        self.title.setText(view.title)
        self.kind.setText(view.family)
        self.torch.setVisible(bool(view.url))
        self.setWindowTitle(window_title(self.tr("Help: {0}").format(view.title)))
        document = SealedDocument(pictures)  # a new one, laid out once when it is whole
        document.setDefaultFont(self.page.font())
        document.setDocumentMargin(0)
        document.read_markdown(view.text, GITHUB)
        _space(document)
        self.page.setDocument(document)
        self._document = document  # the page does not keep it
        self.page.moveCursor(QTextCursor.MoveOperation.Start)
        self._mark_current()

    def come_forward(self) -> None:
        """Be seen, in front."""
        if not self.isVisible():
            self.resize(_SIZE)
        self.show()
        self.raise_()
        self.activateWindow()
