"""The main job, from an empty canvas to code that runs without us. Started by test_main_job.py under a DISPLAY.

Usage: python draw_and_train.py FOLDER. Pictures and the exported project are left in the folder.
"""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

from journeys import Person
from PySide6.QtCore import QPointF

from designer.engine.protocol import Finished

LENET = (
    ("Sigmoid", {}),
    ("MaxPool2d", {}),
    ("Conv2d", {"out_channels": "16", "kernel_size": "5"}),
    ("Sigmoid", {}),
    ("MaxPool2d", {}),
    ("Flatten", {}),
    ("Linear", {"out_features": "120"}),
    ("Sigmoid", {}),
    ("Linear", {"out_features": "84"}),
    ("Sigmoid", {}),
    ("Linear", {"out_features": "10"}),
)
PARAMETERS = 44426  # of LeNet


def draw(person: Person) -> None:
    """LeNet: the first nodes by mouse, the others by keys."""
    window = person.window
    assert not person.nodes()
    view = window.panel.view
    centre = view.seen().center()
    entry = person.drag_from_palette("Input", centre - QPointF(320, 60))
    conv = person.drag_from_palette("Conv2d", centre - QPointF(100, 60))
    person.drag(person.port(entry, "output", True), person.port(conv, "input", False))
    person.wait(lambda: len(window.canvas.block.edges) == 1, "a wire joins the two")
    person.click(person.card(conv))
    person.wait(lambda: window.canvas.selected == (conv,), "the convolution is selected")
    person.set_parameter("out_channels", "6")
    person.set_parameter("kernel_size", "5")
    person.wait(lambda: window.canvas.facts.nodes[conv].output.shape == (1, 6, 24, 24), "the new shape is known")
    person.click(person.card(conv))
    for kind, parameters in LENET:
        node = person.add_by_keys(kind)
        person.wait(lambda node=node: window.canvas.selected == (node,), f"{node} is selected")
        for name, text in parameters.items():
            person.set_parameter(name, text)
        if parameters:
            person.click(person.card(node))
    person.add_by_keys("Output")
    person.wait(lambda: window.session.analysis.ok, "the design is sound")
    assert window.session.analysis.totals.params == PARAMETERS


def edit(person: Person) -> None:
    """Undo to the empty canvas, redo all, arrange; break the network and let the program mend it."""
    window = person.window
    steps = window.session.history.position
    view = window.panel.view
    person.click(person.on_canvas(view.seen().topLeft() + QPointF(60, 60)))
    for _ in range(steps):
        person.key("ctrl+z")
    person.wait(lambda: not person.nodes(), "undo leads back to the empty canvas")
    for _ in range(steps):
        person.key("ctrl+y")
    person.wait(lambda: window.session.analysis.totals.params == PARAMETERS, "redo brings all back")
    person.key("l")
    person.wait(lambda: window.session.history.undo_name == "Arrange", "the network is arranged")
    person.settle()
    flatten = next(key for key, kind in person.nodes().items() if kind == "Flatten")
    person.click(person.card(flatten))
    person.key("Delete")
    person.wait(lambda: not window.session.analysis.ok, "the hole is seen")
    assert window.status.problem.text()
    person.key("ctrl+z")
    person.wait(lambda: window.session.analysis.ok, "undo mends it")


def train(person: Person, folder: Path) -> None:
    """Train for one epoch; the curve grows while the window lives."""
    window = person.window
    window.recipes.set_field("epochs", "1")
    person.click(person.middle(window.top.train))
    person.wait(lambda: window.training.running, "a training is under way")
    person.wait(lambda: window.training_dock.loss is not None, "the plots are there")
    person.wait(lambda: window.training_dock.loss.train.size >= 3, "the curve has begun")
    before = window.training_dock.loss.train.size
    person.wait(lambda: window.training_dock.loss.train.size > before, "the curve grows")
    person.shoot(folder / "training.png")
    person.wait(lambda: not window.training.running, "the training is over", patience_s=180)
    assert isinstance(window.training.control.outcome, Finished), window.training.control.outcome
    assert not window.training.control.outcome.stopped


def export(person: Person, folder: Path) -> None:
    """Export the project through the dialog, and run it with torch alone."""
    project = folder / "project"
    project.mkdir()
    person.key("ctrl+shift+e")
    person.choose_in_dialog(project)
    person.wait(lambda: (project / "train.py").exists(), "the project is exported")
    for command in (["model.py"], ["train.py", "--help"]):
        # -I: neither the current folder nor PYTHONPATH is searched, so that Blockyard cannot be found by chance.
        done = subprocess.run([sys.executable, *command], cwd=project, capture_output=True, text=True, timeout=120)
        assert done.returncode == 0, done.stderr
        if command == ["model.py"]:
            assert "(1, 10)" in done.stdout


def main() -> None:
    """The whole job."""
    folder = Path(sys.argv[1])
    person = Person()
    person.shoot(folder / "empty.png")
    draw(person)
    person.shoot(folder / "drawn.png")
    edit(person)
    person.shoot(folder / "arranged.png")
    train(person, folder)
    export(person, folder)
    person.leave()


if __name__ == "__main__":
    main()
