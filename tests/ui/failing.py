"""Faults of a network that no design can have: a statement in the source that a real child process trains."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest

from designer.session.session import Session
from designer.session.training import TrainingControl
from designer.ui.window import MainWindow


def failing(window: MainWindow, statement: str) -> None:
    """From now on the generated source of its design's trainings has this statement as what the network does first."""
    make = Session.training_task

    def task(self: Session, *arguments: object) -> Callable[[], object]:
        start = TrainingControl.start

        def broken(control: TrainingControl) -> None:
            model = control.run_dir / "model.py"
            source = model.read_text("utf-8")
            network = re.findall(r"^class (\w+)", source, re.MULTILINE)[-1]
            lines = (f"class Failing({network}):", "    def forward(self, x):", f"        {statement}",
                     "        return super().forward(x)")  # fmt: skip
            model.write_text(source + "\n\n" + "\n".join(lines) + "\n", "utf-8")
            start(control)

        def work() -> object:
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(TrainingControl, "start", broken)
                return make(self, *arguments)()

        return work

    window.session.training_task = task.__get__(window.session)
