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
from PySide6.QtWidgets import QApplication, QPushButton, QToolButton

from designer.analysis.diagnostics import Diagnostic, Severity
from designer.session.leading import EngineDied


def break_and_mend(person: Person, folder: Path) -> None:
    """Delete the Flatten before a Linear layer; the problems dock offers to insert one."""
    window = person.window
    window.canvas.go_to(("fc",))
    person.settle()
    person.click(person.card("flatten"))
    person.key("Delete")
    person.wait(lambda: "flatten" not in person.nodes(), "Flatten is gone")
    person.drag(person.port("input", "output", True), person.port("fc1", "input", False))

    def told() -> list[Diagnostic]:
        found = [found for found in window.session.diagnostics if found.code == "linear_needs_flat"]
        return [problem for problem in found if problem.severity == Severity.WARNING]

    person.wait(told, "a Linear layer on an image is told of")
    person.wait(lambda: window.problems.cards, "the problem is listed")
    person.shoot(folder / "error.png")
    [problem] = told()
    assert problem.label == "fc.fc1"
    button = next(b for b in window.problems.findChildren(QPushButton) if b.text() == problem.fixes[0].title)
    person.click(person.middle(button))
    person.wait(lambda: not told(), "the fix mends it")
    person.key("ctrl+z")
    person.wait(told, "the fix is one step")
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
    [crumb] = [step for step in window.panel.breadcrumb.findChildren(QToolButton, "crumb") if step.isVisible()]
    person.click(person.middle(crumb))
    person.wait(lambda: window.canvas.path == (), "the design is open again")


def type_nonsense(person: Person) -> None:
    """Nonsense in the recipe is told where it stands, and reaches neither the recipe nor anything behind the form."""
    window = person.window
    before, words = window.session.recipe, window.inspector.design_page.description.toPlainText()
    person.click(person.middle(window.top.recipe))
    person.wait(window.top.recipe.popup.isVisible, "the recipe is open")
    form = window.top.recipe.form
    for name, text in (("epochs", "-1"), ("data.source", "/nowhere/at all"), ("device", "tpu")):
        person.click(person.recipe_field(name))
        person.key("ctrl+a")
        person.type(text)
        person.key("Tab")
        person.wait(lambda name=name: form.complaint(name), f"{text} is refused")
        assert form.editor(name).text() == text
    person.click(person.recipe_field("epochs"))
    person.key("ctrl+a")
    person.type("2")
    person.key("Return")
    person.wait(lambda: window.session.recipe.epochs == 2, "a sensible number is taken")
    person.key("Escape")
    person.wait(lambda: not window.top.recipe.popup.isVisible(), "the recipe is closed")
    assert window.session.recipe.data == before.data
    assert window.inspector.design_page.description.toPlainText() == words


def add_a_variable(person: Person) -> None:
    """A variable is added by mouse and keys, and undone."""
    window = person.window
    line = window.inspector.design_page.variable_line
    person.click(person.middle(line.button))
    person.wait(lambda: line.name.isVisible(), "the line is open")
    person.type("width")
    person.key("Return")
    person.wait(lambda: "width" in window.session.design.root.defaults, "the variable is there")
    person.key("ctrl+z")
    person.wait(lambda: "width" not in window.session.design.root.defaults, "and undone")


def choose_a_preset(person: Person) -> None:
    """The menu of presets, by keys: LeNet's own menu, its second entry."""
    window = person.window
    person.click(person.middle(window.top.presets_button))
    person.wait(lambda: QApplication.activePopupWidget() is not None, "the menu is open")
    person.key("Down", "Right", "Down", "Return")
    person.wait(lambda: window.session.title == "LeNet with sigmoids", "the preset is open")


def kill_the_engine(person: Person, folder: Path) -> None:
    """kill -9 in mid-epoch: the window says so within two seconds and goes on."""
    window = person.window
    window.recipes.set_field("epochs", "50")
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
    person = Person()
    choose_a_preset(person)
    add_a_variable(person)
    open_by_double_click(person)
    break_and_mend(person, folder)
    type_nonsense(person)
    kill_the_engine(person, folder)
    person.leave()


if __name__ == "__main__":
    main()
