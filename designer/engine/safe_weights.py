"""Weights as safetensors: numbers with names and nothing that could run, which is how weights travel."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from contextlib import suppress
from pathlib import Path

from torch import Tensor

from .checksums import METADATA, UNKNOWN, is_sound, seal_safetensors
from .protocol import WEIGHTS_FILE, EngineError, first_line
from .text import Text

_ORDER = "order"  # in a file's metadata: the names as a list in JSON
_DIGITS = re.compile(r"(\d+)")


def load_weights(path: Path) -> dict[str, Tensor]:
    """The tensors in a safetensors file, in main memory, in the order of the network. Raises EngineError."""
    try:
        from safetensors import SafetensorError, safe_open
    except ModuleNotFoundError as error:
        raise EngineError(
            Text("To read {path} takes the package safetensors, which is not installed.", path=path),
            expected="safetensors beside torch",
            fix="Run: pip install safetensors",
        ) from error
    try:
        if is_sound(path) is False:
            raise EngineError(
                Text("The weights {path} are damaged: by their checksum, they are not what was saved.", path=path),
                expected="a file as the engine saved it",
                fix="Use the run's checkpoint, or a copy of this file. Check the disk.",
            )
        with safe_open(path, "pt") as file:
            return {name: file.get_tensor(name) for name in _in_order(file.keys(), file.metadata() or {})}
    except FileNotFoundError as error:
        raise EngineError(
            Text("There are no weights {path}.", path=path), expected="a run's folder or a file", fix="Check the path."
        ) from error
    except (OSError, SafetensorError, ValueError, RuntimeError) as error:
        raise EngineError(
            Text("{path} is no safetensors file: {reason}", path=path, reason=first_line(error)),
            expected="weights saved as safetensors",
            fix="Save them with safetensors.torch.save_file, or choose another file.",
        ) from error


def save_weights(run_dir: Path, weights: Mapping[str, Tensor]) -> None:
    """Leave a run's weights as a safetensors file in its folder, if the package is there. Raises EngineError."""
    with suppress(ModuleNotFoundError):  # safetensors, or NumPy, which it needs to write
        _write(
            run_dir / WEIGHTS_FILE,
            weights,
            "Free some space on the disk and resume the run; its last checkpoint is whole.",
        )


def write_weights(path: Path, weights: Mapping[str, Tensor]) -> None:
    """Write weights to a safetensors file. Raises EngineError, also where the package is not there."""
    try:
        _write(path, weights, "Free some space on the disk, or choose another folder.")
    except ModuleNotFoundError as error:
        raise EngineError(
            Text("To write {path} takes the package {name}, which is not installed.", path=path, name=error.name),
            expected="safetensors beside torch",
            fix="Run: pip install safetensors numpy",
        ) from error


def _write(path: Path, weights: Mapping[str, Tensor], fix: str) -> None:
    from safetensors import SafetensorError
    from safetensors.torch import save_file

    fresh = path.with_name(path.name + ".new")
    alone = {name: tensor.detach().cpu().clone().contiguous() for name, tensor in weights.items()}  # none shared
    try:
        fresh.unlink(missing_ok=True)
        save_file(alone, fresh, {"format": "pt", _ORDER: json.dumps(list(weights)), METADATA: UNKNOWN})
        seal_safetensors(fresh)
        fresh.replace(path)
    except (OSError, SafetensorError) as error:
        with suppress(OSError):
            fresh.unlink(missing_ok=True)
        raise EngineError(
            Text("The weights {path} cannot be written: {reason}", path=path, reason=first_line(error)),
            expected="a folder with room for them",
            fix=fix,
        ) from error


def _in_order(names: Iterable[str], metadata: Mapping[str, str]) -> list[str]:
    """The format sorts names; the order of the network is what we wrote beside them, or that of the numbers in them."""
    names = set(names)
    try:
        kept = json.loads(metadata.get(_ORDER, "[]"))
    except (ValueError, RecursionError):
        kept = []
    if isinstance(kept, list) and sorted(map(str, kept)) == sorted(names):
        return kept
    return sorted(names, key=lambda name: [(part.isdecimal(), part.zfill(9)) for part in _DIGITS.split(name)])
