"""Between the open design and the code dock: the module is written anew a moment after an edit, in the background."""

from __future__ import annotations

import importlib
from collections.abc import Callable

from PySide6.QtCore import QObject, QTimer

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.session.session import Session
from designer.ui.background import Background
from designer.ui.canvas_controller import CanvasController
from designer.ui.docks.code import Code
from designer.ui.language import translated
from designer.ui.presenters.reports import fixed_line, line_map, line_names, node_of

_DELAY_MS = 120  # after the last edit


def _with_colours(task: Callable[[], object]) -> Callable[[], object]:
    """The task, which loads what colours the code, too."""

    def both() -> object:
        code = task()
        importlib.import_module("pygments.lexers.python")
        return code

    return both


class CodeController(QObject):
    """Writes code only while `is_shown()`; leads from a line to its node and from the selected node to its lines."""

    def __init__(self, dock: Code, canvas: CanvasController, is_shown: Callable[[], bool], parent: QObject) -> None:
        super().__init__(parent)
        self._dock = dock
        self._canvas = canvas
        self._is_shown = is_shown
        self._writing = Background(self)
        self._timer = QTimer(self, singleShot=True, interval=_DELAY_MS)
        self._timer.timeout.connect(self._write)
        dock.node_clicked.connect(self._clicked)
        dock.lazy_chosen.connect(self.refresh)

    def refresh(self) -> None:
        """The design has changed, or the dock is seen again."""
        self._timer.start()

    def follow(self) -> None:
        """Another node is selected."""
        chosen = self._canvas.selected
        self._dock.highlight_node((self._canvas.block.name, chosen[0]) if len(chosen) == 1 else None)

    def forget(self) -> None:
        """Another design is open: what was written is no code of it."""
        self._writing.forget()
        self._dock.clear()

    def let_go(self) -> None:
        """The window closes."""
        self._timer.stop()
        self._writing.forget()

    @property
    def _session(self) -> Session:
        return self._canvas.session

    def _write(self) -> None:
        if self._is_shown():
            task = _with_colours(self._session.code_task(lazy=self._dock.is_lazy))
            self._writing.run(task, self._written, self._refused, "code")

    def _written(self, code: object) -> None:
        self._dock.set_code(code.source, line_map(code), fixed_line(code), line_names(code))

    def _refused(self, error: BlockyardError) -> None:
        before, reason = self._dock.view.toPlainText(), translated(str(error))
        if before:
            begins = translated(Text("No code yet: {said}", said=""))
            reason = self.tr("Not up to date: {0}").format(reason.removeprefix(begins))
        self._dock.set_code(before, {}, reason)

    def _clicked(self, key: object) -> None:
        block, node = node_of(key)
        if block == self._canvas.block.name:
            self._canvas.go_to(self._canvas.path, node)
        elif (path := self._path_to(block)) is not None:
            self._canvas.go_to(path, node)

    def _path_to(self, block: str) -> tuple[str, ...] | None:
        """The way to the first instance of a block."""
        pending = [((), self._session.analysis.root)]
        while pending:
            path, facts = pending.pop(0)
            if facts.block.name == block:
                return path
            pending += [((*path, key), f.inside) for key, f in facts.nodes.items() if f.inside is not None]
        return None
