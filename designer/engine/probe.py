"""What a generated network does to tensors of given shapes: `python -m designer.engine.probe MODEL.py INPUTS`.

INPUTS is a JSON list of `[shape, dtype]`. Prints one JSON line, a `Probed` or a `Failed`; the exit status is 0 or 1. It
is tried on the `meta` device first, which needs neither memory nor time; code that looks at numbers is run on the CPU,
on zeros.
"""

from __future__ import annotations

import argparse
import contextlib
import json
import sys
from collections.abc import Sequence
from pathlib import Path

from .protocol import EngineError, Failed, Message, Probed, first_line, write_line
from .text import Text


def main(arguments: Sequence[str] | None = None) -> int:
    """Print what the network named on the command line does. Returns the exit status."""
    parser = argparse.ArgumentParser(prog="probe", description="Run a network once, and tell shapes and sizes.")
    parser.add_argument("model", type=Path, metavar="MODEL.py")
    parser.add_argument("inputs", type=json.loads, metavar="INPUTS", help='such as [[[1, 3, 8, 8], "float32"]]')
    options = parser.parse_args(arguments)
    message: Message
    try:
        with contextlib.redirect_stdout(sys.stderr):  # what the network's source prints is no message
            message = probe(options.model, options.inputs)
    except EngineError as error:
        message = Failed.of(error)
    sys.stdout.write(write_line(message) + "\n")
    return isinstance(message, Failed)


def probe(model: Path, inputs: Sequence[tuple[Sequence[int], str]]) -> Probed:
    """What the network in a file gives for inputs of these shapes and types. Raises EngineError."""
    failure: Exception | None = None
    for device in ("meta", "cpu"):
        try:
            return _probe(model, inputs, device)
        except EngineError as error:  # it cannot even be built
            failure = failure or error
        except Exception as error:  # whatever the class does on its way, the person is to hear of it
            failure = error
    if isinstance(failure, EngineError):
        raise failure
    raise EngineError(
        Text("forward fails: {name}: {reason}", name=type(failure).__name__, reason=first_line(failure)),
        expected="a class that takes what arrives",
        fix="Correct the class, or what it is given.",
    ) from failure


def _probe(model: Path, inputs: Sequence[tuple[Sequence[int], str]], device: str) -> Probed:
    import torch
    from torch.utils.flop_counter import FlopCounterMode

    from .network import build_network, count_parameters

    with torch.device(device), torch.no_grad():
        network = build_network(model).eval()
        given = [torch.zeros(tuple(shape), dtype=getattr(torch, dtype)) for shape, dtype in inputs]
        with FlopCounterMode(display=False) as counter:
            found = network(*given)
    outputs = found if isinstance(found, tuple | list) else (found,)
    if not all(isinstance(output, torch.Tensor) for output in outputs):
        kinds = ", ".join(type(output).__name__ for output in outputs)
        raise EngineError(
            Text("forward returns {kinds}.", kinds=kinds),
            expected="a tensor, or a tuple of them",
            fix="Return the tensors alone.",
        )
    shapes = tuple(str(tuple(output.shape)) for output in outputs)
    dtypes = tuple(str(output.dtype).removeprefix("torch.") for output in outputs)
    return Probed(shapes, dtypes, count_parameters(network), counter.get_total_flops() // 2)


if __name__ == "__main__":
    sys.exit(main())
