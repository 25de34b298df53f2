"""What is typed is what is set: in every editor of the window, at every speed, the event loop running between keys.

Each key is an edit that comes back from the model, in other words and possibly after the next key. The text under a
person's hands is theirs all the same. The oracle is `float`.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

import pytest
from PySide6.QtCore import Qt
from PySide6.QtTest import QTest
from PySide6.QtWidgets import QApplication, QLineEdit, QWidget
from pytestqt.qtbot import QtBot

from designer.catalogue.registry import spec_of
from designer.document.document import Document
from designer.document.writing import write_document
from designer.engine.recipe import OptimizerRecipe, Recipe
from designer.graph.block import Block, BlockParameter, Node
from designer.graph.design import Design
from designer.session.session import Session
from designer.ui.docks.editors import ValueEdit
from designer.ui.docks.form import Form
from designer.ui.presenters.recipe_fields import FIELDS
from designer.ui.window import MainWindow
from tests.drawing import block

TEXTS = ["0.2", "0.05", "1.5", "12.75", "1e-3", "-0.5", ".5", "1."]
pytestmark = pytest.mark.qt_log_ignore("This plugin does not support", extend=True)


def _design() -> Design:
    """A float of each kind: of layers, of an instance of a block, and a variable of the design."""
    inner = block(
        "Inner",
        Node("input", "Input"),
        Node("elu", "ELU"),
        Node("output", "Output"),
        parameters=[BlockParameter("slope", 0.25), BlockParameter("width", 8)],
    )
    net = block(
        "Net",
        Node("input", "Input", params={"shape": (3, 16, 16)}),
        Node("conv", "Conv2d", params={"out_channels": 4, "kernel_size": 3}),
        Node("norm", "BatchNorm2d"),
        Node("elu", "ELU"),
        Node("elu2", "ELU", params={"alpha": 0.75}),
        Node("leaky", "LeakyReLU"),
        Node("drop", "Dropout"),
        Node("inner", "Inner"),
        Node("output", "Output"),
        parameters=[BlockParameter("rate", 0.1), BlockParameter("ratio", 4)],
    )
    return Design("Net", {"Net": net, "Inner": inner})


@dataclass
class Typist:
    """A person at the window. pause_ms: between two keys; the event loop runs meanwhile."""

    window: MainWindow
    pause_ms: int = 0

    @property
    def session(self) -> Session:
        return self.window.session

    @property
    def block(self) -> Block:
        return self.session.design.root

    def wait(self) -> None:
        QTest.qWait(self.pause_ms) if self.pause_ms else QApplication.processEvents()

    def type(self, field: QWidget, text: str) -> None:
        """Select what stands there, and type over it, key by key."""
        field.setFocus()
        field.selectAll()
        for count in range(1, len(text) + 1):
            QTest.keyClicks(field, text[count - 1])
            self.wait()
            assert field.text() == text[:count], "the text was rewritten under the person's hands"

    def confirm(self, field: QWidget) -> None:
        QTest.keyClick(field, Qt.Key.Key_Return)
        QApplication.processEvents()

    def select(self, *keys: str) -> Form:
        self.window.panel.scene.select(keys)
        QApplication.processEvents()
        page = self.window.inspector.node_page
        return page.form if keys else self.window.inspector.design_page.form


@pytest.fixture
def typist(open_window: Callable[..., MainWindow], tmp_path: Path) -> Typist:
    path = tmp_path / "typed.blockyard"
    write_document(Document(_design()), path)
    return Typist(open_window(str(path)))


def _check(typist: Typist, form: Form, name: str, read: Callable[[], object], text: str) -> None:
    """Type a text into an editor: the model has it, or has what was there before, and the editor says why."""
    field, before = form.editor(name), read()
    typist.type(field, text)
    typist.confirm(field)
    if form.complaint(name):
        assert field.text() == text, "what was refused stays to be corrected"
        assert read() == before or read() == float(text), f"{name}: {form.complaint(name)}"  # and no part of it
    else:
        assert float(str(read())) == float(text)
        assert float(field.text()) == float(text)
    assert form.editor(name) is field


def _of_node(typist: Typist, key: str, name: str) -> Callable[[], object]:
    """Reads a parameter of a node; what is not set is the default."""
    node = typist.block.nodes[key]
    inner = typist.session.design.blocks.get(node.kind)
    defaults = {p.name: p.default for p in (inner or spec_of(node.kind)).parameters}
    return lambda: typist.block.nodes[key].params.get(name, defaults[name])


def _variable(typist: Typist, name: str) -> object:
    return next(p.default for p in typist.block.parameters if p.name == name)


LAYERS = [("elu", "alpha"), ("leaky", "negative_slope"), ("drop", "p"), ("norm", "momentum"), ("norm", "eps")]


@pytest.mark.parametrize("pause_ms", [0, 60, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize(("key", "name"), [*LAYERS, ("inner", "slope"), ("conv", "out_channels")])
def test_a_layers_number_is_what_was_typed(typist: Typist, key: str, name: str, pause_ms: int) -> None:
    typist.pause_ms = pause_ms
    form = typist.select(key)
    for text in TEXTS if pause_ms != 60 or name == "alpha" else TEXTS[2:5]:
        _check(typist, form, name, _of_node(typist, key, name), text)


@pytest.mark.parametrize("pause_ms", [0, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("keys", [("elu", "elu2"), ("elu2", "elu", "inner")])
def test_several_nodes_get_what_was_typed(typist: Typist, keys: tuple[str, ...], pause_ms: int) -> None:
    typist.pause_ms = pause_ms
    changed = [key for key in keys if key != "inner"]
    form = typist.select(*changed)
    assert form.editor("alpha").text() == ""  # they differ
    for text in TEXTS:
        _check(typist, form, "alpha", _of_node(typist, changed[0], "alpha"), text)
        assert len({typist.block.nodes[key].params.get("alpha") for key in changed}) == 1


def test_what_several_nodes_refuse_leaves_each_as_it_was(typist: Typist) -> None:
    form = typist.select("elu", "elu2")
    typist.type(form.editor("alpha"), "12.5)")
    typist.confirm(form.editor("alpha"))
    assert form.complaint("alpha")
    assert [typist.block.nodes[key].params.get("alpha") for key in ("elu", "elu2")] == [None, 0.75]


@pytest.mark.parametrize("pause_ms", [0, 60, pytest.param(200, marks=pytest.mark.slow)])
@pytest.mark.parametrize("name", ["rate", "ratio"])
def test_a_variable_is_what_was_typed(typist: Typist, name: str, pause_ms: int) -> None:
    """Also one that was a whole number: a variable may become any number."""
    typist.pause_ms = pause_ms
    form = typist.select()
    for text in [*TEXTS, "3"]:
        _check(typist, form, name, lambda: _variable(typist, name), text)
        default = _variable(typist, name)
        assert isinstance(default, int) == (text == "3")


def test_a_new_variable_is_what_was_typed(typist: Typist) -> None:
    typist.select()
    line = typist.window.inspector.design_page.variable_line
    line.ask_new()
    typist.type(line.name, "width")
    typist.type(line.default, "0.05")
    typist.confirm(line.default)
    assert _variable(typist, "width") == 0.05


@pytest.mark.parametrize("name", ["repeat"])
def test_a_whole_number_that_was_half_typed_is_taken_back(typist: Typist, name: str) -> None:
    """12 is not what is meant by 12.75: the node keeps what it had, and the editor says so."""
    typist.select("elu")
    form = typist.window.inspector.node_page.structure
    typist.type(form.editor(name), "12.75")
    typist.confirm(form.editor(name))
    assert "whole number" in form.complaint(name)
    assert typist.block.nodes["elu"].repeat == 1


@pytest.mark.parametrize(
    ("key", "name", "text", "value"),
    [
        ("conv", "kernel_size", "3x5", (3, 5)),
        ("conv", "kernel_size", "(1, 3)", (1, 3)),
        ("conv", "padding", "12", 12),
        ("conv", "out_channels", "128", 128),
        ("input", "shape", "3, 32, 32", (3, 32, 32)),
    ],
)
@pytest.mark.parametrize("pause_ms", [0, 60])
def test_sizes_and_shapes_are_what_was_typed(
    typist: Typist, key: str, name: str, text: str, value: object, pause_ms: int
) -> None:
    typist.pause_ms = pause_ms
    form = typist.select(key)
    typist.type(form.editor(name), text)
    typist.confirm(form.editor(name))
    assert typist.block.nodes[key].params[name] == value


def _recipe_numbers(typist: Typist) -> list[str]:
    """The numbers of a recipe that the form shows now."""
    form = typist.window.top.recipe.form
    shown = {name: form.editor(name) for part in form._forms.values() for name in part.names()}
    return [
        name
        for name, editor in shown.items()
        if isinstance(editor, ValueEdit) and editor.view.type in ("int", "float") and name in FIELDS
    ]


@pytest.mark.parametrize("pause_ms", [0, pytest.param(60, marks=pytest.mark.slow)])
@pytest.mark.parametrize("text", TEXTS)
def test_a_recipes_numbers_are_what_was_typed(typist: Typist, text: str, pause_ms: int) -> None:
    """Also where the value in between makes other fields come or go: a weight decay of 0 hides what it is about."""
    typist.pause_ms = pause_ms
    typist.session.set_recipe(Recipe(optimizer=OptimizerRecipe(kind="SGD", weight_decay=0.01)))
    typist.window.top.recipe.open_form()
    recipe_form = typist.window.top.recipe.form
    for fold in recipe_form.folds.values():
        fold.set_open(True)
    names = _recipe_numbers(typist)
    assert {"optimizer.lr", "optimizer.momentum", "optimizer.weight_decay", "epochs", "label_smoothing"} <= set(names)
    for name in names:
        form = recipe_form._form_of(name)
        _check(typist, form, name, lambda name=name: FIELDS[name].value(typist.session.recipe), text)


def test_the_limit_of_memory_is_left_alone_while_it_is_typed(typist: Typist) -> None:
    """Also where the memory is shown anew in between, as after the device has answered."""
    dock = typist.window.summary
    typist.window.panels.show("summary")
    QApplication.processEvents()
    dock.limit.setFocus()
    dock.limit.selectAll()
    for count, letter in enumerate("1.5 GiB", start=1):
        QTest.keyClicks(dock.limit, letter)
        typist.window.memory.refresh()
        QApplication.processEvents()
        assert dock.limit.text() == "1.5 GiB"[:count]
    typist.confirm(dock.limit)
    assert dock.limit.text() == "1.5 GiB"


def test_names_are_left_alone_while_they_are_typed(typist: Typist) -> None:
    """Also where the design changes in between."""
    form = typist.select("elu")
    name = typist.window.inspector.node_page.name
    name.setFocus()
    name.selectAll()
    for count, letter in enumerate("act0.5", start=1):
        QTest.keyClicks(name, letter)
        typist.session.edit("Set", lambda d, count=count: _with_alpha(d, count))
        QApplication.processEvents()
        assert name.text() == "act0.5"[:count]
    assert form.editor("alpha").text() == "6.0"


def _with_alpha(design: Design, alpha: float) -> Design:
    from designer.editing import parameters

    return parameters.set_param(design, "Net", "elu", "alpha", float(alpha))


def test_every_line_edit_of_the_window_is_one_of_these(typist: Typist) -> None:
    """A new kind of editor has to be thought of here."""
    typist.window.top.recipe.open_form()
    kinds = {type(line).__name__ for line in typist.window.findChildren(QLineEdit)}
    assert kinds <= {"ValueEdit", "NameEdit", "QLineEdit", "_Field", "_Search", "TitleEditor", "QExpandingLineEdit"}, (
        kinds
    )


ENDLESS = ["1e999", "-1e309", "9" * 5000]
HUGE = [*ENDLESS, "9" * 30, "1e99", ", ".join(["9" * 30] * 2)]


@pytest.mark.parametrize("text", HUGE)
@pytest.mark.parametrize(("key", "name"), [("elu", "alpha"), ("inner", "slope"), ("conv", "out_channels")])
def test_a_number_that_nothing_holds_leaves_what_was_there(typist: Typist, key: str, name: str, text: str) -> None:
    """1e99 is not what is meant by 1e999, and a step from there is no step."""
    form, read = typist.select(key), _of_node(typist, key, name)
    before, field = read(), form.editor(name)
    if len(text) < 100:
        typist.type(field, text)
    else:
        field.setFocus()
        field.selectAll()
        field.insert(text)  # as it is pasted
    if text in ENDLESS:
        QTest.keyClick(field, Qt.Key.Key_Up)
    typist.confirm(field)
    assert read() == before


@pytest.mark.parametrize("text", ENDLESS)
def test_a_recipe_takes_no_number_that_nothing_holds(typist: Typist, text: str) -> None:
    typist.window.top.recipe.open_form()
    before = typist.session.recipe
    for name in ("optimizer.lr", "epochs", "optimizer.weight_decay", "clip_norm"):
        field = typist.window.top.recipe.form.editor(name)
        field.setFocus()
        field.selectAll()
        field.insert(text)
        typist.confirm(field)
        assert FIELDS[name].value(typist.session.recipe) == FIELDS[name].value(before)


def test_all_digits_are_kept(typist: Typist) -> None:
    typist.window.top.recipe.open_form()
    field = typist.window.top.recipe.form.editor("optimizer.lr")
    typist.type(field, "0.123456789")
    typist.confirm(field)
    assert typist.session.recipe.optimizer.lr == 0.123456789
    assert field.text() == "0.123456789"


def test_escape_takes_back_what_was_sent_live(typist: Typist) -> None:
    form = typist.select("elu")
    field = form.editor("alpha")
    typist.type(field, "12.75")
    assert typist.block.nodes["elu"].params["alpha"] == 12.75
    QTest.keyClick(field, Qt.Key.Key_Escape)
    QApplication.processEvents()
    assert field.text() == "1.0"
    assert typist.block.nodes["elu"].params.get("alpha", 1.0) == 1.0


def test_undo_while_the_cursor_is_there_shows_what_was(typist: Typist) -> None:
    form = typist.select("elu")
    field = form.editor("alpha")
    typist.type(field, "0.25")
    typist.session.undo()
    QApplication.processEvents()
    assert field.text() == "1.0"


def test_saving_takes_what_is_half_typed(qtbot: QtBot, typist: Typist, tmp_path: Path) -> None:
    """An expression is an edit once it is confirmed; who saves has confirmed it."""
    form = typist.select("elu")
    typist.type(form.editor("alpha"), "2 * rate")
    typist.window.actions_by_id["save"].trigger()
    qtbot.waitUntil(lambda: typist.session.is_saved)
    saved = Session.open(str(tmp_path / "typed.blockyard")).design
    assert str(saved.root.nodes["elu"].params["alpha"]) == "2 * rate"


@pytest.mark.parametrize("steps", [1, 7])
def test_steps_add_up_however_late_the_model_answers(typist: Typist, steps: int) -> None:
    form = typist.select("conv")
    field = form.editor("out_channels")
    field.setFocus()
    for _ in range(steps):
        QTest.keyClick(field, Qt.Key.Key_Up)
    QApplication.processEvents()
    assert typist.block.nodes["conv"].params["out_channels"] == 4 + steps
    assert field.text() == str(4 + steps)
