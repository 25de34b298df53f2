"""TensorBoard's files of runs under way: what they tell is what the log tells, after a kill and a new start too."""

from __future__ import annotations

import json
import math
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from designer.engine import protocol
from designer.engine.event_file import BATCH_TAGS, EPOCH_TAGS
from designer.engine.event_log import EventLog
from tests.event_files import events, shown

BATCH = protocol.Batch(1, 1, 2, 1, 2.5, 0.125, 0.05, 900.0, None)


def told(run_dir: Path) -> list[tuple[int, dict[str, float]]]:
    """What the run's own log tells, as its event files should."""
    found, step = [], 0
    for message in protocol.read_metrics(run_dir):
        tags = {protocol.Batch: BATCH_TAGS, protocol.Epoch: EPOCH_TAGS}.get(type(message))
        if tags:
            step = getattr(message, "step", step)
            figures = {tag: getattr(message, name) for name, tag in tags.items()}
            found.append((step, {tag: value for tag, value in figures.items() if value is not None}))
    return found


def require_the_same(run_dir: Path) -> None:
    ours, theirs = told(run_dir), shown(run_dir)
    assert [step for step, _ in ours] == [event.step for event in theirs]
    assert all(
        figures.keys() == event.scalars.keys()
        and all(math.isclose(value, event.scalars[tag], rel_tol=1e-6) for tag, value in figures.items())
        for (_, figures), event in zip(ours, theirs, strict=True)
    )


@pytest.mark.slow
@pytest.mark.skipif(sys.platform == "win32", reason="a kill")
def test_a_run_that_was_killed_and_went_on_is_told_once(run_folder, start_engine):
    slower = "__import__('time').sleep(0.01)"
    run_dir = run_folder(tensorboard=True, epochs=2, in_forward=slower, data={"limit": 640})
    with start_engine(run_dir) as engine:
        engine.wait_for(protocol.Kept)
        engine.wait_for(protocol.Batch)
        (file,) = run_dir.glob("*.tfevents.*")
        assert {event.step for event in events(file)} >= {1, 10, 11}  # while the run goes on
        engine.process.kill()
        engine.process.wait()
    with file.open("r+b") as half:
        half.truncate(file.stat().st_size - 3)  # as if the kill had come amid a record
    with start_engine(run_dir, "--resume") as engine:
        assert engine.process.wait() == 0
    assert len(list(run_dir.glob("*.tfevents.*"))) == 2
    require_the_same(run_dir)
    assert shown(run_dir)[-1].step == 20


def test_a_run_that_begins_anew_in_its_folder_is_shown_from_the_first_step(tmp_path: Path):
    started = protocol.Started("run", "cpu", 1, 2, 10, 4, 2, 10)
    for loss in (2.0, 1.0):
        log = EventLog(tmp_path)
        log.tell(replace(BATCH, step=9))  # of nothing that has begun
        log.tell(started)
        log.tell(replace(BATCH, loss=loss))
        log.close()
    (only,) = shown(tmp_path)
    assert (only.step, only.scalars["loss/train_batch"]) == (1, 1.0)


def test_only_a_recipe_that_asks_for_it_gets_one(run_folder, start_engine):
    run_dir = run_folder(data={"limit": 64})
    recipe = json.loads((run_dir / protocol.RECIPE_FILE).read_text())
    with start_engine(run_dir) as engine:
        assert engine.process.wait() == 0
    assert not list(run_dir.glob("*.tfevents.*"))
    recipe |= {"tensorboard": True, "epochs": 2}
    (run_dir / protocol.RECIPE_FILE).write_text(json.dumps(recipe))
    with start_engine(run_dir, "--resume") as engine:
        assert engine.process.wait() == 0
    assert [event.step for event in shown(run_dir)] == [2, 2]
