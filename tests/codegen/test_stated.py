"""What code cannot say in general it says for the values at hand: whatever analysis takes has code that runs."""

from __future__ import annotations

import ast

import pytest
import torch

from designer.analysis.analyser import Analyser
from designer.codegen.module import generate
from designer.graph.block import Node
from designer.graph.expressions import Expression as X
from tests.codegen.drawing import FLATTEN, IN, OUT, P, conv, image, linear


def transpose(key: str = "t") -> Node:
    return Node(key, "Transpose")


def both(design, tools, *others):
    """The plain code, after it was found sound; the lazy code runs too."""
    built = tools.sound(design, *others)
    source = generate(design, built.analysis, lazy=True).source
    namespace = {"__name__": "generated"}
    exec(compile(source, "generated.py", "exec"), namespace)  # noqa: S102
    inputs = [torch.zeros(shape) for shape in built.analysis.input_shapes]
    found = namespace[design.main]().eval()(*inputs)
    assert found.shape == built.analysis.root.outputs[0].shape
    return built.code.source


def arguments(source: str, name: str) -> list[str]:
    """The arguments of a class's constructor."""
    (made,) = (node for node in ast.parse(source).body if isinstance(node, ast.ClassDef) and node.name == name)
    return [argument.arg for argument in made.body[1].args.args[1:]]


@pytest.mark.parametrize("count", [1, 2, 3])
def test_a_loop_moves_lengths_that_swap_at_once(net, tools, count):
    swap = tools.block("Swap", IN, transpose(), OUT)
    design = net(
        Node("s", "Swap", repeat=count), Node("c", "Conv1d", params={"out_channels": 4}), inner=[swap], shape=(6, 10)
    )
    source = both(design, tools)
    assert count == 1 or "channels, length = length, channels" in source


def test_lengths_that_go_round_three_axes(net, tools):
    turn = tools.block("Turn", IN, Node("p", "Permute", params={"dims": (0, 2, 3, 1)}), OUT)
    for count in (2, 4, 6):
        both(net(Node("t", "Turn", repeat=count), conv(), inner=[turn], shape=(5, 7, 9)), tools)


def test_the_number_of_swaps_is_a_variable(net, tools):
    swap = tools.block("Swap", IN, transpose(), OUT)
    design = net(
        Node("s", "Swap", repeat=X("k")),
        Node("c", "Conv1d", params={"out_channels": 4}),
        inner=[swap],
        shape=(6, 10),
        parameters=(P("k", 3),),
    )
    both(design, tools, {"k": 2}, {"k": 0})


@pytest.mark.parametrize("count", [0, 1, 2])
def test_copies_that_change_the_number_of_axes(net, tools, count):
    lift = tools.block("Lift", IN, Node("u", "Unsqueeze"), OUT)
    design = net(Node("s", "Lift", repeat=X("k")), inner=[lift], shape=(6, 10), parameters=(P("k", count), P("z", 1)))
    source = both(design, tools)
    assert arguments(source, "Net") == ["z"]
    assert f"Fixed: k={count}" in source
    for lazy in (False, True):
        code = generate(design, Analyser().analyse(design), lazy=lazy)
        assert [(v.block, v.name, v.value, v.text) for v in code.fixed] == [("Net", "k", count, f"k={count}")]


def test_what_is_fixed_in_blocks_is_told_once_for_each_block(net, tools):
    lift = tools.block("Lift", IN, Node("u", "Unsqueeze"), OUT)
    body = tools.block("Body", IN, Node("s", "Lift", repeat=X("k")), OUT, parameters=(P("k", 1), P("name", "a b")))
    nodes = [Node(key, "Body", params={"k": X("count")}) for key in ("one", "two")]
    code = generate(design := net(*nodes, inner=[lift, body], parameters=(P("count", 2),)), Analyser().analyse(design))
    assert [(v.block, v.text) for v in code.fixed] == [("Body", "k=2"), ("Net", "count=2")]
    general = net(conv(repeat=X("k")), parameters=(P("k", 2),))
    assert generate(general, Analyser().analyse(general)).fixed == ()


def test_what_is_not_there_and_would_not_fit_is_left_out(net, tools):
    least = Node("m", "Min", params={"dim": (1, 2)})
    source = both(net(least, conv(when=X("extra")), shape=(1, 1), parameters=(P("extra", False),)), tools)
    assert "Fixed: extra=False" in source
    assert "self.conv" not in source


def test_what_is_not_there_may_lack_what_its_expressions_read(net, tools):
    sum_up = tools.block("Mix", IN, Node("n", "Sum", params={"dim": (1,)}), OUT)
    unit = tools.block("Unit", IN, Node("q", "Squeeze", when=X("in_channels > 2")), OUT)
    design = net(
        Node("a", "Mix"),
        Node("b", "Unit", when=X("depth > 2")),
        inner=[sum_up, unit],
        shape=(1,),
        parameters=(P("depth", 1),),
    )
    both(design, tools)


def test_copies_of_an_embedding_in_two_blocks(net, tools):
    unit = tools.block("Unit", IN, Node("e", "Embedding"), OUT)
    outer = tools.block("Outer", IN, Node("u", "Unit"), OUT)
    design = net(
        Node("input", "Input", params={"shape": (1,), "dtype": "int64"}),
        Node("b", "Outer", repeat=X("ratio")),
        Node("n", "LayerNorm"),
        OUT,
        edges=["input>b", "b>n", "n>output"],
        inner=[unit, outer],
        parameters=(P("ratio", 1),),
    )
    built = tools.build(design)
    tools.clean(built.code.source)
    assert built.network()(torch.zeros(1, 1, dtype=torch.int64)).shape == (1, 1, 128)


def test_a_fixed_parameter_fixes_what_is_given_to_it_all_the_way_out(net, tools):
    head = tools.block("Head", IN, FLATTEN, linear("fc", 12), OUT)
    heads = tools.block("Heads", IN, Node("h", "Head", repeat=X("n")), OUT, parameters=(P("n", 1), P("m", 1)))
    outer = tools.block(
        "Outer", IN, Node("h", "Heads", params={"n": X("a + b"), "m": X("c")}), OUT,
        parameters=(P("a", 1), P("b", 1), P("c", 1)),
    )  # fmt: skip
    design = net(
        Node("o", "Outer", params={"a": X("deep"), "b": 1, "c": X("wide")}),
        inner=[head, heads, outer],
        parameters=(P("deep", 1), P("wide", 1)),
    )
    source = both(design, tools, {"wide": 3})
    assert [arguments(source, name) for name in ("Heads", "Outer", "Net")] == [
        ["in_features", "m"],
        ["in_features", "c"],
        ["wide"],
    ]


def test_a_condition_that_changes_the_number_of_axes(net, tools):
    body = tools.block(
        "Body", IN, Node("f", "Flatten", when=X("flat")), linear("fc", 5), OUT, parameters=(P("flat", True),)
    )
    design = net(Node("b", "Body", params={"flat": X("flat")}), inner=[body], parameters=(P("flat", True),))
    source = both(design, tools)
    assert arguments(source, "Net") == []


def test_a_layer_whose_reader_is_never_there_is_still_one_of_the_network(net, tools):
    nodes = (image(), conv("a", padding=1), conv("b", padding=1), Node("add", "Add", when=False), OUT)
    edges = ["input>a", "a>add.x1", "a>b", "b>add.x2", "add>output"]
    source = both(net(*nodes, edges=edges), tools)
    assert "        self.b(a)\n" in source


def test_a_class_is_shared_only_by_what_has_its_arguments_at_the_same_axes(net, tools):
    norm = tools.block("Norm", IN, Node("n", "LayerNorm"), OUT)
    nodes = (
        image(shape=(3, 4, 6)),
        Node("a", "Norm"),
        Node("u", "Unsqueeze", params={"dim": 2}),
        Node("b", "Norm"),
        OUT,
    )
    source = both(net(*nodes, edges=["input>a", "a>u", "u>b", "b>output"], inner=[norm]), tools)
    assert "self.a = Norm(6)" in source
    assert "self.b = Norm2(6)" in source


def test_a_sum_of_very_many(net, tools):
    branches = [Node(f"r{number}", "Sigmoid") for number in range(100)]
    nodes = (image(shape=(2, 3, 3)), *branches, Node("all", "Add"), OUT)
    edges = [f"input>{node.id}" for node in branches] + [f"{node.id}>all.x{k}" for k, node in enumerate(branches, 1)]
    built = tools.sound(net(*nodes, edges=[*edges, "all>output"]))
    x = torch.rand(1, 2, 3, 3)
    assert torch.allclose(built.network()(x), 100 * x.sigmoid())


@pytest.mark.parametrize("parts", [{"chunks": 2}, {"chunks": 3}, {"chunks": 4}])
def test_parts_of_a_length_that_has_no_general_form(net, tools, parts):
    """An axis more or less, by a condition, leaves no length with a source; the parts are as long as they are."""
    body = tools.block(
        "Body", IN, Node("parts", "Chunk", params=parts), Node("slice", "Slice", params={"length": 1}),
        conv(kernel_size=1), OUT, edges=["input>parts", "parts.part2>slice", "slice>conv", "conv>output"],
    )  # fmt: skip
    lift = Node("lift", "Unsqueeze", when=X("deep"))
    design = net(lift, Node("body", "Body"), inner=[body], shape=(7, 6, 6), parameters=(P("deep", False),))
    both(design, tools)
