"""Between the help window and the pages: what is looked up, what a link leads to, what a page shows."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Qt, QUrl
from PySide6.QtGui import QDesktopServices, QImage, QKeySequence, QShortcut
from PySide6.QtWidgets import QWidget

from designer.base.errors import BlockyardError
from designer.base.paths import resources_dir
from designer.session import help as pages
from designer.ui import language
from designer.ui.actions import ACTIONS, MENUS, translated
from designer.ui.background import Background
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.views import HelpView
from designer.ui.presenters.help import help_view, page_view
from designer.ui.presenters.tips import help_here
from designer.ui.theme.current import current_theme, theme_source

if TYPE_CHECKING:
    from designer.ui.dialogs.help import HelpWindow

FIRST_PAGE = f"{pages.FEATURES}/start"
_WEB = ("http", "https")
_KEYS = "{{keys}}"


class HelpController(QObject):
    """One help window, made when it is first wanted; F1 in `owner` opens it."""

    def __init__(self, canvas: CanvasController, owner: QWidget) -> None:
        super().__init__(owner)
        self._canvas = canvas
        self._owner = owner
        self.window: HelpWindow | None = None
        self._filling = Background(self)
        self._book = pages.Help(language.language(), language.translated)
        self._trail: list[HelpView] = []
        for key in ("F1", "?"):
            QShortcut(QKeySequence(key), owner, self.open_selected)
        theme_source().changed.connect(self._draw_anew)

    def open_selected(self) -> None:
        """The help of the selected node, else of the block that is open; of the program where there is nothing yet."""
        canvas = self._canvas
        if not canvas.block.nodes:
            self.open(FIRST_PAGE)
        elif canvas.selected:
            self.open_kind(canvas.block.nodes[canvas.selected[-1]].kind)
        else:
            self.open_kind(canvas.block.name)

    def open_kind(self, kind: str) -> None:
        """The help of a layer or a block."""
        view = help_view(self._book, self._canvas.session.design, kind, self._canvas.adding.shelf)
        if view is None:
            said = self.tr("There is no help for '{0}': the kind is not known here.")
            self._refuse(BlockyardError(said.format(kind)))
        else:
            self._show(replace(view, text="\n\n".join(filter(None, (self._numbers(kind), view.text)))))

    def _numbers(self, kind: str) -> str:
        """The selected node's own numbers, where it alone is selected and is of that kind."""
        chosen = [self._canvas.facts.nodes[key] for key in self._canvas.selected]
        return help_here(chosen[0]) if len(chosen) == 1 and chosen[0].node.kind == kind else ""

    def open_code(self, code: str) -> None:
        """What a diagnostic means, why it matters and what its fixes do."""
        self.open(f"{pages.CODES}/{code}")

    def open(self, address: str = FIRST_PAGE) -> None:
        """The page at an address."""
        try:
            self._show(page_view(self._book.page(address)))
        except BlockyardError as error:
            self._refuse(error)

    def let_go(self) -> None:
        """Wait for nothing any more."""
        self._filling.forget()

    def _refuse(self, error: BlockyardError) -> None:
        self._canvas.refused.emit(error)

    def _show(self, view: HelpView) -> None:
        window = self._made()
        if not self._trail or self._trail[-1] != view:
            self._trail.append(view)
        window.come_forward()
        self._draw(window, view)

    def _made(self) -> HelpWindow:
        if self.window is None:
            from designer.ui.dialogs.help import HelpWindow

            self.window = window = HelpWindow(self._owner)
            window.show_contents([tuple(entry) for entry in self._book.contents()])
            window.address_chosen.connect(self.open)
            window.link_followed.connect(self._follow)
            window.searched.connect(self._search)
            window.back_wanted.connect(self._back)
            window.web_wanted.connect(lambda url: QDesktopServices.openUrl(QUrl(url)))
        return self.window

    def _draw(self, window: HelpWindow, view: HelpView) -> None:
        window.set_can_go_back(len(self._trail) > 1)
        if _KEYS in view.text:
            view = replace(view, text=view.text.replace(_KEYS, _keys()))
        pictures = _pictures(view.text)
        if not pictures and not pages.is_to_fill(view.text):
            self._filling.forget()
            window.show_page(view, {})
            return
        theme, width = current_theme().name, window.picture_width()

        def prepared() -> tuple[str, dict[str, QImage]]:
            return pages.fill(view.text), {name: _picture(name, theme, width) for name in pictures}

        def done(found: tuple[str, dict[str, QImage]]) -> None:
            window.show_page(replace(view, text=found[0]), found[1])

        window.show_page(replace(view, text=self.tr("One moment…")), {})
        self._filling.run(prepared, done, self._refuse, "help")

    def _draw_anew(self, _theme: object) -> None:
        if self.window is not None and self._trail:
            self._draw(self.window, self._trail[-1])

    def _back(self) -> None:
        if len(self._trail) > 1:
            self._trail.pop()
            self._draw(self.window, self._trail[-1])

    def _follow(self, link: str) -> None:
        address = pages.target(link, self._trail[-1].address)
        if address is not None:
            self.open(address)
        elif QUrl(link).scheme() in _WEB:
            QDesktopServices.openUrl(QUrl(link))

    def _search(self, words: str) -> None:
        book = self._book
        found: Sequence[pages.Entry] = book.search(words) if words.strip() else book.contents()
        self.window.show_contents([tuple(entry) for entry in found], is_found=bool(words.strip()))


def _keys() -> str:
    """All commands with their keys, by menu, as a table in Markdown."""
    lines = []
    for menu, title in MENUS.items():
        lines += [f"## {translated(title)}", "", "| command | keys |", "|---|---|"]
        lines += [f"| {translated(a.text)} | {', '.join(a.keys)} |" for a in ACTIONS if a.menu == menu] + [""]
    return "\n".join(lines)


def _pictures(text: str) -> list[str]:
    """The file names of the pictures that a page shows."""
    marks = (part.split(")")[0] for part in text.split("](../../screenshots/")[1:])
    return [Path(mark).name for mark in marks]


def _picture(name: str, theme: str, width: int) -> QImage:
    """A picture of the window in the theme that is worn; made smaller where it is wider than the page."""
    picture = QImage(str(resources_dir() / "screenshots" / name.replace("-dark", f"-{theme}")))
    if picture.width() <= width:
        return picture
    return picture.scaledToWidth(width, Qt.TransformationMode.SmoothTransformation)
