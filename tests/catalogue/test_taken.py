"""What was refused once though torch takes it: the layer's rule, the code and a whole design agree with torch on each.

Found by drawing designs at random. A row has the layer, its parameters, the shapes that arrive, their type, the shapes
that leave, and the codes of what a person is told of it.
"""

from __future__ import annotations

import warnings
from typing import Any

import pytest
import torch

from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Severity
from designer.catalogue.registry import spec_of
from designer.catalogue.spec import Tensor, Values
from designer.catalogue.validate import check_value
from designer.codegen.module import generate
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from tests.catalogue.execution import Case, execute, outcome

Shape = tuple[int, ...]
Row = tuple[str, dict[str, Any], list[Shape], str, list[Shape], set[str]]

LONG = (2, 2, 1, 12, 1, 2, 3, 12, 1, 1, 1, 1, 1, 1, 1)
TALL = (2, 2, 2, 1, 1, 1, 1, 1, 1, 2, 3)
F, WHOLE = "float32", "int64"
UNBATCHED, OTHER, BATCH = {"unbatched_input"}, {"unusual_rank"}, {"batch_axis"}

ROWS: list[Row] = [
    ("Linear", {"out_features": 6, "bias": False}, [(2, 4, 8, 6, 6)], F, [(2, 4, 8, 6, 6)], set()),
    ("Reshape", {"shape": ()}, [(2,)], F, [(2,)], set()),
    ("Chunk", {"chunks": 4, "dim": -1}, [(2, 9)], F, [(2, 3), (2, 3), (2, 3)], {"too_many_parts"}),
    ("PixelUnshuffle", {"downscale_factor": 1}, [(2, 1, 54)], F, [(2, 1, 54)], UNBATCHED),
    ("PixelShuffle", {"upscale_factor": 1}, [(2, 1, 5, 1, 17)], F, [(2, 1, 5, 1, 17)], OTHER),
    ("Bilinear", {"out_features": 1}, [(2,), (2,)], F, [(1,)], UNBATCHED),
    ("GRU", {"hidden_size": 2, "dropout": 0.6}, [(2, 5, 4)], F, [(2, 5, 2), (1, 2, 2)], {"dropout_without_effect"}),
    (
        "RNN",
        {"hidden_size": 2, "nonlinearity": "tanh", "dropout": 0.92},
        [(2, 2, 8)],
        F,
        [(2, 2, 2), (1, 2, 2)],
        {"dropout_without_effect"},
    ),
    (
        "LSTM",
        {"hidden_size": 2, "dropout": 0.06, "bidirectional": True},
        [(2, 4, 8)],
        F,
        [(2, 4, 4), (2, 2, 2), (2, 2, 2)],
        {"dropout_without_effect"},
    ),
    ("LayerNorm", {}, [(2,)], F, [(2,)], {"too_many_axes"}),
    ("MatMul", {}, [(2,), (2,)], F, [()], UNBATCHED),
    ("Linear", {"out_features": 6}, [(2,)], F, [(6,)], UNBATCHED),
    ("Min", {"dim": (0,)}, [(2,)], F, [()], BATCH),
    ("ZeroPad3d", {"padding": 1}, [(2, 4, 32, 23)], F, [(2, 6, 34, 25)], UNBATCHED),
    ("Upsample", {"scale_factor": 1, "size": (7, 8)}, [(2, 1, 17, 7)], F, [(2, 1, 7, 8)], {"two_target_sizes"}),
    ("ConstantPad2d", {"padding": (2, 1, 1, 1)}, [(2, 1, 12)], F, [(2, 3, 15)], UNBATCHED),
    ("Squeeze", {"dim": 0}, [(2,)], F, [(2,)], BATCH),
    ("ZeroPad2d", {"padding": 0}, [(2, 3, 10)], F, [(2, 3, 10)], UNBATCHED),
    ("Sum", {"dim": (0,)}, [(2,)], F, [()], BATCH),
    ("ZeroPad1d", {"padding": 1}, [(2, 1, 6, 3, 5)], F, [(2, 1, 6, 3, 7)], OTHER),
    ("MaxPool2d", {"kernel_size": (3, 2), "padding": (0, 1)}, [(2, 4, 2)], F, [(2, 1, 2)], UNBATCHED),
    ("AvgPool1d", {"kernel_size": 4, "padding": (1,)}, [(2, 6)], F, [(2, 2)], UNBATCHED),
    ("Mean", {"dim": (0, -3, -2)}, [(2, 1, 2, 2)], F, [(2,)], BATCH),
    (
        "LPPool1d",
        {"norm_type": 2.0, "kernel_size": 2, "ceil_mode": True},
        [(2, 6)],
        WHOLE,
        [(2, 3)],
        {"integer_input", *UNBATCHED},
    ),
    ("Dropout2d", {"p": 0.5}, [(2, 18)], WHOLE, [(2, 18)], {"raises_in_training", *OTHER}),
    ("RMSNorm", {"num_dims": 1, "elementwise_affine": False}, [(2,)], F, [(2,)], {"too_many_axes"}),
    ("ConstantPad3d", {"padding": 0, "value": -1.66}, [(2, 3, 4, 4)], F, [(2, 3, 4, 4)], UNBATCHED),
    ("MaxPool1d", {"kernel_size": 2, "stride": (3,)}, [(2, 6)], F, [(2, 2)], UNBATCHED),
    ("LPPool3d", {"norm_type": 2.39, "kernel_size": 2}, [(2, 4, 18, 13)], F, [(2, 2, 9, 6)], UNBATCHED),
    ("Dropout", {"p": 0.07}, [(2, 9)], WHOLE, [(2, 9)], {"raises_in_training"}),
    ("AdaptiveAvgPool2d", {"output_size": (5, 4)}, [(3, 2, 12)], F, [(3, 5, 4)], UNBATCHED),
    ("LPPool2d", {"norm_type": 2.0, "kernel_size": (1, 5)}, [(1, 2, 6)], F, [(1, 2, 1)], UNBATCHED),
    ("ConstantPad1d", {"padding": 1, "value": 0.76}, [(2, 4)], F, [(2, 6)], UNBATCHED),
    ("AvgPool3d", {"kernel_size": (3, 2, 3)}, [(2, 8, 5, 17)], F, [(2, 2, 2, 5)], UNBATCHED),
    ("ReplicationPad3d", {"padding": (0, 0, 2, 1, 2, 1)}, [(2, 3, 3, 21)], F, [(2, 6, 6, 21)], UNBATCHED),
    (
        "Permute",
        {"dims": (0, 2, 1, 6, 13, 9, 8, 3, 4, 10, 11, 5, 14, 12, 7)},
        [LONG],
        F,
        [(2, 1, 2, 3, 1, 1, 1, 12, 1, 1, 1, 2, 1, 1, 12)],
        set(),
    ),
    ("MatMul", {}, [(2, 1, 1, 1, 1), (2, 1, 1, 1, 1)], WHOLE, [(2, 1, 1, 1, 1)], {"integer_input"}),
    ("AdaptiveAvgPool3d", {"output_size": 16}, [(2, 4, 19, 15)], F, [(2, 16, 16, 16)], UNBATCHED),
    ("InstanceNorm2d", {"momentum": 0.43}, [(2, 6, 1)], F, [(2, 6, 1)], UNBATCHED),
    ("AdaptiveMaxPool1d", {"output_size": 3}, [(2, 4)], F, [(2, 3)], UNBATCHED),
    ("AlphaDropout", {"p": 0.44}, [(2, 1)], WHOLE, [(2, 1)], {"raises_in_training"}),
    ("Max", {"dim": (0,), "keepdim": True}, [(2,)], F, [(1,)], BATCH),
    ("InstanceNorm1d", {"eps": 1e-05}, [(2, 12)], F, [(2, 12)], UNBATCHED),
    ("Dropout1d", {"p": 0.02}, [(2, 192)], F, [(2, 192)], UNBATCHED),
    ("AvgPool2d", {"kernel_size": 4}, [(2, 5, 8)], F, [(2, 1, 2)], UNBATCHED),
    ("Min", {"dim": (5, -12, 4, 7, -3)}, [LONG], F, [(2, 2, 1, 3, 1, 1, 1, 1, 1, 1)], set()),
    ("Stack", {"dim": 9}, [LONG, LONG], F, [(2, 2, 1, 12, 1, 2, 3, 12, 1, 2, 1, 1, 1, 1, 1, 1)], set()),
    ("Sum", {"dim": (1, -13, -12, 13, -11, 12, -6, 8, 7, 14)}, [LONG], F, [(2, 2, 3, 1, 1)], set()),
    ("Max", {"dim": (14, -3, 11, 1, 7, 5, 9, -5, -13, -12, 13, 4, 8, 6)}, [LONG], F, [(2,)], set()),
    ("AdaptiveMaxPool3d", {"output_size": (5, 5, 4)}, [(2, 3, 5, 1)], F, [(2, 5, 5, 4)], UNBATCHED),
    ("ReplicationPad1d", {"padding": 1}, [(2, 4)], F, [(2, 6)], UNBATCHED),
    ("MaxPool3d", {"kernel_size": 5}, [(2, 16, 14, 19)], F, [(2, 3, 2, 3)], UNBATCHED),
    ("ReplicationPad2d", {"padding": (0, 2, 2, 1)}, [(2, 4, 1)], F, [(2, 7, 3)], UNBATCHED),
    ("ReflectionPad1d", {"padding": 1}, [(2, 4320)], F, [(2, 4322)], UNBATCHED),
    ("Softmax2d", {}, [(2, 2, 1)], F, [(2, 2, 1)], UNBATCHED),
    ("CircularPad3d", {"padding": 1}, [(2, 8, 4, 4)], F, [(2, 10, 6, 6)], UNBATCHED),
    ("ReflectionPad3d", {"padding": 1}, [(2, 4, 9, 5)], F, [(2, 6, 11, 7)], UNBATCHED),
    (
        "LPPool1d",
        {"norm_type": 1.04, "kernel_size": 1, "stride": 2},
        [(2, 1, 7)],
        WHOLE,
        [(2, 1, 4)],
        {"integer_input"},
    ),
    ("Chunk", {"chunks": 2, "dim": -12}, [LONG], F, [(2, 2, 1, 6, 1, 2, 3, 12, 1, 1, 1, 1, 1, 1, 1)] * 2, set()),
    ("GLU", {"dim": -12}, [LONG], F, [(2, 2, 1, 6, 1, 2, 3, 12, 1, 1, 1, 1, 1, 1, 1)], set()),
    ("Squeeze", {"dim": -14}, [LONG], F, [LONG], set()),
    (
        "Unflatten",
        {"dim": -10, "unflattened_size": (1, 2, 1)},
        [LONG],
        F,
        [(2, 2, 1, 12, 1, 1, 2, 1, 3, 12, 1, 1, 1, 1, 1, 1, 1)],
        set(),
    ),
    ("Softmax", {"dim": -13}, [LONG], F, [LONG], set()),
    ("Mean", {"dim": (-7, -8, 11, -14, 5, 9, 6, -11, 2, -1, 10)}, [LONG], F, [(2, 12, 1, 1)], set()),
    ("CircularPad2d", {"padding": 1}, [(2, 8, 26)], F, [(2, 10, 28)], UNBATCHED),
    ("LayerNorm", {"num_dims": 8}, [(2, 4, 16, 16)], F, [(2, 4, 16, 16)], {"too_many_axes"}),
    ("InstanceNorm3d", {"momentum": 0.1}, [(2, 4, 7, 16)], F, [(2, 4, 7, 16)], UNBATCHED),
    (
        "Conv1d",
        {"out_channels": 16, "kernel_size": (1,), "padding_mode": "reflect"},
        [(2, 2)],
        F,
        [(16, 2)],
        UNBATCHED,
    ),
    ("CircularPad1d", {"padding": 2}, [(2, 960)], F, [(2, 964)], UNBATCHED),
    ("ChannelShuffle", {"groups": 1}, [(2, 3, 3, 3, 3, 3, 3, 3, 4)], F, [(2, 3, 3, 3, 3, 3, 3, 3, 4)], set()),
    (
        "ConvTranspose3d",
        {"out_channels": 12, "kernel_size": 3, "groups": 2},
        [(2, 2, 6, 9)],
        F,
        [(12, 4, 8, 11)],
        UNBATCHED,
    ),
    ("RMSNorm", {"num_dims": 12, "eps": 0.001}, [(2, 6)], F, [(2, 6)], {"too_many_axes"}),
    (
        "Conv3d",
        {"out_channels": 4, "kernel_size": (1, 4, 5), "stride": (3, 1, 2)},
        [(2, 2, 12, 15)],
        F,
        [(4, 1, 9, 6)],
        UNBATCHED,
    ),
    ("AdaptiveMaxPool2d", {"output_size": (5, 5)}, [(2, 2, 4)], F, [(2, 5, 5)], UNBATCHED),
    ("AdaptiveAvgPool1d", {"output_size": (1,)}, [(2, 18)], F, [(2, 1)], UNBATCHED),
    ("Unsqueeze", {"dim": 8}, [TALL], F, [(2, 2, 2, 1, 1, 1, 1, 1, 1, 1, 2, 3)], set()),
    ("GroupNorm", {"num_groups": 1}, [TALL], F, [TALL], set()),
    ("Select", {"dim": 0, "index": 0}, [(2,)], F, [()], BATCH),
    # and the others of their kinds that were named
    ("Upsample", {"scale_factor": 1.5}, [(2, 3, 5, 7)], F, [(2, 3, 7, 10)], set()),
    ("Upsample", {"scale_factor": (16, 1)}, [(2, 3, 5, 7)], F, [(2, 3, 80, 7)], set()),
    ("Upsample", {"scale_factor": 0.29, "mode": "linear"}, [(2, 3, 100)], F, [(2, 3, 28)], set()),
    ("Upsample", {"size": 9}, [(2, 3, 5, 7)], F, [(2, 3, 9, 9)], set()),
    ("ZeroPad2d", {"padding": (-1, 0, 2, -3)}, [(2, 3, 5, 7)], F, [(2, 3, 4, 6)], set()),
    ("ReflectionPad2d", {"padding": (-1, 0, 2, -3)}, [(2, 3, 5, 7)], F, [(2, 3, 4, 6)], set()),
    ("Split", {"split_size": (9,)}, [(2, 9)], F, [(2, 9)], set()),
    ("Chunk", {"chunks": 1}, [(2, 9)], F, [(2, 9)], set()),
    ("Sum", {"dim": ()}, [(2, 3, 4)], F, [()], BATCH),
    ("MultiheadAttention", {"num_heads": 2}, [(2, 4)] * 3, F, [(2, 4)], UNBATCHED),
    ("TransformerEncoderLayer", {"nhead": 2, "dim_feedforward": 8}, [(2, 4)], F, [(2, 4)], UNBATCHED),
    ("LSTM", {"hidden_size": 3}, [(2, 4)], F, [(2, 3), (1, 3), (1, 3)], UNBATCHED),
]


def case_of(kind: str, params: dict[str, Any], shapes: list[Shape], dtype: str) -> Case:
    values = {p.name: check_value(p, params.get(p.name, p.default)) for p in spec_of(kind).parameters}
    return Case(values, tuple(Tensor(shape, dtype) for shape in shapes))


IDS = [f"{row[0]}-{number}" for number, row in enumerate(ROWS)]


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_the_rule_and_its_code_agree_with_torch(row: Row) -> None:
    kind, params, shapes, dtype, leaving, told = row
    spec, case = spec_of(kind), case_of(kind, params, shapes, dtype)
    found = outcome(spec, case)
    with warnings.catch_warnings(action="ignore"):
        _, results = execute(spec, case, "cpu")
    assert [tensor.shape for tensor in found] == leaving == [tuple(result.shape) for result in results]
    assert [tensor.dtype for tensor in found] == [str(result.dtype).removeprefix("torch.") for result in results]
    assert {doubt.code for doubt in spec.doubts(Values(case.params), case.inputs)} == told


def design_of(kind: str, params: dict[str, Any], shape: Shape, dtype: str) -> Design:
    """The layer between an Input and an Output for its first output; a vector is the first element of each example."""
    nodes = [Node("input", "Input", params={"shape": shape[1:] or (3,), "dtype": dtype})]
    at = "input"
    if len(shape) == 1:
        nodes.append(Node("first", "Select", params={"dim": 1, "index": 0}))
        at = "first"
    layer = Node("layer", kind, params=params)
    spec = spec_of(kind)
    wires = [edge(at, "layer", target_port=port) for port in spec.input_ports(())[: 2 if spec.variadic else None]]
    wires.append(edge("layer", "output", source_port=spec.output_ports(params)[0]))
    nodes += [layer, Node("output", "Output")]
    wires += [edge("input", "first")] if at == "first" else []
    return Design("Net", {"Net": Block("Net", nodes={node.id: node for node in nodes}, edges=tuple(wires))})


@pytest.mark.parametrize("row", ROWS, ids=IDS)
def test_a_design_with_it_is_sound_and_its_code_runs(row: Row) -> None:
    kind, params, shapes, dtype, leaving, _ = row
    made = design_of(kind, params, shapes[0], dtype)
    analysis = Analyser().analyse(made, shapes[0][0])
    assert not [d.sentence for d in analysis.diagnostics if d.severity == Severity.ERROR]
    assert analysis.root.outputs[0].shape == leaving[0]
    assert [row.facts.outputs for row in analysis.rows()]
    names: dict[str, Any] = {"__name__": "generated"}
    exec(compile(generate(made, analysis).source, "generated.py", "exec"), names)  # noqa: S102
    arriving = (shapes[0][0], *(shapes[0][1:] or (3,)))
    with warnings.catch_warnings(action="ignore"), torch.no_grad():
        network = names["Net"]().eval()
        result = network(torch.ones(arriving, dtype=getattr(torch, dtype)))
    assert tuple(result.shape) == leaving[0]
    assert sum(parameter.numel() for parameter in network.parameters()) == analysis.totals.params
