"""One open design: edits, the live check that follows them, saving, and what leaves it."""

from dataclasses import replace
from itertools import pairwise, starmap
from pathlib import Path

import pytest

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Fix
from designer.base.errors import DesignError
from designer.document.document import Document, DocumentError
from designer.document.reading import read_document
from designer.editing import links, nodes, parameters
from designer.editing.errors import CycleError, EditError
from designer.engine.recipe import AugmentRecipe, Recipe, read_recipe
from designer.graph.block import Edge, Endpoint, Node, edge
from designer.session.preparing import fitted, prepare_run
from designer.session.session import Session


def add(session: Session, kind: str) -> str:
    new_id = session.edit(f"Add {kind}", lambda design: nodes.add_node(design, design.main, kind))
    assert new_id is not None
    return new_id


@pytest.fixture
def session() -> Session:
    """A new design with input -> flatten -> linear -> output."""
    session = Session()
    ids = [add(session, kind) for kind in ("Input", "Flatten", "Linear", "Output")]
    for wire in starmap(edge, pairwise(ids)):
        session.edit("Connect", lambda d, wire=wire: links.connect(d, d.main, wire))
    return session


def test_the_check_follows_every_edit(session: Session):
    told = []
    session.changed.connect(lambda before, after, name: told.append((name, session.analysis.design is after)))
    session.analysed.connect(lambda analysis: told.append(("analysed", analysis is session.analysis)))
    assert session.analysis.ok
    session.edit("Widen", lambda d: parameters.set_param(d, d.main, "fc1", "out_features", 10))
    assert told == [("Widen", True), ("analysed", True)]
    assert session.facts.nodes["fc1"].output.shape == (1, 10)
    session.edit("Delete", lambda d: nodes.delete(d, d.main, ["flatten1"]))
    assert not session.analysis.ok
    with pytest.raises(DesignError):
        session.code()
    session.undo()
    assert "nn.Linear(784, 10)" in session.code().source
    assert session.code() is session.code()
    session.set_batch(7)
    assert session.facts.nodes["fc1"].output.shape == (7, 10)


def test_an_edit_that_is_refused_changes_nothing(session: Session):
    before = session.design
    with pytest.raises(CycleError):
        session.edit("Connect", lambda d: links.connect(d, d.main, edge("fc1", "flatten1")))
    assert session.design is before


def test_fixes_are_single_steps(session: Session):
    session.edit("Delete", lambda d: nodes.delete(d, d.main, ["output"]))
    (problem,) = (d for d in session.diagnostics if d.code == "no_output")
    session.apply_fix(problem.fixes[0])
    assert session.analysis.ok
    assert session.history.undo_name == problem.fixes[0].title
    with pytest.raises(EditError, match="no longer applies"):
        session.apply_fix(Fix("Mend", lambda design: design.blocks["Gone"]))


def test_save_open_and_the_saved_mark(session: Session, tmp_path: Path):
    with pytest.raises(DocumentError, match="no file yet"):
        session.save()
    told = []
    session.state_changed.connect(lambda: told.append(session.is_saved))
    path = tmp_path / "net.blockyard"
    session.save_as(path)
    assert (session.is_saved, session.path, session.title) == (True, path, "net")
    session.set_recipe(Recipe(epochs=3))
    assert not session.is_saved
    session.save()
    assert read_document(path) == session.document
    assert told == [True, False, True]
    session.edit("Widen", lambda d: parameters.set_param(d, d.main, "fc1", "out_features", 3))
    assert not session.is_saved
    session.undo()
    assert session.is_saved
    again = Session.open(str(path))
    assert (again.path, again.recipe.epochs, again.is_saved) == (path, 3, True)


def test_a_preset_is_not_tied_to_a_file():
    session = Session.open("lenet_sigmoid")
    assert session.path is None
    assert session.is_saved
    assert session.analysis.ok


def test_a_save_that_fails_leaves_it_unsaved(session: Session, tmp_path: Path):
    with pytest.raises(DocumentError):
        session.save_as(tmp_path / "missing" / "net.blockyard")
    assert session.path is None
    assert not session.is_saved


def test_images_are_brought_to_the_size_of_the_input_where_the_recipe_leaves_it_open(tmp_path: Path):
    session = Session.open("vgg11_small")
    left_open = replace(session.recipe, data=replace(session.recipe.data, resize=None))
    folder = prepare_run(Document(session.design, left_open), left_open, root=tmp_path)
    assert read_recipe(folder / "recipe.json").data.resize == 224
    assert read_document(folder / "design.blockyard").recipe == left_open
    assert read_recipe(folder / "recipe.json").data.channels == "grey"
    chosen = replace(left_open, data=replace(left_open.data, resize=96, channels="rgb"))
    assert fitted(chosen, session.analysis) == chosen
    cropped = replace(left_open, augment=AugmentRecipe(scale=(256, 512), crop=224))
    assert fitted(cropped, session.analysis).data.resize is None


def test_only_a_square_image_says_to_which_size(session: Session):
    entry = session.design.root.inputs[0].id
    for shape in ("(1, 28, 32)", "(784,)", "(3, 8, 8, 8)", "(1, 5000, 5000)"):
        session.edit("Shape", lambda d, text=shape: parameters.set_param_text(d, d.main, entry, "shape", text))
        assert fitted(Recipe(), session.analysis).data.resize is None
    session.edit("Delete", lambda d: nodes.delete(d, d.main, [entry]))
    assert fitted(Recipe(), session.analysis) == Recipe()


def test_a_task_keeps_to_the_design_it_was_made_for(session: Session):
    task = session.code_task()
    before = session.code().source
    linear = next(key for key, node in session.design.root.nodes.items() if node.kind == "Linear")
    session.edit("Rename", lambda d: nodes.rename(d, d.main, linear, "head"))
    assert task().source == before
    assert "head" in session.code().source


@pytest.mark.parametrize(("kind", "words"), [("Input", "2 inputs"), ("Output", "2 outputs")])
def test_a_design_with_several_ends_is_not_trained_but_told(kind: str, words: str, session: Session, tmp_path: Path):
    root = session.design.root
    first, last = root.inputs[0], root.outputs[0]
    source = next(e.source for e in root.edges if e.target.node == last.id)
    end = Node("more", kind, params=first.params if kind == "Input" else {})
    changed = root.with_node(end)
    if kind == "Output":
        changed = changed.with_edge(Edge(source, Endpoint("more", "input")))
    else:
        changed = changed.with_node(Node("sum", "Add"))
        followers = [e for e in root.edges if e.source.node == first.id]
        changed = changed.without_edges(followers)
        changed = changed.with_edge(Edge(Endpoint(first.id, "output"), Endpoint("sum", "x1")))
        changed = changed.with_edge(Edge(Endpoint("more", "output"), Endpoint("sum", "x2")))
        for follower in followers:
            changed = changed.with_edge(Edge(Endpoint("sum", "output"), follower.target))
    design = session.design.with_block(changed)
    assert Analyser().analyse(design).ok
    with pytest.raises(DesignError, match=words):
        prepare_run(Document(design), Recipe(), root=tmp_path)
    assert not list(tmp_path.iterdir())
