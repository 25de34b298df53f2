"""Corners of generated code: ports, dead ends, and names that could clash with its own."""

from __future__ import annotations

import pytest
import torch

from designer.graph.block import Node
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear, relu

# -- ports -------------------------------------------------------------------------------------------------------------


def test_the_input_may_be_the_output(net, tools):
    built = tools.sound(net())
    assert "class Net(nn.Sequential):" in built.code.source
    x = torch.rand(2, 3, 16, 16)
    assert built.network()(x) is x


def test_two_inputs_and_two_outputs(net, tools):
    nodes = (
        image("left", name="image"),
        image("right", (5, 16, 16), name="x"),
        conv("a"),
        conv("b"),
        Node("add", "Add"),
        Node("out1", "Output", name="total"),
        Node("out2", "Output"),
    )
    edges = ["left>a", "right>b", "a>add.x1", "b>add.x2", "add>out1", "b>out2"]
    built = tools.sound(net(*nodes, edges=edges))
    assert "def forward(self, image: Tensor, x: Tensor) -> tuple[Tensor, Tensor]:" in built.code.source
    assert "return add, b" in built.code.source


def test_a_block_with_several_ports(net, tools):
    inner = tools.block(
        "Cross",
        Node("a-1", "Input", name="first"),
        Node("b", "Input", name="second"),
        conv("p"),
        conv("q", padding=1),
        Node("o-1", "Output", name="narrow"),
        Node("o2", "Output", name="wide"),
        edges=["a-1>p", "b>q", "p>o-1", "q>o2"],
    )
    nodes = (image(), Node("cross", "Cross"), relu("r1"), relu("r2"), OUT, Node("output2", "Output"))
    edges = ["input>cross.a-1", "input>cross.b", "cross.o-1>r1", "cross.o2>r2", "r1>output", "r2>output2"]
    built = tools.sound(net(*nodes, edges=edges, inner=[inner]))
    assert "cross_narrow, cross_wide = self.cross(x, x)" in built.code.source


def test_of_several_outputs_one_may_be_used(net, tools):
    inner = tools.block(
        "Two", IN, conv("a"), Node("one", "Output"), Node("two", "Output"), edges=["input>a", "a>one", "input>two"]
    )
    nodes = (image(), Node("two", "Two"), OUT)
    built = tools.sound(net(*nodes, edges=["input>two", "two.one>output"], inner=[inner]))
    assert built.network()(torch.rand(1, 3, 16, 16)).shape == (1, 8, 14, 14)


def test_dead_branches_are_left_out(net, tools):
    nodes = (image(), image("spare"), conv("a"), conv("dead"), relu("deader"), relu("idle"), OUT)
    built = tools.build(net(*nodes, edges=["input>a", "input>dead", "dead>deader", "a>output"]))
    tools.clean(built.code.source)
    assert "dead" not in built.code.source
    assert "idle" not in built.code.source
    assert sum(p.numel() for p in built.network().parameters()) == built.analysis.totals.params


def test_blocks_that_nobody_uses_are_left_out(net, tools):
    spare = tools.block("Spare", IN, conv(), OUT)
    unused = net(conv(), Node("s", "Spare", when=False), inner=[spare])
    assert "Spare" not in tools.sound(unused).code.source


# -- names -------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "x",
        "x1",
        "int",
        "print",
        "range",
        "channels",
        "in_channels",
        "F",
        "Tensor",
        "network",
        "use_add",
        "add_dim",
        "module",
        "name",
        "sum",
    ],
)
def test_any_node_name_that_is_allowed_works(net, tools, name):
    body = tools.block(
        "Body",
        IN,
        conv("c1", padding=1, out_channels=X("width")),
        conv("c2", name, padding=1, out_channels=X("width")),
        Node("add", "Add", when=X("width > 3")),
        Node("cat", "Concat", params={"dim": X("dim")}),
        OUT,
        edges=["input>c1", "c1>c2", "c1>add.x1", "c2>add.x2", "add>cat.x1", "c2>cat.x2", "cat>output"],
        parameters=(P("width", 4), P("dim", 1)),
    )
    tools.sound(net(Node("body", "Body"), inner=[body]), {})
    tools.sound(net(conv("c1", padding=1), conv("c2", name), edges=None))


@pytest.mark.parametrize(
    "name",
    [
        "in_channels",
        "in_height",
        "in_features",
        "in_width",
        "channels",
        "height",
        "x",
        "conv",
        "input_channels",
        "count",
        "cls",
        "input_features",
    ],
)
def test_any_parameter_name_that_is_allowed_works(net, tools, name):
    body = tools.block(
        "Body",
        IN,
        conv("conv", out_channels=X(f"4 * {name}"), repeat=2),
        FLATTEN,
        linear("fc", X(name)),
        OUT,
        parameters=(P(name, 2), P("other", 1)),
    )
    design = net(Node("body", "Body", params={name: X("size")}), inner=[body], parameters=(P("size", 3),))
    tools.sound(design, {"size": 5})


@pytest.mark.parametrize("name", ["channels", "in_channels", "x", "forward", "network_", "Main", "T"])
def test_any_block_name_that_is_allowed_works(net, tools, name):
    body = tools.block(name, IN, conv("conv", repeat=2), OUT)
    outer = tools.block("Outer", IN, Node("a", name, repeat=X("depth")), conv("c"), OUT, parameters=(P("depth", 2),))
    tools.sound(net(Node("body", "Outer"), inner=[body, outer]))
    tools.sound(Design(name, {name: tools.block(name, image(), conv(), OUT)}))


def test_two_inputs_whose_lengths_are_needed(net, tools):
    body = tools.block(
        "Body",
        Node("in", "Input", name="left"),
        Node("in2", "Input", name="right"),
        Node("f1", "Flatten"),
        Node("f2", "Flatten"),
        linear("fc1"),
        linear("fc2"),
        Node("add", "Add"),
        OUT,
        edges=["in>f1", "in2>f2", "f1>fc1", "f2>fc2", "fc1>add.x1", "fc2>add.x2", "add>output"],
        parameters=(P("right_features", 1),),
    )
    nodes = (image(), conv(), Node("body", "Body"), OUT)
    edges = ["input>conv", "input>body.in", "conv>body.in2", "body>output"]
    built = tools.sound(net(*nodes, edges=edges, inner=[body]))
    assert "def __init__(" in built.code.source
