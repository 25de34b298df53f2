"""Room for a node in a wire: nothing covers it, whatever stood where; what is not in the way stays."""

from __future__ import annotations

from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from designer.editing.rewiring import insert_into
from designer.editing.room import CROWDED, make_room
from designer.graph.block import Block, Node, edge
from designer.graph.design import Design

SIZE = (120.0, 56.0)


def chain(starts: list[float], is_downward: bool) -> Design:
    """a -> b -> c -> d in a row, an x that is free and lies on the way from a to b, and a y far below."""
    places = dict(zip("abcd", starts, strict=True))
    places["x"] = (starts[0] + starts[1]) / 2
    nodes = {key: Node(key, "ReLU", position=(0.0, at) if is_downward else (at, 0.0)) for key, at in places.items()}
    nodes["y"] = Node("y", "ReLU", position=(900.0, 900.0))
    edges = tuple(edge(*pair) for pair in pairwise("abcd"))
    return Design("N", {"N": Block("N", nodes=nodes, edges=edges, is_downward=is_downward)})


@pytest.mark.parametrize("is_downward", [False, True])
@given(gaps=st.lists(st.integers(0, 400), min_size=3, max_size=3))
def test_what_follows_moves_on_and_no_further_than_it_has_to(is_downward: bool, gaps: list[int]) -> None:
    starts, along = [0.0], int(is_downward)
    for gap in gaps:
        starts.append(starts[-1] + SIZE[along] + gap)
    design = insert_into(chain(starts, is_downward), "N", "x", edge("a", "b"))
    made = make_room(design, "N", "x", dict.fromkeys("abcdx", SIZE)).root
    row = [made.nodes[key].position[along] for key in "axbcd"]
    assert row[2] - row[1] >= SIZE[along] + CROWDED
    assert row[1] - row[0] >= SIZE[along] + CROWDED
    assert [b - a for a, b in pairwise(row[2:])] == [b - a for a, b in pairwise(starts[1:])]
    assert made.nodes["a"].position == design.root.nodes["a"].position
    assert made.nodes["y"].position == (900.0, 900.0)


def test_where_there_is_room_nothing_moves() -> None:
    design = insert_into(chain([0.0, 600.0, 800.0, 1000.0], False), "N", "x", edge("a", "b"))
    assert make_room(design, "N", "x", dict.fromkeys("abcdx", SIZE)) is design


def test_a_chain_that_turns_back_is_left_where_it_turns() -> None:
    design = chain([0.0, 150.0, 350.0, 0.0], False)
    block = design.root
    folded = Node("d", "ReLU", position=(0.0, 120.0))
    design = insert_into(design.with_block(block.with_node(folded)), "N", "x", edge("a", "b"))
    made = make_room(design, "N", "x", dict.fromkeys("abcdx", SIZE)).root
    assert made.nodes["c"].position[0] > 350.0
    assert made.nodes["d"].position == (0.0, 120.0)
