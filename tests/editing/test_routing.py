"""After any change of boxes and wires the router says what a fresh one says."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from designer.editing.routing import REACH, Box, Router, bends, leads_back, level_back
from designer.graph.block import edge

KEYS = [f"n{index}" for index in range(14)]
BOXES = st.builds(Box, st.integers(0, 12).map(lambda n: n * 60.0), st.integers(0, 4).map(lambda n: n * 40.0),
                  st.sampled_from([40.0, 96.0, 160.0]), st.sampled_from([40.0, 56.0]))  # fmt: skip
WIRES = st.tuples(st.sampled_from(KEYS), st.sampled_from(KEYS)).filter(lambda ends: ends[0] != ends[1])
CHANGES = st.lists(
    st.one_of(
        st.tuples(st.just("box"), st.sampled_from(KEYS), BOXES),
        st.tuples(st.just("gone"), st.sampled_from(KEYS), st.none()),
        st.tuples(st.just("wire"), WIRES, st.none()),
        st.tuples(st.just("cut"), st.integers(0, 30), st.none()),
    ),
    max_size=8,
)


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, BOXES)), st.lists(WIRES, max_size=16, unique=True), CHANGES)
def test_after_changes_the_bends_are_those_of_a_fresh_router(boxes, ends, changes):
    router = Router()
    wires = tuple(edge(*pair) for pair in ends)
    assert dict(router.route(wires, dict(boxes))) == bends(wires, boxes)
    for what, which, value in changes:
        if what == "box":
            boxes[which] = value
        elif what == "gone":
            boxes.pop(which, None)
        elif what == "wire" and edge(*which) not in wires:
            wires = (*wires, edge(*which))
        elif what == "cut" and which < len(wires):
            wires = wires[:which] + wires[which + 1 :]
        assert dict(router.route(wires, dict(boxes))) == bends(wires, boxes)


@given(st.fixed_dictionaries(dict.fromkeys(KEYS, BOXES)), st.lists(WIRES, max_size=16, unique=True))
def test_a_level_that_leads_back_is_free_of_boxes(boxes, ends):
    for wire, ((right, level), *_, (left, _level)) in bends([edge(*pair) for pair in ends], boxes).items():
        source, target = boxes[wire.source.node], boxes[wire.target.node]
        if not leads_back(source, target) or level == level_back(source, target):
            continue
        assert (left, right) == (target.x - REACH, source.right + REACH)
        for box in boxes.values():
            assert not (box.x < right and box.right > left and box.y < level < box.bottom)
            for x, port in ((right, source.middle), (left, target.middle)):
                assert not (box.x < x < box.right and box.y < max(level, port) and box.bottom > min(level, port))


def test_a_wire_that_leads_back_takes_its_usual_way_where_that_is_free():
    boxes = {"a": Box(400, 0, 100, 40), "b": Box(0, 200, 100, 40), "in_the_way": Box(200, 100, 100, 40)}
    wire = edge("a", "b")
    assert bends([wire], {key: boxes[key] for key in "ab"}) == {}
    assert bends([wire], boxes) == {wire: ((526.0, 88.0), (-26.0, 88.0))}
    boxes["above"] = Box(100, 60, 300, 40)  # then the level below is the nearer one
    assert bends([wire], boxes) == {wire: ((526.0, 152.0), (-26.0, 152.0))}
