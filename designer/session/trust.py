"""Which code of other people this person trusts: asked before anything that a document brought along is run.

What was trusted is remembered by its SHA-256 among the person's data, so that code that changed asks again. A design
without custom layers needs no trust. Of a run folder the generated module counts, since that is what its engine runs:
one that was made here is known, any other may hold anything.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable
from pathlib import Path

from designer.base.errors import DesignError
from designer.base.paths import data_dir
from designer.base.text import Text
from designer.document.writing import write_atomically
from designer.engine.protocol import MODEL_FILE
from designer.engine.run_files import read_bytes
from designer.graph.custom import CustomLayer
from designer.graph.design import Design

_FILE = "trusted.json"
_MAX_BYTES = 16 << 20
_MOST_SHOWN = 1 << 18  # bytes of a module, which a person reads


class UntrustedError(DesignError):
    """Something would run code that the person has not trusted. code: it, to be read."""

    def __init__(self, message: str, code: str) -> None:
        super().__init__(message, expected="code that you trust", fix="Read it, then trust it.")
        self.code = code


def untrusted_layers(design: Design) -> tuple[CustomLayer, ...]:
    """The custom layers of a design whose code this person has not trusted."""
    if not design.customs:
        return ()
    known = _read()
    return tuple(layer for layer in design.customs.values() if _of_layer(layer) not in known)


def trust_layers(layers: Iterable[CustomLayer]) -> None:
    """Trust the code of some custom layers, from now on. Raises DocumentError where that cannot be remembered."""
    _remember(_of_layer(layer) for layer in layers)


def require_trust(design: Design) -> None:
    """Raises UntrustedError where a design brings code that this person has not trusted."""
    if layers := untrusted_layers(design):
        names = ", ".join(layer.name for layer in layers[:3]) + (", …" if len(layers) > 3 else "")
        raise UntrustedError(
            Text("This document brings its own Python code, in {names}.", names=names),
            "\n\n\n".join(f"# {layer.name}\n{layer.source.strip()}" for layer in layers),
        )


def trust_run(run_dir: Path) -> None:
    """Trust the module in a run folder, from now on."""
    if (module := _module(run_dir)) is not None:
        _remember([_of_module(module)])


def require_run_trust(run_dir: Path) -> None:
    """Raises UntrustedError where the module in a run folder was neither made here nor trusted."""
    module = _module(run_dir)
    if module is not None and _of_module(module) not in _read():
        raise UntrustedError(
            Text(
                "The run {name} was not begun here, and its {model_file} may do anything.",
                name=Path(run_dir).name,
                model_file=MODEL_FILE,
            ),
            _shown(module),
        )


def _module(run_dir: Path) -> bytes | None:
    """The module in a run folder; None where there is none, which the engine tells."""
    try:
        return read_bytes(Path(run_dir) / MODEL_FILE, _MAX_BYTES)
    except OSError:
        return None


def _shown(module: bytes) -> str:
    text = module[:_MOST_SHOWN].decode("utf-8", "replace")
    rest = len(module) - _MOST_SHOWN
    return (
        f"{text}\n# … and {rest:,} bytes more, which are not shown here: read {MODEL_FILE} itself" if rest > 0 else text
    )


def _of_layer(layer: CustomLayer) -> str:
    return hashlib.sha256(b"custom layer\0" + layer.source.encode("utf-8", "surrogatepass")).hexdigest()


def _of_module(module: bytes) -> str:
    return hashlib.sha256(b"module\0" + module).hexdigest()


def _read() -> set[str]:
    """The hashes that are trusted; none where the file cannot be read, so that it is asked again."""
    try:
        with (data_dir() / _FILE).open("rb") as file:
            found = json.loads(file.read(_MAX_BYTES))
        return {text for text in found["trusted"] if isinstance(text, str)}
    except (OSError, ValueError, KeyError, TypeError, RecursionError):
        return set()


def _remember(hashes: Iterable[str]) -> None:
    known = _read()
    new = known.union(hashes)
    if new == known:
        return
    folder = data_dir()
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise DesignError(
            Text("What you trust cannot be remembered in {folder}: {reason}.", folder=folder, reason=error.strerror),
            fix="Check the folder.",
        ) from error
    write_atomically(folder / _FILE, (json.dumps({"trusted": sorted(new)}, indent=0) + "\n").encode())
