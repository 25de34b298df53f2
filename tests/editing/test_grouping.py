"""Grouping and ungrouping leave the network as it is; what cannot be is refused in words."""

from __future__ import annotations

from itertools import pairwise

import pytest
import torch
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from designer.analysis.analyser import Analyser
from designer.analysis.facts import Analysis
from designer.codegen.module import generate
from designer.document.presets import library_blocks, open_design
from designer.editing import lifting, links, nodes, parameters
from designer.editing.errors import EditError
from designer.editing.grouping import group
from designer.editing.ungrouping import ungroup
from designer.graph.block import Block, BlockParameter, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X
from tests.editing.networks import networks


def analysed(design: Design) -> Analysis:
    return Analyser().analyse(design)


def assert_same(before: Design, after: Design) -> None:
    old, new = analysed(before), analysed(after)
    assert new.ok, [d.message for d in new.diagnostics]
    assert new.root.outputs == old.root.outputs
    assert (new.totals.params, new.totals.macs) == (old.totals.params, old.totals.macs)


def run(design: Design) -> list[tuple[int, ...]]:
    """The shapes of the parameters of the generated network, after a pass through it."""
    namespace: dict = {"__name__": "generated"}
    exec(compile(generate(design, analysed(design)).source, "generated", "exec"), namespace)  # noqa: S102
    network = namespace[design.main]()
    shape = analysed(design).input_shapes[0]
    assert tuple(network(torch.zeros(2, *shape[1:])).shape[1:]) == analysed(design).root.outputs[0].shape[1:]
    return sorted(tuple(weight.shape) for weight in network.parameters())


def channels_at(design: Design, *path: str) -> int:
    return analysed(design).inside(path[:-1]).nodes[path[-1]].inputs[0].shape[1]


@given(networks(), st.data())
@settings(max_examples=60)
def test_grouping_changes_neither_shapes_nor_parameters(design: Design, data: st.DataObject):
    assume(analysed(design).ok)
    keys = [key for key, node in design.blocks["Body"].nodes.items() if node.kind not in ("Input", "Output")]
    chosen = data.draw(st.lists(st.sampled_from(keys), min_size=1, unique=True))
    try:
        grouped, new = group(design, "Body", chosen, channels=channels_at(design, "body"))
    except EditError:
        return  # a way leads out of the selection and back: a test below
    assert_same(design, grouped)
    assert grouped.blocks["Body"].nodes[new].kind == "Block1"
    assert set(grouped.blocks["Block1"].nodes) >= set(chosen)
    inner = channels_at(grouped, "body", new)
    opened, ids = ungroup(grouped, "Body", new, inner)
    assert_same(design, opened)
    assert len(ids) == len(chosen)
    assert "Block1" not in opened.blocks


@given(networks())
@settings(max_examples=40)
def test_ungrouping_changes_neither_shapes_nor_parameters(design: Design):
    assume(analysed(design).ok)
    opened, ids = ungroup(design, "Net", "body", channels_at(design, "body"))
    assert_same(design, opened)
    assert "Body" not in opened.blocks
    for key in ids:
        if opened.root.nodes[key].kind == "Leaf":
            opened, _ = ungroup(opened, "Net", key, channels_at(opened, key))
            break
    assert_same(design, opened)


@given(networks(), st.data())
@settings(max_examples=15)
def test_generated_code_runs_after_both(design: Design, data: st.DataObject):
    assume(analysed(design).ok)
    weights = run(design)
    keys = [key for key, node in design.blocks["Body"].nodes.items() if node.kind not in ("Input", "Output")]
    start = data.draw(st.integers(0, len(keys) - 1))
    try:
        grouped, new = group(design, "Body", keys[start : start + 3])
    except EditError:
        return
    assert run(grouped) == weights
    opened, _ = ungroup(grouped, "Body", new, channels_at(grouped, "body", new))
    assert run(opened) == weights


def test_a_residual_of_a_preset_can_be_opened_out_and_made_again():
    design = open_design("resnet18").design
    instance = next(node for node in design.root.nodes.values() if node.kind in design.blocks and node.repeat == 1)
    opened, ids = ungroup(design, design.main, instance.id, channels_at(design, instance.id))
    assert_same(design, opened)
    again, _ = group(opened, design.main, ids, "Stage")
    assert_same(design, again)
    assert "Stage" in again.blocks


@pytest.fixture
def chain() -> Design:
    """input -> conv1 -> relu1 -> conv2 -> output, with a variable."""
    ids = {"input": "Input", "conv1": "Conv2d", "relu1": "ReLU", "conv2": "Conv2d", "output": "Output"}
    made = {key: Node(key, kind, position=(i * 160.0, 0.0)) for i, (key, kind) in enumerate(ids.items())}
    made["conv1"] = made["conv1"].with_param("out_channels", X("width * 2")).with_param("kernel_size", 3)
    made["conv2"] = made["conv2"].with_param("out_channels", 5).with_param("kernel_size", 1)
    root = Block("Net", parameters=(BlockParameter("width", 4),), nodes=made,
                 edges=tuple(edge(a, b) for a, b in pairwise(ids)))  # fmt: skip
    return Design("Net", {"Net": root})


def test_what_the_nodes_read_becomes_the_blocks_parameter(chain: Design):
    design, new = group(chain, "Net", ["conv1", "relu1", "input"], "Stem")
    assert [p.name for p in design.blocks["Stem"].parameters] == ["width"]
    assert design.root.nodes[new].params == {"width": X("width")}
    assert list(design.root.nodes) == ["input", new, "conv2", "output"]
    assert [node.kind for node in design.blocks["Stem"].nodes.values()] == ["Input", "Conv2d", "ReLU", "Output"]
    design = parameters.set_param(design, "Net", new, "width", 16)
    opened, ids = ungroup(design, "Net", new)
    assert opened.root.nodes[ids[0]].params["out_channels"] == 32


def test_open_ends_become_ports():
    design = Design("Net", {"Net": Block("Net")})
    for kind in ("ReLU", "Tanh"):
        design, _ = nodes.add_node(design, "Net", kind)
    design = links.connect(design, "Net", edge("relu1", "tanh1"))
    design, _ = group(design, "Net", ["relu1", "tanh1"])
    inner = design.blocks["Block1"]
    assert (len(inner.inputs), len(inner.outputs)) == (1, 1)
    assert set(inner.edges) >= {edge("input", "relu1"), edge("tanh1", "output")}


@pytest.mark.parametrize(
    ("chosen", "name", "words"),
    [
        (["conv1", "conv2"], "", "'relu1'"),
        (["input"], "", "nothing to group"),
        (["conv1"], "for", "cannot be the name"),
        (["conv1"], "Net", "another block"),
        (["conv1"], "Conv2d", "a layer called"),
    ],
)
def test_what_cannot_be_grouped_is_told(chain: Design, chosen: list[str], name: str, words: str):
    with pytest.raises(EditError, match=words):
        group(chain, "Net", chosen, name)


def test_what_cannot_be_ungrouped_is_told(chain: Design):
    design, new = group(chain, "Net", ["relu1"])
    with pytest.raises(EditError, match="is a layer"):
        ungroup(design, "Net", "conv1")
    with pytest.raises(EditError, match="repeat 2"):
        ungroup(parameters.set_repeat(design, "Net", new, 2), "Net", new)
    with pytest.raises(EditError, match="when False"):
        ungroup(parameters.set_when(design, "Net", new, False), "Net", new)
    design, vgg = nodes.add_node(chain, "Net", "Residual", library=library_blocks())
    with pytest.raises(EditError, match="reads in_channels"):
        ungroup(design, "Net", vgg)


def test_a_value_is_lifted_to_a_parameter_of_the_block(chain: Design):
    design, name = lifting.lift(chain, "Net", "conv2", "out_channels")
    assert name == "out_channels"
    assert design.root.defaults == {"width": 4, "out_channels": 5}
    assert design.root.nodes["conv2"].params["out_channels"] == X("out_channels")
    design, name = lifting.lift(design, "Net", "conv1", "bias")
    assert (name, design.root.defaults["bias"]) == ("bias", True)
    design, name = lifting.lift(design, "Net", "conv2", "bias")
    assert name == "conv2_bias"
    design, name = lifting.lift(design, "Net", "relu1", "repeat")
    assert (name, design.root.nodes["relu1"].repeat) == ("num_relu1", X("num_relu1"))
    design, name = lifting.lift(design, "Net", "relu1", "when")
    assert (name, design.root.nodes["relu1"].when) == ("with_relu1", X("with_relu1"))
    with pytest.raises(EditError, match="already"):
        lifting.lift(design, "Net", "conv1", "out_channels")
    with pytest.raises(EditError, match="no parameter"):
        lifting.lift(design, "Net", "conv1", "wobble")
