"""A damaged run is told of as damaged, and harms no other: whatever its files are and hold."""

from __future__ import annotations

import json
import os
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from designer.engine.protocol import EVALUATION_FILE, METRICS_FILE, RECIPE_FILE, STATUS_FILE, Epoch, read_evaluation
from designer.engine.recipe import Recipe
from designer.runs.curves import read_curves
from designer.runs.folder import RUN_FILE, RunDesign, RunFolderError, create_run
from designer.runs.listing import list_runs, read_run
from designer.runs.notes import NOTE_FILE, read_note, write_note
from designer.runs.table import figures_as_csv

DESIGN = RunDesign("Net", "A net", b"{}", "class Net: ...\n")
FIGURES = vars(Epoch(2, 0.5, 0.8, 0.6, 0.7, 1000.0))
STATUS = {"state": "finished", "pid": 1, "started_at": 0, "heartbeat": 0, "epoch": 2, "epochs": 5}
STATUS |= {"figures": FIGURES, "message": ""}
HUGE, DEEP = 10**400, "[" * 100_000


def make(root: Path, **status: object) -> Path:
    folder = create_run(root, DESIGN, Recipe())
    (folder / STATUS_FILE).write_text(json.dumps(STATUS | status))
    return folder


def test_nothing_but_empty_objects_and_a_figure_that_is_text(tmp_path: Path):
    sound, evil = make(tmp_path), tmp_path / "evil"
    evil.mkdir()
    (evil / RUN_FILE).write_text("{}")
    (evil / RECIPE_FILE).write_text("{}")
    (evil / STATUS_FILE).write_text(json.dumps(STATUS | {"epoch": 0, "figures": {"epoch": "x"}}))
    first, second = list_runs(tmp_path)
    assert (first.path, first.state, first.damage) == (sound, "finished", "")
    assert (second.path, second.state) == (evil, "unreadable")
    assert "is damaged" in second.problem
    assert "figures.epoch is 'x'" in second.problem


@pytest.mark.parametrize(
    ("name", "value"),
    [
        *(("figures", {**FIGURES, figure: value}) for figure in FIGURES for value in ("x", True, HUGE, [], {})),
        *(("epoch", value) for value in (-1, HUGE, "1", None, True, 1.5)),
        *(("epochs", value) for value in (-1, HUGE, "1", None)),
        *(("pid", value) for value in (-1, HUGE, "1", None, True)),
        *(("heartbeat", value) for value in (HUGE, "1", None, [])),
        *(("state", value) for value in ("died", "dancing", 1, None, ["running"])),
        *(("message", value) for value in (1, None, {})),
        *(("figures", value) for value in ("x", 1, [], [{}])),
    ],
)
def test_a_status_of_wrong_types_or_sizes_is_told(tmp_path: Path, name: str, value: object):
    folder, _ = make(tmp_path, **{name: value}), make(tmp_path)
    runs = list_runs(tmp_path)
    assert len(runs) == 2
    (damaged,) = (run for run in runs if run.damage)
    assert damaged.path == folder
    assert STATUS_FILE in damaged.problem
    json.dumps([run.to_json() for run in runs], allow_nan=False)


@pytest.mark.parametrize("text", ["NaN", "Infinity", "-Infinity", "1e999", "9" * 5000, DEEP, "", "nul", '"\\ud800"'])
@pytest.mark.parametrize("name", [RUN_FILE, RECIPE_FILE, STATUS_FILE, EVALUATION_FILE, NOTE_FILE, METRICS_FILE])
def test_what_json_should_not_hold(tmp_path: Path, name: str, text: str):
    folder, other = make(tmp_path), make(tmp_path)
    (folder / name).write_text(f'{{"title": {text}, "epoch": {text}, "data": {text}, "type": {text}}}')
    run = next(run for run in list_runs(tmp_path) if run.path == folder)
    assert bool(run.damage) == (name in (RUN_FILE, RECIPE_FILE, STATUS_FILE) and text != '"\\ud800"') or run.problem
    assert read_evaluation(folder) is None
    assert read_run(other).damage == ""
    json.dumps(run.to_json(), allow_nan=False).encode("utf-8")
    str(run.to_json()).encode("utf-8")
    assert len(figures_as_csv(folder).splitlines()) == 1
    assert not any(xs for xs, _ in read_curves(folder).epochs.values())


def pipe(path: Path) -> None:
    path.unlink(missing_ok=True)
    os.mkfifo(path)


def link(target: str) -> Callable[[Path], None]:
    def make_link(path: Path) -> None:
        path.unlink(missing_ok=True)
        path.symlink_to(target)

    return make_link


def folder_instead(path: Path) -> None:
    path.unlink(missing_ok=True)
    path.mkdir()


def endless(path: Path) -> None:
    """A terabyte, of which the disk holds nothing."""
    with path.open("wb") as file:
        file.truncate(1 << 40)


@pytest.mark.skipif(sys.platform == "win32", reason="pipes and devices that are files")
@pytest.mark.parametrize("name", [RUN_FILE, RECIPE_FILE, STATUS_FILE, EVALUATION_FILE, NOTE_FILE, METRICS_FILE])
@pytest.mark.parametrize(
    "become", [pipe, link("/dev/zero"), link("/etc/passwd"), link("/nowhere"), folder_instead, endless]
)
def test_files_that_are_none_are_not_waited_for(tmp_path: Path, name: str, become: Callable[[Path], None]):
    folder, other = make(tmp_path), make(tmp_path)
    become(folder / name)
    began = time.monotonic()
    runs = {run.path: run for run in list_runs(tmp_path)}
    assert set(runs) == {folder, other}
    assert runs[other].damage == ""
    if name in (RUN_FILE, RECIPE_FILE, STATUS_FILE):
        assert name in runs[folder].problem
        assert "damaged" in runs[folder].problem
    assert read_note(folder) == ""
    assert read_evaluation(folder) is None
    assert len(figures_as_csv(folder).splitlines()) == 1
    assert time.monotonic() - began < 60  # it would never end


@pytest.mark.skipif(sys.platform == "win32", reason="links")
def test_a_note_is_not_written_through_a_link(tmp_path: Path):
    folder, mine = make(tmp_path / "runs"), tmp_path / "mine.txt"
    mine.write_text("mine")
    for name in (NOTE_FILE, f"{NOTE_FILE}.new"):
        (folder / name).symlink_to(mine)
    write_note(folder, "good")
    assert (read_note(folder), mine.read_text()) == ("good", "mine")


@pytest.mark.skipif(sys.platform == "win32" or os.geteuid() == 0, reason="permissions, which bind no superuser")
def test_a_folder_that_may_not_be_looked_into_harms_no_other(tmp_path: Path):
    shut, other = make(tmp_path), make(tmp_path)
    shut.chmod(0)
    try:
        runs = {run.path: run for run in list_runs(tmp_path)}
    finally:
        shut.chmod(0o755)
    assert runs[other].damage == ""
    assert "Permission denied" in runs[shut].problem


def test_a_place_that_is_no_folder_is_told(tmp_path: Path):
    (tmp_path / "file").touch()
    with pytest.raises(RunFolderError, match="cannot be listed"):
        list_runs(tmp_path / "file")


@pytest.mark.parametrize("created", ["", "yesterday", "0001-01-01T00:00:00+00:00", "9999-12-31T23:59:59-12:00", "2026"])
def test_a_date_that_is_none_is_the_oldest(tmp_path: Path, created: str):
    odd, sound = make(tmp_path), make(tmp_path)
    (odd / RUN_FILE).write_text(json.dumps({"created": created}))
    assert [run.path for run in list_runs(tmp_path)] == [sound, odd]
    assert read_run(odd).started == 0


def test_moments_are_compared_whatever_the_zone(tmp_path: Path):
    first, second = make(tmp_path), make(tmp_path)
    (first / RUN_FILE).write_text(json.dumps({"created": "2026-10-25T02:50:00+02:00"}))
    (second / RUN_FILE).write_text(json.dumps({"created": "2026-10-25T02:10:00+01:00"}))  # later: winter time began
    assert [run.path for run in list_runs(tmp_path)] == [second, first]
