"""The weights that a recipe starts from, written anew by the engine for a project that takes them along.

The engine alone reads them, and gives back named tensors and nothing else: a document may name any file.
"""

from __future__ import annotations

import subprocess
from pathlib import Path

from designer.base.errors import BlockyardError
from designer.base.text import Text
from designer.engine.protocol import Failed, read_line
from designer.session import engine_process

_TIMEOUT_S = 600  # of a large file on a slow disk


class WeightsError(BlockyardError):
    """Weights that cannot be taken along."""

    exit_status = 1


def copy_weights(source: str, target: Path) -> None:
    """Write the weights in a run's folder or a file to a new safetensors file.

    It takes seconds: call it in another thread. Raises WeightsError where the source holds no weights.
    """
    command = engine_process.engine_command("weights_copy", str(Path(source).expanduser().resolve()), str(target))
    process = engine_process.start(command, target.parent, controls=False)
    try:
        output, _ = process.communicate(timeout=_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.communicate()
        raise WeightsError(
            Text("{source} was not read after {seconds} seconds.", source=source, seconds=_TIMEOUT_S), fix="Try again."
        ) from None
    if process.returncode == 0 and target.is_file():
        return
    for message in map(read_line, output.splitlines()):
        if isinstance(message, Failed):
            raise WeightsError(message.message, expected=message.expected, fix=message.fix)
    raise WeightsError(
        Text("{source} cannot be read: {how}.", source=source, how=engine_process.told(process.returncode)),
        expected="torch and safetensors",
        fix="Run: pip install torch safetensors",
    )
