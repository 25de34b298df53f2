"""What a training keeps of a forward pass: whole networks against what torch saves of them."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import HealthCheck, given, settings

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.analysis.memory import Optimizer, frozen_params, largest_batch, totals_of
from designer.base.errors import DesignError
from designer.document.presets import list_presets, open_design
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from tests.analysis.networks import BATCH, networks
from tests.analysis.saved_tensors import saved_by_network
from tests.analysis.unwise import chain, fc, holding, within
from tests.properties.test_designs import designs

LEAST, MOST = 0.7, 1.4  # the aim; what follows is to the byte wherever that can be asked
MIB = 1 << 20


def analysed(design: Design, batch: int = 1) -> Analysis:
    return Analyser().analyse(design, batch)


def row(*nodes: Node, shape: tuple[int, ...], inner: tuple[Block, ...] = ()) -> Analysis:
    """The analysis of nodes in a row, for a batch of BATCH."""
    ends = [Node("input", "Input", params={"shape": shape}), *nodes, Node("output", "Output")]
    wires = tuple(edge(a.id, b.id) for a, b in pairwise(ends))
    main = Block("Net", nodes={node.id: node for node in ends}, edges=wires)
    return analysed(Design("Net", {"Net": main, **{block.name: block for block in inner}}), BATCH)


def kept(analysis: Analysis, key: str) -> int:
    return analysis.root.nodes[key].totals.activation_bytes


# -- against torch ----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("key", [preset.id for preset in list_presets()])
def test_of_every_preset(key: str) -> None:
    analysis = analysed(open_design(key).design, 2)
    assert analysis.totals.activation_bytes == saved_by_network(analysis)


def vision_transformer() -> Analysis:
    """ViT-B/16 as torchvision has it, drawn with twelve encoder layers and a dropout of a tenth."""
    return row(
        Node("patches", "Conv2d", params={"out_channels": 768, "kernel_size": 16, "stride": 16}),
        Node("flat", "Flatten", params={"start_dim": 2}),
        Node("tokens", "Transpose"),
        Node("token", "ClassToken"),
        Node("position", "PositionalEmbedding"),
        Node("encoder", "TransformerEncoderLayer", params={"nhead": 12, "dim_feedforward": 3072}, repeat=12),
        Node("norm", "LayerNorm"),
        Node("first", "Select", params={"dim": 1, "index": 0}),
        Node("head", "Linear", params={"out_features": 1000}),
        shape=(3, 224, 224),
    )


def test_of_a_vision_transformer() -> None:
    """Torch saves 243 MB an example of it on the CPU, so about 29 fit into 8 GiB beside Adam's state."""
    analysis = vision_transformer()
    example = analysis.totals.activation_bytes / BATCH
    assert example == pytest.approx(243e6, rel=0.01)
    assert largest_batch(analysis, 8 << 30, Optimizer.ADAM) == pytest.approx(29, abs=1)


@settings(max_examples=60, suppress_health_check=[HealthCheck.filter_too_much, HealthCheck.too_slow])
@given(designs())
def test_of_random_designs_of_blocks(design: Design) -> None:
    """Blocks within blocks, `repeat`, `when`, branches: to the byte."""
    analysis = analysed(design, BATCH)
    if analysis.ok and analysed(design).ok:
        try:
            assert analysis.totals.activation_bytes == saved_by_network(analysis)
        except DesignError:  # no code yet
            return


@settings(max_examples=80, suppress_health_check=[HealthCheck.too_slow])
@given(networks(without=("LSTM",)))
def test_of_random_networks_of_any_layers(design: Design) -> None:
    analysis = analysed(design, BATCH)
    if not (analysis.ok and analysed(design).ok):
        return
    theirs = saved_by_network(analysis, "cpu")
    mine = analysis.totals.activation_bytes
    few = 2048  # bytes: of tensors of a few elements anything is a large share
    assert LEAST * theirs - few <= mine <= MOST * theirs + few


@pytest.mark.parametrize(
    ("key", "frozen"),
    [
        ("resnet18", ("stem", "stage1", "stage2")),
        ("resnet18", ("stage4",)),
        ("resnet18", ("stem", "stage1", "stage2", "stage3", "stage4")),
        ("vgg11_bn", ("features.block1", "features.block2", "classifier.fc1")),
        ("vgg11_bn", ("classifier",)),
        ("lenet_relu", ("conv", "fc")),
    ],
)
def test_where_parts_are_frozen(key: str, frozen: tuple[str, ...]) -> None:
    analysis = analysed(open_design(key).design, 2)
    assert frozen_params(analysis, frozen)
    theirs = saved_by_network(analysis, frozen=frozen, input_needs_grad=False)
    assert totals_of(analysis, frozen).activation_bytes == theirs
    rows = analysis.rows()
    parts = [totals_of(analysis, frozen, row.path, row.facts.totals).activation_bytes for row in rows]
    entry = totals_of(analysis, frozen, analysis.root.block.inputs[0].name).activation_bytes
    assert sum(parts) + entry == theirs


# -- by hand ----------------------------------------------------------------------------------------------------------


def conv(key: str, **params: object) -> Node:
    return Node(key, "Conv2d", params={"out_channels": 4, "kernel_size": 3, "padding": 1, **params})


ONE = BATCH * 4 * 8 * 8 * 4  # bytes of a map of four channels


def test_a_tensor_that_two_layers_need_is_kept_once() -> None:
    analysis = row(conv("a"), Node("relu", "ReLU"), conv("b"), shape=(4, 8, 8))
    assert [kept(analysis, key) for key in ("input", "a", "relu", "b")] == [ONE, 0, ONE, 0]
    assert analysis.totals.activation_bytes == 2 * ONE


def test_a_view_is_its_source() -> None:
    fully = (Node("flat", "Flatten"), fc("fc", 3))
    analysis = row(conv("a"), Node("relu", "ReLU"), *fully, shape=(4, 8, 8))
    assert [kept(analysis, key) for key in ("relu", "flat", "fc")] == [ONE, 0, 0]
    swapped = row(conv("a"), Node("swap", "Transpose"), Node("flat", "Flatten"), fc("fc", 3), shape=(4, 8, 8))
    assert [kept(swapped, key) for key in ("a", "swap", "flat")] == [0, 0, ONE]  # laid out anew, and so a copy


def test_what_a_block_keeps_is_seen_through_its_border() -> None:
    block = Block(
        "Unit",
        nodes={n.id: n for n in (Node("input", "Input"), conv("c"), Node("output", "Output"))},
        edges=(edge("input", "c"), edge("c", "output")),
    )
    analysis = row(Node("u", "Unit", repeat=3), Node("relu", "ReLU"), shape=(4, 8, 8), inner=(block,))
    assert kept(analysis, "u") == 2 * ONE  # what the second and the third copy receive
    assert kept(analysis, "relu") == ONE
    assert analysis.totals.activation_bytes == saved_by_network(analysis)


def test_statistics_do_not_grow_with_the_batch() -> None:
    design = chain("ReLU", fc("a", 64), Node("bn", "BatchNorm1d"), fc("b", 3), shape=(4,))
    small, large = analysed(design, 2).totals, analysed(design, 200).totals
    assert small.fixed_bytes == large.fixed_bytes == 4 * 64 * 4
    assert (large.activation_bytes - large.fixed_bytes) == 100 * (small.activation_bytes - small.fixed_bytes)


def test_frozen_parts_within_blocks() -> None:
    deep = analysed(
        holding(
            chain("Outer", fc("last", 3), shape=(4,)), within("Outer", fc("a", 4), "Inner"), within("Inner", fc("b", 4))
        )
    )
    whole = deep.totals.activation_bytes
    assert totals_of(deep, ("gone",)).activation_bytes == whole
    assert totals_of(deep, ("n0.a",)).activation_bytes < whole
    assert totals_of(deep, ("n0", "last")).activation_bytes == 0


def test_of_words_the_numbers_are_kept() -> None:
    words = Node("input", "Input", params={"shape": (20,), "dtype": "int64"})
    design = chain(Node("embedding", "Embedding"), "ReLU", shape=(20,))
    analysis = analysed(design.with_block(design.root.with_node(words)), BATCH)
    assert kept(analysis, "input") == BATCH * 20 * 8
    assert analysis.totals.activation_bytes == saved_by_network(analysis)
