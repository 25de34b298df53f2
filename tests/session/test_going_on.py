"""A run after whoever started it is gone: followed, led, resumed; and one whose engine was killed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from designer.base.errors import BlockyardError
from designer.engine.protocol import (
    CHECKPOINTS_DIR,
    LAST_CHECKPOINT,
    Batch,
    Epoch,
    Finished,
    Paused,
    Resumed,
    Started,
    read_metrics,
    read_status,
)
from designer.session.following import Followed
from designer.session.leading import EngineDied, Leading
from designer.session.resuming import can_go_on, find_run, resume_run
from designer.session.session import Session

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
BEGIN = """
import sys
from dataclasses import replace
from designer.session.session import Session
session = Session.open("lenet_relu")
recipe = session.recipe
recipe = replace(recipe, epochs=int(sys.argv[1]), device="cpu", data=replace(recipe.data, limit=512))
print(session.train(recipe).run_dir)
"""


def wait_for(control: Leading, kind: type, seconds: float = 60) -> object:
    deadline = time.monotonic() + seconds
    while time.monotonic() < deadline:
        for report in control.poll():
            if isinstance(report, kind):
                return report
        time.sleep(0.01)
    raise AssertionError(f"no {kind.__name__} in {seconds} s")


def begin(epochs: int) -> Path:
    """A run whose window has gone: the folder, with an engine at work on it."""
    done = subprocess.run([sys.executable, "-c", BEGIN, str(epochs)], capture_output=True, text=True, check=True)
    run_dir = Path(done.stdout.strip())
    deadline = time.monotonic() + 60
    while read_status(run_dir) is None:  # a window takes up what an engine has begun, and that loads torch first
        assert time.monotonic() < deadline, "the engine does not begin"
        time.sleep(0.05)
    return run_dir


@pytest.fixture
def lonely() -> Iterator[Path]:
    run_dir = begin(500)
    yield run_dir
    Followed(run_dir).kill()


def test_a_run_is_picked_up_led_killed_and_gone_on_with(lonely: Path):
    followed = Followed(lonely)
    followed.begin()
    started = wait_for(followed, Started)
    assert started.run == str(lonely)
    wait_for(followed, Epoch)
    followed.pause()
    wait_for(followed, Paused)
    assert read_status(lonely).state == "paused"
    with pytest.raises(BlockyardError, match="is under way"):
        resume_run(lonely)
    late = Followed(lonely)  # another one comes while it is paused: it hears all that was told
    late.begin()
    wait_for(late, Paused)
    late.resume()
    wait_for(followed, Resumed)
    late.close()
    followed.kill()
    died = wait_for(followed, EngineDied)
    assert "not heard of" in died.message
    followed.close()
    assert followed.done
    assert can_go_on(lonely)
    control = resume_run(lonely, epochs=read_status(lonely).epoch + 1)
    assert wait_for(control, Started).steps_done > 0
    wait_for(control, Finished)
    control.close()
    assert not can_go_on(lonely)
    with pytest.raises(BlockyardError, match="finished") as refused:
        resume_run(lonely)
    assert "--epochs" in refused.value.fix


def test_a_run_killed_before_it_saved_anything_begins_anew():
    session = Session.open("lenet_relu")
    recipe = replace(session.recipe, epochs=1, device="cpu", data=replace(session.recipe.data, limit=512))
    control = session.train(recipe)
    wait_for(control, Started)
    os.kill(control.pid, signal.SIGKILL)
    wait_for(control, EngineDied)
    control.close()
    assert not (control.run_dir / CHECKPOINTS_DIR / LAST_CHECKPOINT).exists()
    again = resume_run(find_run(control.run_dir.name))
    assert wait_for(again, Started).steps_done == 0
    wait_for(again, Finished)
    again.close()
    log = list(read_metrics(again.run_dir))
    assert [sum(isinstance(message, kind) for message in log) for kind in (Started, Epoch, Finished)] == [1, 1, 1]


def test_a_long_log_is_thinned_when_it_is_taken_up(tmp_path: Path):
    from designer.engine.protocol import METRICS_FILE, write_line

    batch = Batch(1, 1, 20_000, 1, 2.0, 0.1, 0.1, 100.0, None)
    lines = [write_line(replace(batch, batch=number, step=number)) for number in range(1, 20_001)]
    started = Started("x", "cpu", 1, 20_000, 9, 9, 9, 9)
    lines = [write_line(started), *lines, write_line(Finished("x", False))]
    (tmp_path / METRICS_FILE).write_text("\n".join(lines) + "\n", "utf-8")
    followed = Followed(tmp_path)
    followed.begin()
    reports = []
    while not followed.done:
        now = followed.poll()
        assert len(now) <= 400
        reports += now
    followed.close()
    batches = [report for report in reports if isinstance(report, Batch)]
    assert 2000 < len(batches) < 4001
    assert reports[0] == started


@pytest.mark.parametrize("name", ["nothing", "../..", ""])
def test_what_is_no_run_is_told(name: str):
    with pytest.raises(BlockyardError, match="There is no run"):
        find_run(name)
