"""How the engine is started: the interpreter, the command and the environment of a child process."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path

import designer
from designer.base.paths import data_dir
from designer.base.text import Text

_INSTALLED = ("site-packages", "dist-packages")


def engine_command(module: str, *arguments: str, devices: int = 1) -> list[str]:
    """The command line of one of the engine's programs, such as `worker`. devices: processes that torchrun starts."""
    torchrun = ("torch.distributed.run", "--standalone", "--nproc-per-node", str(devices), "-m")
    return [sys.executable, "-m", *(torchrun if devices > 1 else ()), f"designer.engine.{module}", *arguments]


def environment() -> Mapping[str, str]:
    """The child's environment: it finds this very `designer`, nothing in the folder that it is started in, and the
    person's data sets."""
    home = Path(designer.__file__).resolve().parent.parent
    found = {"BLOCKYARD_DATA": str(data_dir() / "data"), **os.environ, "PYTHONSAFEPATH": "1"}
    if home.name not in _INSTALLED:
        found["PYTHONPATH"] = os.pathsep.join(filter(None, (str(home), os.environ.get("PYTHONPATH"))))
    return found


def start(command: Sequence[str], cwd: Path, *, controls: bool = True) -> subprocess.Popen[bytes]:
    """Start a child in a session of its own, so that it outlives the window. Raises OSError."""
    return subprocess.Popen(
        command,
        cwd=cwd,
        env=environment(),
        stdin=subprocess.PIPE if controls else subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        start_new_session=True,
    )


def told(exit_code: int) -> str:
    """What an exit code says, in words: -9 -> `it was killed (SIGKILL)`."""
    if exit_code >= 0:
        return Text("it ended with exit status {status}", status=exit_code)
    try:
        name = signal.Signals(-exit_code).name
    except ValueError:
        name = Text("signal {number}", number=-exit_code)
    if name == "SIGKILL":
        return Text("it was killed ({signal}); perhaps the memory ran out", signal=name)
    return Text("it was killed ({signal})", signal=name)
