"""Receptive fields: by hand, as published, and as the gradients that torch computes."""

from __future__ import annotations

import math
from collections.abc import Sequence
from fractions import Fraction
from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from designer.analysis import field as fields
from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.base.errors import DesignError
from designer.catalogue.registry import registry
from designer.document.presets import open_design
from designer.graph.block import Block, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from tests.analysis.networks import networks
from tests.analysis.saved_tensors import network_of
from tests.analysis.supports import predicted, supports
from tests.analysis.unwise import within


def conv(key: str, kernel: object = 3, **params: object) -> Node:
    return Node(key, "Conv2d", params={"out_channels": 4, "kernel_size": kernel, **params})


def row(*nodes: Node, shape: Sequence[int] = (1, 64, 64), inner: Sequence[Block] = ()) -> Analysis:
    ends = [Node("input", "Input", params={"shape": tuple(shape)}), *nodes, Node("output", "Output")]
    wires = tuple(edge(a.id, b.id) for a, b in pairwise(ends))
    main = Block("Net", nodes={node.id: node for node in ends}, edges=wires)
    analysis = Analyser().analyse(Design("Net", {"Net": main, **{block.name: block for block in inner}}))
    assert analysis.ok, analysis.diagnostics
    return analysis


def seen(analysis: Analysis, key: str) -> tuple[tuple[int, ...] | None, list[Fraction | None]]:
    """A node's field: its size and its stride along each axis."""
    return analysis.receptive_field((key,)), [axis.stride for axis in analysis.field((key,))]


# -- by hand ----------------------------------------------------------------------------------------------------------


def test_up_again_after_going_down() -> None:
    analysis = row(
        conv("c1", padding=1),
        Node("pool", "MaxPool2d", params={"kernel_size": 2}),
        conv("c2", padding=1),
        Node("up", "Upsample"),
        conv("c3", padding=1),
    )
    assert seen(analysis, "c2") == ((8, 8), [2, 2])
    assert seen(analysis, "up") == ((8, 8), [1, 1])
    assert seen(analysis, "c3") == ((10, 10), [1, 1])


def test_a_transposed_convolution() -> None:
    up = Node("up", "ConvTranspose2d", params={"out_channels": 4, "kernel_size": 4, "stride": 2, "padding": 1})
    analysis = row(conv("c1", padding=1, stride=2), up, conv("c3", padding=1))
    assert seen(analysis, "c3") == ((7, 7), [1, 1])


def test_axes_that_change_places() -> None:
    swap = Node("swap", "Transpose", params={"dim0": 2, "dim1": 3})
    analysis = row(conv("c1", (1, 5), padding=(0, 2)), swap, conv("c2", (1, 5), padding=(0, 2)))
    assert seen(analysis, "swap")[0] == (1, 5)
    assert seen(analysis, "c2") == ((5, 5), [1, 1])


def test_an_adaptive_pool_has_windows() -> None:
    pool = Node("pool", "AdaptiveAvgPool2d", params={"output_size": 7})
    analysis = row(conv("c1", padding=1), pool)
    assert seen(analysis, "pool") == ((12, 12), [Fraction(64, 7)] * 2)
    whole = row(Node("pool", "AdaptiveAvgPool2d", params={"output_size": 1}))
    assert whole.field(("pool",))[0].size == math.inf


def test_between_pixels() -> None:
    analysis = row(Node("up", "Upsample", params={"mode": "bilinear"}), conv("c", stride=2), shape=(1, 32, 32))
    assert seen(analysis, "up") == ((2, 2), [Fraction(1, 2)] * 2)
    assert seen(analysis, "c") == ((3, 3), [1, 1])


def test_pixels_to_channels_and_back() -> None:
    down = Node("down", "PixelUnshuffle")
    up = Node("up", "PixelShuffle")
    analysis = row(down, conv("c1", padding=1, out_channels=8), up, conv("c2", padding=1))
    assert seen(analysis, "down") == ((2, 2), [2, 2])
    assert seen(analysis, "c1") == ((6, 6), [2, 2])
    assert seen(analysis, "up") == ((6, 6), [1, 1])
    assert seen(analysis, "c2") == ((8, 8), [1, 1])


def test_along_one_axis_alone() -> None:
    mean = row(conv("c", padding=1), Node("m", "Mean", params={"dim": (2,), "keepdim": True}))
    assert seen(mean, "m") == ((64, 3), [None, 1])
    soft = row(conv("c", padding=1), Node("s", "Softmax", params={"dim": 3}))
    assert seen(soft, "s") == ((3, 64), [1, None])
    assert seen(row(Node("s", "Softmax", params={"dim": 1})), "s") == ((1, 1), [1, 1])


def test_a_part_that_is_cut_out() -> None:
    analysis = row(
        conv("c", padding=1),
        Node("crop", "Slice", params={"dim": 2, "start": 10, "length": 20}),
        Node("mean", "Mean", params={"dim": (2, 3)}),
    )
    assert [axis.padding for axis in analysis.field(("crop",))] == [-9, 1]
    assert seen(analysis, "mean") == ((22, 64), [None, None])


def test_paths_whose_centres_differ() -> None:
    """One sees to the left, one to the right: together both."""
    nodes = {
        node.id: node
        for node in (
            Node("input", "Input", params={"shape": (1, 64, 64)}),
            Node("left", "ZeroPad2d", params={"padding": (4, 0, 0, 0)}),
            Node("right", "ZeroPad2d", params={"padding": (0, 4, 0, 0)}),
            conv("a", (1, 5)),
            conv("b", (1, 5)),
            Node("add", "Add"),
            Node("output", "Output"),
        )
    }
    wires = [
        ("input", "left"),
        ("input", "right"),
        ("left", "a"),
        ("right", "b"),
        ("a", "add", "x1"),
        ("b", "add", "x2"),
    ]
    edges = tuple(
        Edge(Endpoint(a, "output"), Endpoint(b, *(port or ["input"]))) for a, b, *port in [*wires, ("add", "output")]
    )
    analysis = Analyser().analyse(Design("Net", {"Net": Block("Net", nodes=nodes, edges=edges)}))
    assert analysis.ok
    assert seen(analysis, "a")[0] == seen(analysis, "b")[0] == (1, 5)
    assert seen(analysis, "add")[0] == (1, 9)


def test_tokens_see_their_patch_until_attention() -> None:
    analysis = row(
        conv("patches", 8, stride=8, out_channels=16),
        Node("flat", "Flatten", params={"start_dim": 2}),
        Node("tokens", "Transpose"),
        Node("wide", "Linear", params={"out_features": 32}),
        Node("attention", "TransformerEncoderLayer", params={"nhead": 4}),
    )
    assert seen(analysis, "wide") == ((8, 8), [8, 8])
    assert analysis.field(("attention",))[0].size == math.inf


def test_through_blocks_as_without() -> None:
    inner = within("Half", conv("c", padding=1), Node("pool", "MaxPool2d", params={"kernel_size": 2}))
    nested = row(Node("halves", "Half", repeat=2), Node("up", "Upsample"), inner=[inner])
    flat = row(
        *(node for n in range(2) for node in (conv(f"c{n}", padding=1), Node(f"p{n}", "MaxPool2d", params={}))),
        Node("up", "Upsample"),
    )
    assert nested.field(("up",)) == flat.field(("up",))
    rows = {found.path: found.field for found in nested.rows(depth=2)}
    assert rows["halves.1.c"] == flat.field(("c1",))


# -- as published -----------------------------------------------------------------------------------------------------
# Araujo, Norris and Sim, "Computing receptive fields of convolutional neural networks", Distill 2019: size, stride,
# padding (None where paths do not agree on it) of the networks as TensorFlow's slim has them.


@pytest.mark.parametrize(
    ("block", "figures"),
    [("block1", (6, 2, 2)), ("block2", (16, 4, 6)), ("block3", (44, 8, 18)), ("block4", (100, 16, 42)),
     ("block5", (212, 32, 90))],
)  # fmt: skip
def test_vgg_16(block: str, figures: tuple[int, int, int]) -> None:
    rows = {found.path.split(".")[-1]: found.field for found in Analyser().analyse(open_design("vgg16").design).rows(2)}
    assert [tuple(axis) for axis in rows[block]] == [figures] * 2


def test_alexnet() -> None:
    steps = [("c1", 11, 4, 0), ("p1", 3, 2, 0), ("c2", 5, 1, 2), ("p2", 3, 2, 0), ("c3", 3, 1, 1), ("c4", 3, 1, 1),
             ("c5", 3, 1, 1), ("p5", 3, 2, 0)]  # fmt: skip
    nodes = [
        Node(key, "MaxPool2d", params={"kernel_size": kernel, "stride": stride, "padding": padding})
        if key[0] == "p"
        else conv(key, kernel, stride=stride, padding=padding)
        for key, kernel, stride, padding in steps
    ]
    analysis = row(*nodes, shape=(3, 224, 224))
    found = {key: tuple(analysis.field((key,))[0]) for key, *_ in steps}
    assert found == {
        "c1": (11, 4, 0), "p1": (19, 8, 0), "c2": (51, 8, 16), "p2": (67, 16, 16), "c3": (99, 16, 32),
        "c4": (131, 16, 48), "c5": (163, 16, 64), "p5": (195, 32, 64),
    }  # fmt: skip


class Growing:
    """A network that grows node by node, with paths beside each other."""

    def __init__(self) -> None:
        self.nodes = [Node("input", "Input", params={"shape": (3, 224, 224)})]
        self.edges: list[Edge] = []
        self.at = "input"

    def add(self, node: Node, *sources: str) -> str:
        ports = ["input"] if len(sources) == 1 else [f"x{k + 1}" for k in range(len(sources))]
        self.nodes.append(node)
        self.edges += [
            Edge(Endpoint(a, "output"), Endpoint(node.id, port)) for a, port in zip(sources, ports, strict=True)
        ]
        return node.id

    def window(self, kernel: int, stride: int = 1, source: str = "", kind: str = "Conv2d") -> str:
        params: dict[str, object] = {"kernel_size": kernel, "stride": stride, "padding": kernel // 2}
        if kind == "Conv2d":
            params["out_channels"] = 4
        return self.add(Node(f"n{len(self.nodes)}", kind, params=params), source or self.at)

    def size(self) -> tuple[float, Fraction | None]:
        nodes = {node.id: node for node in (*self.nodes, Node("output", "Output"))}
        edges = (*self.edges, Edge(Endpoint(self.at, "output"), Endpoint("output", "input")))
        analysis = Analyser().analyse(Design("Net", {"Net": Block("Net", nodes=nodes, edges=edges)}))
        assert analysis.ok
        axis = analysis.field((self.at,))[1]
        return axis.size, axis.stride


def test_inception_v2() -> None:
    growing = Growing()
    found = []

    def mixed(stride: int = 1) -> None:
        """Three paths and a pool, all with the stride at their end; without it a 1×1 path too."""
        paths = [
            growing.window(3, stride, growing.window(1)),
            growing.window(3, stride, growing.window(3, source=growing.window(1))),
            growing.window(3, stride, kind="MaxPool2d"),
        ]
        paths += [growing.window(1)] if stride == 1 else []
        growing.at = growing.add(Node(f"mixed{len(growing.nodes)}", "Concat"), *paths)
        found.append(growing.size())

    steps = ((7, 2, "Conv2d"), (3, 2, "MaxPool2d"), (1, 1, "Conv2d"), (3, 1, "Conv2d"), (3, 2, "MaxPool2d"))
    for kernel, stride, kind in steps:
        growing.at = growing.window(kernel, stride, kind=kind)
        found.append(growing.size())
    for stride in (1, 1, 2, 1, 1, 1, 1, 2, 1, 1):
        mixed(stride)
    assert found == [
        (7, 2), (11, 4), (11, 4), (19, 4), (27, 8), (59, 8), (91, 8), (123, 16), (187, 16), (251, 16), (315, 16),
        (379, 16), (443, 32), (571, 32), (699, 32),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("units", "figures"),
    [((3, 4, 6, 3), [(35, 8), (99, 16), (291, 32), (483, 32)]),
     ((3, 8, 36, 3), [(35, 8), (163, 16), (1315, 32), (1507, 32)])],
    ids=["resnet_v1_50", "resnet_v1_152"],
)  # fmt: skip
def test_resnets(units: tuple[int, ...], figures: list[tuple[int, int]]) -> None:
    """As slim has them: the last unit of each group but the last has the stride."""
    growing = Growing()
    growing.at = growing.window(7, 2)
    growing.at = growing.window(3, 2, kind="MaxPool2d")
    found = []
    for group, count in enumerate(units):
        for unit in range(count):
            stride = 2 if unit == count - 1 and group < len(units) - 1 else 1
            shortcut = growing.window(1, stride)
            body = growing.window(1, source=growing.window(3, stride, source=growing.window(1)))
            growing.at = growing.add(Node(f"add{len(growing.nodes)}", "Add"), shortcut, body)
        found.append(growing.size())
    assert found == figures


# -- as gradients say -------------------------------------------------------------------------------------------------

# Left out: what by convention does not count (statistics of normalisations), what has no gradient in places
# (activations that cut, maxima, whose window one would have to draw very often), what is drawn at random, and recurrent
# layers, whose every step counts as seeing all steps.
SEEN_EXACTLY = frozenset({
    "Conv1d", "Conv2d", "Conv3d", "ConvTranspose1d", "ConvTranspose2d", "AvgPool1d", "AvgPool2d", "AvgPool3d",
    "AdaptiveAvgPool1d", "AdaptiveAvgPool2d", "Upsample", "PixelShuffle", "PixelUnshuffle", "ZeroPad1d", "ZeroPad2d",
    "ConstantPad2d", "Transpose", "Permute", "Slice", "Chunk", "Split", "Select", "Mean", "Sum", "Softmax", "GLU",
    "Linear", "Flatten", "Reshape", "Unflatten", "Unsqueeze", "Squeeze", "Add", "Multiply", "Subtract", "Concat",
    "Stack", "GELU", "Softplus", "Tanh", "MatMul", "ClassToken", "PositionalEmbedding", "MultiheadAttention",
    "TransformerEncoderLayer", "BatchNorm2d", "Identity",
})  # fmt: skip


def check(design: Design, *, exactly: bool) -> None:
    """Elements of the output see what the field says, and nothing else; exactly: all of that too."""
    analysis = Analyser().analyse(design)
    known = analysis.root.seen["output"][0] if analysis.ok else None
    if not known:
        return
    (shape,), result = analysis.input_shapes, analysis.root.outputs[0].shape
    indices = sorted({(0, *(n // 2 for n in result[1:])), (0, *((n - 1) // 2 for n in result[1:]))})
    try:
        network = network_of(analysis, "cpu")
    except DesignError:
        return
    for index, found in zip(indices, supports(network, shape, indices), strict=True):
        expected = predicted(known[0], index)
        for axis in range(1, len(shape)):
            actual = found[axis]
            if expected[axis] is None or actual == (0, -1):  # in no order, or all of it cancels out
                continue
            low, high = expected[axis]
            assert low <= actual[0] <= actual[1] <= high, (index, axis, found, expected)
            if exactly and axis >= 2:
                assert actual == expected[axis], (index, axis, found, expected)


@pytest.mark.filterwarnings("ignore::UserWarning")
@settings(max_examples=50, suppress_health_check=[HealthCheck.too_slow])
@given(networks(without=[kind for kind in registry() if kind not in SEEN_EXACTLY], most=6))
def test_of_random_networks(design: Design) -> None:
    check(design, exactly=False)


SAMPLES: dict[str, dict[str, object]] = {
    "Conv2d": {"out_channels": 2, "kernel_size": (3, 5), "stride": (1, 2), "dilation": 2, "padding": 3},
    "ConvTranspose2d": {"out_channels": 2, "kernel_size": (3, 4), "stride": (2, 3), "padding": (1, 0)},
    "AvgPool2d": {"kernel_size": (2, 3), "stride": (1, 2)},
    "AdaptiveAvgPool2d": {"output_size": (5, 3)},
    "Upsample": {"scale_factor": 3, "mode": "bicubic"},
    "PixelUnshuffle": {},
    "ZeroPad2d": {"padding": (1, 2, 3, 0)},
    "Transpose": {"dim0": 2, "dim1": 3},
    "Permute": {"dims": (0, 3, 1, 2)},
    "Slice": {"dim": 2, "start": 3, "length": 5},
    "Chunk": {"dim": 2},
    "Select": {"dim": 2, "index": 4},
    "Mean": {"dim": (3,)},
    "Softmax": {"dim": 2},
    "GLU": {"dim": 2},
    "Linear": {"out_features": 3},
    "Flatten": {"start_dim": 2},
    "Unflatten": {"dim": 2, "unflattened_size": (3, 4)},
    "Reshape": {"shape": (2, 6, 2, 12)},
}


@pytest.mark.parametrize("kind", SAMPLES)
@pytest.mark.parametrize("strided", [False, True], ids=["alone", "behind a stride"])
def test_each_kind(kind: str, strided: bool) -> None:
    before = [conv("before", out_channels=2, padding=1, stride=2)] if strided else []
    size = 24 if strided else 12
    port = "part2" if kind == "Chunk" else "output"
    ends = [Node("input", "Input", params={"shape": (2, size, size)}), *before,
            Node("it", kind, params=SAMPLES[kind]), Node("output", "Output")]  # fmt: skip
    wires = tuple(edge(a.id, b.id, source_port=port if a.id == "it" else "output") for a, b in pairwise(ends))
    # An element of PixelUnshuffle sees one place, and those of all channels beside it, which count together, a square.
    exactly = kind != "PixelUnshuffle"
    check(Design("Net", {"Net": Block("Net", nodes={n.id: n for n in ends}, edges=wires)}), exactly=exactly)


def test_figures_for_people() -> None:
    assert not fields.is_finite(())
    assert fields.moves((fields.Axis(math.inf), fields.Axis(3, Fraction(1), 1)))
