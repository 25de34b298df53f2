"""Heal, insert, join, move, mute; copy and paste; align: pure functions on designs."""

from __future__ import annotations

from dataclasses import replace
from itertools import pairwise

import pytest

from designer.document.presets import library_blocks, open_design
from designer.editing import fragments, nodes, rewiring
from designer.editing.aligning import Alignment, aligned
from designer.editing.errors import CycleError, EditError, LinkError
from designer.editing.routing import Box
from designer.graph.block import Block, BlockParameter, Edge, Endpoint, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression as X


@pytest.fixture
def design() -> Design:
    """input -> conv1 -> relu1 -> output, and an Add and a Tanh that are free."""
    kinds = {"input": "Input", "conv1": "Conv2d", "relu1": "ReLU", "output": "Output", "add1": "Add", "tanh1": "Tanh"}
    made = {key: Node(key, kind, position=(i * 160.0, 0.0)) for i, (key, kind) in enumerate(kinds.items())}
    edges = tuple(edge(a, b) for a, b in pairwise(["input", "conv1", "relu1", "output"]))
    return Design("Net", {"Net": Block("Net", nodes=made, edges=edges)})


def test_what_followed_a_deleted_node_follows_what_fed_it(design: Design):
    healed = rewiring.delete_and_heal(design, "Net", ["relu1", "conv1", "gone"])
    assert healed.root.edges == (edge("input", "output"),)
    assert "conv1" not in healed.root.nodes
    cut = rewiring.delete_and_heal(design, "Net", ["input"])
    assert cut.root.edges == (edge("conv1", "relu1"), edge("relu1", "output"))
    assert rewiring.delete_and_heal(design, "Net", ["gone"]) is design


def test_healing_follows_the_first_input_of_a_merge(design: Design):
    ends = (edge("conv1", "add1", target_port="x2"), edge("input", "add1", target_port="x1"), edge("add1", "tanh1"))
    root = replace(design.root, edges=(*design.root.edges, *ends))
    healed = rewiring.delete_and_heal(design.with_block(root), "Net", ["add1"])
    assert edge("input", "tanh1") in healed.root.edges


def test_a_free_node_is_put_into_a_wire(design: Design):
    wire = edge("conv1", "relu1")
    assert rewiring.can_insert(design, "Net", "tanh1", wire)
    assert not rewiring.can_insert(design, "Net", "conv1", wire)
    made = rewiring.insert_into(design, "Net", "tanh1", wire)
    assert set(made.root.edges) >= {edge("conv1", "tanh1"), edge("tanh1", "relu1")}
    assert wire not in made.root.edges
    with pytest.raises(EditError, match="not there"):
        rewiring.insert_into(made, "Net", "add1", wire)
    design, extra = nodes.add_node(design, "Net", "Output")
    with pytest.raises(EditError, match="cannot stand in a wire"):
        rewiring.insert_into(design, "Net", extra, wire)


def test_nodes_are_joined_from_left_to_right(design: Design):
    made = rewiring.join(design, "Net", ["tanh1", "relu1", "add1"])
    assert edge("relu1", "add1", target_port="x1") in made.root.edges
    assert edge("add1", "tanh1") in made.root.edges
    assert rewiring.join(made, "Net", ["tanh1", "add1"]) is made
    with pytest.raises(EditError, match="nothing to join"):
        rewiring.join(design, "Net", ["relu1"])
    with pytest.raises(LinkError, match="no output"):
        rewiring.join(design, "Net", ["output", "tanh1"])


def test_a_merge_takes_the_outputs_of_all_before_it():
    """Three branches and a Concat, drawn one above the other: not a chain, and what feeds the branches stays."""
    kinds = {"input": "Input", "a": "Conv2d", "b": "Conv2d", "c": "Conv2d", "cat": "Concat", "relu": "ReLU"}
    places = {"input": (0, 160), "a": (280, 0), "b": (280, 100), "c": (280, 200), "cat": (560, 90), "relu": (800, 90)}
    made = {key: Node(key, kind, position=places[key]) for key, kind in kinds.items()}
    fed = tuple(edge("input", key) for key in "abc")
    design = Design("Net", {"Net": Block("Net", nodes=made, edges=fed)})
    joined = rewiring.join(design, "Net", ["c", "relu", "a", "cat", "b"])
    into = tuple(edge(key, "cat", target_port=f"x{number}") for number, key in enumerate("abc", start=1))
    assert set(joined.root.edges) == {*fed, *into, edge("cat", "relu")}
    assert rewiring.join(joined, "Net", ["c", "relu", "a", "cat", "b"]) is joined


def test_what_is_joined_in_a_chain_already_feeds_a_merge_at_its_end_alone(design: Design):
    made = rewiring.join(design, "Net", ["conv1", "relu1", "add1"])
    assert set(made.root.edges) - set(design.root.edges) == {edge("relu1", "add1", target_port="x1")}


def test_joining_takes_no_wire_away(design: Design):
    with pytest.raises(LinkError, match="are taken"):
        rewiring.join(design, "Net", ["input", "relu1"])
    assert edge("conv1", "relu1") in design.root.edges


def _drawn(*nodes: tuple[str, str, float, float], wires: str = "", is_downward: bool = False) -> Design:
    """Nodes (id, kind, x, y), and wires `a>b`; downward, x and y change places."""
    made = {}
    for key, kind, x, y in nodes:
        params = {"shape": (3, 8, 8)} if kind == "Input" else {"chunks": 2} if kind == "Chunk" else {}
        made[key] = Node(key, kind, params=params, position=(y, x) if is_downward else (x, y))
    edges = tuple(edge(*wire.split(">")) for wire in wires.split())
    return Design("Net", {"Net": Block("Net", nodes=made, edges=edges, is_downward=is_downward)})


BRANCHES = [("input", "Input", 0, 160), *((f"conv{k}", "Conv2d", 280, 100 * (k - 1)) for k in (1, 2, 3))]
FED = "input>conv1 input>conv2 input>conv3"


@pytest.mark.parametrize("is_downward", [False, True])
@pytest.mark.parametrize("kind", ["Concat", "Add", "Multiply", "Stack"])
@pytest.mark.parametrize("x", [560, 280, 0])
def test_a_merge_takes_all_the_others(kind: str, x: float, is_downward: bool):
    design = _drawn(*BRANCHES, ("merge", kind, x, 90), wires=FED, is_downward=is_downward)
    made = rewiring.join(design, "Net", ["conv1", "conv2", "conv3", "merge"])
    assert set(made.root.edges) >= set(design.root.edges)
    assert {made.root.incoming["merge"][port].node for port in ("x1", "x2", "x3")} == {"conv1", "conv2", "conv3"}
    assert len(made.root.edges) == 6
    assert rewiring.join(made, "Net", ["conv1", "conv2", "conv3", "merge"]) is made


def test_what_leads_on_among_the_selected_is_not_merged_and_what_follows_comes_behind():
    design = _drawn(*BRANCHES, ("merge", "Concat", 560, 90), ("relu", "ReLU", 800, 90), wires=FED)
    made = rewiring.join(design, "Net", list(design.root.nodes))
    new = {(e.source.node, e.target.node) for e in set(made.root.edges) - set(design.root.edges)}
    assert new == {("conv1", "merge"), ("conv2", "merge"), ("conv3", "merge"), ("merge", "relu")}


def test_a_merge_takes_all_parts():
    design = _drawn(("input", "Input", 0, 0), ("parts", "Chunk", 200, 0), ("merge", "Concat", 400, 0))
    made = rewiring.join(design, "Net", ["parts", "merge"])
    assert len(made.root.incoming["merge"]) == 2


def test_joining_replaces_no_wire():
    design = _drawn(*BRANCHES, wires=FED)
    with pytest.raises(LinkError, match="are taken"):
        rewiring.join(design, "Net", ["conv1", "conv2", "conv3"])
    more = _drawn(*BRANCHES, ("relu", "ReLU", 560, 0), wires=FED)
    problems: list[LinkError] = []
    made = rewiring.join(more, "Net", ["conv2", "conv3", "relu"], problems)
    assert set(made.root.edges) == {*more.root.edges, edge("conv3", "relu")}
    assert len(problems) == 1


def test_the_wires_of_an_output_move_together(design: Design):
    wires = [edge("conv1", "relu1")]
    made = rewiring.move_wires(design, "Net", wires, Endpoint("tanh1", "output"))
    assert Edge(Endpoint("tanh1", "output"), Endpoint("relu1", "input")) in made.root.edges
    assert wires[0] not in made.root.edges
    assert rewiring.move_wires(design, "Net", wires, Endpoint("conv1", "output")) is design
    with pytest.raises(CycleError):
        rewiring.move_wires(design, "Net", [edge("input", "conv1")], Endpoint("relu1", "output"))


def test_muting_passes_by_and_comes_back(design: Design):
    muted = rewiring.toggle_muted(design, "Net", ["conv1", "relu1", "input"])
    assert [muted.root.nodes[key].when for key in ("conv1", "relu1", "input")] == [False, False, True]
    one = rewiring.toggle_muted(muted, "Net", ["relu1"])
    assert rewiring.toggle_muted(one, "Net", ["conv1", "relu1"]).root.nodes["relu1"].when is False
    with pytest.raises(EditError, match="nothing to mute"):
        rewiring.toggle_muted(design, "Net", ["input"])


def test_a_fragment_brings_what_it_needs():
    design = open_design("resnet18").design
    instance = next(node for node in design.root.nodes.values() if node.kind in design.blocks)
    fragment = fragments.extract(design, design.main, [instance.id])
    assert instance.kind in fragment.blocks
    empty = Design("Net", {"Net": Block("Net")})
    made, ids = fragments.insert(empty, "Net", fragment, (400, 200))
    assert made.root.nodes[ids[0]].position == (400, 200)
    assert made.blocks[instance.kind] == design.blocks[instance.kind]
    again, more = fragments.insert(made, "Net", fragment)
    assert set(ids).isdisjoint(more)
    assert again.blocks.keys() == made.blocks.keys()


def test_a_block_of_another_content_gets_a_name_of_its_own(design: Design):
    other = design.with_block(Block("ConvReLU", title="mine"))
    source, vgg = nodes.add_node(design, "Net", "VGGBlock", library=library_blocks())
    made, (new,) = fragments.insert(other, "Net", fragments.extract(source, "Net", [vgg]))
    assert made.blocks["ConvReLU"].title == "mine"
    assert made.root.nodes[new].kind in made.blocks


def test_ids_are_fresh_and_wires_among_copies_stay(design: Design):
    fragment = fragments.extract(design, "Net", ["conv1", "relu1"])
    made, ids = fragments.insert(design, "Net", fragment)
    assert ids == ["conv2", "relu2"]
    assert edge("conv2", "relu2") in made.root.edges
    assert len(made.root.edges) == 4
    with pytest.raises(EditError, match="nothing to copy"):
        fragments.extract(design, "Net", ["gone"])


def test_what_a_copy_reads_and_is_not_there_becomes_its_value(design: Design):
    root = replace(design.root, parameters=(BlockParameter("width", 8),))
    root = root.with_node(root.nodes["conv1"].with_param("out_channels", X("width * 2")))
    source = design.with_block(root)
    fragment = fragments.extract(source, "Net", ["conv1"])
    made, (new,) = fragments.insert(design, "Net", fragment)
    assert made.root.nodes[new].params["out_channels"] == 16
    same, (new,) = fragments.insert(source, "Net", fragment)
    assert same.root.nodes[new].params["out_channels"] == X("width * 2")


def test_a_block_is_not_pasted_into_itself(design: Design):
    source, vgg = nodes.add_node(design, "Net", "VGGBlock", library=library_blocks())
    fragment = fragments.extract(source, "Net", [vgg])
    with pytest.raises(EditError, match="contain itself"):
        fragments.insert(source, "ConvReLU", fragment)


BOXES = {"a": Box(0, 0, 100, 40), "b": Box(150, 30, 50, 20), "c": Box(400, 10, 100, 40)}


@pytest.mark.parametrize(
    ("how", "places"),
    [
        (Alignment.LEFT, [(0, 0), (0, 30), (0, 10)]),
        (Alignment.CENTRE, [(200, 0), (225, 30), (200, 10)]),
        (Alignment.RIGHT, [(400, 0), (450, 30), (400, 10)]),
        (Alignment.TOP, [(0, 0), (150, 0), (400, 0)]),
        (Alignment.MIDDLE, [(0, 5), (150, 15), (400, 5)]),
        (Alignment.BOTTOM, [(0, 10), (150, 30), (400, 10)]),
        (Alignment.ACROSS, [(0, 0), (225, 30), (400, 10)]),
        (Alignment.DOWN, [(0, 0), (150, 80), (400, 40)]),
    ],
)
def test_alignment(how: Alignment, places: list[tuple[float, float]]):
    found = aligned(BOXES, how)
    assert [found[key] for key in "abc"] == places
    assert aligned({"a": BOXES["a"]}, how) == {"a": (0, 0)}
