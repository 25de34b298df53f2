"""Starting from trained weights: of another run, a checkpoint or a safetensors file; and what stays frozen.

A layer is taken whole or not at all. What was taken, what was not and why becomes a `WarmStarted` message.
"""

from __future__ import annotations

import difflib
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Literal

import torch
from torch import Tensor, nn

from .checkpoints import last_checkpoint, load_checkpoint, load_last, previous_checkpoint
from .protocol import WEIGHTS_FILE, EngineError, WarmStarted, Warned
from .safe_weights import load_weights
from .text import Text

Layers = dict[str, dict[str, Tensor]]  # by the layer's path: its tensors, by their names in it
_SHOWN_LAYERS = 1000
_SHOWN_NAMES = 5


def warm_start(
    network: nn.Module,
    source: str,
    match: Literal["auto", "name", "order"],
    tell: Callable[[Warned], object] = lambda warned: None,
) -> WarmStarted:
    """Give the network the weights that fit it. Raises EngineError.

    source: a run's folder or a file. tell: is given what is to be said of that, such as that it is damaged.
    """
    theirs, own = _layers(read_weights(Path(source), tell)), _layers(network.state_dict())
    by_order = match == "order" or (match == "auto" and not own.keys() & theirs.keys())
    pairs = _in_order(own, theirs) if by_order else _by_name(own, theirs)
    if not pairs:
        first, other = next(iter(own.items())), next(iter(theirs.items()), ("nothing", {}))
        raise EngineError(
            Text(
                "The weights in {source} are of another design: none of its {count} layers fits. It "
                "begins with {other} ({other_sizes}), the network with {first} ({first_sizes}).",
                source=source,
                count=len(theirs),
                other=other[0],
                other_sizes=_sizes(other[1]),
                first=first[0],
                first_sizes=_sizes(first[1]),
            ),
            expected="weights of a design that shares layers with this one",
            fix="Choose another run or file, or leave start.weights out.",
        )
    with torch.no_grad():
        for name, other in pairs.items():
            for part, tensor in own[name].items():
                tensor.copy_(theirs[other][part])
    return WarmStarted(
        source=source,
        layers=len(own),
        taken=_bounded(
            [
                name if name == other else Text("{name} from {other}", name=name, other=other)
                for name, other in pairs.items()
            ]
        ),
        left=_bounded([f"{name}: {_why(own, name, theirs, by_order)}" for name in own if name not in pairs]),
        unused=_bounded([name for name in theirs if name not in pairs.values()]),
    )


def freeze(network: nn.Module, frozen: Sequence[str]) -> list[nn.Module]:
    """Keep the named parts from being trained. Returns their modules, which stay as in evaluation. Raises EngineError.

    frozen: paths as in the generated code; without the number of a copy, all copies are meant. A name that the network
    does not have means nothing: `nothing_to_freeze` tells of it.
    """
    parts = [part for name in frozen for part in _parts(network, name)]
    for part in parts:
        part.requires_grad_(False)
    if parts and not any(parameter.requires_grad for parameter in network.parameters()):
        raise EngineError(
            "Every layer is frozen, so there is nothing to train.",
            expected="at least one layer that is trained",
            fix="Take some names out of start.frozen in the recipe.",
        )
    return [part for part in parts if isinstance(part, nn.Module)]


def nothing_to_freeze(network: nn.Module, frozen: Sequence[str]) -> Warned | None:
    """The names among `frozen` that the network does not have, in words; None where it has all.

    A node that is deleted keeps its name in the recipe, so that it is frozen again when it is back.
    """
    absent = [name for name in frozen if not _parts(network, name)]
    if not absent:
        return None
    names = [name for name, _ in (*network.named_modules(), *network.named_parameters()) if name]
    close = difflib.get_close_matches(absent[0], names, n=1, cutoff=0.5) if len(absent) == 1 else []
    more = f" and {len(absent) - _SHOWN_NAMES} more" if len(absent) > _SHOWN_NAMES else ""
    return Warned(
        code="nothing_to_freeze",
        message=Text(
            "The network has nothing named {absent}{more} to freeze.",
            absent=", ".join(map(repr, absent[:_SHOWN_NAMES])),
            more=more,
        ),
        fix=Text("Did you mean {close}?", close=repr(close[0]))
        if close
        else "It trains without; take the name out of start.frozen.",
    )


def _parts(network: nn.Module, name: str) -> list[nn.Module | nn.Parameter]:
    modules, parameters = dict(network.named_modules()), dict(network.named_parameters())
    if name in modules:
        return [modules[name]]
    copies = [module for path, module in modules.items() if _unnumbered(path) == name]
    return copies or ([parameters[name]] if name in parameters else [])


def _unnumbered(path: str) -> str:
    return ".".join(name for name in path.split(".") if not name.isdecimal())


def read_weights(path: Path, tell: Callable[[Warned], object]) -> Mapping[str, Tensor]:
    """The weights in a run's folder or in a file, by name; nothing in it is run. tell: as of `warm_start`. Raises
    EngineError."""
    path = path.expanduser()
    if not path.exists():
        raise EngineError(
            Text("The weights to start from, {path}, are not there.", path=path),
            expected="a run's folder, a checkpoint or a safetensors file",
            fix="Correct start.weights in the recipe, or leave it out to start anew.",
        )
    if path.is_dir() and (last_checkpoint(path).exists() or previous_checkpoint(path).exists()):
        loaded = load_last(path)
        state, path = loaded.state, loaded.path
        if loaded.warning is not None:
            tell(loaded.warning)
    else:
        path = path / WEIGHTS_FILE if path.is_dir() else path
        if path.suffix == ".safetensors":
            return load_weights(path)
        state = load_checkpoint(path)
    average = state.get("average")
    if isinstance(average, dict) and "network" in average:  # what its figures were taken of
        state = average["network"]
    weights = state.get("network", state)
    named = weights.items() if isinstance(weights, dict) else ()
    tensors = {name: value for name, value in named if isinstance(name, str) and isinstance(value, Tensor)}
    if not tensors:
        raise EngineError(
            Text("{path} holds no weights.", path=path),
            expected="a run's checkpoint, or a file of named tensors",
            fix="Choose another run or file.",
        )
    return tensors


def _layers(weights: Mapping[str, Tensor]) -> Layers:
    found: Layers = {}
    for name, tensor in weights.items():
        layer, _, part = name.rpartition(".")
        found.setdefault(layer, {})[part] = tensor
    return found


def _shape(layer: Mapping[str, Tensor]) -> tuple[tuple[str, tuple[int, ...]], ...]:
    return tuple((part, tuple(tensor.shape)) for part, tensor in sorted(layer.items()))


def _by_name(own: Layers, theirs: Layers) -> dict[str, str]:
    return {name: name for name in own if name in theirs and _shape(own[name]) == _shape(theirs[name])}


def _in_order(own: Layers, theirs: Layers) -> dict[str, str]:
    """Pairs of layers of like shape, in the same order on both sides, the longest stretches first."""
    mine, other = [_shape(layer) for layer in own.values()], [_shape(layer) for layer in theirs.values()]
    matcher = difflib.SequenceMatcher(None, mine, other, autojunk=False)
    names, other_names = list(own), list(theirs)
    return {
        names[block.a + step]: other_names[block.b + step]
        for block in matcher.get_matching_blocks()
        for step in range(block.size)
    }


def _why(own: Layers, name: str, theirs: Layers, by_order: bool) -> str:
    if by_order:
        return Text("no layer in turn is of {sizes}", sizes=_sizes(own[name]))
    if name not in theirs:
        return "there is none of this name"
    return Text("it is {there} there and {here} here", there=_sizes(theirs[name]), here=_sizes(own[name]))


def _sizes(layer: Mapping[str, Tensor]) -> str:
    """The shape of a layer's weight, or of its first tensor: `64 × 3 × 3 × 3`."""
    tensor = layer.get("weight", next(iter(layer.values()), None))
    return "no numbers" if tensor is None else " × ".join(map(str, tensor.shape)) or "one number"


def _bounded(lines: Sequence[str]) -> tuple[str, ...]:
    more = len(lines) - _SHOWN_LAYERS
    return (*lines[:_SHOWN_LAYERS], f"and {more} more") if more > 0 else tuple(lines)
