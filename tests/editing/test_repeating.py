"""Runs of identical nodes fold to one that repeats and unfold again; shapes and parameters stay what they were."""

from __future__ import annotations

from itertools import pairwise

import pytest

from designer.analysis.analyser import Analyser
from designer.editing import notes, parameters, repeating
from designer.editing.errors import EditError
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design
from designer.graph.expressions import Expression

CONV = {"out_channels": 8, "kernel_size": 3, "padding": 1}


def chain(*kinds: str) -> Design:
    """input -> n0 -> n1 -> … -> output; convolutions are all alike."""
    nodes = [Node("input", "Input", params={"shape": (3, 16, 16)})]
    nodes += [Node(f"n{i}", kind, params=CONV if kind == "Conv2d" else {}) for i, kind in enumerate(kinds)]
    nodes.append(Node("output", "Output"))
    edges = tuple(edge(a.id, b.id) for a, b in pairwise(nodes))
    return Design("Net", {"Net": Block("Net", nodes={node.id: node for node in nodes}, edges=edges)})


def totals(design: Design) -> tuple:
    root = Analyser().analyse(design).root
    return root.totals, root.outputs


def test_a_run_is_folded_and_unfolded() -> None:
    before = chain("Conv2d", "Conv2d", "Conv2d", "ReLU")
    folded, (key,) = repeating.fold(before, "Net")
    assert list(folded.root.nodes) == ["input", "n0", "n3", "output"]
    assert folded.root.nodes[key].repeat == 3
    assert set(folded.root.edges) == {edge("input", "n0"), edge("n0", "n3"), edge("n3", "output")}
    assert totals(folded) == totals(before)
    again, ids = repeating.unfold(folded, "Net", key)
    assert len(ids) == 3
    assert totals(again) == totals(before)
    assert [node.kind for node in again.root.nodes.values()] == [node.kind for node in before.root.nodes.values()]


def test_only_what_is_chosen_is_folded() -> None:
    design = chain("ReLU", "ReLU", "Tanh", "Tanh", "Tanh")
    assert repeating.runs(design, "Net") == [["n0", "n1"], ["n2", "n3", "n4"]]
    folded, made = repeating.fold(design, "Net", ["n3", "n4"])
    assert made == ["n3"]
    assert {key: node.repeat for key, node in folded.root.nodes.items() if node.repeat != 1} == {"n3": 2}


@pytest.mark.parametrize("setting", [("kernel_size", 5), ("repeat", 2), ("when", Expression("ratio > 1"))])
def test_nodes_that_differ_are_no_run(setting: tuple[str, object]) -> None:
    name, value = setting
    change = {"repeat": parameters.set_repeat, "when": parameters.set_when}.get(name)
    design = chain("Conv2d", "Conv2d")
    design = change(design, "Net", "n1", value) if change else parameters.set_param(design, "Net", "n1", name, value)
    with pytest.raises(EditError, match="no run of identical nodes"):
        repeating.fold(design, "Net")


def test_a_branch_ends_a_run() -> None:
    design = chain("ReLU", "ReLU", "ReLU", "Add")
    block = design.root
    design = design.with_block(block.with_edge(edge("n1", "n3", target_port="x2")))
    assert repeating.runs(design, "Net") == [["n0", "n1"]]
    folded, _ = repeating.fold(design, "Net")
    assert {e.source.node for e in folded.root.edges if e.target.node in ("n2", "n3")} == {"n0", "n2"}


def test_routes_of_the_wires_around_are_kept() -> None:
    design = notes.set_route(chain("ReLU", "ReLU", "Tanh"), "Net", edge("n1", "n2"), [(1.0, 2.0)])
    folded, _ = repeating.fold(design, "Net")
    assert folded.root.routes == {edge("n0", "n2"): ((1.0, 2.0),)}


@pytest.mark.parametrize("repeat", [1, 0, 201, Expression("depth"), True])
def test_what_repeats_otherwise_cannot_be_unfolded(repeat: object) -> None:
    design = chain("ReLU")
    node = design.root.nodes["n0"]
    design = design.with_block(design.root.with_node(Node("n0", node.kind, repeat=repeat)))
    with pytest.raises(EditError, match="that cannot be drawn node by node"):
        repeating.unfold(design, "Net", "n0")
