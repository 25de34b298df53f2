"""What goes wrong and how it is told: a fault and its fix, a killed engine. Started by test_main_job.py.

Usage: python mistakes.py FOLDER. Pictures are left in the folder.
"""

from __future__ import annotations

import os
import signal
import sys
import time
from pathlib import Path

from journeys import Person
from PySide6.QtWidgets import QPushButton

from designer.session.training import EngineDied


def break_and_mend(person: Person, folder: Path) -> None:
    """Delete the Flatten before a Linear layer; the problems dock offers to insert one."""
    window = person.window
    window.canvas.go_to(("fc",))
    person.settle()
    person.click(person.card("flatten"))
    person.key("Delete")
    person.wait(lambda: "flatten" not in person.nodes(), "Flatten is gone")
    person.drag(person.port("input", "output", True), person.port("fc1", "input", False))
    person.wait(lambda: not window.session.analysis.ok, "a Linear layer on an image is refused")
    person.wait(lambda: window.problems.cards, "the problem is listed")
    person.shoot(folder / "error.png")
    problem = window.session.diagnostics[0]
    assert problem.code == "linear_needs_flat", problem
    assert problem.label == "fc.fc1"
    button = next(b for b in window.problems.findChildren(QPushButton) if b.text() == problem.fixes[0].title)
    person.click(person.middle(button))
    person.wait(lambda: window.session.analysis.ok, "the fix mends it")
    person.key("ctrl+z")
    person.wait(lambda: not window.session.analysis.ok, "the fix is one step")
    person.key("ctrl+z", "ctrl+z")
    person.wait(lambda: window.session.is_saved, "undo leads back to the preset")
    window.canvas.go_to(())


def open_by_double_click(person: Person) -> None:
    """A double click opens a block, the breadcrumb leads back."""
    window = person.window
    person.settle()
    person.click(person.card("conv"), times=2)
    person.wait(lambda: window.canvas.path == ("conv",), "the block is open")
    assert "conv1" in person.nodes()
    crumb = window.panel.breadcrumb.layout().itemAt(0).widget()
    person.click(person.middle(crumb))
    person.wait(lambda: window.canvas.path == (), "the design is open again")


def kill_the_engine(person: Person, folder: Path) -> None:
    """kill -9 in mid-epoch: the window says so within two seconds and goes on."""
    window = person.window
    window.top.recipe.edited.emit("epochs", "50")
    person.click(person.middle(window.top.train))
    person.wait(lambda: window.training_dock.loss is not None, "the training is under way")
    person.wait(lambda: window.training_dock.loss.train.size >= 2, "the curve grows")
    os.kill(window.training.control.pid, signal.SIGKILL)
    killed = time.monotonic()
    person.wait(lambda: not window.training.running, "the window notices", patience_s=10)
    took_s = time.monotonic() - killed
    assert took_s < 2, took_s
    assert isinstance(window.training.control.outcome, EngineDied)
    person.shoot(folder / "killed.png")
    assert window.training_dock.message.text()
    person.click(person.card("conv"))
    person.wait(lambda: window.canvas.selected == ("conv",), "the window is usable")


def main() -> None:
    """All of it."""
    folder = Path(sys.argv[1])
    person = Person(design="lenet_sigmoid")
    open_by_double_click(person)
    break_and_mend(person, folder)
    kill_the_engine(person, folder)
    person.leave()


if __name__ == "__main__":
    main()
