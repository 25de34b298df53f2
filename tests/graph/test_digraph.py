"""Directed graphs: what is asked of one, against networkx's answers."""

from __future__ import annotations

from itertools import pairwise

import networkx as nx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.graph.digraph import Digraph

NODES = "dacbfe"  # the order decides ties, not the alphabet
PAIRS = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES))


def both(edges: list[tuple[str, str]]) -> tuple[Digraph, nx.DiGraph]:
    theirs = nx.DiGraph()
    theirs.add_nodes_from(NODES)
    theirs.add_edges_from(edges)
    return Digraph(NODES, edges), theirs


@given(st.lists(PAIRS, max_size=14))
def test_what_leads_where_is_what_networkx_says(edges):
    ours, theirs = both(edges)
    assert list(ours) == list(theirs)
    assert sorted(ours.edges) == sorted(theirs.edges)
    for key in NODES:
        assert ours.descendants(key) == nx.descendants(theirs, key)
        assert ours.ancestors(key) == nx.ancestors(theirs, key)
        assert list(ours.succ[key]) == list(theirs.succ[key])
        assert list(ours.pred[key]) == list(theirs.pred[key])
        assert all(ours.has_path(key, other) == nx.has_path(theirs, key, other) for other in NODES)
    assert ours.descendants("a", "b") == (nx.descendants(theirs, "a") | nx.descendants(theirs, "b")) - {"a", "b"}


@given(st.lists(PAIRS, max_size=14))
def test_the_order_is_networkxs_without_what_is_on_or_behind_a_cycle(edges):
    ours, theirs = both(edges)
    parts = nx.strongly_connected_components(theirs)
    cyclic = [part for part in parts if len(part) > 1 or theirs.has_edge(*(*part, *part))]
    assert sorted(map(sorted, ours.cycles)) == sorted(map(sorted, cyclic))
    faulty = set().union(*cyclic)
    faulty.update(*(nx.descendants(theirs, key) for key in list(faulty)))
    sound = theirs.subgraph(set(NODES) - faulty)
    assert list(ours.order) == list(nx.lexicographical_topological_sort(sound, key=NODES.index))


@given(st.lists(PAIRS, max_size=14), st.sets(st.sampled_from(NODES)))
def test_a_part_keeps_the_order_of_the_nodes_and_the_edges_among_them(edges, keys):
    ours, theirs = both(edges)
    part = ours.subgraph(keys)
    assert list(part) == [key for key in NODES if key in keys]
    assert sorted(part.edges) == sorted(theirs.subgraph(keys).edges)
    assert sorted(part.reverse.edges) == sorted((target, source) for source, target in part.edges)


def test_edges_from_and_to_nowhere_are_left_out():
    graph = Digraph("ab", [("a", "b"), ("a", "x"), ("x", "b")])
    assert list(graph.edges) == [("a", "b")]
    assert "x" not in graph
    with pytest.raises(KeyError):
        graph.descendants("x")


def test_a_long_chain_is_no_matter_of_depth():
    keys = [str(number) for number in range(20_000)]
    chain = Digraph(keys, pairwise(keys))
    assert list(chain.order) == keys
    assert chain.cycles == []
    ring = Digraph(keys, zip(keys, (*keys[1:], keys[0]), strict=True))
    assert ring.order == ()
    assert ring.cycles == [set(keys)]
