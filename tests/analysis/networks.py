"""Random networks of any layers of the catalogue, for properties that hold whatever stands next to what.

Each grows from its input: a layer is drawn and stays if its rule takes what arrives; a few merge two earlier tensors.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from hypothesis import strategies as st

from designer.catalogue.registry import registry
from designer.catalogue.spec import LayerError, LayerSpec, Tensor, Values
from designer.graph.block import Block, Edge, Endpoint, Node
from designer.graph.design import Design

BATCH = 3  # not the number of directions of a recurrent layer, whose states have them first
SHAPES = ((4, 12, 12), (8, 24), (10, 16), (4, 6, 6, 6), (24,))
OTHERS: dict[str, tuple[dict[str, Any], ...]] = {  # parameters beside the defaults
    **dict.fromkeys(
        ("Conv1d", "Conv2d", "Conv3d"),
        (
            {"out_channels": 8, "padding": 1},
            {"out_channels": 4, "stride": 2, "padding": 1},
            {"out_channels": 8, "kernel_size": 1},
            {"out_channels": 4, "kernel_size": 2, "padding": "same"},
            {"out_channels": 4, "padding": 1, "padding_mode": "circular"},
        ),
    ),
    **dict.fromkeys(
        ("ConvTranspose1d", "ConvTranspose2d", "ConvTranspose3d"),
        ({"out_channels": 4, "kernel_size": 2, "stride": 2}, {"out_channels": 4, "kernel_size": 4, "padding": 1}),
    ),
    "Linear": ({"out_features": 16}, {"out_features": 24, "bias": False}),
    "GroupNorm": ({"num_groups": 4}, {"num_groups": 1}),
    "Flatten": ({}, {"start_dim": 2}),
    "Transpose": ({}, {"dim0": 2, "dim1": 3}),
    "Permute": ({}, {"dims": (0, 2, 3, 1)}, {"dims": (0, 1, 3, 2)}),
    "Unflatten": ({"dim": 1, "unflattened_size": (4, -1)}, {"dim": 2, "unflattened_size": (-1, 4)}),
    "Reshape": ({"shape": (-1,)}, {"shape": (4, -1)}, {"shape": (4, 6, -1)}),
    "Slice": ({"dim": 2, "start": 1, "length": 4}, {"dim": 1, "start": 0, "length": 4}),
    "Chunk": ({}, {"dim": 2}),
    "Split": ({"split_size": (4, 4)}, {"split_size": (2, 10), "dim": 2}),
    "Select": ({"dim": 1, "index": -1}, {"dim": 2, "index": 0}),
    **dict.fromkeys(("Mean", "Max", "Sum", "Min"), ({"dim": (2,)}, {"dim": (1,), "keepdim": True}, {"dim": (-1,)})),
    **dict.fromkeys(("LSTM", "GRU", "RNN"), ({"hidden_size": 16}, {"hidden_size": 8, "bidirectional": True})),
    "MultiheadAttention": ({"num_heads": 4}, {"num_heads": 2, "dropout": 0.1}),
    "TransformerEncoderLayer": (
        {"nhead": 4, "dim_feedforward": 32},
        {"nhead": 2, "dim_feedforward": 32, "dropout": 0.0, "activation": "gelu"},
    ),
    "AdaptiveAvgPool2d": ({"output_size": 1}, {"output_size": 4}, {"output_size": (5, 3)}),
    "AdaptiveMaxPool2d": ({"output_size": 5},),
    "Upsample": ({}, {"mode": "bilinear"}, {"mode": "bicubic"}, {"scale_factor": 3}),
    "Softmax": ({}, {"dim": 2}),
    "LayerNorm": ({}, {"num_dims": 2}),
    "Dropout": ({}, {"p": 0.0}),
}
WITHOUT_NEED = frozenset({"Input", "Output", "Embedding"})


@st.composite
def networks(draw: st.DrawFn, without: Sequence[str] = (), most: int = 8) -> Design:
    """A network of layers that follow one another, some of them on two earlier tensors. without: kinds not to draw."""
    kinds = sorted(set(registry()) - WITHOUT_NEED - set(without))
    growing = _Growing(draw(st.sampled_from(SHAPES)))
    for _ in range(draw(st.integers(1, most))):
        for _ in range(12):  # tries until something takes what arrives
            spec = registry()[draw(st.sampled_from(kinds))]
            params = draw(st.sampled_from(OTHERS.get(spec.kind, ({},))))
            count = 2 if spec.variadic else len(spec.inputs)
            is_alone = count == 1 and draw(st.integers(0, 3))
            ends = [growing.ends[-1] if is_alone else draw(st.sampled_from(growing.ends)) for _ in range(count)]
            if growing.add(spec, params, ends):
                break
    return growing.design()


class _Growing:
    """The network so far. ends: its tensors, each with its node and port."""

    def __init__(self, shape: tuple[int, ...]) -> None:
        self._nodes = [Node("input", "Input", params={"shape": shape})]
        self._edges: list[Edge] = []
        self.ends = [(Endpoint("input", "output"), Tensor((BATCH, *shape)))]

    def add(self, spec: LayerSpec, params: dict[str, Any], ends: Sequence[tuple[Endpoint, Tensor]]) -> bool:
        """Whether a layer takes these tensors; then it is there."""
        values = {parameter.name: parameter.default for parameter in spec.parameters} | params
        try:
            found = spec.infer(Values(values), [tensor for _, tensor in ends])
        except LayerError:
            return False
        outputs = (found,) if isinstance(found, Tensor) else tuple(found)
        if outputs[0].shape[0] != BATCH:
            return False
        small = all(tensor.rank > 1 and max(tensor.shape) <= 600 for tensor in outputs)
        if not small or any(tensor.dtype != "float32" for tensor in outputs):
            return False
        key = f"n{len(self._nodes)}"
        self._nodes.append(Node(key, spec.kind, params=params))
        ports = [f"x{k + 1}" for k in range(len(ends))] if spec.variadic else spec.inputs
        self._edges += [Edge(end, Endpoint(key, port)) for (end, _), port in zip(ends, ports, strict=True)]
        names = spec.output_ports(params)
        ends = [(Endpoint(key, name), tensor) for name, tensor in zip(names, outputs, strict=False)]
        self.ends += [end for end in ends if end[1].shape[0] == BATCH]
        return True

    def design(self) -> Design:
        edges = [*self._edges, Edge(self.ends[-1][0], Endpoint("output", "input"))]
        nodes = {node.id: node for node in (*self._nodes, Node("output", "Output"))}
        return Design("Net", {"Net": Block("Net", nodes=nodes, edges=tuple(edges))})
