"""Every diagnostic is provoked; it says in words what is wrong and where; each of its fixes leaves it gone."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

import designer.analysis
from designer.analysis.analyser import Analyser
from designer.analysis.diagnostics import Diagnostic, Severity
from designer.graph.block import BlockParameter, Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.analysis.drawing import OUT, between, design, entry
from tests.analysis.unwise import UNWISE, WITHOUT_FIX
from tests.drawing import block


def nested(levels: int) -> Design:
    blocks = [
        block(f"B{k}", Node("input", "Input"), Node("n", f"B{k + 1}" if k + 1 < levels else "ReLU"), OUT)
        for k in range(1, levels)
    ]
    return between(Node("deep", "B1"), inner=blocks)


def growing(levels: int, repeat: int) -> Design:
    """Blocks in blocks, in which each copy adds a channel, so that no two copies are alike."""
    leaf = block(
        "B0",
        Node("input", "Input"),
        Node("conv", "Conv2d", params={"out_channels": 1, "kernel_size": 1}),
        Node("cat", "Concat"),
        OUT,
        edges=["input>conv", "input>cat.x1", "conv>cat.x2", "cat>output"],
    )
    blocks = [
        block(f"B{k}", Node("input", "Input"), Node("n", f"B{k - 1}", repeat=repeat), OUT) for k in range(1, levels)
    ]
    return between(Node("deep", f"B{levels - 1}"), inner=[leaf, *blocks])


def conv(key: str = "conv", **params) -> Node:
    return Node(key, "Conv2d", params={"out_channels": 8, "kernel_size": 3, **params})


def between_parts(node: Node, port: str = "part1", shape: tuple[int, ...] = (9, 2)) -> Design:
    """A node between Input and Output, of whose outputs one is taken."""
    return design(entry(shape=shape), node, OUT, edges=[f"input>{node.id}", f"{node.id}.{port}>output"])


def between_integers(node: Node) -> Design:
    return design(Node("input", "Input", params={"shape": (3, 8, 8), "dtype": "int64"}), node, OUT)


PLAIN = block("Plain", Node("input", "Input"), conv(), OUT)
TWO_IN = block(
    "TwoIn",
    Node("a", "Input"),
    Node("b", "Input"),
    Node("add", "Add"),
    OUT,
    edges=["a>add.x1", "b>add.x2", "add>output"],
)
TWO_OUT = block(
    "TwoOut",
    Node("input", "Input"),
    Node("left", "Output"),
    Node("right", "Output"),
    edges=["input>left", "input>right"],
)
RELU = Node("relu", "ReLU")

# code -> designs that have it
FAULTS: Mapping[str, list[Design]] = {
    "no_input": [
        design(RELU, OUT),
        design(Node("add", "Add"), OUT),
        design(OUT),
        design(entry(), Node("b", "Empty"), OUT, inner=[block("Empty", conv(), OUT)]),
        design(Node("p", "Plain"), OUT, inner=[PLAIN]),
    ],
    "no_output": [
        design(entry(), RELU),
        design(entry()),
        design(entry(), Node("two", "TwoOut"), inner=[TWO_OUT]),
        design(entry(), Node("output", "ReLU")),
    ],
    "unconnected_input": [
        design(entry(), RELU, OUT, edges=["relu>output"]),
        design(entry(), OUT, edges=[]),
        design(entry(), Node("add", "Add"), OUT, edges=["input>add.x1", "add>output"]),
        design(entry(), Node("t", "TwoIn"), OUT, edges=["input>t.a", "t>output"], inner=[TWO_IN]),
    ],
    "missing_port": [
        design(entry(), RELU, OUT, edges=["input>relu", "relu>output", "input>relu.second"]),
        design(entry(), RELU, OUT, edges=["input>relu", "relu.side>output"]),
        design(entry(), Node("p", "Plain"), OUT, edges=["input>p", "p.gone>output"], inner=[PLAIN]),
        design(entry(), OUT, edges=["ghost>output"]),
        design(
            entry(), Node("add", "Add"), OUT, edges=["input>add.x1", "input>add.x2", "input>add.x77777", "add>output"]
        ),
    ],
    "unused_node": [design(entry(), RELU, OUT, edges=["input>output"])],
    "no_path_to_output": [
        design(entry(), RELU, OUT, edges=["input>output", "input>relu"]),
        design(entry(), entry("other"), OUT, edges=["input>output"]),
    ],
    "dead_branch": [
        design(entry(), RELU, conv("a"), OUT, edges=["input>output", "input>relu", "relu>a"]),
        design(entry(), RELU, conv("a"), conv("b"), OUT, edges=["input>output", "input>relu", "relu>a", "relu>b"]),
    ],
    "unreachable_nodes": [
        design(entry(), RELU, conv("a"), OUT, edges=["input>output", "relu>a"]),
        design(entry(), RELU, conv("a"), OUT, edges=["relu>a", "a>output"]),
    ],
    "cycle": [
        design(entry(), conv("a"), conv("b"), OUT, edges=["a>b", "b>a", "b>output"]),
        design(entry(), RELU, OUT, edges=["relu>relu", "relu>output"]),
        design(
            entry(),
            Node("add", "Add"),
            conv("a"),
            conv("b"),
            OUT,
            edges=["a>add.x1", "b>add.x2", "add>a", "add>b", "add>output"],
        ),
    ],
    "duplicate_name": [
        between(conv("a"), Node("b", "ReLU", name="a")),
        between(conv("a1"), Node("b", "ReLU", name="a1")),
    ],
    "invalid_name": [
        between(Node("n", "ReLU", name=name))
        for name in ("forward", "class", "1st", "é", "_x", "l", "torch", 'a"""b', "a\nb", "training", "self", " ")
    ]
    + [
        between(parameters=[BlockParameter(name, 1)])
        for name in ("self", "range", "super", "a b", "max", "_x", "__x", "lambda", "I", "x):\n    import os #")
    ]
    + [
        Design(name, {name: block(name, entry(), OUT)})
        for name in ("main", "Tensor", "nn", "torch", "print", "range", "class", "a b", "_A", "network", "O", "é", "")
    ]
    + [between(Node("p", "Plain"), parameters=[BlockParameter("Plain", 1)], inner=[PLAIN])],
    "unknown_kind": [
        between(Node("n", "Conv2D")),
        between(Node("n", "Wobble")),
        between(Node("n", "Plane"), inner=[PLAIN]),
    ],
    "unknown_parameter": [
        between(Node("n", "ReLU", params={"wobble": 1})),
        between(Node("p", "Plain", params={"wobble": 1}), inner=[PLAIN]),
    ],
    "bad_parameter": [
        between(conv(kernel_size=0)),
        between(conv(out_channels="many")),
        between(conv(stride=True)),
        between(conv(padding_mode="mirror")),
        between(conv(out_channels=X("8 / 2"))),
        between(conv(kernel_size=(1, 2, 3))),
        between(conv(bias=1)),
        between(shape=(1, 0, 3)),
    ],
    "expression_error": [
        between(conv(out_channels=X("width"))),
        between(conv(out_channels=X("1 //"))),
        between(conv(out_channels=X("channels"))),
        between(Node("conv", "ReLU", repeat=X("1 // 0"))),
        between(Node("conv", "ReLU", when=X("channels > 3"))),
        between(
            Node("p", "P", params={"a": X("b")}),
            inner=[block("P", Node("input", "Input"), OUT, parameters=[BlockParameter("a", 1)])],
        ),
        between(
            Node("p", "P"), inner=[block("P", Node("input", "Input"), conv(out_channels=X("in_channels * k")), OUT)]
        ),
    ],
    "repeat_out_of_range": [
        between(Node("n", "ReLU", repeat=repeat)) for repeat in (-1, 1001, True, 1.0, "2", None, (1,), X("10 ** 9"))
    ],
    "repeat_needs_one_port": [
        design(entry(), Node("add", "Add", repeat=repeat), OUT, edges=["input>add.x1", "input>add.x2", "add>output"])
        for repeat in (2, 0, X("1 + 0"))
    ]
    + [
        design(
            entry(), Node("t", "TwoIn", repeat=3), OUT, edges=["input>t.a", "input>t.b", "t>output"], inner=[TWO_IN]
        ),
        design(entry(), Node("t", "TwoOut", repeat=3), OUT, edges=["input>t", "t.left>output"], inner=[TWO_OUT]),
    ],
    "when_not_boolean": [between(Node("n", "ReLU", when=when)) for when in ("yes", (1, 2), X("(1, 2)"))],
    "boundary_not_optional": [
        design(Node("input", "Input", repeat=2), OUT),
        design(Node("input", "Input", when=False), OUT),
        design(entry(), Node("output", "Output", when=X("1 > 2"))),
        between(Node("p", "P"), inner=[block("P", Node("input", "Input", repeat=3), OUT)]),
    ],
    "recursive_block": [
        between(Node("p", "P"), inner=[block("P", Node("input", "Input"), Node("p", "P"), OUT)]),
        between(Node("n", "Net")),
        between(
            Node("p", "P"),
            inner=[
                block("P", Node("input", "Input"), Node("q", "Q"), OUT),
                block("Q", Node("input", "Input"), Node("p", "P"), OUT),
            ],
        ),
    ],
    "nested_too_deep": [nested(41), nested(45)],
    "design_too_large": [growing(6, 20)],
    "tensor_too_large": [
        between(
            Node("cat", "Twice", repeat=60),
            inner=[
                block(
                    "Twice",
                    Node("input", "Input"),
                    Node("cat", "Concat"),
                    OUT,
                    edges=["input>cat.x1", "input>cat.x2", "cat>output"],
                )
            ],
        ),
        between(shape=(1 << 20, 1 << 20, 1 << 20)),
    ],
    # the layers' own rules
    "linear_needs_flat": [
        between(Node("fc", "Linear", params={"out_features": 10})),
        between(conv(), RELU, Node("fc", "Linear", params={"out_features": 10})),
        between(Node("p", "Permute", params={"dims": (0, 2, 3, 1)}), Node("fc", "Linear", params={"out_features": 10})),
        between(conv("before"), Node("p", "P"), inner=[block("P", Node("input", "Input"), Node("fc", "Linear"), OUT)]),
    ],
    "wrong_rank": [between(Node("flatten", "Flatten"), conv())],
    "missing_part": [
        design(
            entry(shape=(9, 2)),
            Node("chunk", "Chunk", params={"chunks": 4}),
            OUT,
            edges=["input>chunk", "chunk.part4>output"],
        )
    ],
    "too_many_parts": [between_parts(Node("chunk", "Chunk", params={"chunks": 4}))],
    "dropout_without_effect": [
        between_parts(Node(kind.lower(), kind, params={"dropout": 0.5}), "output", (5, 4))
        for kind in ("RNN", "GRU", "LSTM")
    ],
    "unbatched_input": [
        between(Node("pool", "AvgPool1d"), shape=(6,)),
        between(conv(), shape=(8, 8)),
        between(Node("norm", "InstanceNorm1d"), shape=(6,)),
    ],
    "unusual_rank": [between(Node("pad", "ZeroPad1d")), between(Node("drop", "Dropout2d"), shape=(6,))],
    "batch_axis": [
        between(Node("mean", "Mean", params={"dim": (0, 2)})),
        between(Node("last", "Squeeze", params={"dim": 0})),
    ],
    "too_many_axes": [between(Node("norm", kind, params={"num_dims": 4})) for kind in ("LayerNorm", "RMSNorm")],
    "two_target_sizes": [between(Node("up", "Upsample", params={"scale_factor": 1.5, "size": (9, 9)}))],
    "scaled_to_nothing": [between(Node("up", "Upsample", params={"scale_factor": 0.02}))],
    "unusual_value": [
        between(Node("norm", "BatchNorm2d", params={"momentum": 2.0})),
        between(Node("relu", "LeakyReLU", params={"negative_slope": -5000.0})),
    ],
    "integer_input": [between_integers(Node("pool", "MaxPool2d"))],
    "raises_in_training": [between_integers(Node("drop", "Dropout"))],
    "too_few_elements": [
        between(Node("norm", "GroupNorm", params={"num_groups": 4}), shape=(4, 1, 1)),
        between(Node("norm", "InstanceNorm2d"), shape=(4, 1, 1)),
        between(Node("norm", "BatchNorm1d", params={"track_running_stats": False}), shape=(4,)),
    ],
    "window_too_large": [between(conv(kernel_size=40)), between(Node("pool", "MaxPool2d", params={"kernel_size": 33}))],
    "padding_too_large": [
        between(Node("pool", "MaxPool2d", params={"kernel_size": 2, "padding": 2})),
        between(conv(padding=40, padding_mode="reflect")),
    ],
    "output_padding_too_large": [
        between(Node("up", "ConvTranspose2d", params={"out_channels": 4, "kernel_size": 3, "output_padding": 1}))
    ],
    "same_padding_with_stride": [between(conv(padding="same", stride=2)), between(conv(padding="same", stride=(1, 3)))],
    "groups_do_not_divide": [between(conv(groups=2)), between(conv(groups=3, out_channels=8))],
    "merge_mismatch": [
        design(
            entry(),
            conv("a", stride=2, padding=1),
            Node("add", "Add"),
            OUT,
            edges=["input>a", "a>add.x1", "input>add.x2", "add>output"],
        ),
        design(
            entry(),
            conv("a", stride=2, padding=1),
            Node("add", "Add"),
            OUT,
            edges=["input>a", "input>add.x1", "a>add.x3", "add>output"],
        ),
        design(
            entry(),
            conv("a", stride=2, padding=1),
            Node("cat", "Concat"),
            OUT,
            edges=["input>a", "input>cat.x2", "a>cat.x5", "cat>output"],
        ),
    ],
    "axis_out_of_range": [
        design(
            entry(), Node("cat", "Concat", params={"dim": 6}), OUT, edges=["input>cat.x1", "input>cat.x2", "cat>output"]
        ),
    ],
    "axes_out_of_order": [between(Node("flatten", "Flatten", params={"start_dim": 3, "end_dim": 1}))],
    "unflatten_mismatch": [between(Node("u", "Unflatten", params={"dim": 1, "unflattened_size": (2, 2)}))],
    **UNWISE,
}


def found_in(faulty: Design, code: str) -> list[Diagnostic]:
    return [d for d in Analyser().analyse(faulty).diagnostics if d.code == code]


CASES = [pytest.param(code, d, id=f"{code}-{n}") for code, designs in FAULTS.items() for n, d in enumerate(designs)]


@pytest.mark.parametrize(("code", "faulty"), CASES)
def test_a_fault_is_told_in_words(code, faulty):
    analysis = Analyser().analyse(faulty)
    found = [d for d in analysis.diagnostics if d.code == code]
    assert found, [d.sentence for d in analysis.diagnostics]
    for d in found:
        assert d.message.endswith("."), d.message
        assert d.expected, d
        assert d.advice.strip(), d
        assert d.received or code in ("missing_port", "invalid_name"), d
        assert "object at 0x" not in d.sentence
        if d.path and code not in ("no_input", "no_output"):
            inside = analysis.inside(d.path[:-1])
            node = inside.block.nodes[d.path[-1]]
            assert d.message.startswith(f"{node.kind} '{node.name}': "), d.message
            assert d.label.split(".")[-1] == node.name.split(".")[-1]
    assert analysis.ok == all(d.severity != Severity.ERROR for d in analysis.diagnostics)


@pytest.mark.parametrize(("code", "faulty"), CASES)
def test_each_fix_leaves_it_gone(code, faulty):
    for found in found_in(faulty, code):
        for fix in found.fixes:
            assert fix.title
            mended = fix.apply(faulty)
            same = [d for d in found_in(mended, code) if d.message == found.message and d.path == found.path]
            assert not same, fix.title
            assert fix.apply(faulty).root == mended.root or faulty.root == mended.root


NO_FIX = {
    "unconnected_input",
    "tensor_too_large",
    "design_too_large",
    "unusual_rank",
    "integer_input",
    "raises_in_training",
}
HAVE_FIXES = set(FAULTS) - NO_FIX - WITHOUT_FIX


@pytest.mark.parametrize("code", sorted(HAVE_FIXES))
def test_most_faults_can_be_mended_with_one_step(code):
    assert any(d.fixes for faulty in FAULTS[code] for d in found_in(faulty, code))


def test_every_code_of_analysis_is_provoked():
    written = set()
    for path in Path(designer.analysis.__file__).parent.rglob("*.py"):
        written |= set(re.findall(r'(?:self\.error|Diagnostic|LayerError)\(\s*"([a-z_]+)"', path.read_text("utf-8")))
    assert len(written) > 15
    of_data = {"too_few_outputs", "too_many_outputs", "wrong_channels", "images_converted"}  # test_data_fit.py
    of_data |= {"output_not_scores", "input_not_images", "wrong_image_size"}
    assert written - {"parts_need_a_value"} - of_data <= set(FAULTS)  # that one needs a layer with a number of outputs
