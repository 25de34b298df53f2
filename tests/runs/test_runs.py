"""Run folders: made with everything that decides a training, listed whatever state they are in."""

import json
import time
from pathlib import Path

import pytest

from designer.engine.protocol import METRICS_FILE, RECIPE_FILE, STATUS_FILE, Epoch, Failed, Finished, write_line
from designer.engine.recipe import DataRecipe, Recipe, read_recipe
from designer.runs.folder import RUN_FILE, RunDesign, RunFolderError, create_run
from designer.runs.listing import list_runs, read_metrics, read_run

DESIGN = RunDesign("Net", "A net", b"{}", "class Net: ...\n", {"width": (1, 2)})
EPOCH = Epoch(2, 0.5, 0.8, 0.6, 0.7, 1000.0)


def make(root: Path, recipe: Recipe | None = None, run_dir: Path | None = None) -> Path:
    return create_run(root, DESIGN, recipe or Recipe(), run_dir)


def write_status(folder: Path, state: str, **fields) -> None:
    now = time.time()
    status = {"state": state, "pid": 1, "started_at": now, "heartbeat": now, "epoch": 2, "epochs": 5}
    status |= {"figures": vars(EPOCH), "message": "", **fields}
    (folder / STATUS_FILE).write_text(json.dumps(status))


def test_a_run_holds_what_decides_it(tmp_path: Path):
    folder = make(tmp_path / "runs", Recipe(seed=7))
    about = json.loads((folder / RUN_FILE).read_text())
    assert {path.name for path in folder.iterdir()} == {"design.blockyard", "model.py", RECIPE_FILE, RUN_FILE}
    assert about["seed"] == 7
    assert about["variables"] == {"width": [1, 2]}
    assert set(about["environment"]) == {"python", "platform", "executable", "packages"}
    assert about["environment"]["packages"]["torch"]
    assert read_recipe(folder / RECIPE_FILE) == Recipe(seed=7)


def test_runs_of_one_second_get_folders_of_their_own(tmp_path: Path):
    assert len({make(tmp_path) for _ in range(4)}) == 4


def test_a_folder_of_ones_own_must_be_empty(tmp_path: Path):
    mine = tmp_path / "mine"
    assert make(tmp_path, run_dir=mine) == mine
    with pytest.raises(RunFolderError, match="holds a run already"):
        make(tmp_path, run_dir=mine)
    (tmp_path / "other").mkdir()
    (tmp_path / "other" / "thesis.txt").touch()
    with pytest.raises(RunFolderError, match="is not empty"):
        make(tmp_path, run_dir=tmp_path / "other")
    for odd in (tmp_path / "other" / "thesis.txt", tmp_path / "a\0b"):
        with pytest.raises(RunFolderError):
            make(tmp_path, run_dir=odd)


def test_a_folder_of_data_does_not_depend_on_where_one_stands(tmp_path: Path, monkeypatch: pytest.MonkeyPatch):
    (tmp_path / "images").mkdir()
    monkeypatch.chdir(tmp_path)
    near = make(tmp_path, Recipe(data=DataRecipe(source="images")))
    assert read_recipe(near / RECIPE_FILE).data.source == str(tmp_path / "images")
    named = make(tmp_path, Recipe(data=DataRecipe(source="fashion-mnist-mini")))
    assert read_recipe(named / RECIPE_FILE).data.source == "fashion-mnist-mini"


@pytest.mark.parametrize("state", ["running", "finished", "stopped", "failed"])
def test_the_state_is_the_engines(tmp_path: Path, state: str):
    folder = make(tmp_path)
    write_status(folder, state, message="no data" if state == "failed" else "")
    run = read_run(folder)
    assert (run.state, run.epoch, run.epochs) == (state, 2, 5)
    assert run.figures["test_accuracy"] == 0.7
    assert run.problem == ("no data" if state == "failed" else "")
    assert run.to_json()["recipe"]["epochs"] == 5


def test_a_killed_engine_shows_as_interrupted(tmp_path: Path):
    folder = make(tmp_path)
    write_status(folder, "running", heartbeat=time.time() - 60)
    assert read_run(folder).state == "interrupted"
    assert read_run(folder).problem
    assert read_run(make(tmp_path)).state == "interrupted"  # no engine ever began


def test_figures_come_from_the_log_where_there_is_no_status(tmp_path: Path):
    folder = make(tmp_path)
    log = [write_line(EPOCH), "nonsense", write_line(Finished("x", True))]
    (folder / METRICS_FILE).write_text("\n".join(log))
    run = read_run(folder)
    assert (run.state, run.epoch, run.figures["train_loss"]) == ("stopped", 2, 0.5)
    assert len(list(read_metrics(folder))) == 3
    (folder / METRICS_FILE).write_text(write_line(Failed("no room")))
    assert (read_run(folder).state, read_run(folder).problem) == ("failed", "no room")


@pytest.mark.parametrize("name", [RUN_FILE, RECIPE_FILE])
@pytest.mark.parametrize("content", [b"", b"[]", b"\xff", b"[" * 100_000, b" " * (1 << 21), None])
def test_a_broken_folder_is_listed_as_unreadable(tmp_path: Path, name: str, content: bytes | None):
    broken = make(tmp_path)
    if content is None:
        (broken / name).unlink()
    else:
        (broken / name).write_bytes(content)
    make(tmp_path)
    (tmp_path / "not a run").mkdir()
    (tmp_path / "file").touch()
    states = sorted(run.state for run in list_runs(tmp_path))
    assert states == ["interrupted", "unreadable"]
    assert next(run for run in list_runs(tmp_path) if run.state == "unreadable").problem


@pytest.mark.parametrize("content", [b"", b"[]", b"[" * 100_000, b'{"state": "running"}'])
def test_a_damaged_status_is_as_none(tmp_path: Path, content: bytes):
    folder = make(tmp_path)
    (folder / STATUS_FILE).write_bytes(content)
    assert read_run(folder).state == "interrupted"


def test_the_newest_come_first(tmp_path: Path):
    first, second = make(tmp_path), make(tmp_path)
    for folder, created in ((first, "2026-01-01"), (second, "2026-01-02")):
        about = json.loads((folder / RUN_FILE).read_text()) | {"created": created}
        (folder / RUN_FILE).write_text(json.dumps(about))
    assert [run.path for run in list_runs(tmp_path)] == [second, first]
    assert list_runs(tmp_path / "none") == []
