"""Layers of several outputs, of learnable tensors and of whole numbers, in designs: facts, fixes and code."""

from __future__ import annotations

import contextlib
import io
import subprocess
import sys

import pytest
import torch

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.codegen.module import generate
from designer.graph.block import Block, BlockParameter, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X


def design(*nodes: Node, wires: str, parameters: tuple[BlockParameter, ...] = ()) -> Design:
    """A design of nodes, wired as `a>b a.port>b.port` says."""
    edges = []
    for wire in wires.split():
        (a, _, out), (b, _, port) = (end.partition(".") for end in wire.split(">"))
        edges.append(edge(a, b, out or "output", port or "input"))
    nodes = (*nodes, Node("output", "Output"))
    block = Block("Net", parameters=parameters, nodes={node.id: node for node in nodes}, edges=tuple(edges))
    return Design("Net", {"Net": block})


def source_of(shape: tuple[int, ...], dtype: str = "float32") -> Node:
    return Node("input", "Input", params={"shape": shape, "dtype": dtype})


def analysed(made: Design) -> Analysis:
    analysis = Analyser().analyse(made)
    assert analysis.ok, [diagnostic.sentence for diagnostic in analysis.diagnostics]
    return analysis


def run(made: Design, **variables: int) -> tuple[str, str]:
    """The design's code and what it prints as a program.

    The code is formatted, and its network agrees with analysis, for the design's variables and for these.
    """
    analysis = analysed(made)
    source = generate(made, analysis).source
    for command in (["format", "--diff"], ["check"]):
        ruff = [sys.executable, "-m", "ruff", *command, "--isolated", "--no-cache", "-"]
        done = subprocess.run(ruff, input=source, capture_output=True, text=True, check=False, encoding="utf-8")
        assert done.returncode == 0, done.stdout + done.stderr
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        names = {"__name__": "__main__"}
        exec(compile(source, "generated.py", "exec"), names)  # noqa: S102
    for values in ({}, variables):
        facts = analysed(made.with_variables(values))
        network = names["Net"](**values).eval()
        entering = [facts.root.nodes[node.id].output for node in made.root.inputs]
        inputs = [torch.zeros(tensor.shape, dtype=getattr(torch, tensor.dtype)) for tensor in entering]
        with torch.no_grad():
            assert tuple(network(*inputs).shape) == facts.root.outputs[0].shape
        assert sum(parameter.numel() for parameter in network.parameters()) == facts.totals.params
    return source, printed.getvalue()


def test_parts_go_different_ways() -> None:
    made = design(
        source_of((6, 8, 8)),
        Node("halves", "Chunk", params={"chunks": 2}),
        Node("conv", "Conv2d", params={"out_channels": 4, "kernel_size": 1}),
        Node("concat", "Concat"),
        wires="input>halves halves.part1>conv conv>concat.x1 halves.part2>concat.x2 concat>output",
    )
    source, printed = run(made)
    assert "halves_part1, halves_part2 = x.chunk(2, dim=1)" in source
    assert "nn.Conv2d(3, 4, kernel_size=1)" in source
    assert printed == "conv    (1, 4, 8, 8)\n"


def test_a_part_that_nobody_takes_has_no_name() -> None:
    params = {"split_size": (2, 3, 1)}
    made = design(source_of((6, 8)), Node("split", "Split", params=params), wires="input>split split.part2>output")
    assert "_, split_part2, _ = x.split((2, 3, 1), dim=1)" in run(made)[0]


def test_the_number_of_parts_has_to_be_a_value() -> None:
    made = design(
        source_of((6, 8)),
        Node("chunk", "Chunk", params={"chunks": X("n")}),
        wires="input>chunk chunk.part3>output",
        parameters=(BlockParameter("n", 3),),
    )
    found = Analyser().analyse(made).diagnostics
    (diagnostic,) = [diagnostic for diagnostic in found if diagnostic.code == "parts_need_a_value"]
    mended = diagnostic.fixes[0].apply(made)
    assert mended.root.nodes["chunk"].params == {"chunks": 3}
    assert analysed(mended).root.outputs[0].shape == (1, 2, 8)


def test_a_class_of_a_recurrent_layer_and_its_last_step() -> None:
    made = design(
        source_of((20,), "int64"),
        Node("embedding", "Embedding", params={"num_embeddings": 50, "embedding_dim": X("width")}),
        Node("lstm", "LSTM", params={"hidden_size": 16, "num_layers": 2}),
        Node("last", "Select", params={"dim": 1, "index": -1}),
        Node("fc", "Linear", params={"out_features": 3}),
        wires="input>embedding embedding>lstm lstm.output>last last>fc fc>output",
        parameters=(BlockParameter("width", 8),),
    )
    source, printed = run(made, width=12)
    assert "self.lstm = nn.LSTM(width, 16, batch_first=True, num_layers=2)" in source
    assert "        lstm_output, _ = self.lstm(self.embedding(x))\n" in source
    assert "        fc: Tensor = self.fc(lstm_output.select(1, -1))\n        return fc\n" in source
    assert "network(torch.zeros(1, 20, dtype=torch.int64))" in source
    assert "lstm       (1, 20, 16)\n" in printed


@pytest.mark.parametrize(
    ("kind", "port", "line"),
    [
        ("LSTM", "h_n", "_, (layer_h_n, _) = self.layer(x)"),
        ("LSTM", "output", "layer_output, _ = self.layer(x)"),
        ("GRU", "h_n", "_, layer_h_n = self.layer(x)"),
        ("RNN", "output", "layer_output, _ = self.layer(x)"),
    ],
)
def test_the_states_of_recurrent_layers(kind: str, port: str, line: str) -> None:
    made = design(source_of((5, 4)), Node("layer", kind), wires=f"input>layer layer.{port}>output")
    assert line in run(made)[0]


def transformer(*, when: object = True) -> Design:
    """A small vision transformer with a class token, its own attention and an encoder."""
    return design(
        source_of((16, 12)),
        Node("token", "ClassToken", params={"std": 0}),
        Node("position", "PositionalEmbedding"),
        Node("attention", "MultiheadAttention", params={"num_heads": 4}, when=when),
        Node("add", "Add"),
        Node("encoder", "TransformerEncoderLayer", params={"nhead": 4, "dim_feedforward": 24}, repeat=X("depth")),
        Node("first", "Select", params={"dim": 1, "index": 0}),
        wires="""input>token token>position position>attention.query position>attention.key position>attention.value
        position>add.x1 attention>add.x2 add>encoder encoder>first first>output""",
        parameters=(BlockParameter("depth", 2), BlockParameter("attend", True)),
    )


def test_a_transformer() -> None:
    source, printed = run(transformer(), depth=3)
    assert "self.token = nn.Parameter(torch.zeros(1, 1, 12))" in source
    assert "self.position = nn.Parameter(torch.randn(1, 17, 12) * 0.02)" in source
    assert "token = torch.cat((self.token.expand(x.shape[0], -1, -1), x), dim=1)" in source
    assert "position = token + self.position" in source
    assert "attention, _ = self.attention(" in source
    assert "need_weights=False" in source
    assert "attention  (1, 17, 12)\n" in printed


@pytest.mark.parametrize("attend", [True, False])
def test_attention_under_a_condition(attend: bool) -> None:
    source, _ = run(transformer(when=X("attend")), attend=attend)
    assert "(position, None)" in source


@pytest.mark.parametrize("there", [True, False])
def test_a_learnable_tensor_under_a_condition(there: bool) -> None:
    made = design(
        source_of((16, 12)),
        Node("position", "PositionalEmbedding", when=X("there")),
        wires="input>position position>output",
        parameters=(BlockParameter("there", True),),
    )
    source, _ = run(made, there=there)
    assert "return x + self.position if self.use_position else x" in source


@pytest.mark.parametrize("port", ["key", "value"])
def test_a_projection_lands_on_the_wire_that_needs_it(port: str) -> None:
    narrow = Node("narrow", "Linear", params={"out_features": 6})
    wires = "input>narrow input>attention.query narrow>attention.key narrow>attention.value attention>output"
    other = {"key": "value", "value": "key"}[port]
    wires = wires.replace(f"narrow>attention.{other}", f"input>attention.{other}")
    made = design(source_of((5, 8)), narrow, Node("attention", "MultiheadAttention"), wires=wires)
    (diagnostic,) = Analyser().analyse(made).diagnostics
    assert diagnostic.code == "features_differ"
    mended = diagnostic.fixes[0].apply(made)
    arriving = mended.root.incoming["attention"]
    assert mended.root.nodes[arriving[port].node].kind == "Linear"
    assert arriving[port].node != "narrow"
    assert (arriving["query"].node, arriving[other].node) == ("input", "input")
    assert analysed(mended).root.outputs[0].shape == (1, 5, 8)


def test_a_projection_lands_on_the_branch_that_needs_it() -> None:
    made = design(
        source_of((3, 8, 8)),
        Node("conv", "Conv2d", params={"out_channels": 16, "kernel_size": 3, "padding": 1, "stride": 2}),
        Node("add", "Add"),
        wires="input>add.x1 conv>add.x3 input>conv add>output",
    )
    (diagnostic,) = Analyser().analyse(made).diagnostics
    mended = diagnostic.fixes[0].apply(made)
    arriving = mended.root.incoming["add"]
    assert mended.root.nodes[arriving["x1"].node].params == {"out_channels": 16, "kernel_size": 1, "stride": 2}
    assert arriving["x3"].node == "conv"
    assert analysed(mended).ok


def test_functions_with_parameters_that_follow_from_variables() -> None:
    made = design(
        source_of((12, 8)),
        Node("reshape", "Reshape", params={"shape": (4, -1, 8)}),
        Node("permute", "Permute", params={"dims": (0, 2, 1, 3)}),
        Node("mean", "Mean", params={"dim": (3,), "keepdim": True}),
        Node("crop", "Slice", params={"dim": 2, "start": 1, "length": X("heads")}),
        Node("sub", "Subtract"),
        wires="""input>reshape reshape>permute permute>mean permute>sub.x1 mean>sub.x2
        sub>crop crop>output""",
        parameters=(BlockParameter("heads", 2),),
    )
    source, _ = run(made, heads=3)
    assert "reshape = x.reshape(x.shape[0], 4, -1, 8)" in source
    assert "mean = permute.mean(dim=3, keepdim=True)" in source
    assert "return sub.narrow(2, 1, self.crop_length)" in source
