"""Facts: shapes through `repeat` and `when`, costs, receptive fields, and what stays fast however deep it nests."""

from __future__ import annotations

import math
import time

import pytest
import torch
from torch import nn

from designer.analysis import field as fields
from designer.analysis import seeing
from designer.analysis.analyser import Analyser
from designer.catalogue.rules.reach import identity
from designer.graph.block import Block, BlockParameter, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X

OUT = Node("output", "Output")
IN = Node("input", "Input")


def chain(name: str, *nodes: Node, parameters=()) -> Block:
    nodes = (*([] if nodes[0].kind == "Input" else [IN]), *nodes, OUT)
    wires = tuple(edge(nodes[k].id, nodes[k + 1].id) for k in range(len(nodes) - 1))
    return Block(name, parameters=tuple(parameters), nodes={n.id: n for n in nodes}, edges=wires)


def net(*nodes: Node, shape=(3, 32, 32), parameters=(), inner=()) -> Design:
    main = chain("Net", Node("input", "Input", params={"shape": shape}), *nodes, parameters=parameters)
    return Design("Net", {"Net": main, **{block.name: block for block in inner}})


def facts_of(design: Design, key: str, batch: int = 1):
    analysis = Analyser().analyse(design, batch)
    assert analysis.ok, [d.sentence for d in analysis.diagnostics]
    return analysis.root.nodes[key]


def conv(key: str = "conv", **settings) -> Node:
    outer = {name: settings.pop(name) for name in ("repeat", "when") if name in settings}
    return Node(key, "Conv2d", params={"out_channels": 8, "kernel_size": 3, "padding": 1, **settings}, **outer)


# -- repeat and when --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("repeat", "copies"), [(1, 1), (4, 4), (1000, 1000), (0, 0), (X("depth"), 3), (X("depth - 3"), 0)]
)
def test_repeat_stands_for_copies_in_a_row(repeat, copies):
    facts = facts_of(net(conv(repeat=repeat), parameters=[BlockParameter("depth", 3)]), "conv")
    assert facts.repeat == copies
    assert facts.output.shape == (1, 8 if copies else 3, 32, 32)
    assert facts.totals.params == (224 + (copies - 1) * 584 if copies else 0)
    seen = seeing.behind(facts, [{0: identity((1, 3, 32, 32))}])[0]
    assert fields.axes_of_seen(seen)[0].size == 1 + 2 * copies


def test_each_copy_works_on_what_the_one_before_gives():
    facts = facts_of(
        net(Node("conv", "Conv2d", params={"out_channels": 4, "kernel_size": 3, "stride": 2}, repeat=3)), "conv"
    )
    assert facts.output.shape == (1, 4, 3, 3)
    assert facts.totals.activation_bytes == 4 * 4 * (15 * 15 + 7 * 7)  # what the second and the third receive


@pytest.mark.parametrize(
    ("when", "there"), [(True, 1), (False, 0), (1, 1), (0, 0), (None, 0), (X("n > 2"), 1), (X("n < 2"), 0)]
)
def test_when_decides_whether_a_node_is_there(when, there):
    facts = facts_of(net(conv(when=when), parameters=[BlockParameter("n", 3)]), "conv")
    assert facts.active == bool(there)
    assert facts.output.shape == (1, 8 if there else 3, 32, 32)
    assert bool(facts.totals.params) == bool(there)


def test_a_node_that_is_not_there_need_not_fit():
    analysis = Analyser().analyse(net(Node("fc", "Linear", when=X("flat")), parameters=[BlockParameter("flat", False)]))
    assert analysis.ok
    assert analysis.root.outputs[0].shape == (1, 3, 32, 32)


def test_a_merge_that_is_not_there_passes_its_first_input_on():
    main = Block(
        "Net",
        nodes={
            n.id: n
            for n in (Node("input", "Input", params={"shape": (3, 8, 8)}), conv(), Node("add", "Add", when=False), OUT)
        },
        edges=(
            edge("input", "conv"),
            edge("input", "add", target_port="x2"),
            edge("conv", "add", target_port="x1"),
            edge("add", "output"),
        ),
    )
    analysis = Analyser().analyse(Design("Net", {"Net": main}))
    assert analysis.root.nodes["add"].output.shape == (1, 8, 8, 8)
    assert analysis.root.fields["add"][0].size == 3


def test_repeated_blocks_may_grow():
    growing = Block(
        "Dense",
        parameters=(BlockParameter("growth", 12),),
        nodes={n.id: n for n in (IN, conv(out_channels=X("growth")), Node("cat", "Concat"), OUT)},
        edges=(
            edge("input", "conv"),
            edge("input", "cat", target_port="x1"),
            edge("conv", "cat", target_port="x2"),
            edge("cat", "output"),
        ),
    )
    facts = facts_of(net(Node("dense", "Dense", repeat=4), inner=[growing]), "dense")
    assert facts.output.shape == (1, 3 + 4 * 12, 32, 32)
    assert [copy.inputs[0].shape[1] for copy in facts.copies] == [3, 15, 27, 39]


# -- expressions ------------------------------------------------------------------------------------------------------


def test_expressions_may_name_the_incoming_channels():
    halve = chain("Halve", conv(out_channels=X("in_channels // 2")), Node("more", "Conv2d", params={
        "out_channels": X("in_channels * 2"), "kernel_size": 1}))  # fmt: skip
    design = net(conv("first", out_channels=16), Node("h", "Halve"), inner=[halve])
    assert facts_of(design, "h").output.shape == (1, 32, 32, 32)
    assert facts_of(design, "h").inside.nodes["conv"].output.shape == (1, 8, 32, 32)


def test_a_parameter_of_that_name_comes_first():
    block = chain("B", conv(out_channels=X("in_channels")), parameters=[BlockParameter("in_channels", 5)])
    assert facts_of(net(Node("b", "B"), inner=[block]), "b").output.shape[1] == 5
    assert facts_of(net(Node("b", "B", params={"in_channels": 7}), inner=[block]), "b").output.shape[1] == 7


def test_true_one_and_one_point_nought_are_different_parameters():
    block = chain("B", Node("drop", "Dropout", params={"p": X("p")}), conv(bias=X("flag")),
                  parameters=[BlockParameter("p", 0.5), BlockParameter("flag", True)])  # fmt: skip
    design = net(Node("a", "B"), Node("b", "B", params={"flag": 1}), Node("c", "B", params={"p": 1}), inner=[block])
    analysis = Analyser().analyse(design)
    assert [d.path for d in analysis.diagnostics] == [("b", "conv")]
    nested = chain("B", Node("u", "Unflatten", params={"dim": 1, "unflattened_size": X("size")}),
                   parameters=[BlockParameter("size", (1, 3))])  # fmt: skip
    design = net(Node("a", "B"), Node("f", "Flatten", params={"start_dim": 1, "end_dim": 2}),
                 Node("b", "B", params={"size": (True, 3)}), inner=[nested])  # fmt: skip
    assert [d.path for d in Analyser().analyse(design).diagnostics] == [("b", "u")]


# -- sums -------------------------------------------------------------------------------------------------------------


def test_a_batch_multiplies_work_and_memory_and_no_weights():
    design = net(conv(), Node("flatten", "Flatten"), Node("fc", "Linear", params={"out_features": 10}))
    one, eight = Analyser().analyse(design), Analyser().analyse(design, batch=8)
    assert eight.totals.params == one.totals.params
    assert eight.totals.macs == 8 * one.totals.macs
    assert eight.totals.activation_bytes == 8 * one.totals.activation_bytes
    assert eight.input_shapes == ((8, 3, 32, 32),)
    assert eight.root.outputs[0].shape == (8, 10)


def test_one_analyser_serves_several_batches():
    analyser, design = Analyser(), net(conv())
    for batch in (1, 8, 1):
        assert analyser.analyse(design, batch).root.outputs[0].shape[0] == batch


def test_what_is_left_out_of_the_network_is_left_out_of_the_sums():
    design = net(conv())
    dead = design.root.with_node(conv("dead")).with_edge(edge("input", "dead"))
    analysis = Analyser().analyse(design.with_block(dead))
    assert analysis.totals == Analyser().analyse(design).totals
    assert analysis.root.nodes["dead"].totals.params == 224


def test_rows_open_blocks_and_count_copies():
    block = chain("B", conv(), Node("relu", "ReLU"))
    analysis = Analyser().analyse(net(conv("a"), Node("b", "B", repeat=2), inner=[block]))
    assert [row.path for row in analysis.rows()] == ["a", "b"]
    rows = {row.path: row for row in analysis.rows(depth=2)}
    assert list(rows) == ["a", "b.0.conv", "b.0.relu", "b.1.conv", "b.1.relu"]
    assert rows["b.1.relu"].receptive_field == (7, 7)
    assert analysis.receptive_field(("b",)) == (7, 7)
    assert analysis.receptive_field(("b", "conv")) == (5, 5)
    assert analysis.receptive_field(("nobody",)) is None


# -- receptive fields -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("dilation", [1, 2])
def test_a_receptive_field_is_what_a_gradient_reaches(dilation):
    first = conv("a", kernel_size=5, stride=2, padding=2)
    second = conv("b", kernel_size=3, dilation=dilation, padding=dilation)
    design = net(first, Node("pool", "AvgPool2d", params={"kernel_size": 2, "stride": 2}), second, shape=(1, 64, 64))
    analysis = Analyser().analyse(design)
    torch.manual_seed(0)
    network = nn.Sequential(
        nn.Conv2d(1, 8, 5, 2, 2), nn.AvgPool2d(2, 2), nn.Conv2d(8, 8, 3, 1, dilation, dilation)
    ).double()  # fmt: skip
    image = torch.randn(1, 1, 64, 64, dtype=torch.float64, requires_grad=True)
    network(image)[0, 0, 8, 8].backward()
    seen = image.grad[0, 0].abs().sum(dim=0).nonzero().flatten()
    axis = analysis.root.fields["b"][1]
    assert int(seen.max() - seen.min()) + 1 == axis.size == analysis.receptive_field(("b",))[1]
    assert int(seen.min()) == 8 * axis.stride - axis.padding


def test_a_layer_that_sees_everything_sees_the_whole_input():
    design = net(conv(), Node("flatten", "Flatten"), Node("fc", "Linear"), shape=(3, 20, 30))
    analysis = Analyser().analyse(design)
    assert analysis.root.fields["fc"][0].size == math.inf
    assert analysis.receptive_field(("fc",)) == (20, 30)


def test_a_head_behind_a_flatten_sees_the_whole_input():
    head = chain("Head", Node("relu", "ReLU"), Node("fc", "Linear"))
    design = net(conv(), Node("flatten", "Flatten"), Node("head", "Head"), inner=[head])
    rows = {row.path: row.receptive_field for row in Analyser().analyse(design).rows(depth=2)}
    assert rows == {"conv": (3, 3), "flatten": (3, 3), "head.relu": (3, 3), "head.fc": (32, 32)}
    flat = Analyser().analyse(net(Node("fc", "Linear"), shape=(16,)))
    assert flat.receptive_field(("fc",)) is None


# -- nesting ----------------------------------------------------------------------------------------------------------


def doubling(levels: int, leaf: Node) -> Design:
    """Each block holds the next one twice: 2 ** levels leaves."""
    blocks = [chain(f"B{levels}", leaf)]
    for k in range(levels - 1, 0, -1):
        blocks.append(chain(f"B{k}", Node("one", f"B{k + 1}"), Node("two", f"B{k + 1}")))
    return net(Node("top", "B1"), inner=blocks)


def test_exponential_nesting_stays_fast():
    started = time.perf_counter()
    analysis = Analyser().analyse(doubling(20, conv(out_channels=3)))
    assert analysis.ok
    assert analysis.totals.params == 84 * 2**19
    found = Analyser().analyse(doubling(30, conv(out_channels=3))).diagnostics
    assert [(d.code, d.label) for d in found if d.severity == "error"] == [("design_too_large", "top")]
    assert time.perf_counter() - started < 2


def test_exponential_nesting_with_a_fault_at_the_bottom_stays_fast():
    started = time.perf_counter()
    analysis = Analyser().analyse(doubling(30, conv(kernel_size=0)))
    (found,) = analysis.diagnostics
    assert found.code == "bad_parameter"
    assert len(found.path) == 31
    assert time.perf_counter() - started < 2


def test_exponential_nesting_under_a_design_that_contains_itself_stays_fast():
    started = time.perf_counter()
    design = doubling(30, conv(out_channels=3))
    design = design.with_block(design.root.with_node(Node("again", "Net")))
    assert "recursive_block" in {d.code for d in Analyser().analyse(design).diagnostics}
    assert time.perf_counter() - started < 2


def test_growth_that_cannot_be_remembered_is_cut_off():
    started = time.perf_counter()
    leaf = Block("Leaf", nodes={n.id: n for n in (IN, conv(out_channels=1), Node("cat", "Concat"), OUT)},
                 edges=(edge("input", "conv"), edge("input", "cat", target_port="x1"),
                        edge("conv", "cat", target_port="x2"), edge("cat", "output")))  # fmt: skip
    design = doubling(25, Node("leaf", "Leaf"))
    analysis = Analyser().analyse(design.with_block(leaf))
    assert "design_too_large" in {d.code for d in analysis.diagnostics}
    assert time.perf_counter() - started < 20


def test_forty_levels_are_fine():
    blocks = [chain(f"B{k}", Node("n", f"B{k + 1}" if k < 39 else "ReLU")) for k in range(1, 40)]
    assert Analyser().analyse(net(Node("top", "B1"), inner=blocks)).ok


def test_in_channels_of_the_outermost_block_are_those_of_its_first_input():
    drawn = net(
        conv(out_channels=X("2 * in_channels")), shape=X("(wide, 9, 9)"), parameters=[BlockParameter("wide", 5)]
    )
    assert facts_of(drawn, "conv").output.shape[1] == 10
