"""What a layer is by the catalogue, and what torch makes of the code that is emitted for it."""

from __future__ import annotations

import warnings
from dataclasses import dataclass
from typing import Any

import torch
from torch import nn

from designer.catalogue.emit import application, constructor, source_of, target
from designer.catalogue.spec import LayerError, LayerSpec, Tensor, Values


@dataclass(frozen=True)
class Case:
    """A layer's parameters, all of them, and what arrives."""

    params: dict[str, Any]
    inputs: tuple[Tensor, ...]


def emitted(spec: LayerSpec, case: Case) -> list[str]:
    """The statements that stand for the layer, with plain numbers for what follows from the input.

    They make `layer`, where the layer has one, and `y0`, `y1`, … from `x0`, `x1`, …
    """
    params = {name: source_of(value) for name, value in case.params.items()}
    inputs = [f"x{index}" for index in range(len(case.inputs))]
    count, ports = num_outputs(spec, case), spec.output_ports(case.params)
    outputs = [f"y{index}" for index in range(count)]
    derived = {}
    for argument in spec.derived:
        try:
            derived[argument.name] = source_of(argument.of(Values(case.params), case.inputs))
        except IndexError:  # a rank without such an axis, which torch has to refuse whatever stands here
            derived[argument.name] = "1"
    made = [f"layer = {constructor(spec, params, derived)}"] if spec.module or spec.state else []
    return [*made, f"{target(spec, outputs, len(ports))} = {application(spec, 'layer', params, inputs)}"]


def execute(spec: LayerSpec, case: Case, device: str, *, training: bool = False) -> tuple[Any, list[torch.Tensor]]:
    """Run the emitted source on a device; returns the module or the tensor that it keeps, and what came out."""
    tensors = [torch.zeros(x.shape, dtype=getattr(torch, x.dtype), device=device) for x in case.inputs]
    names: dict[str, Any] = {"torch": torch, "nn": nn, **{f"x{index}": tensor for index, tensor in enumerate(tensors)}}
    with torch.device(device), torch.no_grad():
        for statement in emitted(spec, case):
            exec(statement, names)  # noqa: S102 - running what is emitted is the point
            if isinstance(layer := names.get("layer"), nn.Module):
                layer.train(training)
    return names.get("layer"), [names[f"y{index}"] for index in range(num_outputs(spec, case))]


def num_outputs(spec: LayerSpec, case: Case) -> int:
    """How many tensors come out: of a Chunk fewer than there are ports where the axis is short."""
    found = outcome(spec, case)
    return len(spec.output_ports(case.params)) if isinstance(found, LayerError) else len(found)


def outcome(spec: LayerSpec, case: Case) -> tuple[Tensor, ...] | LayerError:
    """What the catalogue says of a case."""
    try:
        found = spec.infer(Values(case.params), case.inputs)
    except LayerError as error:
        return error
    return (found,) if isinstance(found, Tensor) else tuple(found)


def refuses(spec: LayerSpec, case: Case) -> bool:
    """Whether torch raises when evaluating. On the CPU: the meta device leaves out some of the kernels' checks."""
    try:
        with warnings.catch_warnings(action="ignore"):  # what torch warns of, it takes
            execute(spec, case, "cpu")
    except (RuntimeError, ValueError, IndexError, TypeError, AssertionError, ArithmeticError):
        return True
    return False
