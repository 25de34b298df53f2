"""What every test gets: a screen that is not there, empty folders for a person's data, no thread left behind.

A test marked `window` needs a real window system: it starts the program as a process on the display of `xvfb`.
"""

from __future__ import annotations

import os
import shutil
import subprocess
import threading
import time
from collections.abc import Iterator

import hypothesis
import pytest

# Before anything imports Qt or torch. One thread a process: the tests run side by side, as many as there are cores.
os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
os.environ.setdefault("OMP_NUM_THREADS", "1")

_IN_CI = bool(os.environ.get("CI"))
_THREAD_GRACE_S = 5.0

hypothesis.settings.register_profile("ci", deadline=None, derandomize=True, print_blob=True)
hypothesis.settings.register_profile("here", deadline=None)
hypothesis.settings.load_profile("ci" if _IN_CI else "here")


@pytest.fixture(scope="session", autouse=True)
def _nobodys_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Settings and data of fixtures that outlive a test, away from those of whoever runs the tests."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("BLOCKYARD_CONFIG_DIR", str(tmp_path_factory.mktemp("config")))
        patch.setenv("BLOCKYARD_DATA_DIR", str(tmp_path_factory.mktemp("data")))
        patch.setenv("BLOCKYARD_CACHE_DIR", str(tmp_path_factory.mktemp("cache")))
        yield


@pytest.fixture(autouse=True)
def _empty_home(_nobodys_home: None, tmp_path_factory: pytest.TempPathFactory, monkeypatch: pytest.MonkeyPatch) -> None:
    """Settings and data of one test: none yet. The folders appear when something is kept in them."""
    home = tmp_path_factory.getbasetemp() / "homes" / f"{time.monotonic_ns()}"
    monkeypatch.setenv("BLOCKYARD_CONFIG_DIR", str(home / "config"))
    monkeypatch.setenv("BLOCKYARD_DATA_DIR", str(home / "data"))
    monkeypatch.setenv("BLOCKYARD_CACHE_DIR", str(home / "cache"))


def _check_threads(before: set[threading.Thread], daemons: bool) -> None:
    deadline = time.monotonic() + _THREAD_GRACE_S
    left = [thread for thread in set(threading.enumerate()) - before if daemons or not thread.daemon]
    left = [thread for thread in left if not thread.name.endswith("(_serve)")]  # multiprocessing's own, of the process
    for thread in left:
        thread.join(max(0.0, deadline - time.monotonic()))
    names = [thread.name for thread in left if thread.is_alive()]
    assert not names, f"the test left threads running: {names}"


@pytest.fixture(autouse=True)
def _no_thread_left() -> Iterator[None]:
    """Fails a test that leaves a thread which would keep the program from ending."""
    before = set(threading.enumerate())
    yield
    _check_threads(before, daemons=False)


@pytest.fixture(autouse=True, scope="module")
def _no_daemon_left() -> Iterator[None]:
    """Fails the last test of a file whose tests, or what they share, leave a thread of any sort."""
    before = set(threading.enumerate())
    yield
    _check_threads(before, daemons=True)


@pytest.fixture
def xvfb() -> Iterator[str]:
    """A virtual screen of 1600×1000 pixels of its own; gives the DISPLAY under which to start the program."""
    server = shutil.which("Xvfb")
    if server is None:
        if _IN_CI:
            pytest.fail("Xvfb is not installed: run bash .ci/setup test")
        pytest.skip("Xvfb is not installed: run bash .ci/setup test")
    # Xvfb finds a free number itself and writes it to the pipe as soon as it takes connections.
    reading, writing = os.pipe()
    command = [server, "-displayfd", str(writing), "-screen", "0", "1600x1000x24", "-nolisten", "tcp", "-noreset"]
    with subprocess.Popen(command, pass_fds=[writing], stderr=subprocess.DEVNULL) as process:
        os.close(writing)
        try:
            with os.fdopen(reading) as pipe:
                number = pipe.readline().strip()
            assert number, "Xvfb ended before it had a display"
            yield f":{number}"
        finally:
            process.kill()
