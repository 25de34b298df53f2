"""Blocks and designs as values: nothing changes in place, and what is worked out about the wiring stays right."""

from __future__ import annotations

import dataclasses
import itertools

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.base.errors import DesignError
from designer.graph.block import Block, BlockParameter, Edge, Endpoint, Node, edge
from designer.graph.design import Design


def chain(*ids: str, name: str = "Net", kinds: dict[str, str] | None = None) -> Block:
    nodes = {key: Node(key, (kinds or {}).get(key, "ReLU")) for key in ids}
    return Block(name, nodes=nodes, edges=tuple(edge(a, b) for a, b in itertools.pairwise(ids)))


def test_values_cannot_change():
    block = chain("a", "b")
    with pytest.raises(dataclasses.FrozenInstanceError):
        block.name = "Other"
    with pytest.raises(TypeError):
        block.nodes["c"] = Node("c", "ReLU")
    with pytest.raises(TypeError):
        block.nodes["a"].params["p"] = 1
    with pytest.raises(TypeError):
        Design("Net", {"Net": block}).blocks["Other"] = block


def test_a_block_keeps_its_own_copy_of_what_it_is_given():
    params, nodes = {"p": 1}, {}
    nodes["a"] = Node("a", "Dropout", params=params)
    block = Block("Net", nodes=nodes)
    params["p"] = 2
    nodes["b"] = Node("b", "ReLU")
    assert block.nodes["a"].params == {"p": 1}
    assert list(block.nodes) == ["a"]


def test_a_node_is_called_by_its_id_unless_it_has_a_name():
    assert Node("a", "ReLU").name == "a"
    assert str(Node("a", "ReLU", name="act")) == "ReLU 'act'"


def test_an_edit_leaves_the_old_block_and_shares_what_it_did_not_touch():
    before = chain("a", "b", "c")
    after = before.with_node(before.nodes["b"].with_param("inplace", True))
    assert before.nodes["b"].params == {}
    assert after.nodes["a"] is before.nodes["a"]
    assert after.edges is before.edges
    assert list(after.nodes) == ["a", "b", "c"]
    assert after.nodes["b"].without_param("inplace") == before.nodes["b"]


def test_removing_nodes_removes_their_edges():
    after = chain("a", "b", "c").without_nodes(["b", "nobody"])
    assert list(after.nodes) == ["a", "c"]
    assert after.edges == ()


def test_a_new_edge_takes_the_place_of_the_one_at_its_target():
    after = chain("a", "b", "c").with_edge(edge("a", "c"))
    assert set(after.edges) == {edge("a", "b"), edge("a", "c")}
    assert after.incoming["c"] == {"input": Endpoint("a", "output")}
    assert after.without_edges([edge("a", "b")]).edges == (edge("a", "c"),)


def test_the_order_follows_the_wires_and_then_the_nodes():
    block = Block("Net", nodes={key: Node(key, "ReLU") for key in "dbca"}, edges=(edge("a", "d"), edge("b", "d")))
    assert block.order == ("b", "c", "a", "d")


def test_nodes_on_a_cycle_and_behind_it_have_no_order():
    block = chain("a", "b", "c", "d").with_edge(edge("c", "b"))
    assert block.cycles == [{"b", "c"}]
    assert block.order == ("a",)
    alone = chain("a").with_edge(edge("a", "a"))
    assert alone.cycles == [{"a"}]
    assert alone.order == ()


def test_edges_at_nodes_that_are_not_there_do_no_harm():
    block = dataclasses.replace(chain("a"), edges=(edge("ghost", "a"), edge("a", "ghost")))
    assert block.order == ("a",)
    assert block.incoming == {"a": {"input": Endpoint("ghost", "output")}}


def test_live_nodes_are_those_that_reach_an_output():
    block = chain("a", "b", "out", kinds={"out": "Output"}).with_node(Node("dead", "ReLU")).with_edge(edge("a", "dead"))
    assert block.live == {"a", "b", "out"}
    assert chain("a", "b").live == {"a", "b"}
    assert block.with_node(Node("out", "ReLU")).live == {"a", "b", "out", "dead"}


def test_defaults_inputs_outputs_and_kinds():
    block = chain("i", "o", kinds={"i": "Input", "o": "Output"})
    block = dataclasses.replace(block, parameters=(BlockParameter("width", 8), BlockParameter("mode", "same")))
    assert block.defaults == {"width": 8, "mode": "same"}
    assert [node.id for node in block.inputs] == ["i"]
    assert [node.id for node in block.outputs] == ["o"]
    assert block.kinds == {"Input", "Output"}


KEYS = st.sampled_from("abcdef")
KINDS = st.sampled_from(["ReLU", "Output", "Input", "Conv2d"])
EDITS = st.lists(
    st.one_of(
        st.tuples(st.just("node"), KEYS, KINDS),
        st.tuples(st.just("nodes"), st.lists(KEYS, min_size=1, max_size=3, unique=True), KINDS),
        st.tuples(st.just("remove"), KEYS),
        st.tuples(st.just("edge"), KEYS, KEYS),
        st.tuples(st.just("unedge"), KEYS, KEYS),
    ),
    max_size=25,
)
QUESTIONS = ("order", "incoming", "live", "kinds", "inputs", "outputs")


@given(EDITS)
def test_what_is_inherited_over_edits_is_what_a_fresh_block_finds(edits):
    block = Block("Net")
    for what, *rest in edits:
        match what, *rest:
            case "node", key, kind:
                block = block.with_node(Node(key, kind))
            case "nodes", keys, kind:
                block = block.with_nodes(Node(key, kind) for key in keys)
            case "remove", key:
                block = block.without_nodes([key])
            case "edge", a, b:
                block = block.with_edge(edge(a, b)) if a in block.nodes and b in block.nodes else block
            case "unedge", a, b:
                block = block.without_edges([edge(a, b)])
        fresh = Block("Net", nodes=block.nodes, edges=block.edges)
        for question in QUESTIONS:
            assert getattr(block, question) == getattr(fresh, question), question
        assert set(block.graph.edges) == set(fresh.graph.edges)


# -- designs ----------------------------------------------------------------------------------------------------------


def design_of(main: str, **uses: str) -> Design:
    """A design whose blocks hold the blocks that are named, each a letter."""
    blocks = {name: Block(name, nodes={f"n{k}": Node(f"n{k}", k) for k in kinds}) for name, kinds in uses.items()}
    return Design(main, blocks)


def test_inner_blocks_come_innermost_first_and_only_those_in_use():
    design = design_of("A", A="BC", C="D", B="D", D="", Unused="D")
    assert [block.name for block in design.inner_blocks()] == ["D", "C", "B"]


def test_recursion_is_found_through_others_and_left_out():
    design = design_of("A", A="BD", B="C", C="B", D="")
    assert design.recursive == {"B", "C"}
    assert [block.name for block in design.inner_blocks()] == ["D"]
    assert design_of("A", A="A").recursive == {"A"}
    assert list(design_of("A", A="A").inner_blocks()) == []


def test_blocks_are_added_replaced_and_removed_without_touching_the_old_design():
    before = design_of("A", A="B", B="")
    after = before.with_block(Block("B", title="new")).with_block(Block("C"))
    assert before.blocks["B"].title == ""
    assert list(after.blocks) == ["A", "B", "C"]
    assert list(after.without_block("B").blocks) == ["A", "C"]
    assert after.root is before.root


def test_variables_get_other_defaults():
    root = Block("Net", parameters=(BlockParameter("ratio", 1, "divides"), BlockParameter("classes", 10)))
    design = Design("Net", {"Net": root}).with_variables({"ratio": 4})
    assert design.root.defaults == {"ratio": 4, "classes": 10}
    assert design.root.parameters[0].doc == "divides"
    with pytest.raises(DesignError, match=r"no variable 'width'. Expected one of these: ratio, classes"):
        design.with_variables({"width": 1})


def test_an_edge_is_two_endpoints():
    assert edge("a", "b", "out1", "x2") == Edge(Endpoint("a", "out1"), Endpoint("b", "x2"))
