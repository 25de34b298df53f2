"""The question of trust: asked above the canvas before code that a document or a run brought is run."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject

from designer.base.errors import BlockyardError
from designer.graph.design import Design
from designer.session.trust import UntrustedError, require_run_trust, require_trust, trust_layers, trust_run
from designer.ui.banner import Banner
from designer.ui.canvas_controller import CanvasController

if TYPE_CHECKING:
    from designer.ui.dialogs.reading import ReadingDialog

Action = Callable[[], object]


class TrustController(QObject):
    """Asks one question at a time."""

    def __init__(self, banner: Banner, canvas: CanvasController) -> None:
        super().__init__(canvas)
        self._banner, self._canvas = banner, canvas
        self.reading: ReadingDialog | None = None

    def of_design(self, design: Design, answer: str, then: Action) -> None:
        """Call `then` if the person trusts all code of a design, else when they have said so.

        answer: the words of the button that says it. Code that changes meanwhile is refused where it would run.
        """
        self._ask(
            lambda: require_trust(design),
            lambda: trust_layers(design.customs.values()),
            self.tr("This document brings its own Python code: read it, then trust it."),
            answer,
            then,
        )

    def of_run(self, run_dir: Path, answer: str, then: Action) -> None:
        """The same of the module in a run folder."""
        self._ask(
            lambda: require_run_trust(run_dir),
            lambda: trust_run(run_dir),
            self.tr("This run was not begun here, and its code may do anything: read it, then trust it."),
            answer,
            then,
        )

    def _ask(self, require: Action, trust: Action, words: str, answer: str, then: Action) -> None:
        try:
            require()
        except UntrustedError as error:
            self._show(words, error.code, answer, lambda: self._trust(trust, then))
        else:
            then()

    def _show(self, words: str, code: str, answer: str, trust: Action) -> None:
        def read() -> None:
            self._banner.show()  # the question stands until it is answered
            self._read(code, answer, trust)

        self._banner.ask(words, (self.tr("Show the code"), read), (answer, trust))

    def _read(self, code: str, answer: str, trust: Action) -> None:
        if self.reading is not None:
            self.reading.close()
            self.reading.deleteLater()
        from designer.ui.dialogs.reading import ReadingDialog

        self.reading = ReadingDialog(self._canvas.panel.window(), code, answer)
        self.reading.trusted.connect(self._banner.hide)
        self.reading.trusted.connect(trust)
        self.reading.show()

    def _trust(self, trust: Action, then: Action) -> None:
        try:
            trust()
        except BlockyardError as error:
            self._canvas.refused.emit(error)
            return
        self._canvas.moved_to.emit()  # the inspector says of a layer whether it is trusted
        then()
