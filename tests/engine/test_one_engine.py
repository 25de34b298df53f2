"""One engine at a time is at work on a run; an engine is known by more than a number; no clock is trusted."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import nullcontext
from dataclasses import asdict, replace
from pathlib import Path

import pytest

from designer.engine import processes, protocol, run_lock
from designer.engine.processes import ProcessIdentity
from designer.engine.run_lock import LOCK_FILE, RunLock
from designer.runs.listing import read_run
from designer.session.leading import kill_engine
from designer.session.resuming import can_go_on

pytestmark = pytest.mark.skipif(sys.platform == "win32", reason="POSIX signals")
FOREVER = {"epochs": 1000, "in_forward": "__import__('time').sleep(0.01)", "data": {"limit": 256}}
IDLE = "import sys; print('ready', flush=True); sys.stdin.read()"


@pytest.fixture
def idle() -> Iterator[subprocess.Popen[bytes]]:
    """A process that does nothing until its input ends."""
    pipes = {"stdin": subprocess.PIPE, "stdout": subprocess.PIPE}
    with subprocess.Popen([sys.executable, "-c", IDLE], **pipes) as process:
        assert process.stdout.readline()
        yield process
        process.kill()


def write_status(run_dir: Path, who: ProcessIdentity | None, state: str = "running", **fields: object) -> None:
    now = time.time()
    status = {"state": state, "pid": 1, "started_at": now, "heartbeat": now, "epoch": 1, "epochs": 5}
    status |= {"figures": None, "message": "", **(asdict(who) if who else {}), **fields}
    protocol.replace_file(run_dir / protocol.STATUS_FILE, json.dumps(status))


def test_a_run_under_way_is_not_trained_by_a_second_engine(run_folder, start_engine):
    run_dir = run_folder(**FOREVER)
    with start_engine(run_dir) as first:
        first.wait_for(protocol.Kept)
        with start_engine(run_dir, "--resume") as second:
            *_, failed = second.messages()
            assert second.process.wait() == 1
        assert f"is under way in process {first.process.pid} on " in failed.message
        status = protocol.read_status(run_dir)
        assert (status.state, status.pid) == ("running", first.process.pid)
        first.wait_for(protocol.Epoch)
        first.process.kill()
        first.process.wait()
        assert protocol.read_status(run_dir).state == "died"  # at once, whatever the clock says
        with start_engine(run_dir, "--resume") as third:  # the lock went with its process
            assert third.wait_for(protocol.Started).steps_done > 0
            third.say('{"type": "stop"}')
            assert third.process.wait() == 0
    assert not (run_dir / LOCK_FILE).exists()
    assert not any(isinstance(message, protocol.Unreadable) for message in protocol.read_metrics(run_dir))


def test_a_lock_is_held_once_in_a_process_too(tmp_path):
    with RunLock(tmp_path):
        with pytest.raises(protocol.EngineError, match="is under way"), RunLock(tmp_path):
            pass
        assert json.loads((tmp_path / LOCK_FILE).read_text())["pid"] == os.getpid()
    with RunLock(tmp_path):
        pass


@pytest.mark.parametrize(
    "content",
    ["", "nonsense", "{}", "[" * 5000, '{"host": 1, "pid": -1, "began": null}', '{"host":"x","pid":1,"began":"y"}'],
)
def test_a_lock_that_was_left_behind_holds_nobody_up(tmp_path, content):
    (tmp_path / LOCK_FILE).write_text(content)
    with RunLock(tmp_path):
        pass


@pytest.mark.parametrize("locks", [True, False], ids=["locks", "no locks"])
def test_whoever_lives_keeps_its_run(tmp_path, monkeypatch, idle, locks):
    """On a file system without locks, what the lock says counts."""
    if not locks:
        monkeypatch.setattr(run_lock, "_lock", lambda descriptor: (_ for _ in ()).throw(OSError(95, "not here")))
    (tmp_path / LOCK_FILE).write_text(json.dumps(asdict(ProcessIdentity.of(idle.pid))))
    if locks:  # it lives, but has no lock: it was never at work here
        with RunLock(tmp_path):
            return
    with pytest.raises(protocol.EngineError, match=f"process {idle.pid}"), RunLock(tmp_path):
        pass
    idle.kill()
    idle.wait()
    with RunLock(tmp_path):
        pass


@pytest.mark.parametrize("beats", [True, False], ids=["alive", "dead"])
def test_an_engine_of_another_machine_is_known_by_its_heartbeat(tmp_path, beats):
    elsewhere = ProcessIdentity("elsewhere", 77, "then")
    (tmp_path / LOCK_FILE).write_text(json.dumps(asdict(elsewhere)))
    write_status(tmp_path, elsewhere, heartbeat=time.time() + 3600)  # its clock is wrong
    ended = threading.Event()

    def beat() -> None:
        number = 0
        while beats and not ended.wait(0.2):
            number += 1
            write_status(tmp_path, elsewhere, heartbeat=1000.0 + number)

    thread = threading.Thread(target=beat)
    thread.start()
    refused = pytest.raises(protocol.EngineError, match="process 77 on elsewhere") if beats else nullcontext()
    try:
        with refused, RunLock(tmp_path):
            pass
    finally:
        ended.set()
        thread.join()


def test_only_the_very_engine_is_killed(tmp_path, idle):
    own = ProcessIdentity.of(idle.pid)
    strangers = (
        replace(own, began="another moment"),  # the number was given anew
        replace(own, host="elsewhere"),
        replace(own, began=""),
        replace(own, pid=1),
        replace(own, pid=2**30),
    )
    for who in strangers:
        for heartbeat in (time.time(), 0.0):
            write_status(tmp_path, who, heartbeat=heartbeat)
            assert not kill_engine(tmp_path)
    write_status(tmp_path, None, pid=idle.pid)  # an older engine did not tell who it was
    assert not kill_engine(tmp_path)
    write_status(tmp_path, own, state="finished")
    assert not kill_engine(tmp_path)
    assert idle.poll() is None
    write_status(tmp_path, own, heartbeat=time.time() - 3600)  # it hangs: that is when one wants to
    assert kill_engine(tmp_path)
    assert idle.wait() == -signal.SIGKILL
    assert not kill_engine(tmp_path)


@pytest.mark.parametrize("hours", [-10_000, -1, 1, 10_000])
def test_a_clock_that_was_set_blocks_nothing(run_folder, idle, hours):
    run_dir, heartbeat = run_folder(), time.time() + 3600 * hours
    write_status(run_dir, None, heartbeat=heartbeat)
    assert protocol.read_status(run_dir).state == "died"
    assert can_go_on(run_dir)
    write_status(run_dir, ProcessIdentity.of(idle.pid), heartbeat=heartbeat)
    assert protocol.read_status(run_dir).state == "running"
    idle.kill()
    idle.wait()
    assert protocol.read_status(run_dir).state == "died"
    assert can_go_on(run_dir)


def test_a_hung_engine_is_listed_as_silent(run_folder, idle, tmp_path):
    run_dir = run_folder()
    (run_dir / "run.json").write_text('{"design": "Net"}')
    write_status(run_dir, ProcessIdentity.of(idle.pid), heartbeat=time.time() - 40)
    run = read_run(run_dir)
    assert (run.state, run.problem) == ("running", "The engine has not answered for 40 s.")
    write_status(run_dir, ProcessIdentity.of(idle.pid), silent_s=33.0)
    assert read_run(run_dir).problem == "The engine has not answered for 33 s."
    write_status(run_dir, ProcessIdentity.of(idle.pid), silent_s=3.0)
    assert read_run(run_dir).problem == ""


@pytest.mark.skipif(not shutil.which("ps"), reason="needs ps, as macOS has it")
def test_the_system_without_proc_is_asked_by_ps(idle):
    """The way of macOS, run here: it must tell processes apart and see that one has ended."""
    began = processes._began_by_ps
    assert began(idle.pid) == began(idle.pid)
    assert began(idle.pid)
    idle.kill()
    while idle.poll() is None:
        pass
    assert began(idle.pid) is None
