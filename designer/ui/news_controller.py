"""What a design took from a library that has a newer version by now: told once, shown with what changes, updated on
request. Nothing that a person changed is overwritten unasked."""

from __future__ import annotations

from PySide6.QtCore import QObject

from designer.analysis.facts import BlockFacts
from designer.base.text import joined
from designer.document.library import free_name
from designer.editing.updating import update_block, with_origin
from designer.graph.design import Design
from designer.session.shelf import News
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.views import NoticeView
from designer.ui.language import translated
from designer.ui.library_controller import LibraryController
from designer.ui.toasts import Toasts

UPDATE, KEEP_MINE, SAVE_MINE = "update", "keep_mine", "save_mine"
_MOST_LINES = 8


class NewsController(QObject):
    """Of the design that is shown."""

    def __init__(self, library: LibraryController, canvas: CanvasController, toasts: Toasts, parent: QObject) -> None:
        super().__init__(parent)
        self._library, self._canvas, self._toasts = library, canvas, toasts
        self._told: set[tuple[str, str]] = set()  # block and fingerprint of the news that were told
        library.changed.connect(self.tell)

    def tell(self) -> None:
        """Say once that a library holds newer versions of what the design took from it."""
        if self._canvas.session is None:
            return
        found = self._library.shelf.all_news(self._canvas.session.design)
        fresh = [news for news in found if (news.block, news.origin.fingerprint) not in self._told]
        self._told |= {(news.block, news.origin.fingerprint) for news in fresh}
        if len(fresh) == 1:
            words = self.tr("The library has a newer {0}").format(fresh[0].block)
        else:
            words = self.tr("The library has newer versions of {0} blocks").format(len(fresh))
        if fresh:
            self._toasts.show(words, "info", self.tr("Show"), lambda: self._show(fresh[0].block))

    def _show(self, block: str) -> None:
        place = _instance(self._canvas.session.analysis.root, block)
        if place is not None:
            self._canvas.go_to(place[:-1], place[-1])

    def notice(self, kind: str) -> NoticeView | None:
        """What the inspector says of a kind: what an update would change, and the ways to go."""
        news = self._news(kind)
        if news is None:
            return None
        lines = tuple(map(translated, news.words(self._canvas.session.design)))
        shown = lines if len(lines) <= _MOST_LINES else (*lines[: _MOST_LINES - 1], "…")
        if not news.is_edited:
            answers = ((UPDATE, self.tr("Update")), (KEEP_MINE, self.tr("Keep as it is")))
            return NoticeView(self.tr("The library has a newer version"), shown, answers)
        return NoticeView(
            self.tr("The library has a newer version, and you changed yours"),
            shown,
            (
                (KEEP_MINE, self.tr("Keep mine")),
                (SAVE_MINE, self.tr("Save mine as a new block")),
                (UPDATE, self.tr("Update and lose mine")),
            ),
        )

    def answer(self, answer: str, block: str) -> None:
        """Do what a person wants about a notice."""
        news = self._news(block)
        if news is None:
            return
        if answer == UPDATE:
            self._update(news)
        elif answer == KEEP_MINE:  # until the library changes again
            self._canvas.edit(
                self.tr("Keep {0} as it is").format(block), lambda d, _open: with_origin(d, block, news.origin)
            )
        elif answer == SAVE_MINE:
            self._library.keep(block, free_name(news.origin.block, self._library.shelf.personal))

    def _news(self, kind: str) -> News | None:
        design = self._canvas.session.design
        return self._library.shelf.news(design, kind) if kind in design.blocks else None

    def _update(self, news: News) -> None:
        lost: list[str] = []

        def change(design: Design, _open: str) -> Design:
            done = update_block(design, news.block, news.newer)
            lost.extend(done.lost)
            return done.design

        if self._canvas.edit(self.tr("Update {0}").format(news.block), change) and lost:
            self._toasts.show(translated(joined(*lost)), "info", self.tr("Undo"), self._canvas.session.undo)


def _instance(root: BlockFacts, block: str) -> tuple[str, ...] | None:
    """The path to the first instance of a block, the outer ones first; None where there is none to be seen."""
    waiting: list[tuple[tuple[str, ...], BlockFacts]] = [((), root)]
    for path, facts in waiting:  # grows as it goes
        for key, known in facts.nodes.items():
            if known.node.kind == block:
                return (*path, key)
            if known.inside is not None:
                waiting.append(((*path, key), known.inside))
    return None
