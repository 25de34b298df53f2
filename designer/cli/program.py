"""The program `blockyard` without its window: reads the arguments, calls a subcommand, and is where errors end.

Exit status: 0 fine, 1 the design or the training failed, 2 bad usage or an unreadable file.
"""

from __future__ import annotations

import argparse
import difflib
import importlib
import os
import sys
import traceback
from collections.abc import Callable, Sequence
from datetime import datetime
from pathlib import Path
from typing import NoReturn

from designer import __version__
from designer.base.errors import BlockyardError
from designer.base.paths import data_dir
from designer.cli.output import note, prepare_streams, write_error

COMMANDS = ("presets", "check", "summary", "export", "train", "data", "runs", "predict", "library", "help")
_DESCRIPTION = "Design neural networks block by block, see every shape, train them, take the PyTorch code away."
_EPILOG = """\
examples:
  blockyard vgg11_small                                 open the window on a preset
  blockyard summary vgg11_fashion --set ratio=4
  blockyard train lenet_sigmoid --epochs 1
  blockyard export my.blockyard -o net.py

`blockyard COMMAND --help` tells more. Exit status: 0 fine, 1 the design or the training failed,
2 bad usage or an unreadable file."""
_INTERRUPTED = 130


class _Parser(argparse.ArgumentParser):
    """An argument parser whose errors read like all others."""

    def error(self, message: str) -> NoReturn:
        what = message[:1].upper() + message[1:].rstrip(".")
        usage = " ".join(self.format_usage().removeprefix("usage: ").split())
        stop = "" if what.endswith("?") else "."
        write_error(BlockyardError(what + stop, expected=usage, fix=f"See: {self.prog} --help"))
        raise SystemExit(2)


def main(arguments: Sequence[str]) -> int:
    """Carry out a subcommand, or show help or the version. Returns the exit status."""
    return guarded(lambda: _run(arguments))


def is_command(arguments: Sequence[str]) -> bool:
    """Whether the arguments are for the command line, not for the window."""
    return bool(arguments) and (arguments[0] in COMMANDS or arguments[0] in ("-h", "--help", "--version"))


def window_argument(arguments: Sequence[str]) -> str | None:
    """The DESIGN to open in the window, None for none; bad usage ends the program."""
    if not arguments:
        return None
    if len(arguments) > 1 or arguments[0].startswith("-"):
        odd = next((argument for argument in arguments if argument.startswith("-")), arguments[-1])
        _program().error(f"'{odd[:80]}' is not understood here")
    near = difflib.get_close_matches(arguments[0], COMMANDS, n=1, cutoff=0.7)
    if near and not Path(arguments[0]).exists():
        _program().error(f"there is no command '{arguments[0]}'; did you mean {near[0]}?")
    return arguments[0]


def guarded(action: Callable[[], int]) -> int:
    """Carry out `action`. Returns its exit status; what it raises becomes words on standard error and a status."""
    prepare_streams()
    try:
        return action()
    except BlockyardError as error:
        write_error(error)
        return error.exit_status
    except SystemExit as ending:
        return ending.code if isinstance(ending.code, int) else 2
    except KeyboardInterrupt:
        return _INTERRUPTED
    except BrokenPipeError:
        # Whoever read our output has gone, as `head` does. Python must not write there again when it ends.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        note(_report(error))
        return 1


def _run(arguments: Sequence[str]) -> int:
    parser = _program()
    if arguments[0] not in COMMANDS:
        parser.parse_args(arguments)
        return 0
    command = importlib.import_module(f"designer.cli.{arguments[0]}")
    subparser = _Parser(prog=f"blockyard {arguments[0]}", description=f"{command.SUMMARY}.", allow_abbrev=False)
    command.add_arguments(subparser)
    return command.run(subparser.parse_args(arguments[1:]))


def _program() -> _Parser:
    parser = _Parser(
        prog="blockyard",
        usage="blockyard [DESIGN] | blockyard COMMAND …",
        description=_DESCRIPTION,
        epilog=_EPILOG,
        formatter_class=argparse.RawDescriptionHelpFormatter,
        allow_abbrev=False,
    )
    parser.add_argument("--version", action="version", version=f"blockyard {__version__}")
    commands = parser.add_argument_group("commands (without one, the window opens, on DESIGN if it is given)")
    for name in COMMANDS:
        commands.add_argument(name, nargs="?", help=_summary(name), default=argparse.SUPPRESS)
    return parser


def _summary(name: str) -> str:
    return importlib.import_module(f"designer.cli.{name}").SUMMARY


def _report(error: Exception) -> str:
    """Keep what is needed to mend a fault of our own; returns what to tell the person."""
    what = f"error: Blockyard met a fault of its own: {type(error).__name__}: {error}"
    path = data_dir() / f"fault-{datetime.now():%Y-%m-%d_%H%M%S}.txt"
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(
            f"blockyard {__version__}, Python {sys.version}\n\n{''.join(traceback.format_exception(error))}"
        )
    except OSError:
        return what
    return f"{what}\n  fix: Send us the report in {path}; your files are untouched."
