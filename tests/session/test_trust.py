"""A hostile document: its class writes a file as soon as it is defined. Nothing runs it before the person trusts it."""

from __future__ import annotations

import ast
from dataclasses import replace
from pathlib import Path

import pytest

import designer
from designer.base.paths import data_dir
from designer.catalogue.spec import Tensor
from designer.document.document import Document
from designer.document.reading import read_document
from designer.document.writing import write_document
from designer.editing.nodes import move
from designer.engine.protocol import Failed, Summary
from designer.engine.recipe import DataRecipe, Recipe
from designer.graph.design import Design
from designer.session.checking import CustomCheck
from designer.session.preparing import prepare_run
from designer.session.resuming import resume_run
from designer.session.session import Session
from designer.session.trust import UntrustedError, require_trust, trust_layers, trust_run, untrusted_layers
from tests.custom_layers import MIXER, SCALED_CONV, hostile

IMAGE = Tensor((1, 1, 28, 28))
RECIPE = Recipe(data=DataRecipe(limit=64), epochs=1, device="cpu")


@pytest.fixture
def marker(tmp_path: Path) -> Path:
    return tmp_path / "it ran"


@pytest.fixture
def design(marker: Path) -> Design:
    return hostile(marker)


def test_it_is_opened_read_edited_saved_and_exported(design: Design, marker: Path, tmp_path: Path):
    path = tmp_path / "strange.blockyard"
    write_document(Document(design), path)
    session = Session.open(str(path))
    assert session.analysis.ok
    session.edit("Move", lambda d: move(d, "Net", {"fc": (8.0, 8.0)}))
    session.save()
    assert "class Harmless" in session.code().source
    session.export_module(tmp_path / "model.py")
    session.export_project(tmp_path / "project")
    assert "The document's own code" in (tmp_path / "model.py").read_text("utf-8")
    assert read_document(path).design == session.design
    assert not marker.exists()


def foreign_run(design: Design, marker: Path, tmp_path: Path) -> Path:
    """A run folder that came from elsewhere: its module is hostile, though its design need not be."""
    folder = prepare_run(Session.open("lenet_relu").document, RECIPE, run_dir=tmp_path / "foreign")
    (folder / "model.py").write_text(f"open({str(marker)!r}, 'w').close()\nclass Net: ...\n", "utf-8")
    return folder


PATHS = {
    "train": lambda design, *_: Session(Document(design)).train(RECIPE),
    "train in the background": lambda design, *_: Session(Document(design)).training_task(RECIPE)(),
    "run folder": lambda design, marker, tmp_path: prepare_run(Document(design), RECIPE, run_dir=tmp_path / "run"),
    "summary": lambda design, *_: Session(Document(design)).summary(),
    "check": lambda design, *_: CustomCheck(design.customs["Harmless"], {}, [IMAGE]),
    "going on": lambda design, marker, tmp_path: resume_run(foreign_run(design, marker, tmp_path)),
}


@pytest.mark.parametrize("path", PATHS)
def test_nothing_runs_it_unasked(path: str, design: Design, marker: Path, tmp_path: Path):
    with pytest.raises(UntrustedError) as caught:
        PATHS[path](design, marker, tmp_path)
    assert str(marker) in caught.value.code
    assert caught.value.fix == "Read it, then trust it."
    assert caught.value.exit_status == 1
    assert not marker.exists()
    assert not (tmp_path / "run").exists()


def test_trusted_it_runs(design: Design, marker: Path):
    trust_layers(design.customs.values())
    answer = Session(Document(design)).summary().wait(120)
    assert isinstance(answer, Summary)
    assert marker.exists()


def test_trust_is_of_the_very_code(design: Design):
    (layer,) = untrusted_layers(design)
    trust_layers([layer])
    require_trust(design)
    require_trust(design.with_custom(replace(layer, summary="Other words.")))
    changed = design.with_custom(replace(layer, source=layer.source + "# changed\n"))
    with pytest.raises(UntrustedError, match="in Harmless"):
        require_trust(changed)
    with pytest.raises(UntrustedError, match="in ScaledConv, Mixer"):
        require_trust(design.with_custom(SCALED_CONV).with_custom(MIXER))


@pytest.mark.parametrize("text", ["", "{", "[]", '{"trusted": 3}', '{"trusted": [[1]]}', "[" * 100_000, "\0"])
def test_a_damaged_memory_trusts_nobody(text: str, design: Design):
    trust_layers(design.customs.values())
    (data_dir() / "trusted.json").write_text(text)
    assert untrusted_layers(design)
    trust_layers(design.customs.values())
    assert not untrusted_layers(design)


def test_a_run_that_somebody_trusts_may_go_on(design: Design, marker: Path, tmp_path: Path):
    folder = foreign_run(design, marker, tmp_path)
    trust_run(folder)
    control = resume_run(folder)
    assert isinstance(list(control.reports())[-1], Failed)  # its class is no network, and it was run to find that out
    control.close()
    assert marker.exists()


def test_nobody_else_starts_the_engine_on_a_module():
    """A new way to run generated code has to be given its question of trust, and its place here."""
    root = Path(designer.__file__).parent
    starters = set()
    for path in root.rglob("*.py"):
        names = {node.id for node in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(node, ast.Name)}
        attributes = {n.attr for n in ast.walk(ast.parse(path.read_text("utf-8"))) if isinstance(n, ast.Attribute)}
        if "engine_command" in names | attributes:
            starters.add(path.relative_to(root).as_posix())
    # of these, `training` is started by `preparing` and `resuming`, `question` by `Session.summary` and `checking`
    # `data_view` starts the viewer, which looks at data and runs no network; `weights` copies named tensors
    assert starters == {
        "session/training.py",
        "session/question.py",
        "session/data_view.py",
        "session/weights.py",
    }
