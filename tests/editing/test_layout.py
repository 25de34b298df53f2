"""Arranging: nothing overlaps, wires lead forward and around boxes, long chains fold, chains run straight."""

import random
from itertools import combinations, pairwise

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from designer.document.presets import library_blocks, list_presets
from designer.editing.layout import arrange
from designer.editing.routing import Box, bends
from designer.graph.block import Block, Edge, Node, edge

Places = dict[str, tuple[float, float]]


def size_of(key: str) -> tuple[float, float]:
    return (152.0, 56.0)


def block(count: int, wires: list[tuple[int, int]], first: str = "ReLU", last: str = "ReLU") -> Block:
    """Nodes n0, n1, … with wires between them; an end of a wire gets a port of its own."""
    nodes = {f"n{i}": Node(f"n{i}", {0: first, count - 1: last}.get(i, "ReLU")) for i in range(count)}
    edges = [edge(f"n{a}", f"n{b}", target_port=f"x{index}") for index, (a, b) in enumerate(dict.fromkeys(wires))]
    return Block("B", nodes=nodes, edges=tuple(edges))


def chain(count: int, *skips: tuple[int, int]) -> Block:
    return block(count, [(i, i + 1) for i in range(count - 1)] + list(skips))


def boxes_of(places: Places) -> dict[str, Box]:
    return {key: Box(x, y, *size_of(key)) for key, (x, y) in places.items()}


def overlaps(places: Places) -> list[tuple[str, str]]:
    boxes = boxes_of(places)
    return [
        (a, b)
        for a, b in combinations(boxes, 2)
        if boxes[a].x < boxes[b].right
        and boxes[b].x < boxes[a].right
        and boxes[a].y < boxes[b].bottom
        and boxes[b].y < boxes[a].bottom
    ]


def crossed(drawn: Block, places: Places) -> list[tuple[Edge, str]]:
    """The boxes that wires run across, sampled along each wire."""
    boxes = boxes_of(places)
    routes = bends(drawn.edges, boxes)
    found = []
    for wire in drawn.edges:
        source, target = boxes[wire.source.node], boxes[wire.target.node]
        if target.x < source.right:
            continue  # a canvas leads it around the outside
        points = [(source.right, source.middle), *routes.get(wire, ()), (target.x, target.middle)]
        for (x1, y1), (x2, y2) in pairwise(points):
            for step in range(41):
                x, y = x1 + (x2 - x1) * step / 40, y1 + (y2 - y1) * step / 40
                found += [
                    (wire, key)
                    for key, box in boxes.items()
                    if key not in (wire.source.node, wire.target.node)
                    and box.x < x < box.right
                    and box.y < y < box.bottom
                ]
    return found


def extent(places: Places) -> tuple[float, float]:
    boxes = boxes_of(places).values()
    return max(box.right for box in boxes), max(box.bottom for box in boxes)


def presets() -> list[Block]:
    found = {id(b): b for preset in list_presets() for b in preset.read().design.blocks.values()}
    return [*found.values(), *library_blocks().values()]


def turned(places: Places) -> Places:
    """A layout from top to bottom seen with the axes exchanged, as `overlaps` and `crossed` look at it."""
    return {key: (y, x) for key, (x, y) in places.items()}


@pytest.mark.parametrize("drawn", presets(), ids=lambda b: b.name)
def test_the_blocks_that_ship_are_tidy_from_top_to_bottom(drawn: Block, monkeypatch: pytest.MonkeyPatch):
    places = turned(arrange(drawn, size_of, is_downward=True))
    assert places.keys() == drawn.nodes.keys()
    monkeypatch.setitem(globals(), "size_of", lambda _key: (56.0, 152.0))
    assert not overlaps(places)
    assert not crossed(drawn, places)


@pytest.mark.parametrize("drawn", presets(), ids=lambda b: b.name)
def test_the_blocks_that_ship_are_tidy(drawn: Block):
    places = arrange(drawn, size_of)
    assert places.keys() == drawn.nodes.keys()
    assert not overlaps(places)
    assert not crossed(drawn, places)


GRAPHS = {
    "residual": chain(13, *((i, i + 3) for i in range(0, 12, 3))),
    "nested": chain(12, (0, 10), (1, 9), (2, 8), (3, 7)),
    "dense": chain(8, *((i, j) for i in range(8) for j in range(i + 2, 8))),
    "hourglass": chain(13, *((i, 12 - i) for i in range(5))),
    "fan": block(9, [(0, i) for i in range(1, 8)] + [(i, 8) for i in range(1, 8)]),
}


@pytest.mark.parametrize("name", GRAPHS)
def test_known_shapes_are_tidy(name: str):
    places = arrange(GRAPHS[name], size_of)
    assert not overlaps(places)
    assert not crossed(GRAPHS[name], places)


@given(st.integers(2, 14), st.data())
@settings(max_examples=60, deadline=None)
def test_any_graph_is_arranged(count: int, data: st.DataObject):
    pairs = st.tuples(st.integers(0, count - 1), st.integers(0, count - 1))
    drawn = block(count, data.draw(st.lists(pairs, max_size=24)))  # cycles and loops among them
    places = arrange(drawn, size_of)
    assert places.keys() == drawn.nodes.keys()
    assert not overlaps(places)


def test_a_short_chain_is_one_straight_row():
    places = arrange(chain(4), size_of)
    assert {y for _, y in places.values()} == {0.0}
    assert [key for key, _ in sorted(places.items(), key=lambda item: item[1][0])] == [f"n{i}" for i in range(4)]


@pytest.mark.parametrize("count", [20, 60])
def test_a_long_chain_folds_into_columns_from_top_to_bottom(count: int):
    places = arrange(chain(count), size_of, is_downward=True)
    width, height = extent(places)
    assert 0.3 < width / height < 3.2
    assert len({x for x, _ in places.values()}) > 1
    reading = sorted(places, key=lambda key: (places[key][0], places[key][1]))
    assert reading == [f"n{i}" for i in range(count)]


@pytest.mark.parametrize("count", [20, 60])
def test_a_long_chain_folds_to_the_canvas(count: int):
    places = arrange(chain(count), size_of)
    width, height = extent(places)
    assert 1.0 < width / height < 3.2
    rows = sorted({y for _, y in places.values()})
    assert len(rows) > 2
    reading = sorted(places, key=lambda key: (places[key][1], places[key][0]))
    assert reading == [f"n{i}" for i in range(count)]


def test_residual_chains_fold_where_one_node_feeds_the_rest():
    drawn = chain(31, *((i, i + 3) for i in range(0, 30, 3)))
    places = arrange(drawn, size_of)
    width, height = extent(places)
    assert width / height < 4
    assert not overlaps(places)
    assert not crossed(drawn, places)


def test_a_skip_wire_runs_straight():
    places = arrange(chain(5, (0, 4)), size_of)
    assert places["n0"][1] == places["n4"][1] != places["n2"][1]


def test_inputs_come_first_and_outputs_last():
    drawn = block(6, [(0, 1), (1, 2), (2, 5), (1, 3), (3, 4)], first="Input", last="Output")
    places = arrange(drawn, size_of)
    assert places["n0"][0] == min(x for x, _ in places.values())
    assert places["n5"][0] == max(x for x, _ in places.values())


def test_loose_nodes_stand_below():
    drawn = block(6, [(0, 1), (1, 2)])
    places = arrange(drawn, size_of)
    assert not overlaps(places)
    assert min(places[key][1] for key in ("n3", "n4", "n5")) > max(places[key][1] for key in ("n0", "n1", "n2"))


def test_a_selection_alone_and_nothing_at_all():
    assert arrange(chain(6), size_of, only={"n2", "n3"}).keys() == {"n2", "n3"}
    assert arrange(Block("B"), size_of) == {}


def test_the_same_block_is_always_arranged_alike():
    numbers = random.Random(3)
    drawn = block(40, [(numbers.randrange(max(0, i - 5), i), i) for i in range(1, 40)])
    assert arrange(drawn, size_of) == arrange(drawn, size_of)
