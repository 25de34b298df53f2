"""What every kind saves for the backward pass, ours beside torch's: run as a program, it prints the table.

    .venv/bin/python -m tests.catalogue.saved_table

Each case is a kind with parameters beside its defaults, on tensors that are small and no less than a layer meets; the
first of a kind has its defaults. The input needs gradients, as it does inside a network.
"""

from __future__ import annotations

import sys
from typing import Any, NamedTuple

import torch
from torch import nn

from designer.analysis.activations import part_of
from designer.catalogue.emit import application, constructor, source_of, target
from designer.catalogue.registry import registry
from designer.catalogue.spec import Tensor, Values
from designer.graph.block import INPUT, OUTPUT
from tests.analysis.saved_tensors import saved_bytes

BATCH = 4
SHAPES = {0: (24, 32), 1: (16, 32), 2: (16, 12, 14), 3: (16, 6, 8, 10)}  # of one example, by the number of spatial axes
FLAT, SEQUENCE, IMAGE = (32,), (24, 32), (16, 12, 14)
LONG = (48, 64)


class Case(NamedTuple):
    """A kind with parameters, and what arrives at each of its ports, without the batch; by default `SHAPES`."""

    kind: str
    params: dict[str, Any]
    shapes: tuple[tuple[int, ...], ...] = ()

    def __str__(self) -> str:
        words = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.kind}({words})" + (f" on {self.shapes[0]}" if self.shapes else "")


NEEDED: dict[str, dict[str, Any]] = {
    "Unflatten": {"dim": 1, "unflattened_size": (4, -1)},
    "Split": {"split_size": (8, 16)},
    **{kind: {"dim": (2,)} for kind in ("Mean", "Sum", "Max", "Min")},
}
ON = {
    **dict.fromkeys(("PixelShuffle", "PixelUnshuffle", "Softmax2d", "Upsample"), (IMAGE,)),
    "MatMul": ((24, 32), (32, 20)),
}
_RECURRENT = (
    {"hidden_size": 64},
    {"num_layers": 3},
    {"num_layers": 3, "dropout": 0.2},
    {"bidirectional": True},
    {"num_layers": 2, "bidirectional": True, "dropout": 0.3},
    {"bias": False},
)
_ENCODER = tuple(
    {"nhead": 4, "dim_feedforward": 96, "dropout": dropout, "activation": activation, "norm_first": first}
    for dropout in (0.0, 0.1)
    for activation in ("relu", "gelu")
    for first in (False, True)
)
OTHERS = (
    *(Case(kind, params) for kind in ("LSTM", "GRU", "RNN") for params in _RECURRENT),
    *(Case(kind, {"hidden_size": 32}, (LONG,)) for kind in ("LSTM", "GRU", "RNN")),
    Case("RNN", {"nonlinearity": "relu"}),
    *(Case("TransformerEncoderLayer", params) for params in _ENCODER),
    Case("MultiheadAttention", {"dropout": 0.1}),
    Case("MultiheadAttention", {}, ((24, 32), (40, 32), (40, 32))),
    Case("MultiheadAttention", {"dropout": 0.1}, ((24, 32), (40, 32), (40, 32))),
    *(Case("Conv2d", {"padding": 1, "padding_mode": mode}) for mode in ("reflect", "replicate", "circular")),
    *(Case(f"Conv{axes}d", {"padding": "same", "kernel_size": 4}) for axes in (1, 2, 3)),
    Case("Conv2d", {"padding": "same", "kernel_size": 4, "padding_mode": "reflect"}),
    *(Case(f"Adaptive{name}Pool{axes}d", {"output_size": 4}) for name in ("Avg", "Max") for axes in (1, 2, 3)),
    Case("MaxPool2d", {"kernel_size": 3, "stride": 1, "padding": 1}),
    *(Case(kind, {"p": p}) for kind in ("Dropout", "Dropout2d", "AlphaDropout") for p in (0.0, 1.0)),
    Case("InstanceNorm2d", {"affine": True, "track_running_stats": True}),
    Case("BatchNorm2d", {"track_running_stats": False}),
    Case("BatchNorm1d", {}, (FLAT,)),
    Case("LayerNorm", {"num_dims": 2}),
    Case("RMSNorm", {"elementwise_affine": False}),
    Case("LocalResponseNorm", {}, (IMAGE,)),
    Case("LPPool2d", {"norm_type": 1.0}),
    Case("PReLU", {"per_channel": True}),
    Case("Linear", {}, (FLAT,)),
    Case("Linear", {"bias": False}),
    *(Case("Upsample", {"mode": mode}, (IMAGE,)) for mode in ("bilinear", "bicubic")),
    *(Case(kind, {}, ((16, 12, 14), (16, 1, 1), (16, 12, 14))) for kind in ("Multiply", "Maximum", "Add")),
)


def cases() -> list[Case]:
    """Every kind at its defaults, and those above."""
    plain = [Case(kind, NEEDED.get(kind, {})) for kind in registry() if kind not in (INPUT, OUTPUT)]
    return [*plain, *OTHERS]


def arriving(case: Case, batch: int = BATCH) -> list[Tensor]:
    """The tensors at a case's ports."""
    spec = registry()[case.kind]
    axes = int(case.kind[-2]) if case.kind[-1] == "d" and case.kind[-2].isdecimal() else 0
    count = 3 if spec.variadic else len(spec.inputs)
    shapes = case.shapes or ON.get(case.kind) or (SHAPES[axes],)
    shapes = shapes if len(shapes) == count else shapes * count
    return [Tensor((batch, *shape), "int64" if case.kind == "Embedding" else "float32") for shape in shapes]


def values_of(case: Case) -> dict[str, Any]:
    """All parameters of a case."""
    return {parameter.name: parameter.default for parameter in registry()[case.kind].parameters} | case.params


def ours(case: Case) -> int:
    """What the catalogue says that the case saves, in bytes."""
    spec, values, inputs = registry()[case.kind], Values(values_of(case)), arriving(case)
    found = spec.infer(values, inputs)
    outputs = (found,) if isinstance(found, Tensor) else found
    part = part_of(spec.saved(values, inputs, outputs), inputs, outputs)
    kept = sum(output.size_bytes for output in part.outputs if output.is_kept)
    return part.own_bytes + kept + sum(size for _, size in (*part.inputs, *part.copies))


def torchs(case: Case) -> int:
    """What torch saves, in bytes, in training mode on the CPU."""
    spec, params, inputs = registry()[case.kind], values_of(case), arriving(case)
    derived = {argument.name: source_of(argument.of(Values(params), inputs)) for argument in spec.derived}
    sources = {name: source_of(value) for name, value in params.items()}
    names: dict[str, Any] = {"torch": torch, "nn": nn}
    for index, x in enumerate(inputs):
        is_real = x.dtype == "float32"
        names[f"x{index}"] = torch.randn(x.shape, requires_grad=True) * 1.0 if is_real else torch.zeros(x.shape).long()
    layer = None
    if spec.module or spec.state:
        exec(f"layer = {constructor(spec, sources, derived)}", names)  # noqa: S102
        layer = names["layer"]
    outputs = [f"y{index}" for index in range(len(spec.output_ports(params)))]
    call = application(spec, "layer", sources, [f"x{index}" for index in range(len(inputs))])
    weights = layer.parameters() if isinstance(layer, nn.Module) else [] if layer is None else [layer]
    return saved_bytes(lambda: exec(f"{target(spec, outputs)} = {call}", names), weights)  # noqa: S102


def main() -> None:
    """Print kind, our bytes, torch's, and their ratio."""
    torch.manual_seed(0)
    for case in cases():
        mine, theirs = ours(case), torchs(case)
        ratio = f"{mine / theirs:.3f}" if theirs else "-" if not mine else "inf"
        sys.stdout.write(f"{case!s:90} {mine:>12,} {theirs:>12,} {ratio:>7}\n")


if __name__ == "__main__":
    main()
