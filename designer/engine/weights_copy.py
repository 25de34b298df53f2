"""Weights written anew, for a project that takes them along: `python -m designer.engine.weights_copy SOURCE TARGET`.

SOURCE is a run's folder, a checkpoint or a safetensors file, TARGET a new safetensors file. Only named tensors come
out: whatever else a file holds stays behind, and a file that is none of these is refused. Where there are none it
prints one JSON line, a `Failed`; the exit status is 0 or 1.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from pathlib import Path

from .protocol import EngineError, Failed, Warned, write_line


def main(arguments: Sequence[str] | None = None) -> int:
    """Copy the weights named on the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="weights_copy", description="Write weights anew as safetensors.")
    parser.add_argument("source", type=Path, metavar="SOURCE")
    parser.add_argument("target", type=Path, metavar="TARGET")
    options = parser.parse_args(arguments)
    try:
        copy_weights(options.source, options.target)
    except EngineError as error:
        sys.stdout.write(write_line(Failed.of(error)) + "\n")
        return 1
    return 0


def copy_weights(source: Path, target: Path) -> None:
    """Write the tensors in `source` to `target`. Raises EngineError where it holds none."""
    from .safe_weights import write_weights
    from .warm_start import read_weights

    write_weights(target, read_weights(source, _heed))


def _heed(warned: Warned) -> None:
    """What goes elsewhere is what was saved last, or nothing."""
    if warned.code == "damaged_checkpoint":
        raise EngineError(warned.message, expected="weights as they were saved", fix="Choose another run or file.")


if __name__ == "__main__":
    sys.exit(main())
