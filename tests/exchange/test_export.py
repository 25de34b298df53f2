"""What leaves Blockyard runs without it, and an export never costs a person a file."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

import designer.engine.protocol as engine_protocol
from designer.base.errors import DesignError
from designer.document.document import Document
from designer.document.presets import open_design
from designer.document.reading import read_document
from designer.exchange.module import ExportError, export_module
from designer.exchange.project import MARK, export_project
from designer.graph.block import Block, Node
from designer.graph.design import Design

ENGINE = Path(engine_protocol.__file__).parent
FAULTY = Document(Design("Net", {"Net": Block("Net", nodes={"a": Node("a", "Blur3000")})}))


@pytest.fixture
def lenet() -> Document:
    return open_design("lenet_sigmoid")


def run_alone(folder: Path, *arguments: str) -> str:
    """Run a program with torch alone: an interpreter that cannot find `designer`."""
    block = (
        "import sys; sys.modules['designer'] = None; import runpy; sys.argv = sys.argv[1:]; "
        "sys.path.insert(0, '.'); runpy.run_path(sys.argv[0], run_name='__main__')"
    )
    environment = {key: value for key, value in os.environ.items() if key != "PYTHONPATH"}
    done = subprocess.run(
        [sys.executable, "-c", block, *arguments],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=200,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def test_a_module_prints_its_stages(lenet: Document, tmp_path: Path):
    assert export_module(lenet, tmp_path / "net.py") == [tmp_path / "net.py"]
    lines = run_alone(tmp_path, "net.py").splitlines()
    assert [line.split()[0] for line in lines] == ["conv", "fc"]
    assert "(1, 16, 4, 4)" in lines[0]


def test_a_project_trains_without_blockyard(lenet: Document, tmp_path: Path):
    files = export_project(lenet, tmp_path / "project")
    folder = tmp_path / "project"
    assert {"model.py", "recipe.json", "train.py", "README.md", "requirements.txt", "design.blockyard"} <= {
        path.name for path in files
    }
    for source in ENGINE.glob("*.py"):
        assert (folder / "engine" / source.name).read_bytes() == source.read_bytes()
    assert read_document(folder / "design.blockyard").design == lenet.design
    told = run_alone(folder, "train.py", "--epochs", "1", "--limit", "128", "--device", "cpu", "--json")
    assert '"finished"' in told.splitlines()[-1]


def test_a_project_with_lazy_layers_trains_too(lenet: Document, tmp_path: Path):
    folder = tmp_path / "project"
    export_project(lenet, folder, lazy=True)
    assert "nn.LazyConv2d(" in (folder / "model.py").read_text("utf-8")
    told = run_alone(folder, "train.py", "--epochs", "1", "--limit", "128", "--device", "cpu", "--json")
    assert '"params": 44426' in told
    assert '"finished"' in told.splitlines()[-1]


def test_an_export_replaces_an_export_and_keeps_the_rest(lenet: Document, tmp_path: Path):
    folder = tmp_path / "project"
    export_project(lenet, folder)
    (folder / "notes.txt").write_text("mine")
    (folder / "runs").mkdir()
    (folder / "old.py").touch()
    with (folder / MARK).open("a") as mark:
        mark.write("old.py\n../outside.txt\n")
    (tmp_path / "outside.txt").touch()
    export_project(lenet, folder)
    assert (folder / "notes.txt").read_text() == "mine"
    assert (folder / "runs").is_dir()
    assert not (folder / "old.py").exists()
    assert (tmp_path / "outside.txt").exists()
    assert sorted(path.name for path in tmp_path.iterdir()) == ["outside.txt", "project"]


def test_a_folder_of_somebodys_is_refused(lenet: Document, tmp_path: Path):
    (tmp_path / "thesis.txt").write_text("mine")
    for target in (tmp_path, tmp_path / "thesis.txt", tmp_path / "thesis.txt" / "x"):
        with pytest.raises(ExportError):
            export_project(lenet, target)
    assert [path.name for path in tmp_path.iterdir()] == ["thesis.txt"]


def test_a_faulty_design_is_not_exported(tmp_path: Path):
    with pytest.raises(DesignError):
        export_module(FAULTY, tmp_path / "net.py")
    with pytest.raises(DesignError):
        export_project(FAULTY, tmp_path / "project")
    assert not list(tmp_path.iterdir())


def test_a_module_that_cannot_be_written(lenet: Document, tmp_path: Path):
    for path in (tmp_path, tmp_path / "none" / "net.py"):
        with pytest.raises(ExportError):
            export_module(lenet, path)
