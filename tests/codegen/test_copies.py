"""Corners of generated code: `repeat`, `when`, and one block in several places."""

from __future__ import annotations

import pytest

from designer.graph.block import Node
from designer.graph.expressions import Expression as X
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear, relu

# -- repeat and when ---------------------------------------------------------------------------------------------------


def test_a_layer_repeated(net, tools):
    built = tools.sound(net(FLATTEN, linear("fc", 32, repeat=3)))
    assert "for _ in range(3):" in built.code.source
    assert "features = 32" in built.code.source


def test_a_layer_repeated_that_changes_nothing(net, tools):
    built = tools.sound(
        net(relu(repeat=3), Node("drop", "Dropout", repeat=X("n")), parameters=(P("n", 2),)), {"n": 0}, {"n": 5}
    )
    assert "nn.Sequential(*(nn.ReLU() for _ in range(3)))" in built.code.source
    assert "nn.Sequential(*(nn.Dropout(0.5) for _ in range(n)))" in built.code.source


def test_loop_variables_that_nothing_reads_are_left_out(net, tools):
    shrinking = tools.block("Shrink", IN, conv(repeat=X("n")), OUT, parameters=(P("n", 2),))
    source = tools.sound(net(Node("s", "Shrink"), inner=[shrinking])).code.source
    assert "channels = in_channels" in source
    assert "height" not in source.split("def __init__")[1].split("class")[0]


@pytest.mark.parametrize("n", [0, 1, 3])
def test_repeat_by_an_expression_of_any_value(net, tools, n):
    body = tools.block("Body", IN, conv(out_channels=8, repeat=X("n")), FLATTEN, linear(), OUT, parameters=(P("n", 2),))
    built = tools.sound(
        net(Node("body", "Body", params={"n": X("depth")}), inner=[body], parameters=(P("depth", n),)),
        {"depth": 2},
        {"depth": 5},
        {"depth": 0},
    )
    assert "height -= 2" in built.code.source


def test_repeat_nought_in_the_outer_block_leaves_the_channels(net, tools):
    body = tools.block("Body", IN, conv(padding=1, repeat=X("n")), OUT, parameters=(P("n", 2),))
    design = net(
        Node("body", "Body", params={"n": X("depth")}), conv("last"), inner=[body], parameters=(P("depth", 0),)
    )
    source = tools.sound(design, {"depth": 2}).code.source
    assert "nn.Conv2d(8 if depth > 0 else 3, 8, kernel_size=3)" in source


def dense(tools):
    return tools.block(
        "DenseLayer",
        IN,
        conv("conv", out_channels=X("growth"), padding=1),
        Node("concat", "Concat"),
        OUT,
        edges=["input>conv", "input>concat.x1", "conv>concat.x2", "concat>output"],
        parameters=(P("growth", 12),),
    )


def test_a_growing_block_has_a_closed_form(net, tools):
    block = tools.block(
        "DenseBlock",
        IN,
        Node("layers", "DenseLayer", params={"growth": X("growth")}, repeat=X("num_layers")),
        OUT,
        parameters=(P("growth", 12), P("num_layers", 3)),
    )
    design = net(
        Node("dense", "DenseBlock", params={"growth": X("growth"), "num_layers": X("depth")}),
        conv("last"),
        inner=[dense(tools), block],
        parameters=(P("growth", 4), P("depth", 3)),
    )
    source = tools.sound(design, {"growth": 7}, {"depth": 6}, {"depth": 0}).code.source
    assert "nn.Conv2d(depth * growth + 3, 8, kernel_size=3)" in source
    assert "(N, in_channels, H, W) -> (N, in_channels + num_layers * growth, H, W)" in source
    assert "channels += growth" in source


@pytest.mark.parametrize(
    ("stage", "form"),
    [
        ((conv("conv", padding=1), Node("pool", "MaxPool2d", params={"kernel_size": 2})), "32 // 2**depth"),
        ((conv("conv", padding=1, out_channels=X("2 * in_channels")),), "2**depth"),
        ((conv("conv"),), "(32 - depth * 2)"),
    ],
)
def test_halving_doubling_and_shrinking_have_closed_forms_too(net, tools, stage, form):
    inner = tools.block("Stage", IN, *stage, OUT)
    body = tools.block("Body", IN, Node("stages", "Stage", repeat=X("n")), OUT, parameters=(P("n", 2),))
    design = net(
        Node("body", "Body", params={"n": X("depth")}),
        FLATTEN,
        linear(),
        inner=[inner, body],
        shape=(3, 32, 32),
        parameters=(P("depth", 2),),
    )
    assert form in tools.sound(design, {"depth": 3}, {"depth": 1}).code.source


def test_a_length_without_a_closed_form_does_no_harm_where_nobody_needs_it(net, tools):
    inner = tools.block("Stage", IN, conv("conv", stride=2), OUT)
    body = tools.block("Body", IN, Node("stages", "Stage", repeat=X("n")), OUT, parameters=(P("n", 2),))
    made = Node("body", "Body", params={"n": X("depth")})
    pool = Node("pool", "AdaptiveAvgPool2d", params={"output_size": 1})
    design = net(made, pool, FLATTEN, linear(), inner=[inner, body], shape=(3, 64, 64), parameters=(P("depth", 2),))
    source = tools.sound(design, {"depth": 3}).code.source
    assert "(N, in_channels, H, W) -> (N, 8, …, …)" in source


def test_a_length_without_a_closed_form_is_stated_for_the_values_at_hand_where_it_is_needed(net, tools):
    inner = tools.block("Stage", IN, conv("conv", stride=2), OUT)
    body = tools.block("Body", IN, Node("stages", "Stage", repeat=X("n")), OUT, parameters=(P("n", 2),))
    design = net(
        Node("body", "Body", params={"n": X("depth")}),
        FLATTEN,
        linear(),
        inner=[inner, body],
        shape=(3, 64, 64),
        parameters=(P("depth", 2),),
    )
    source = tools.sound(design).code.source
    assert "def __init__(self) -> None:" in source.split("class Net")[1]  # depth is no argument
    assert "Fixed: depth=2" in source
    fixed = design.with_block(design.root.with_node(Node("body", "Body", params={"n": 2})))
    tools.sound(fixed)


@pytest.mark.parametrize("when", [True, False])
def test_an_optional_module_has_an_identity(net, tools, when):
    body = tools.block(
        "Body",
        IN,
        conv("a", padding=1, when=X("wide")),
        Node("add", "Add"),
        OUT,
        edges=["input>a", "input>add.x1", "a>add.x2", "add>output"],
        parameters=(P("wide", True),),
    )
    design = net(
        Node("body", "Body", params={"wide": X("wide")}), shape=(8, 16, 16), inner=[body], parameters=(P("wide", when),)
    )
    source = tools.sound(design, {"wide": not when}).code.source
    assert "self.a: nn.Module = nn.Identity()\n        if wide:\n            self.a = nn.Conv2d(" in source


def test_an_optional_module_of_a_chain_is_simply_not_there(net, tools):
    built = tools.sound(net(conv("a", when=X("wide")), conv("b"), parameters=(P("wide", False),)), {"wide": True})
    assert "nn.Identity" not in built.code.source
    assert "nn.Conv2d(8 if wide else 3, 8, kernel_size=3)" in built.code.source


@pytest.mark.parametrize("when", [True, False])
def test_an_optional_merge(net, tools, when):
    nodes = (
        image(),
        conv("a", padding=1, out_channels=3),
        Node("add", "Add", when=X("skip")),
        Node("cat", "Concat", when=X("join and skip")),
        OUT,
    )
    edges = ["input>a", "a>add.x1", "input>add.x2", "add>cat.x1", "input>cat.x2", "cat>output"]
    design = net(*nodes, edges=edges, parameters=(P("skip", when), P("join", True)))
    source = tools.sound(design, {"skip": not when}, {"join": False}).code.source
    assert "self.use_add = skip" in source
    assert "add = a + x if self.use_add else a" in source


def test_optional_blocks_with_several_ports(net, tools):
    swap = tools.block(
        "Swap",
        Node("a", "Input"),
        Node("b", "Input"),
        conv("c", padding=1, out_channels=3),
        Node("p", "Output"),
        Node("q", "Output"),
        edges=["a>c", "c>q", "b>p"],
    )
    nodes = (image(), Node("swap", "Swap", when=X("swapped")), Node("add", "Add"), OUT)
    edges = ["input>swap.a", "input>swap.b", "swap.p>add.x1", "swap.q>add.x2", "add>output"]
    design = net(*nodes, edges=edges, inner=[swap], parameters=(P("swapped", True),))
    source = tools.sound(design, {"swapped": False}).code.source
    assert "swap_p, swap_q = self.swap(x, x) if self.use_swap else (x, x)" in source.replace("\n            ", " ")


def test_optional_and_repeated(net, tools):
    body = tools.block(
        "Body",
        IN,
        conv("a", when=X("wide"), repeat=X("n")),
        FLATTEN,
        linear(),
        OUT,
        parameters=(P("wide", True), P("n", 2)),
    )
    made = Node("body", "Body", params={"wide": X("wide"), "n": X("n")})
    for wide in (True, False):
        design = net(made, inner=[body], parameters=(P("wide", wide), P("n", 3)))
        tools.sound(design, {"wide": True, "n": 1}, {"wide": False}, {"n": 0})


def test_what_is_never_there_is_left_out(net, tools):
    design = net(
        conv("a", when=False),
        conv("b", repeat=0),
        conv("c"),
        Node("no", "Wide", when=X("1 > 2")),
        inner=[tools.block("Wide", IN, conv(), OUT)],
    )
    source = tools.sound(design).code.source
    assert "self.a" not in source
    assert "self.b" not in source
    assert "Wide" not in source


def test_an_optional_block_that_does_not_fit_here_is_left_out_with_its_variable(net, tools):
    conv1d = Node("conv", "Conv1d", params={"out_channels": 4, "kernel_size": 1})
    flat = tools.block("Flat", IN, conv1d, OUT)
    design = net(Node("flat", "Flat", when=X("flat")), inner=[flat], parameters=(P("flat", False),))
    source = tools.sound(design).code.source
    assert "def __init__(self) -> None:" in source.split("class Net")[1]
    assert "Fixed: flat=False" in source


# -- one block in several places ---------------------------------------------------------------------------------------


def test_a_block_used_at_several_sizes(net, tools):
    head = tools.block("Head", IN, FLATTEN, linear("fc", X("width")), OUT, parameters=(P("width", 4),))
    nodes = (
        image(),
        conv("a", stride=2),
        Node("h1", "Head"),
        Node("h2", "Head", params={"width": 4}),
        Node("add", "Add"),
        OUT,
    )
    edges = ["input>h1", "input>a", "a>h2", "h1>add.x1", "h2>add.x2", "add>output"]
    source = tools.sound(net(*nodes, edges=edges, inner=[head])).code.source
    assert source.count("class Head") == 1
    assert "self.h1 = Head(768)" in source
    assert "self.h2 = Head(392, width=4)" in source


def test_a_block_used_for_images_and_for_features_has_two_classes(net, tools):
    head = tools.block("Head", IN, FLATTEN, linear("fc", 12), OUT)
    built = tools.sound(net(Node("h1", "Head"), Node("h2", "Head"), relu(), Node("h3", "Head"), inner=[head]))
    source = built.code.source
    assert source.count("class Head") == 2
    assert "self.h1 = Head(768)" in source
    assert "self.h2 = Head2(12)" in source
    assert "self.h3 = Head2(12)" in source
    assert len(built.code.lines["Head", "fc"]) == 2


def test_copies_of_different_kinds_are_written_one_by_one(net, tools):
    head = tools.block("Head", IN, FLATTEN, linear("fc", 12), OUT)
    design = net(Node("h", "Head", repeat=3), inner=[head])
    source = tools.sound(design).code.source
    assert "self.h = nn.Sequential(Head(768), *(Head2(12) for _ in range(2)))" in source
    tools.sound(net(Node("flatten", "Flatten", repeat=3), linear()))


def test_a_size_given_as_a_number_here_and_as_a_tuple_there(net, tools):
    body = tools.block(
        "Body",
        IN,
        conv("conv", kernel_size=X("k")),
        FLATTEN,
        linear("fc", 192),
        Node("u", "Unflatten", params={"dim": 1, "unflattened_size": (3, 8, 8)}),
        OUT,
        parameters=(P("k", 3),),
    )
    tools.sound(
        net(
            Node("a", "Body"), Node("b", "Body", params={"k": (3, 5)}), Node("c", "Body", params={"k": 5}), inner=[body]
        )
    )


@pytest.mark.parametrize("kind", ["GRU", "RNN"])
@pytest.mark.parametrize("copies", [1, 2, 3, 4])
def test_a_length_that_follows_from_another_one_changes_from_a_later_copy_on(net, tools, kind, copies):
    """The last state puts the layers where the batch was, and the batch where the channels were."""
    layer = Node("layer", kind, params={"hidden_size": X("in_channels"), "num_layers": 2})
    body = tools.block("Body", IN, layer, OUT, edges=["input>layer", "layer.h_n>output"])
    design = net(Node("body", "Body", repeat=X("n")), inner=[body], shape=(1, 1), parameters=(P("n", copies),))
    tools.sound(design, *({"n": other} for other in range(1, 5)))
