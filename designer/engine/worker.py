"""The child process that trains a run folder: `python -m designer.engine.worker RUN_DIR [--resume]`.

RUN_DIR holds `model.py` and `recipe.json`; the files it gains, the messages on standard output and the controls on
standard input are in `protocol`. What the network or a library prints goes to the folder's log. The run outlives
whoever started it: closed pipes do not stop it. The exit status is 0 for a run that finished or was stopped, 1 for one
that failed, 2 for bad usage.
"""

from __future__ import annotations

import argparse
import os
import signal
import sys
from collections.abc import Sequence
from pathlib import Path

from .control import Wishes
from .job import carry_out
from .outlet import Outlet
from .protocol import LOG_FILE, Failed
from .run_files import append_to
from .text import Text

_STANDARD_INPUT, _STANDARD_OUTPUT, _STANDARD_ERROR = range(3)


def main(arguments: Sequence[str] | None = None) -> int:
    """Train the run folder named on the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="worker", description="Train the network of a run folder.")
    parser.add_argument("run_dir", type=Path, metavar="RUN_DIR")
    parser.add_argument("--resume", action="store_true", help="go on from the folder's last checkpoint")
    options = parser.parse_args(arguments)
    run_dir: Path = options.run_dir.absolute()
    with Outlet(_standard_output()) as outlet:
        try:
            _send_output_to(run_dir / LOG_FILE)
        except OSError as error:
            outlet.tell(
                Failed(
                    Text("The run folder {run_dir} cannot be used: {reason}.", run_dir=run_dir, reason=error.strerror),
                    expected="a folder with model.py and recipe.json that can be written",
                    fix="Check the path and its permissions.",
                )
            )
            return 1
        _be_a_good_neighbour()
        return carry_out(run_dir, outlet.tell, _wishes_of_signals(), _STANDARD_INPUT, options.resume)


def _standard_output() -> int:
    """A descriptor of what is standard output now; of nothing where it was closed before we began."""
    try:
        return os.dup(_STANDARD_OUTPUT)
    except OSError:
        return os.open(os.devnull, os.O_WRONLY)


def _send_output_to(log: Path) -> None:
    """From now on, whatever this process prints, Python or not, is added to the log."""
    with append_to(log) as file:
        descriptor = os.dup(file.fileno())
    for stream in (_STANDARD_OUTPUT, _STANDARD_ERROR):
        os.dup2(descriptor, stream)
    if descriptor > _STANDARD_ERROR:
        os.close(descriptor)


def _wishes_of_signals() -> Wishes:
    wishes = Wishes()
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: wishes.stop())
    if hasattr(signal, "SIGHUP"):
        signal.signal(signal.SIGHUP, signal.SIG_IGN)  # the terminal closes: go on
    return wishes


def _be_a_good_neighbour() -> None:
    if hasattr(os, "nice"):
        os.nice(5)  # the window stays smooth while every core trains


if __name__ == "__main__":
    sys.exit(main())
