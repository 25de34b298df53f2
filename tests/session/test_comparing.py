"""Two runs told apart: recipes, designs and figures, in words."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from designer.document.document import Document
from designer.editing.rewiring import delete_and_heal
from designer.engine.protocol import METRICS_FILE, Epoch, write_line
from designer.graph.block import Node
from designer.graph.design import Design
from designer.runs.curves import read_curves
from designer.runs.folder import DESIGN_FILE
from designer.runs.notes import read_note, write_note
from designer.runs.table import figures_as_csv
from designer.session.comparing import compare_runs, designs_apart
from designer.session.preparing import prepare_run
from designer.session.session import Session


def with_node(design: Design, node: Node) -> Design:
    return design.with_block(replace(design.root, nodes={**design.root.nodes, node.id: node}))


def run_of(session: Session, root: Path, losses: list[float]) -> Path:
    folder = prepare_run(Document(session.design, session.recipe), session.recipe, root=root)
    epochs = [Epoch(number, loss, 0.5, loss, 0.6, 10.0) for number, loss in enumerate(losses, 1)]
    (folder / METRICS_FILE).write_text("".join(write_line(epoch) + "\n" for epoch in epochs))
    return folder


def test_two_runs_are_told_apart(tmp_path: Path):
    session = Session.open("vgg11_fashion")
    first = run_of(session, tmp_path, [2.0, 1.0])
    linear, dropout = (
        next(n for n in session.design.root.nodes.values() if n.name == name) for name in ("fc1", "drop1")
    )
    session.edit("Widen", lambda d: with_node(d, linear.with_param("out_features", 64)))
    session.edit("Delete", lambda d: delete_and_heal(d, d.main, [dropout.id]))
    first_epochs = str(session.recipe.epochs)
    session.set_recipe(replace(session.recipe, epochs=9, name="other"))
    second = run_of(session, tmp_path, [3.0])
    found = compare_runs(first, second)
    assert [(change.name, change.first, change.second) for change in found.recipe] == [("epochs", first_epochs, "9")]
    assert found.design == ("Linear 'fc1': out_features was 4096 and is 64.", "Dropout 'drop1' was removed.")
    assert [change.first for change in found.figures if change.name == "test loss"] == ["1.0000"]
    assert read_curves(first).epochs["test_loss"] == ([1.0, 2.0], [2.0, 1.0])
    assert read_curves(second).batches["loss"] == ([], [])
    assert compare_runs(first, first).design == compare_runs(first, first).recipe == ()


def test_figures_of_a_validation_set_are_told_where_a_run_has_one(tmp_path: Path):
    first, second = (run_of(Session.open("lenet_relu"), tmp_path, [2.0]) for _ in range(2))
    assert "validation loss" not in [change.name for change in compare_runs(first, second).figures]
    held_out = Epoch(2, 1.0, 0.5, 1.0, 0.6, 10.0, validation_loss=0.75, validation_accuracy=0.5)
    (second / METRICS_FILE).write_text(write_line(held_out) + "\n")
    (told,) = (change for change in compare_runs(first, second).figures if change.name == "validation loss")
    assert (told.first, told.second) == ("–", "0.7500")


def test_blocks_and_variables_that_differ_are_named():
    first, second = Session.open("vgg11_fashion").design, Session.open("vgg11_small").design
    told = list(designs_apart(first, second.with_variables({"num_classes": 7})))
    assert "The variable num_classes was 10 and is 7." in told
    assert list(designs_apart(first, first)) == []


def test_a_design_that_cannot_be_read_is_said(tmp_path: Path):
    first = run_of(Session.open("lenet_relu"), tmp_path, [])
    second = run_of(Session.open("lenet_relu"), tmp_path, [])
    (second / DESIGN_FILE).write_text("{")
    (words,) = compare_runs(first, second).design
    assert words.startswith("The designs cannot be compared")


def test_notes_are_kept_and_figures_written_as_csv(tmp_path: Path):
    folder = run_of(Session.open("lenet_relu"), tmp_path, [0.5])
    assert read_note(folder) == ""
    write_note(folder, "wider,\n and better")
    assert read_note(folder) == "wider, and better"
    assert figures_as_csv(folder).splitlines()[1] == "1,0.5,0.5,,,0.5,0.6,10.0"
