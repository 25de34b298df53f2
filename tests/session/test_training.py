"""The engine as a child: heard, stopped, killed, dead, talking nonsense; and the real one, once."""

import json
import os
import signal
import subprocess
import sys
import textwrap
import time
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

import pytest

from designer.base.errors import TrainingError
from designer.engine.protocol import LOG_FILE, Epoch, Failed, Finished, Started, Summary, Unreadable
from designer.runs.listing import read_run
from designer.session.leading import EngineDied, Report
from designer.session.session import Session
from designer.session.summary import SummaryProcess
from designer.session.training import TrainingControl

FINISHED = json.dumps({"type": "finished", "run": "x", "stopped": False})


def until_done(control: TrainingControl, seconds: float = 60) -> list[Report]:
    reports: list[Report] = []
    deadline = time.monotonic() + seconds
    while not control.done:
        assert time.monotonic() < deadline, f"no end after {seconds} s: {reports}"
        reports += control.poll()
        time.sleep(0.01)
    return reports


class Engines:
    """Starts children that stand for the engine, and sees to it that none is left."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.controls: list[TrainingControl] = []

    def start(self, program: str) -> TrainingControl:
        command = [sys.executable, "-u", "-c", "import os, sys, time\n" + textwrap.dedent(program)]
        control = TrainingControl(self.folder, command)
        self.controls.append(control)
        control.start()
        return control


@pytest.fixture
def engines(tmp_path: Path) -> Iterator[Engines]:
    found = Engines(tmp_path)
    yield found
    for control in found.controls:
        control.kill()
        if not control.done:
            until_done(control)
        control.close()


def test_messages_arrive_and_the_last_ends_it(engines: Engines):
    control = engines.start(f"print('{FINISHED}')")
    assert until_done(control) == [Finished("x", False)]
    assert control.outcome == Finished("x", False)
    assert control.poll() == []


def test_nonsense_is_reported_and_does_no_harm(engines: Engines):
    control = engines.start(
        f"""
        print("hello")
        sys.stdout.buffer.write(bytes(range(256)) + b"\\n")
        print("x" * 300_000)
        print('{{"type": "epoch"}}')
        print('{FINISHED}')
        """
    )
    *nonsense, last = until_done(control)
    assert last == Finished("x", False)
    assert len(nonsense) >= 4
    assert all(isinstance(report, Unreadable) for report in nonsense)


@pytest.mark.parametrize(("end", "words"), [("os._exit(7)", "exit status 7"), ("os.kill(os.getpid(), 9)", "SIGKILL")])
def test_a_death_is_told_within_a_second(engines: Engines, end: str, words: str):
    (engines.folder / LOG_FILE).write_text("working\nout of memory\n")
    control = engines.start(f"print('ready')\ntime.sleep(0.2)\n{end}")
    while not control.poll():
        time.sleep(0.01)
    began = time.monotonic()
    (died,) = until_done(control)
    assert time.monotonic() - began < 1.2
    assert isinstance(died, EngineDied)
    assert words in died.message
    assert "out of memory" in died.message


def test_a_grandchild_that_holds_the_pipe_does_not_hide_the_death(engines: Engines):
    control = engines.start(
        """
        import subprocess
        child = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(30)"])
        print(child.pid)
        os._exit(3)
        """
    )
    first, died = until_done(control, 5)
    assert isinstance(first, Unreadable)
    assert isinstance(died, EngineDied)
    os.kill(int(first.line), signal.SIGKILL)


def test_stop_reaches_the_engine(engines: Engines):
    control = engines.start(f"print(sys.stdin.readline().strip())\nprint('{FINISHED}')")
    control.stop()
    heard, last = until_done(control)
    assert isinstance(heard, Unreadable)
    assert json.loads(heard.line) == {"type": "stop"}
    assert isinstance(last, Finished)
    control.stop()  # too late, and no harm


def test_kill_is_told_as_such(engines: Engines):
    control = engines.start("time.sleep(60)")
    assert control.poll() == []
    control.kill()
    (died,) = until_done(control)
    assert isinstance(died, EngineDied)
    assert died.message == "The training was ended at once."


def test_an_engine_that_cannot_start(tmp_path: Path):
    control = TrainingControl(tmp_path, [str(tmp_path / "nothing")])
    with pytest.raises(TrainingError, match="cannot be started"):
        control.start()
    assert control.poll() == []


def test_training_outlives_whoever_started_it(tmp_path: Path):
    program = f"""
import sys
from pathlib import Path
from designer.session.training import TrainingControl
child = "import sys, time, pathlib; sys.stdin.read(); time.sleep(0.3); pathlib.Path('alive').touch()"
TrainingControl(Path({str(tmp_path)!r}), [sys.executable, "-c", child]).start()
"""
    subprocess.run([sys.executable, "-c", program], check=True, timeout=30)
    deadline = time.monotonic() + 10
    while not (tmp_path / "alive").exists():
        assert time.monotonic() < deadline
        time.sleep(0.05)


def test_the_real_engine_trains_and_leaves_a_run(tmp_path: Path):
    session = Session.open("lenet_sigmoid")
    recipe = session.recipe
    data = type(recipe.data)(limit=128)
    control = session.train(type(recipe)(data=data, epochs=1, device="cpu"), root=tmp_path)
    reports = until_done(control, 120)
    control.close()
    assert isinstance(reports[0], Started)
    assert sum(isinstance(report, Epoch) for report in reports) == 1
    assert control.outcome == Finished(str(control.run_dir), False)
    run = read_run(control.run_dir)
    assert (run.state, run.epoch, run.epochs) == ("finished", 1, 1)
    assert {"design.blockyard", "model.py", "recipe.json", "run.json"} <= {p.name for p in control.run_dir.iterdir()}


def test_a_killed_engine_leaves_an_interrupted_run(tmp_path: Path):
    session = Session.open("lenet_sigmoid")
    control = session.train(type(session.recipe)(epochs=500, device="cpu"), root=tmp_path)
    while not any(isinstance(report, Started) for report in control.poll()):
        assert not control.done
        time.sleep(0.02)
    assert control.pid is not None
    with suppress(ProcessLookupError):
        os.kill(control.pid, signal.SIGKILL)
    died = until_done(control)[-1]
    control.close()
    assert isinstance(died, EngineDied)
    deadline = time.monotonic() + 15
    while read_run(control.run_dir).state != "interrupted":
        assert time.monotonic() < deadline, read_run(control.run_dir)
        time.sleep(0.1)


def test_the_table_of_the_real_module():
    session = Session.open("lenet_sigmoid")
    answer = SummaryProcess(session.code().source, session.analysis.input_shapes[0]).wait(60)
    assert isinstance(answer, Summary)
    assert answer.params == 44426
    wrong = SummaryProcess(session.code().source, (1, 3, 28, 28)).wait(60)
    assert isinstance(wrong, Failed)
    given_up = SummaryProcess(session.code().source, (1, 1, 28, 28))
    given_up.cancel()
    assert isinstance(given_up.wait(60), Failed | Summary)
