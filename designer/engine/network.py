"""Builds the network that a generated `model.py` defines, gives it its first weights, and tries it on the data."""

from __future__ import annotations

import ast
import sys
import traceback
import types
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path

import torch
from torch import Tensor, nn

from .protocol import EngineError, Warned, first_line
from .text import Text


def build_network(path: Path) -> nn.Module:
    """The last class that the file defines, built without arguments. Runs the file's code. Raises EngineError."""
    try:
        classes = [node.name for node in ast.parse(path.read_bytes()).body if isinstance(node, ast.ClassDef)]
        network = getattr(_run_source(path), classes[-1])() if classes else None
    except OSError as error:
        raise EngineError(
            Text("The network's source {path} cannot be read: {reason}.", path=path, reason=error.strerror),
            expected="a Python file",
            fix="Check the path, or generate the source again.",
        ) from error
    except Exception as error:
        raise EngineError(
            Text("{path} does not give a network: {told}.", path=path.name, told=_told(error, path)),
            expected="a module whose last class is the network and needs no argument",
            fix="Check the design for errors and generate the source again.",
        ) from error
    if not isinstance(network, nn.Module):
        raise EngineError(
            Text("{path} defines no network.", path=path.name),
            expected="a module whose last class is a torch.nn.Module",
            fix="Generate the source again.",
        )
    return network


class _UncachedSource(SourceFileLoader):
    """Loads a file's source and leaves no `__pycache__` beside it."""

    def get_code(self, fullname: str) -> types.CodeType:
        return self.source_to_code(self.get_data(self.path), self.path)


def _run_source(path: Path) -> types.ModuleType:
    loader = _UncachedSource("model", str(path))
    module = module_from_spec(spec_from_loader(loader.name, loader))
    sys.modules[loader.name] = module  # where a class looks up the names of its module
    loader.exec_module(module)
    return module


def _told(error: Exception, path: Path) -> str:
    lines = [frame.lineno for frame in traceback.extract_tb(error.__traceback__) if frame.filename == str(path)]
    where = f" (line {lines[-1]})" if lines else ""
    return f"{type(error).__name__}: {str(error).strip().rstrip('.')}{where}"


def is_lazy(network: nn.Module) -> bool:
    """Whether some of its layers wait for a first example to know their shapes."""
    return any(nn.parameter.is_lazy(tensor) for tensor in (*network.parameters(), *network.buffers()))


def try_network(network: nn.Module, images: Tensor, num_classes: int) -> int:
    """Run a few prepared images through the network, so that a misfit is told before training.

    Lazy layers have their weights from then on. images: float32 (N, C, H, W). Returns the number of scores for each
    image, one a class or more. Raises EngineError where images do not fit, or the output is not (N, classes).
    """
    size = " × ".join(map(str, images.shape[1:]))
    network.eval()
    try:
        with torch.no_grad():
            scores = network(images)
    except (RuntimeError, ValueError, IndexError) as error:
        raise EngineError(
            Text(
                "The network cannot take the data's images of {size}: {reason}",
                size=size,
                reason=first_line(error),
            ),
            expected="images of the size that the network was designed for",
            fix="Set data.resize in the recipe, or augment.crop where there is one, to the network's input height, or "
            "choose other data.",
        ) from error
    shape = tuple(scores.shape) if isinstance(scores, Tensor) else None
    if shape is None or len(shape) != 2 or len(scores) != len(images) or shape[1] < num_classes:
        given = type(scores).__name__ if shape is None else " × ".join(map(str, shape[1:])) or "no values"
        raise EngineError(
            Text(
                "The network gives {given} for each image; the data has {num_classes} classes.",
                given=given,
                num_classes=num_classes,
            ),
            expected=Text("{num_classes} values an image, one a class", num_classes=num_classes),
            fix=Text(
                "End the network in a flat layer of {num_classes} (num_classes); where the data should have fewer "
                "classes, mend their labels.",
                num_classes=num_classes,
            ),
        )
    return shape[1]


def too_many_outputs(width: int, num_classes: int) -> Warned:
    """The warning that some scores of the network are of no class."""
    return Warned(
        "too_many_outputs",
        Text(
            "The network gives {width:,} scores for each image; the data has {num_classes:,} classes.",
            width=width,
            num_classes=num_classes,
        ),
        Text("Let its last layer give {num_classes:,}, unless that is meant.", num_classes=num_classes),
    )


def initialise(network: nn.Module, init: str) -> None:
    """Draw the weights of convolutions and linear layers anew; "default" leaves PyTorch's. Biases stay."""
    if init == "default":
        return
    draw = getattr(nn.init, f"{init}_")  # a recipe holds no other names than those of torch
    for module in network.modules():
        if isinstance(module, nn.Linear | nn.Conv1d | nn.Conv2d | nn.Conv3d):
            draw(module.weight)


def count_parameters(network: nn.Module) -> int:
    """Numbers in all parameters, trainable or not; shared ones count once."""
    return sum(parameter.numel() for parameter in network.parameters())
