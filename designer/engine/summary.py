"""torchinfo's table of a generated network: `python -m designer.engine.summary MODEL.py --input-size 1 1 28 28`.

Prints one JSON line, a `Summary` or a `Failed`; the exit status is 0 or 1. The network is built and run on the `meta`
device: it has shapes but no numbers, so a network of any size takes next to no memory and time.
"""

from __future__ import annotations

import argparse
import contextlib
import sys
from collections.abc import Sequence
from pathlib import Path

from .protocol import EngineError, Failed, Message, Summary, first_line, write_line
from .text import Text

_COLUMNS = ("input_size", "output_size", "num_params", "kernel_size", "mult_adds")
_DEPTH = 4


def main(arguments: Sequence[str] | None = None) -> int:
    """Print the table of the file named on the command line. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="summary", description="Print torchinfo's table of a network.")
    parser.add_argument("model", type=Path, metavar="MODEL.py")
    parser.add_argument("--input-size", type=int, nargs="+", required=True, metavar="N", help="N C H W")
    options = parser.parse_args(arguments)
    message: Message
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what the network's source prints is no message
            message = summarise(options.model, options.input_size)
    except EngineError as error:
        message = Failed.of(error)
    sys.stdout.write(write_line(message) + "\n")
    return isinstance(message, Failed)


def summarise(model: Path, input_size: Sequence[int]) -> Summary:
    """The table of the network in a file. input_size: (N, C, H, W). Raises EngineError."""
    try:
        import torchinfo
    except ModuleNotFoundError as error:
        raise EngineError(
            "The table needs the package torchinfo, which is not installed.",
            expected="torchinfo beside torch",
            fix="Run: pip install torchinfo",
        ) from error
    import torch

    from .network import build_network, count_parameters

    with torch.device("meta"):
        network = build_network(model)
    try:
        table = torchinfo.summary(
            network,
            input_size=tuple(input_size),
            device="meta",
            mode="eval",
            depth=_DEPTH,
            col_names=_COLUMNS,
            row_settings=("var_names",),
            verbose=0,
        )
    except (RuntimeError, ValueError, TypeError) as error:
        cause = error.__cause__ or error
        raise EngineError(
            Text(
                "The network does not run on an input of {input_size}: {reason}",
                input_size=" × ".join(map(str, input_size)),
                reason=first_line(cause),
            ),
            expected="an input of the size that the network was designed for",
            fix="Give --input-size as batch, channels, height and width.",
        ) from error
    text = str(table)
    for unit in torchinfo.enums.Units:
        text = text.replace(str(unit), unit.value)  # torchinfo 1.8 names the member where it means its value
    return Summary(text, count_parameters(network))


if __name__ == "__main__":
    sys.exit(main())
