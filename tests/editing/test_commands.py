"""Each command makes a new design and leaves the old one alone; what it refuses, it refuses in words."""

from dataclasses import replace
from itertools import pairwise

import pytest

from designer.document.presets import library_blocks
from designer.editing import blocks, links, nodes, parameters, variables
from designer.editing.difference import Difference, difference
from designer.editing.errors import (
    AlreadyLinkedError,
    CycleError,
    EditError,
    NoSuchPortError,
    SameDirectionError,
    SameNodeError,
)
from designer.graph.block import Block, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression, ExpressionError


@pytest.fixture
def design() -> Design:
    """input -> conv1 -> relu1 -> output, and an Add."""
    kinds = {"input": "Input", "conv1": "Conv2d", "relu1": "ReLU", "output": "Output", "add1": "Add"}
    chain = ["input", "conv1", "relu1", "output"]
    edges = tuple(edge(a, b) for a, b in pairwise(chain))
    root = Block("Net", nodes={key: Node(key, kind) for key, kind in kinds.items()}, edges=edges)
    return Design("Net", {"Net": root})


# -- nodes ----------------------------------------------------------------------------------------------------------


def test_new_nodes_are_named_by_their_kind(design: Design):
    ids = []
    for kind in ("Conv2d", "Linear", "Linear", "Input"):
        design, new_id = nodes.add_node(design, "Net", kind, (10, 20))
        ids.append(new_id)
    assert ids == ["conv2", "fc1", "fc2", "input1"]
    assert design.root.nodes["conv2"].position == (10.0, 20.0)


def test_the_first_input_and_output_carry_no_number():
    design = Design("Net", {"Net": Block("Net")})
    design, first = nodes.add_node(design, "Net", "Input")
    design, second = nodes.add_node(design, "Net", "Output")
    assert (first, second) == ("input", "output")


def test_a_library_block_brings_what_it_needs(design: Design):
    design, new_id = nodes.add_node(design, "Net", "VGGBlock", library=library_blocks())
    assert new_id == "vgg1"
    assert {"VGGBlock", "ConvReLU"} <= set(design.blocks)
    again, second = nodes.add_node(design, "Net", "VGGBlock", library=library_blocks())
    assert second == "vgg2"
    assert again.blocks["VGGBlock"] is design.blocks["VGGBlock"]


def test_a_library_block_makes_way_for_one_of_the_same_name(design: Design):
    own = Block("ConvReLU", title="mine")
    design, _ = nodes.add_node(design.with_block(own), "Net", "VGGBlock", library=library_blocks())
    assert design.blocks["ConvReLU"] is own
    copy = next(node.kind for node in design.blocks["VGGBlock"].nodes.values() if node.kind.startswith("ConvReLU"))
    assert copy != "ConvReLU"
    assert design.blocks[copy].nodes == library_blocks()["ConvReLU"].nodes


def test_an_unknown_kind_and_recursion_are_refused(design: Design):
    with pytest.raises(EditError, match="no layer or block 'Blur'"):
        nodes.add_node(design, "Net", "Blur")
    design, _ = nodes.add_node(design, "Net", "VGGBlock", library=library_blocks())
    for inner in ("Net", "VGGBlock"):
        with pytest.raises(EditError, match="contain itself"):
            nodes.add_node(design, "ConvReLU", inner)
    with pytest.raises(EditError, match="contain itself"):
        nodes.add_node(design, "Net", "Net")


def test_deleting_nodes_takes_their_wires(design: Design):
    after = nodes.delete(design, "Net", ["relu1"], [edge("input", "conv1")])
    assert "relu1" not in after.root.nodes
    assert after.root.edges == ()
    assert nodes.delete(design, "Net", ["nobody"]) is design


def test_moving_keeps_wiring_and_other_nodes(design: Design):
    after = nodes.move(design, "Net", {"conv1": (3.14159, -0.0), "nobody": (1, 1)})
    assert after.root.nodes["conv1"].position == (3.1, 0.0)
    assert after.root.nodes["relu1"] is design.root.nodes["relu1"]
    assert nodes.move(after, "Net", {"conv1": (3.1, 0)}) is after


def test_renaming(design: Design):
    assert nodes.rename(design, "Net", "conv1", " stem ").root.nodes["conv1"].name == "stem"
    assert nodes.rename(design, "Net", "conv1", "conv1") is design
    for name in ("", "1x", "a b", "class", "forward", "import os", "é", "relu1"):
        with pytest.raises(EditError):
            nodes.rename(design, "Net", "conv1", name)


def test_duplicating_copies_the_wires_among_the_copies(design: Design):
    after, ids = nodes.duplicate(design, "Net", ["conv1", "relu1"])
    assert ids == {"conv1": "conv2", "relu1": "relu2"}
    assert edge("conv2", "relu2") in after.root.edges
    assert len(after.root.edges) == len(design.root.edges) + 1
    assert after.root.nodes["conv2"].position == nodes.DUPLICATE_OFFSET


# -- links ------------------------------------------------------------------------------------------------------------


def test_a_new_wire_replaces_what_held_the_port(design: Design):
    after = links.connect(design, "Net", edge("input", "relu1"))
    assert after.root.incoming["relu1"] == {"input": Endpoint("input", "output")}


@pytest.mark.parametrize(
    ("wire", "error"),
    [
        (edge("relu1", "relu1"), SameNodeError),
        (edge("conv1", "relu1"), AlreadyLinkedError),
        (edge("relu1", "conv1"), CycleError),
        (edge("conv1", "relu1", target_port="other"), NoSuchPortError),
        (edge("conv1", "add1", target_port="x9"), NoSuchPortError),
        (edge("conv1", "nobody"), NoSuchPortError),
        (edge("output", "relu1"), NoSuchPortError),
        (edge("conv1", "relu1", target_port="output"), SameDirectionError),
        (edge("conv1", "relu1", source_port="input"), SameDirectionError),
    ],
)
def test_each_illegal_link_has_its_error(design: Design, wire: Edge, error: type):
    found = links.why_not(design, "Net", wire)
    assert type(found) is error
    assert found.fix
    with pytest.raises(error):
        links.connect(design, "Net", wire)


def test_a_merge_takes_any_number_of_wires(design: Design):
    for index, source in enumerate(("input", "conv1", "relu1"), 1):
        design = links.connect(design, "Net", edge(source, "add1", target_port=f"x{index}"))
    assert len(design.root.incoming["add1"]) == 3
    old, new = edge("relu1", "add1", target_port="x3"), edge("relu1", "output")
    moved = links.reconnect(design, "Net", old, edge("relu1", "add1", target_port="x2"))
    assert moved.root.incoming["add1"].keys() == {"x1", "x2"}
    with pytest.raises(AlreadyLinkedError):
        links.reconnect(design, "Net", old, new)
    assert links.disconnect(design, "Net", old).root.incoming["add1"].keys() == {"x1", "x2"}


# -- parameters -------------------------------------------------------------------------------------------------------


def params(design: Design, node: str = "conv1"):
    return dict(design.root.nodes[node].params)


def test_what_is_typed_becomes_a_value_or_an_expression(design: Design):
    design = parameters.set_param_text(design, "Net", "conv1", "kernel_size", "3, 5")
    design = parameters.set_param_text(design, "Net", "conv1", "out_channels", "64 // ratio")
    design = parameters.set_param_text(design, "Net", "conv1", "padding_mode", "reflect")
    assert params(design) == {
        "kernel_size": (3, 5),
        "out_channels": Expression("64 // ratio"),
        "padding_mode": "reflect",
    }
    with pytest.raises(ExpressionError):
        parameters.set_param_text(design, "Net", "conv1", "out_channels", "64 //")
    with pytest.raises(EditError, match="finite"):
        parameters.set_param(design, "Net", "conv1", "out_channels", (1, float("inf")))
    with pytest.raises(EditError, match="no parameter 'width'"):
        parameters.set_param(design, "Net", "conv1", "width", 3)


def test_a_default_is_left_out(design: Design):
    changed = parameters.set_param(design, "Net", "conv1", "stride", 2)
    assert params(changed) == {"stride": 2}
    assert params(parameters.set_param(changed, "Net", "conv1", "stride", 1)) == {}
    assert params(parameters.reset_param(changed, "Net", "conv1", "stride")) == {}
    assert parameters.set_param(changed, "Net", "conv1", "stride", 2) is changed


def test_repeat_and_when(design: Design):
    after = parameters.set_repeat(design, "Net", "conv1", Expression("n"))
    after = parameters.set_when(after, "Net", "conv1", Expression("n > 1"))
    assert (after.root.nodes["conv1"].repeat, after.root.nodes["conv1"].when) == (Expression("n"), Expression("n > 1"))
    assert parameters.set_repeat(design, "Net", "conv1", 1) is design
    assert parameters.set_repeat(design, "Net", "conv1", True) is not design


# -- variables --------------------------------------------------------------------------------------------------------


def test_a_variable_is_renamed_wherever_it_is_read(design: Design):
    design = variables.add_variable(design, "Net", "ratio", 4, "Divides.")
    text = "ratio * (2 if ratio > 1 else 3) + len('ratio')"
    design = parameters.set_param(design, "Net", "conv1", "out_channels", Expression(text))
    outer = Block("Outer", nodes={"net": Node("net", "Net", params={"ratio": 2})})
    design = variables.rename_variable(design.with_block(outer), "Net", "ratio", "divisor")
    assert params(design)["out_channels"] == Expression("divisor * (2 if divisor > 1 else 3) + len('ratio')")
    assert dict(design.blocks["Outer"].nodes["net"].params) == {"divisor": 2}
    assert design.root.defaults == {"divisor": 4}
    with pytest.raises(EditError, match="is read by conv1"):
        variables.remove_variable(design, "Net", "divisor")
    design = parameters.reset_param(design, "Net", "conv1", "out_channels")
    design = variables.remove_variable(design, "Net", "divisor")
    assert not design.root.parameters
    assert not design.blocks["Outer"].nodes["net"].params


def test_variables_that_cannot_be(design: Design):
    design = variables.add_variable(design, "Net", "ratio")
    for name in ("ratio", "", "1a", "lambda", "self", "max"):
        with pytest.raises(EditError):
            variables.add_variable(design, "Net", name)
    with pytest.raises(EditError, match="no parameter 'x'"):
        variables.set_variable(design, "Net", "x", default=3)
    assert variables.set_variable(design, "Net", "ratio", default=1) is design
    assert variables.set_variable(design, "Net", "ratio", default=True).root.defaults == {"ratio": True}


# -- blocks -----------------------------------------------------------------------------------------------------------


def test_make_unique_gives_one_instance_its_own_copy(design: Design):
    design, first = nodes.add_node(design, "Net", "ConvReLU", library=library_blocks())
    design, second = nodes.add_node(design, "Net", "ConvReLU", library=library_blocks())
    design, name = blocks.make_unique(design, "Net", second)
    assert design.root.nodes[first].kind == "ConvReLU"
    assert design.root.nodes[second].kind == name == "ConvReLU1"
    design = blocks.rename_block(design, name, "Stem")
    assert design.root.nodes[second].kind == "Stem"
    for taken in ("ConvReLU", "Conv2d", "a b", "nn"):
        with pytest.raises(EditError):
            blocks.rename_block(design, "Stem", taken)
    assert blocks.rename_block(design, "Net", "Other").main == "Other"
    assert set(blocks.remove_unused_blocks(nodes.delete(design, "Net", [second])).blocks) == {"Net", "ConvReLU"}


def test_describing_a_block(design: Design):
    after = blocks.describe(design, "Net", title="T", source="S")
    assert (after.root.title, after.root.source) == ("T", "S")
    assert blocks.describe(after, "Net", title="T") is after


# -- difference -------------------------------------------------------------------------------------------------------


def test_the_difference_is_by_identity(design: Design):
    after = parameters.set_param(design, "Net", "conv1", "stride", 2)
    assert difference(design.root, after.root) == Difference(changed=("conv1",))
    after = nodes.delete(after, "Net", ["relu1"])
    found = difference(design.root, after.root)
    assert found.removed == ("relu1",)
    assert found.removed_edges == (edge("conv1", "relu1"), edge("relu1", "output"))
    back = difference(after.root, design.root)
    assert (back.added, back.added_edges) == (found.removed, found.removed_edges)
    assert not difference(design.root, design.root)
    assert difference(design.root, replace(design.root, edges=design.root.edges)) == Difference()
