"""The help of a layer or a block, beside the work: a window that stays while one goes on."""

from __future__ import annotations

from PySide6.QtCore import QSize, QUrl
from PySide6.QtGui import (
    QColor,
    QDesktopServices,
    QTextBlockFormat,
    QTextCursor,
    QTextDocument,
    QTextTable,
)
from PySide6.QtWidgets import QDialog, QHBoxLayout, QPushButton, QTextBrowser, QVBoxLayout, QWidget

from designer.ui.docks.views import HelpView
from designer.ui.theme.current import current_theme, theme_source
from designer.ui.theme.fonts import ui_font
from designer.ui.theme.icons import wear_icon
from designer.ui.widgets import ElidedLabel, hairline, label, set_state

_WEB = ("http", "https")
_PARAGRAPH_PX, _LINE_HEIGHT = 10, 120.0
_WIDTH_PX = 520


class _Page(QTextBrowser):
    """Markdown and nothing else: no HTML, no pictures or pages from anywhere."""

    def loadResource(self, _kind: int, _name: QUrl) -> None:
        return None


def _space(document: QTextDocument) -> None:
    """Give paragraphs and tables the air and the lines of the theme, which Markdown says nothing of."""
    block = document.begin()
    while block.isValid():
        cursor = QTextCursor(block)
        form = block.blockFormat()
        is_cell = cursor.currentTable() is not None
        form.setLineHeight(_LINE_HEIGHT, QTextBlockFormat.LineHeightTypes.ProportionalHeight.value)
        form.setBottomMargin(0 if is_cell else _PARAGRAPH_PX)
        cursor.setBlockFormat(form)
        block = block.next()
    for frame in document.rootFrame().childFrames():
        if isinstance(frame, QTextTable):
            table = frame.format()
            table.setBorderBrush(QColor(current_theme().line))
            table.setCellPadding(6)
            table.setTopMargin(4)
            table.setBottomMargin(_PARAGRAPH_PX)
            frame.setFormat(table)


class HelpDialog(QDialog):
    """Shows one help at a time."""

    def __init__(self, parent: QWidget) -> None:
        super().__init__(parent)
        self.setWindowTitle(self.tr("Help"))
        self.view: HelpView | None = None
        self.title, self.kind = ElidedLabel(role="heading"), label("", "muted")
        self.title.setFont(ui_font(4, weight=ui_font().Weight.DemiBold))
        self.page = _Page()
        self.page.setOpenLinks(False)
        self.page.anchorClicked.connect(self._follow)
        self.page.document().setDocumentMargin(0)
        self.page.setAccessibleName(self.tr("Help"))
        self.torch = QPushButton(self.tr("PyTorch's page"))
        set_state(self.torch, "link", True)
        wear_icon(self.torch, "external-link", "accent", size=14)
        self.torch.clicked.connect(lambda: self._follow(QUrl(self.view.url)))
        close = QPushButton(self.tr("Close"))
        close.clicked.connect(self.close)
        head, foot = QHBoxLayout(), QHBoxLayout()
        head.addWidget(self.title, 1)
        head.addWidget(self.kind)
        foot.addWidget(self.torch)
        foot.addStretch()
        foot.addWidget(close)
        box = QVBoxLayout(self)
        box.setContentsMargins(20, 16, 20, 16)
        box.setSpacing(12)
        box.addLayout(head)
        box.addWidget(self.page, 1)
        box.addWidget(hairline())
        box.addLayout(foot)
        theme_source().changed.connect(self._draw)

    def sizeHint(self) -> QSize:
        return QSize(_WIDTH_PX, 520)

    def show_help(self, view: HelpView) -> None:
        """Show this, at once."""
        self.view = view
        self.title.setText(view.title)
        self.kind.setText(view.family)
        self.torch.setVisible(bool(view.url))
        self.setWindowTitle(self.tr("Help: {0}").format(view.title))
        self._draw()
        if not self.isVisible():
            self.resize(_WIDTH_PX, self._height())
        self.show()
        self.raise_()
        self.activateWindow()

    def _draw(self, _theme: object = None) -> None:
        if self.view is None:
            return
        document = self.page.document()
        features = QTextDocument.MarkdownFeature
        document.setMarkdown(self.view.text, features.MarkdownDialectGitHub | features.MarkdownNoHTML)
        _space(document)
        self.page.moveCursor(self.page.textCursor().MoveOperation.Start)

    def _height(self) -> int:
        """As high as the words need, within reason."""
        self.page.document().setTextWidth(_WIDTH_PX - 56)
        return min(max(round(self.page.document().size().height()) + 136, 220), 560)

    def _follow(self, url: QUrl) -> None:
        if url.scheme() in _WEB:
            QDesktopServices.openUrl(url)
